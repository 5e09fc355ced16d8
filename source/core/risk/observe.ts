/**
 * The store's events as observations of agents. A fold of its own: what an event says of an agent can depend on
 * what its run did before.
 */
import { canonicalJson } from '../canonical-json.ts';
import type { ToolCall } from '../approvals/envelope.ts';
import type { Recorded } from '../event.ts';
import { fingerprint } from '../fingerprint.ts';
import { MINUTE_MS } from './decay.ts';
import type { Observation } from './observation.ts';
import { note, skipUnseen, tick, type Looked, type RiskState, type Seen } from './risk.ts';

/** A repeat is looked for among so many calls: loops of two or three alternating calls are loops, too. */
const RECENT_CALLS = 5;
/** An agent has a handful of calls open; one that never reports any finished must not grow this without end. */
const OPEN_CALLS_MAX = 200;
/** Ended runs are remembered this far: one can be started again. */
const ENDED_MAX = 1_000;
/** They are forgotten by the hundred, so that not every new run has to find the oldest. */
const FORGOTTEN_AT_ONCE = 100;
/** Down-time until a crashed run came back counts so far; after that nobody was waiting for it. */
const DOWN_MS_MAX = 30 * MINUTE_MS;
/** Programs whose failing is a result: they say what is wrong with the work, not with the worker. */
const CHECKS =
  /(?:^|[\s;&|/(])(?:(?:npm|pnpm|yarn|bun|npx)\s+(?:run\s+)?(?:t|test|check|lint|typecheck)\b|(?:vitest|jest|mocha|pytest|tox|rspec|phpunit|ctest|eslint|oxlint|ruff|mypy|tsc|shellcheck)\b|(?:cargo|go|mix|dotnet|swift|deno|gradle|mvn|bazel|make|just)\s+(?:test|check|vet|clippy|verify)\b)/;

interface Call {
  readonly call: string;
  readonly result: string | null;
}

interface RunSeen {
  readonly agent: string;
  readonly isStopping: boolean;
  readonly inFlight: readonly string[];
  /** Calls a person is asked about, by approval. */
  readonly asked: Readonly<Record<string, string>>;
  /** Refused calls; some agents report them as failed afterwards, which must not count again. */
  readonly refused: readonly string[];
  readonly recent: readonly Call[];
}

interface RunEnded {
  readonly agent: string;
  /** It ended by itself and badly. */
  readonly crashedAt: number | null;
}

export interface Watch {
  readonly risk: RiskState;
  /** Runs that have a session, or are about to have one. */
  readonly runs: Readonly<Record<string, RunSeen>>;
  readonly ended: Readonly<Record<string, RunEnded>>;
}

export const newWatch = (risk: RiskState): Watch => ({ risk, runs: {}, ended: {} });

/** Agents have their names from their project; the fleet has many projects. */
export const agentKey = (project: string, agent: string): string => `${project}\n${agent}`;

export function agentOfKey(key: string): { readonly project: string; readonly agent: string } {
  const [project = '', agent = ''] = key.split('\n');
  return { project, agent };
}

/** Takes in one event, after the looks at all whole minutes before it. */
export function observe(watch: Watch, recorded: Recorded): Watch & Omit<Looked, 'state'> {
  const { at } = recorded;
  // Until the daemon started, nobody was there to see an agent make progress.
  const looked: Looked =
    recorded.event.type === 'daemon-started'
      ? { state: skipUnseen(watch.risk, at), assessments: [], crossings: [] }
      : tick(watch.risk, at);
  const { runs, ended, seen } = observationsOf(watch, recorded);
  const { assessments, crossings } = looked;
  return { risk: note(looked.state, at, seen), runs, ended, assessments, crossings };
}

type Runs = Pick<Watch, 'runs' | 'ended'>;
type Understood = Runs & { readonly seen: readonly Seen[] };

function observationsOf(watch: Runs, recorded: Recorded): Understood {
  const { event } = recorded;
  const nothing: Understood = { runs: watch.runs, ended: watch.ended, seen: [] };
  if (event.type === 'run-requested') {
    const agent = agentKey(event.project, event.agent);
    // A task begun is progress, whatever its agent did before.
    const seen = [{ agent, observation: progress(event.run) }];
    return { ...nothing, runs: { ...watch.runs, [event.run]: newRun(agent) }, seen };
  }
  if (!('run' in event) || event.run === null) return nothing;
  const run = watch.runs[event.run];
  if (run) return seenOfRun(watch, { run, lane: event.run, recorded });
  const ended = watch.ended[event.run];
  // Recovered without a record: whose run it is, nobody knows.
  return ended ? seenOfEnded(watch, { ended, lane: event.run, recorded }) : nothing;
}

const newRun = (agent: string): RunSeen => ({
  agent,
  isStopping: false,
  inFlight: [],
  asked: {},
  refused: [],
  recent: [],
});

/** A run that has ended can only begin again. */
function seenOfEnded(
  watch: Runs,
  given: { readonly ended: RunEnded; readonly lane: string; readonly recorded: Recorded },
): Understood {
  const { lane, recorded } = given;
  const { event, at, actor } = recorded;
  const { agent, crashedAt } = given.ended;
  const saw = (observations: readonly Observation[]): readonly Seen[] =>
    observations.map((observation) => ({ agent, observation }));
  if (event.type === 'restart-requested') {
    // After a crash it is the crash that has counted; what a person restarts was meant.
    const isCounted = crashedAt === null && !actor.startsWith('person:');
    const { runs, ended } = watch;
    return { runs, ended, seen: saw(isCounted ? [{ type: 'restarts', n: 1 }] : []) };
  }
  if (event.type !== 'session-launching') return { runs: watch.runs, ended: watch.ended, seen: [] };
  const { [lane]: _back, ...ended } = watch.ended;
  const ms = crashedAt === null ? 0 : Math.min(Math.max(0, at - crashedAt), DOWN_MS_MAX);
  return {
    runs: { ...watch.runs, [lane]: newRun(agent) },
    ended,
    seen: saw(
      crashedAt === null
        ? []
        : [
            { type: 'down-time', ms },
            { type: 'scheduled-time', ms },
          ],
    ),
  };
}

function seenOfRun(
  watch: Runs,
  given: { readonly run: RunSeen; readonly lane: string; readonly recorded: Recorded },
): Understood {
  const { run, lane, recorded } = given;
  const { event, at, actor } = recorded;
  const saw = (observations: readonly Observation[], change: Partial<RunSeen> = {}): Understood => ({
    runs: { ...watch.runs, [lane]: { ...run, ...change } },
    ended: watch.ended,
    seen: observations.map((observation) => ({ agent: run.agent, observation })),
  });
  const inFlight = (calls: readonly string[]): Observation => ({
    type: 'in-flight',
    lane,
    calls: calls.length,
  });
  switch (event.type) {
    case 'session-launching':
      return saw([], newRun(run.agent));
    case 'session-started':
      // Whether it works is what its hooks say; until they do, no clock runs.
      return saw([{ type: 'mode', lane, mode: 'idle' }, inFlight([])]);
    case 'activity-changed':
      if (event.activity === 'working') return saw([{ type: 'mode', lane, mode: 'working' }]);
      // It has come to an end of what it was asked to do.
      return saw(
        [
          ...(event.activity === 'idle' ? [progress(lane)] : []),
          { type: 'mode', lane, mode: 'idle' },
          inFlight([]),
        ],
        { inFlight: [] },
      );
    case 'stop-requested':
      return saw([{ type: 'mode', lane, mode: 'paused' }], { isStopping: true });
    case 'restart-requested':
      // After a crash it is the crash that has counted; what a person restarts was meant.
      return saw(actor.startsWith('person:') ? [] : [{ type: 'restarts', n: 1 }]);
    case 'session-exited': {
      const isCrash = !run.isStopping && (event.code !== 0 || event.signal !== null);
      return over(isCrash ? Math.min(at, event.exitedAt) : null);
    }
    case 'session-lost':
      return over(run.isStopping ? null : at);
    case 'run-refused':
      return over(null);
    case 'tool-judged': {
      const { verdict, call } = event;
      if (verdict === 'allow') return began(call.id);
      if (verdict === 'ask') return saw([]);
      const by = event.judgement?.decidedBy.type;
      // Held by us, or nobody there to be asked: that says nothing of the agent.
      const isItsOwn = by !== 'hold' && by !== 'unattended';
      return saw(isItsOwn ? [{ type: 'outcomes', n: 1, failed: 1, repeats: 0 }] : [], {
        refused: [...run.refused, call.id].slice(-OPEN_CALLS_MAX),
      });
    }
    case 'approval-requested': {
      const { approval, call } = event;
      return saw([{ type: 'wait-began', lane, wait: approval }], {
        asked: call ? { ...run.asked, [approval]: call.id } : run.asked,
      });
    }
    case 'approval-decided':
      return answered(event.approval, event.verdict === 'approved');
    case 'approval-closed':
      return answered(event.approval, false);
    case 'tool-finished':
      return finished(event);
    case 'alarm-raised': {
      const { alarm, message: detail } = event;
      if (alarm === 'ungated-tool-use' || alarm === 'executed-input-differs')
        return saw([{ type: 'tripwire', tripwire: 'integrity-failure', detail }]);
      if (alarm === 'gate-unproven')
        return saw([{ type: 'tripwire', tripwire: 'heartbeat-missing', detail }]);
      return saw([]);
    }
    default:
      // Everything else says nothing of how an agent does.
      return saw([]);
  }

  function over(crashedAt: number | null): Understood {
    const { [lane]: _over, ...runs } = watch.runs;
    const observations: readonly Observation[] = [
      crashedAt === null ? progress(lane) : { type: 'restarts', n: 1 },
      { type: 'gone', lane },
    ];
    return {
      runs,
      ended: { ...withoutOldest(watch.ended), [lane]: { agent: run.agent, crashedAt } },
      seen: observations.map((observation) => ({ agent: run.agent, observation })),
    };
  }

  function began(id: string): Understood {
    const calls = [...run.inFlight, id].slice(-OPEN_CALLS_MAX);
    return saw([inFlight(calls)], { inFlight: calls });
  }

  function answered(approval: string, isApproved: boolean): Understood {
    const { [approval]: call, ...asked } = run.asked;
    const calls =
      isApproved && call !== undefined ? [...run.inFlight, call].slice(-OPEN_CALLS_MAX) : run.inFlight;
    return saw([{ type: 'wait-ended', wait: approval }, inFlight(calls)], { asked, inFlight: calls });
  }

  function finished({
    call,
    outcome,
    resultHash,
  }: Extract<Recorded['event'], { type: 'tool-finished' }>): Understood {
    const calls = run.inFlight.filter((id) => id !== call.id);
    if (run.refused.includes(call.id)) return saw([inFlight(calls)], { inFlight: calls });
    const made: Call = {
      call: fingerprint(`${call.tool}\n${canonicalJson(call.input)}`),
      result: resultHash ?? null,
    };
    const isFailed = outcome === 'failed' && !isCheck(call);
    // What came back is not always told; the same failure of the same call came back the same.
    const isRepeat = run.recent.some(
      ({ call: other, result }) =>
        other === made.call && (made.result === null ? outcome === 'failed' : result === made.result),
    );
    const observations: Observation[] = [
      inFlight(calls),
      { type: 'outcomes', n: 1, failed: isFailed ? 1 : 0, repeats: isRepeat ? 1 : 0 },
    ];
    if (!isFailed && !isRepeat) observations.push(progress(lane));
    return saw(observations, {
      inFlight: calls,
      recent: [...run.recent, made].slice(-RECENT_CALLS),
    });
  }
}

/** Makes room for another: the oldest go. */
function withoutOldest(ended: Watch['ended']): Watch['ended'] {
  const ids = Object.keys(ended);
  if (ids.length < ENDED_MAX) return ended;
  return Object.fromEntries(ids.slice(FORGOTTEN_AT_ONCE).map((id) => [id, ended[id]!]));
}

const progress = (lane: string): Observation => ({ type: 'progress', lane });

function isCheck({ input }: ToolCall): boolean {
  const { command } = input;
  return typeof command === 'string' && CHECKS.test(command);
}
