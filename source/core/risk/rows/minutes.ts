/** Rows become observations: all a minute's rows of an agent are one look at it. */
import type { Mode, Observation } from '../observation.ts';
import type { Seen } from '../risk.ts';
import { STATE_LEVELS, isGettingOn, type Dialect, type Level } from './dialect.ts';
import type { Facts } from './row.ts';

/** A terminal that printed this much did something, where there are no hooks to say what. */
const OUTPUT_BYTES_MIN = 256;
/** An agent with hooks tells of calls in more than so large a share of the minutes in which it prints. */
const HOOKED_SHARE_MIN = 0.1;
/** Histories have one run an agent. */
const LANE = '';

interface Held {
  readonly value: Mode | number | boolean;
  /** Last minute it holds. */
  readonly until: number;
}

interface AgentMinutes {
  readonly held: Partial<Record<Level, Held>>;
  /** What was last said of it, so that only changes are told. */
  readonly told: { mode?: Mode; inFlight?: number; blocked?: number };
  /** Tasks begun and not ended. */
  openTasks: number;
  /** Minutes in which its hooks told of calls, and in which its terminal printed. */
  called: number;
  printed: number;
}

export interface Minutes {
  /** What is seen of the fleet in a minute, of every agent that is known by now. */
  seen(minute: number, facts: ReadonlyMap<string, Facts>): readonly Seen[];
}

export function newMinutes(dialect: Dialect): Minutes {
  const agents = new Map<string, AgentMinutes>();
  return {
    seen(minute, facts) {
      const seen: Seen[] = [];
      for (const [agent, theirs] of facts) {
        let known = agents.get(agent);
        if (!known) agents.set(agent, (known = { held: {}, told: {}, openTasks: 0, called: 0, printed: 0 }));
        hold(known, minute, theirs, dialect);
        for (const observation of happened(known, theirs, dialect)) seen.push({ agent, observation });
      }
      for (const [agent, known] of agents)
        for (const observation of changes(known, minute, dialect)) seen.push({ agent, observation });
      return seen;
    },
  };
}

/** The rows of one minute of one agent as one; what is told twice of a state, the later one holds. */
export function addFacts(into: Facts, facts: Facts): void {
  for (const name of [
    'outcomes',
    'failed',
    'repeats',
    'progress',
    'milestones',
    'taskStarts',
    'restarts',
    'downMinutes',
    'scheduledMinutes',
    'bytes',
  ] as const) {
    const value = facts[name];
    if (value !== undefined) into[name] = (into[name] ?? 0) + value;
  }
  if (facts.blocked !== undefined) into.blocked = facts.blocked;
  if (facts.mode !== undefined) into.mode = facts.mode;
  if (facts.isWaiting !== undefined) into.isWaiting = facts.isWaiting;
  if (facts.isLimited !== undefined) into.isLimited = facts.isLimited;
  if (facts.inFlight !== undefined) into.inFlight = facts.inFlight;
  if (facts.tasks) into.tasks = [...(into.tasks ?? []), ...facts.tasks];
}

function hold(known: AgentMinutes, minute: number, facts: Facts, { holds, work }: Dialect): void {
  // Where only rests are told, whoever makes calls rests no longer.
  if (work === 'rests' && ((facts.outcomes ?? 0) > 0 || (facts.progress ?? 0) > 0)) delete known.held.mode;
  if (work === 'scheduled' && (facts.scheduledMinutes ?? 0) > 0)
    known.held.mode = { value: 'working', until: minute + Math.max(1, facts.scheduledMinutes!) };
  if (work === 'tasks') {
    known.openTasks = Math.max(0, known.openTasks + (facts.taskStarts ?? 0) - (facts.tasks?.length ?? 0));
    known.held.mode = { value: known.openTasks > 0 ? 'working' : 'idle', until: Infinity };
  }
  for (const level of STATE_LEVELS) {
    const value = facts[level];
    if (value !== undefined) known.held[level] = { value, until: minute + holds[level] };
  }
}

function happened(known: AgentMinutes, facts: Facts, { saysProgress }: Dialect): readonly Observation[] {
  const { outcomes = 0, failed = 0, repeats = 0, bytes = 0, restarts = 0 } = facts;
  const seen: Observation[] = [];
  if (outcomes > 0 || repeats > 0) {
    known.called += 1;
    seen.push({ type: 'outcomes', n: outcomes, failed, repeats });
  }
  if (bytes > 0) {
    known.printed += 1;
    seen.push({ type: 'output' });
  }
  const hasHooks = known.called >= HOOKED_SHARE_MIN * known.printed;
  const hasProgress =
    (facts.progress ?? 0) > 0 ||
    (facts.milestones ?? 0) > 0 ||
    (!saysProgress && isGettingOn(facts)) ||
    (!hasHooks && bytes >= OUTPUT_BYTES_MIN);
  if (hasProgress) seen.push({ type: 'progress', lane: LANE });
  if (restarts > 0) seen.push({ type: 'restarts', n: restarts });
  if (facts.downMinutes) seen.push({ type: 'down-time', ms: facts.downMinutes * 60_000 });
  // An agent that is at work is meant to be up: its mode has said so.
  const isAtWork =
    known.told.mode !== undefined && known.told.mode !== 'idle' && known.told.mode !== 'paused';
  if (facts.scheduledMinutes && !isAtWork)
    seen.push({ type: 'scheduled-time', ms: facts.scheduledMinutes * 60_000 });
  for (const { score, isOnTime } of facts.tasks ?? []) seen.push({ type: 'task-ended', score, isOnTime });
  return seen;
}

function changes(known: AgentMinutes, minute: number, { work }: Dialect): readonly Observation[] {
  const { held, told } = known;
  const now = <T extends Mode | number | boolean>(level: Level, otherwise: T): T => {
    const value = held[level];
    if (value && value.until >= minute) return value.value as T;
    return otherwise;
  };
  const seen: Observation[] = [];
  const isHeldUp = now('isWaiting', false) ? 'waiting' : now('isLimited', false) ? 'limited' : null;
  const doing = now<Mode>('mode', work === 'always' || work === 'rests' ? 'working' : 'idle');
  // Who is idle waits for nobody.
  const mode: Mode = isHeldUp !== null && doing === 'working' ? isHeldUp : doing;
  if (told.mode !== mode) seen.push({ type: 'mode', lane: LANE, mode: (told.mode = mode) });
  const inFlight = now('inFlight', 0);
  if ((told.inFlight ?? 0) !== inFlight)
    seen.push({ type: 'in-flight', lane: LANE, calls: (told.inFlight = inFlight) });
  const blocked = now('blocked', 0);
  if ((told.blocked ?? 0) !== blocked) seen.push({ type: 'blocked', tasks: (told.blocked = blocked) });
  return seen;
}
