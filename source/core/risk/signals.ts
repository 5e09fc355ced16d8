/**
 * The seven signals of one agent, kept up to date observation by observation: each costs the same, however long
 * the history, and the result is what a calculation from the whole history would give.
 */
import { accrued, left, MINUTE_MS } from './decay.ts';
import type { Mode, Observation } from './observation.ts';

/** Errors are judged by the last quarter of an hour or so. */
const ERROR_HALF_MS = 15 * MINUTE_MS;
/** A repeat without progress is most of an error: it costs as much and tells as little. */
const REPEAT_ERROR = 0.7;
const RESTART_HALF_MS = 60 * MINUTE_MS;
const BLOCKED_HALF_MS = 20 * MINUTE_MS;
const UPTIME_HALF_MS = 120 * MINUTE_MS;
/** The share of the newest task in the average. */
const EVAL_GAIN = 1 / 6;
const EVAL_PRIOR = 75;
const SLA_GAIN = 1 / 10;
const SLA_PRIOR = 0.95;
/** While a known tool runs, silence counts a quarter: it may be a long build, or hang. */
const IN_FLIGHT_SPEED = 0.25;
/** People are given this long for an answer before what waits for them counts as blocked. */
const ANSWER_MS = 30 * MINUTE_MS;

/** One run of the agent. */
interface Lane {
  readonly mode: Mode;
  /** Time worked since the last evidence of progress, calls in flight at their slower speed. */
  readonly silentMs: number;
  readonly inFlight: number;
}

export interface AgentSignals {
  /** Up to when the figures are reckoned. */
  readonly at: number;
  /** Everything before it is forgotten. */
  readonly since: number;
  /** The whole fleet stands still: nobody's silence counts. */
  readonly isFrozen: boolean;
  readonly errors: { readonly e: number; readonly n: number };
  /** Evidence of how the agent does, ever since: calls that ended, progress. */
  readonly evidence: number;
  readonly outcomes: number;
  readonly outcomeAt: number | null;
  readonly progress: number;
  readonly progressAt: number | null;
  readonly outputAt: number | null;
  readonly restarts: number;
  readonly restartCount: number;
  readonly restartAt: number | null;
  readonly lanes: Readonly<Record<string, Lane>>;
  readonly workedMs: number;
  readonly blocked: number;
  readonly blockedTasks: number;
  readonly blockedAt: number | null;
  readonly waits: Readonly<Record<string, { readonly lane: string; readonly since: number }>>;
  readonly downMinutes: number;
  readonly scheduledMinutes: number;
  readonly uptimeAt: number | null;
  readonly score: number;
  readonly scoreCount: number;
  readonly scoreAt: number | null;
  readonly onTime: number;
  readonly onTimeCount: number;
  readonly onTimeAt: number | null;
}

/** No history at all: the beginning, and again after a release from quarantine. */
export function freshSignals(at: number): AgentSignals {
  return {
    at,
    since: at,
    isFrozen: false,
    errors: { e: 0, n: 0 },
    evidence: 0,
    outcomes: 0,
    outcomeAt: null,
    progress: 0,
    progressAt: null,
    outputAt: null,
    restarts: 0,
    restartCount: 0,
    restartAt: null,
    lanes: {},
    workedMs: 0,
    blocked: 0,
    blockedTasks: 0,
    blockedAt: null,
    waits: {},
    downMinutes: 0,
    scheduledMinutes: 0,
    uptimeAt: null,
    score: EVAL_PRIOR,
    scoreCount: 0,
    scoreAt: null,
    onTime: SLA_PRIOR,
    onTimeCount: 0,
    onTimeAt: null,
  };
}

/** Begins anew, with what is so at this moment (what runs, what waits) and nothing of what was. */
export function forgetPast(signals: AgentSignals, at: number): AgentSignals {
  const { lanes, waits, blockedTasks, blockedAt, isFrozen } = advance(signals, at);
  return {
    ...freshSignals(at),
    isFrozen,
    lanes: mapLanes(lanes, (lane) => ({ ...lane, silentMs: 0 })),
    // Asked before, but given the whole time for an answer again.
    waits: Object.fromEntries(Object.entries(waits).map(([wait, { lane }]) => [wait, { lane, since: at }])),
    blockedTasks,
    blockedAt,
  };
}

