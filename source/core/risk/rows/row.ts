/**
 * One row of a recorded history, as docs/risk.md describes it, read kindly: under the names people give things,
 * one thing a row or a whole minute in one.
 */
import type { Mode } from '../observation.ts';
import { faultOf, type FaultRow } from './fault.ts';
import {
  BLOCKED,
  BYTES,
  CALLS,
  COUNT,
  DOWN,
  FAILED,
  IN_FLIGHT,
  LIMITED,
  ON_TIME,
  PROGRESS,
  REPEATS,
  RESTARTS,
  SCHEDULED,
  SCORE,
  STATE,
  SUCCEEDED,
  WAITING,
  modeOf,
} from './names.ts';
import { fieldsOf, flagIn, numberIn, plain, timeIn, wordIn, type Fields } from './fields.ts';

/** What one row, or all rows of a minute, say of one agent. */
export interface Facts {
  outcomes?: number;
  failed?: number;
  repeats?: number;
  /** Times that something new came about, as the file itself says. */
  progress?: number;
  /** Commits, tasks begun or ended: progress whatever else the file says. */
  milestones?: number;
  taskStarts?: number;
  restarts?: number;
  downMinutes?: number;
  scheduledMinutes?: number;
  blocked?: number;
  mode?: Mode;
  /** Held up whatever it was doing: for a person, or by its model's provider. */
  isWaiting?: boolean;
  isLimited?: boolean;
  inFlight?: number;
  bytes?: number;
  tasks?: readonly { readonly score: number | null; readonly isOnTime: boolean | null }[];
}

export interface FactsRow {
  readonly type: 'facts';
  readonly kind: string;
  readonly t: number;
  readonly agent: string;
  readonly fleet: string | null;
  readonly facts: Facts;
}

export type Row =
  | FactsRow
  | FaultRow
  /** Says something of the file, or marks what is no fault. */
  | { readonly type: 'remark'; readonly kind: string; readonly unit: string | null }
  | { readonly type: 'unknown'; readonly kind: string };

/** The row, or what is wrong with it. */
export function rowOf(found: unknown): Row | { readonly problem: string } {
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    return { problem: 'a line is one JSON object: {"t": 12, "agent": "ana", "kind": "outcomes", "n": 3}' };
  const fields = fieldsOf(found as Readonly<Record<string, unknown>>);
  const kind = wordIn(fields, ['kind', 'event', 'type']) ?? '';
  const name = plain(kind).replace(/^unplanned/, '');
  const agent = wordIn(fields, ['agent', 'agentid', 'agentname', 'who', 'id']);
  const fleet = wordIn(fields, ['fleet', 'fleetid', 'seed', 'sim']) ?? null;
  const t = timeIn(fields, ['t', 'time', 'ts', 'at', 'minute', 'min', 'tms', 'timestamp', 'tmin']);
  if (/^(?:faults?|verdicts?|labels?|injected(?:fault)?|incidents?|groundtruth|truth)$/.test(name))
    return faultOf(fields, agent, fleet, t);
  if (
    /^(?:meta|header|config|comment|note|info|confounders?|benign|agents?|fleet|simulation|start|end|eof)$/.test(
      name,
    ) ||
    (t === undefined && agent === undefined)
  )
    return { type: 'remark', kind, unit: wordIn(fields, ['unit', 'timeunit', 'tunit']) ?? null };
  if (t === undefined) return { problem: 'it has no time t (minutes since the start, or milliseconds)' };
  if (agent === undefined) return { problem: 'it has no agent' };
  const facts = factsOf(name, fields);
  return facts === null ? { type: 'unknown', kind } : { type: 'facts', kind, t, agent, fleet, facts };
}

/** Null: nothing in it means anything to us. */
function factsOf(kind: string, fields: Fields): Facts | null {
  const facts: Facts = {};
  const isKnown = addKind(facts, kind, fields);
  addFields(facts, fields);
  return isKnown || Object.keys(facts).length > 0 ? facts : null;
}