/** What was observed at that time; times before the last one count as the last one. */
export function record(signals: AgentSignals, at: number, observation: Observation): AgentSignals {
  const now = advance(signals, at);
  switch (observation.type) {
    case 'outcomes': {
      const { n, failed, repeats } = observation;
      if (n <= 0 && failed <= 0 && repeats <= 0) return now;
      return {
        ...now,
        errors: { e: now.errors.e + failed + REPEAT_ERROR * repeats, n: now.errors.n + n },
        outcomes: now.outcomes + n,
        evidence: now.evidence + n,
        outcomeAt: now.at,
      };
    }
    case 'progress':
      return {
        ...now,
        progress: now.progress + 1,
        evidence: now.evidence + 1,
        progressAt: now.at,
        lanes: withLane(now.lanes, observation.lane, { silentMs: 0 }),
      };
    case 'restarts':
      return {
        ...now,
        restarts: now.restarts + observation.n,
        restartCount: now.restartCount + observation.n,
        restartAt: now.at,
      };
    case 'mode':
      return {
        ...now,
        lanes: withLane(now.lanes, observation.lane, { mode: observation.mode }),
        uptimeAt: now.at,
      };
    case 'gone': {
      const { [observation.lane]: _gone, ...lanes } = now.lanes;
      const waits = Object.entries(now.waits).filter(([, { lane }]) => lane !== observation.lane);
      return { ...now, lanes, waits: Object.fromEntries(waits) };
    }
    case 'in-flight':
      return {
        ...now,
        lanes: withLane(now.lanes, observation.lane, { inFlight: Math.max(0, observation.calls) }),
      };
    case 'blocked':
      return { ...now, blockedTasks: Math.max(0, observation.tasks), blockedAt: now.at };
    case 'wait-began':
      return {
        ...now,
        waits: { ...now.waits, [observation.wait]: { lane: observation.lane, since: now.at } },
        blockedAt: now.at,
      };
    case 'wait-ended': {
      const { [observation.wait]: _ended, ...waits } = now.waits;
      return { ...now, waits };
    }
    case 'down-time':
      return {
        ...now,
        downMinutes: now.downMinutes + Math.max(0, observation.ms) / MINUTE_MS,
        uptimeAt: now.at,
      };
    case 'scheduled-time':
      return {
        ...now,
        scheduledMinutes: now.scheduledMinutes + Math.max(0, observation.ms) / MINUTE_MS,
        uptimeAt: now.at,
      };
    case 'task-ended': {
      const { score, isOnTime } = observation;
      return {
        ...now,
        ...(score === null
          ? {}
          : {
              score: now.score + EVAL_GAIN * (Math.min(100, Math.max(0, score)) - now.score),
              scoreCount: now.scoreCount + 1,
              scoreAt: now.at,
            }),
        ...(isOnTime === null
          ? {}
          : {
              onTime: now.onTime + SLA_GAIN * ((isOnTime ? 1 : 0) - now.onTime),
              onTimeCount: now.onTimeCount + 1,
              onTimeAt: now.at,
            }),
      };
    }
    case 'output':
      return { ...now, outputAt: now.at };
    case 'tripwire':
      return now;
    default:
      return observation satisfies never;
  }
}

/** Lets time pass. What a run does, and whether the fleet stands still, is taken to have held all the while. */
export function advance(signals: AgentSignals, at: number): AgentSignals {
  const ms = at - signals.at;
  if (ms <= 0) return signals;
  const lanes = mapLanes(signals.lanes, (lane, name) => ({
    ...lane,
    silentMs: lane.silentMs + ms * silenceSpeed(signals, lane, name),
  }));
  const errorsLeft = left(ms, ERROR_HALF_MS);
  return {
    ...signals,
    at,
    errors: { e: signals.errors.e * errorsLeft, n: signals.errors.n * errorsLeft },
    restarts: signals.restarts * left(ms, RESTART_HALF_MS),
    lanes,
    workedMs: signals.workedMs + (isWorking(signals) ? ms : 0),
    blocked: blockedAfter(signals, at),
    ...uptimeAfter(signals, ms),
  };
}