function addKind(facts: Facts, kind: string, fields: Fields): boolean {
  const count = (names: readonly string[] = []): number => numberIn(fields, [...names, ...COUNT]) ?? 1;
  switch (kind) {
    case 'outcome':
    case 'outcomes':
    case 'call':
    case 'calls':
    case 'tool':
    case 'tools':
    case 'toolfinished':
    case 'toolcall':
    case 'toolcalls':
    case 'result':
    case 'results':
    case 'api':
    case 'run':
      addOutcomes(facts, fields);
      return true;
    case 'error':
    case 'errors':
    case 'failure':
    case 'failures':
    case 'failed':
      facts.failed = count(FAILED);
      facts.outcomes = Math.max(facts.failed, numberIn(fields, ['outcomes', 'calls', 'total', 'of']) ?? 0);
      return true;
    case 'success':
    case 'succeeded':
    case 'ok':
      facts.outcomes = count(SUCCEEDED);
      return true;
    case 'repeat':
    case 'repeats':
    case 'noprogressrepeat':
    case 'noprogressrepeats':
    case 'identical':
    case 'identicalcall':
      facts.repeats = count(REPEATS);
      return true;
    case 'progress':
      facts.progress = count(PROGRESS);
      return true;
    case 'taskstart':
    case 'taskstarted':
    case 'taskstarts':
    case 'taskbegan':
    case 'taskbegin':
      facts.milestones = 1;
      facts.taskStarts = 1;
      return true;
    case 'commit':
    case 'commits':
    case 'tasktransition':
    case 'merge':
    case 'pr':
      facts.milestones = count();
      return true;
    case 'restart':
    case 'restarts':
    case 'crash':
    case 'crashes':
      facts.restarts = isPlanned(fields) ? 0 : count(RESTARTS);
      return true;
    case 'down':
    case 'downtime':
    case 'downmin':
    case 'downminutes': {
      const seconds = numberIn(fields, ['seconds', 'sec', 's']);
      facts.downMinutes =
        seconds === undefined ? count(['minutes', 'min', ...DOWN, 'duration']) : seconds / 60;
      return true;
    }
    case 'scheduled':
    case 'schedule':
      facts.scheduledMinutes = count(['minutes', 'min', ...SCHEDULED]);
      return true;
    case 'blocked':
    case 'blockedtasks':
    case 'block':
      addBlocked(facts, fields, count(['tasks', ...BLOCKED]));
      return true;
    case 'unblocked':
      addBlocked(facts, fields, 0);
      return true;
    case 'plannedrestart':
    case 'upgrade':
    case 'handoff':
      return true;
    case 'state':
    case 'activity':
    case 'mode':
    case 'status':
    case 'statechanged':
    case 'activitychanged': {
      const word = wordIn(fields, [...STATE, 'value']);
      const mode = word === undefined ? null : modeOf(word);
      setMode(facts, mode);
      if (mode !== null) facts.inFlight ??= numberIn(fields, IN_FLIGHT) ?? 0;
      return true;
    }
    case 'taskend':
    case 'taskended':
    case 'taskends':
    case 'taskfinished':
    case 'taskdone':
    case 'taskcompleted':
    case 'task':
    case 'tasks':
      facts.milestones = 1;
      addTask(facts, fields);
      return true;
    case 'eval':
    case 'evaluation':
    case 'quality':
    case 'score':
      facts.tasks = [{ score: numberIn(fields, [...SCORE, ...COUNT]) ?? null, isOnTime: onTimeIn(fields) }];
      return true;
    case 'sla':
    case 'due':
    case 'deadline':
      facts.tasks = [{ score: null, isOnTime: onTimeIn(fields) ?? flagIn(fields, COUNT) ?? null }];
      return true;
    case 'output':
    case 'bytes':
    case 'pty':
      facts.bytes = count(BYTES);
      return true;
    case 'minute':
    case 'sample':
    case 'tick':
    case 'obs':
    case 'observation':
    case 'raw':
    case '':
      addOutcomes(facts, fields);
      return true;
    default: {
      // `{"kind": "idle"}`: the kind is the state itself, and can be taken back.
      const mode = modeOf(kind.replace(/(?:start|started|began|begin|end|ended|stop)$/, ''));
      if (mode === null) return false;
      const isOver =
        /(?:end|ended|stop)$/.test(kind) ||
        flagIn(fields, ['on', 'value', 'active', 'began', kind]) === false;
      if (mode === 'in-flight')
        facts.inFlight = isOver ? 0 : (numberIn(fields, ['calls', 'tools', ...IN_FLIGHT, ...COUNT]) ?? 1);
      else if (mode === 'waiting') facts.isWaiting = !isOver;
      else if (mode === 'limited') facts.isLimited = !isOver;
      else setMode(facts, isOver ? (mode === 'working' ? 'idle' : 'working') : mode);
      return true;
    }
  }
}

/** What has a name of its own is taken wherever it stands. */
function addFields(facts: Facts, fields: Fields): void {
  facts.repeats ??= numberIn(fields, REPEATS);
  facts.progress ??= numberIn(fields, PROGRESS);
  if (facts.restarts === undefined && !isPlanned(fields)) facts.restarts = numberIn(fields, RESTARTS);
  facts.downMinutes ??= numberIn(fields, DOWN);
  facts.scheduledMinutes ??= numberIn(fields, SCHEDULED);
  const blocked = facts.blocked === undefined ? numberIn(fields, BLOCKED) : undefined;
  facts.isWaiting ??= flagIn(fields, WAITING);
  if (blocked !== undefined) facts.blocked = blocked;
  facts.isLimited ??= flagIn(fields, LIMITED);
  facts.inFlight ??= numberIn(fields, IN_FLIGHT);
  facts.bytes ??= numberIn(fields, BYTES);
  if (facts.mode === undefined) setMode(facts, modeIn(fields));
  if (facts.tasks === undefined && (numberIn(fields, SCORE) !== undefined || onTimeIn(fields) !== null))
    addTask(facts, fields);
  for (const name of Object.keys(facts) as (keyof Facts)[]) if (facts[name] === undefined) delete facts[name];
}

function addOutcomes(facts: Facts, fields: Fields): void {
  const isFailed = ['ok', 'success', 'succeeded']
    .map((name) => fields.get(name))
    .find((value) => typeof value === 'boolean');
  const word = wordIn(fields, ['outcome', 'result', 'status']);
  const said =
    word === undefined || numberIn(fields, ['outcome', 'result', 'status']) !== undefined
      ? undefined
      : plain(word);
  const succeeded = isFailed === undefined ? numberIn(fields, SUCCEEDED) : undefined;
  let failed = numberIn(fields, FAILED);
  if (isFailed === false || (said !== undefined && /^(?:fail|err|bad|denied|timeout|crash)/.test(said)))
    failed ??= 1;
  const calls = numberIn(fields, CALLS);
  const isOne = isFailed !== undefined || said !== undefined || typeof fields.get('failed') === 'boolean';
  const n = calls ?? (succeeded === undefined ? (isOne ? 1 : failed) : succeeded + (failed ?? 0));
  if (n === undefined && failed === undefined) return;
  facts.failed = failed ?? (succeeded !== undefined && n !== undefined ? Math.max(0, n - succeeded) : 0);
  facts.outcomes = Math.max(n ?? 0, facts.failed);
}

function addTask(facts: Facts, fields: Fields): void {
  facts.tasks = [{ score: numberIn(fields, SCORE) ?? null, isOnTime: onTimeIn(fields) }];
}

function onTimeIn(fields: Fields): boolean | null {
  const isLate = flagIn(fields, ['late', 'overdue', 'missed', 'breached', 'islate']);
  return flagIn(fields, ON_TIME) ?? (isLate === undefined ? null : !isLate);
}

/** Blocked tasks without those that a person was asked about: these make it wait. */
function addBlocked(facts: Facts, fields: Fields, tasks: number): void {
  const human = WAITING.map((name) => fields.get(name)).find((value) => value !== undefined);
  const asked = human === true ? tasks : typeof human === 'number' ? human : 0;
  facts.blocked = Math.max(0, tasks - asked);
  if (human !== undefined) facts.isWaiting = asked > 0;
}

function modeIn(fields: Fields): Mode | 'in-flight' | null {
  if (flagIn(fields, ['paused'])) return 'paused';
  if (flagIn(fields, ['idle'])) return 'idle';
  const isWorking = flagIn(fields, ['working', 'isworking', 'active', 'busy']);
  if (isWorking !== undefined) return isWorking ? 'working' : 'idle';
  const word = wordIn(fields, STATE);
  return word === undefined ? null : modeOf(word);
}

function setMode(facts: Facts, mode: Mode | 'in-flight' | null): void {
  if (mode === null) return;
  if (mode !== 'in-flight') {
    facts.mode = mode;
    return;
  }
  facts.mode = 'working';
  facts.inFlight ??= 1;
}

function isPlanned(fields: Fields): boolean {
  const isUnplanned = flagIn(fields, ['unplanned', 'isunplanned']);
  if (isUnplanned !== undefined) return !isUnplanned;
  if (flagIn(fields, ['planned', 'isplanned', 'expected', 'graceful'])) return true;
  const why = wordIn(fields, ['reason', 'cause', 'why', 'by']);
  return (
    why !== undefined && /^(?:planned|upgrade|hand-?_?off|human|person|stop|deploy|operator|user)/i.test(why)
  );
}