/** Lets time pass unobserved: everything fades, no clock runs. */
export function skip(signals: AgentSignals, at: number): AgentSignals {
  const lanes = mapLanes(signals.lanes, (lane) => ({ ...lane, mode: 'paused' as const }));
  const waits = Object.entries(signals.waits).map(([wait, { lane, since }]) => [
    wait,
    { lane, since: since + Math.max(0, at - signals.at) },
  ]);
  const passed = advance({ ...signals, lanes, waits: Object.fromEntries(waits), blockedTasks: 0 }, at);
  return { ...passed, lanes: signals.lanes, blockedTasks: signals.blockedTasks };
}

/** From now on nobody's silence counts, or everybody's again. */
export function freeze(signals: AgentSignals, at: number, isFrozen: boolean): AgentSignals {
  return signals.isFrozen === isFrozen ? signals : { ...advance(signals, at), isFrozen };
}

/** Some run of it is at work now, neither idle nor held up. */
export const isWorking = ({ lanes }: AgentSignals): boolean =>
  Object.values(lanes).some(({ mode }) => mode === 'working');

/** Calls that ended lately and errors among them, faded: what an agent is compared with its fleet by. */
export function recentErrors({ errors, at: from }: AgentSignals, at: number): AgentSignals['errors'] {
  const keep = left(Math.max(0, at - from), ERROR_HALF_MS);
  return { e: errors.e * keep, n: errors.n * keep };
}

function silenceSpeed({ isFrozen, waits }: AgentSignals, lane: Lane, name: string): number {
  if (isFrozen || lane.mode !== 'working') return 0;
  for (const wait in waits) if (waits[wait]!.lane === name) return 0;
  return lane.inFlight > 0 ? IN_FLIGHT_SPEED : 1;
}

/** The average of a count that stays the same from one change to the next; an answer that is late is one. */
function blockedAfter({ blocked, blockedTasks, waits, at: from }: AgentSignals, to: number): number {
  const lateFrom = Object.values(waits)
    .map(({ since }) => since + ANSWER_MS)
    .filter((late) => late < to)
    .sort((a, b) => a - b);
  let value = blocked;
  let tasks = blockedTasks;
  let at = from;
  for (const late of [...lateFrom, to]) {
    if (late > at) {
      value = tasks + (value - tasks) * left(late - at, BLOCKED_HALF_MS);
      at = late;
    }
    tasks += 1;
  }
  return value;
}

function uptimeAfter(
  { lanes, downMinutes, scheduledMinutes }: AgentSignals,
  ms: number,
): Pick<AgentSignals, 'downMinutes' | 'scheduledMinutes'> {
  const keep = left(ms, UPTIME_HALF_MS);
  const more = accrued(ms, UPTIME_HALF_MS);
  let down = 0;
  let scheduled = 0;
  for (const name in lanes) {
    const { mode } = lanes[name]!;
    if (mode === 'down') down += 1;
    if (mode !== 'idle' && mode !== 'paused') scheduled += 1;
  }
  return {
    downMinutes: downMinutes * keep + down * more,
    scheduledMinutes: scheduledMinutes * keep + scheduled * more,
  };
}

function withLane(lanes: AgentSignals['lanes'], name: string, change: Partial<Lane>): AgentSignals['lanes'] {
  const lane: Lane = lanes[name] ?? { mode: 'idle', silentMs: 0, inFlight: 0 };
  return { ...lanes, [name]: { ...lane, ...change } };
}

function mapLanes(
  lanes: AgentSignals['lanes'],
  change: (lane: Lane, name: string) => Lane,
): AgentSignals['lanes'] {
  const changed: Record<string, Lane> = {};
  for (const name in lanes) changed[name] = change(lanes[name]!, name);
  return changed;
}
