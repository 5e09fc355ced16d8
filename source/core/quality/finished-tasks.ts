/** Finished tasks as the log tells them: a run that has ended is one. What no event tells is left unknown. */
import { canonicalJson } from '../canonical-json.ts';
import type { Recorded } from '../event.ts';
import { fingerprint } from '../fingerprint.ts';
import { agentKey } from '../risk/observe.ts';
import type { TaskRecord } from './task-record.ts';

/** Work without any result for longer than this is a stall; what is longer counts as one. */
const STALL_FROM_MS = 15 * 60_000;
/** A call is a repeat if it is one of the last so many, with the same result. */
const RECENT_CALLS = 5;
const MINUTE_MS = 60_000;

export interface AgentFacts {
  readonly role: string;
  readonly budgetSeconds: number | null;
}

interface RunFacts {
  readonly agent: string;
  readonly attempts: number;
  readonly crashes: number;
  readonly isStopping: boolean;
  readonly workingSince: number | null;
  readonly progressAt: number;
  readonly workMs: number;
  readonly stallMs: number;
  readonly runMs: number;
  readonly startedAt: number | null;
  readonly calls: number;
  readonly repeats: number;
  readonly recent: readonly string[];
}

export interface TaskCollector {
  /** Events in the order of the log. */
  add(recorded: Recorded): void;
  /** All tasks that have ended by now. */
  finished(): readonly TaskRecord[];
}

/** `factsOf` says what an agent's definition says of it. */
export function collectTasks(factsOf: (agent: string) => AgentFacts): TaskCollector {
  const runs = new Map<string, RunFacts>();
  // The last end of a run is its task's: one that is started again is not finished.
  const ended = new Map<string, TaskRecord>();
  const add = ({ event, at }: Recorded): void => {
    if (event.type === 'run-requested') {
      runs.set(event.run, newRun(agentKey(event.project, event.agent), at));
      return;
    }
    if (!('run' in event) || event.run === null) return;
    const run = runs.get(event.run);
    if (!run) return;
    const change = (changed: Partial<RunFacts>): void => void runs.set(event.run!, { ...run, ...changed });
    switch (event.type) {
      case 'session-launching':
        ended.delete(event.run);
        change({ attempts: run.attempts + 1, isStopping: false });
        break;
      case 'session-started':
        change({ startedAt: at });
        break;
      case 'stop-requested':
        change({ isStopping: true });
        break;
      case 'activity-changed':
        if (event.activity === 'working')
          change({
            workingSince: run.workingSince ?? at,
            progressAt: run.workingSince === null ? at : run.progressAt,
          });
        else runs.set(event.run, rested(run, at));
        break;
      case 'tool-finished': {
        const made = fingerprint(
          `${event.call.tool}\n${canonicalJson(event.call.input)}\n${event.outcome}\n${event.resultHash ?? ''}`,
        );
        const isKnown = event.resultHash !== undefined || event.outcome === 'failed';
        const isRepeat = isKnown && run.recent.includes(made);
        const counted = {
          calls: run.calls + 1,
          repeats: run.repeats + Number(isRepeat),
          recent: [...run.recent, made].slice(-RECENT_CALLS),
        };
        const isProgress = event.outcome === 'succeeded' && !isRepeat;
        change(isProgress ? { ...counted, ...progressed(run, at) } : counted);
        break;
      }
      case 'session-exited':
      case 'session-lost': {
        const endedAt = event.type === 'session-exited' ? Math.min(at, event.exitedAt) : at;
        const isCrash =
          !run.isStopping && (event.type === 'session-lost' || event.code !== 0 || event.signal !== null);
        const over: RunFacts = {
          ...rested(run, endedAt),
          crashes: run.crashes + Number(isCrash),
          runMs: run.runMs + (run.startedAt === null ? 0 : Math.max(0, endedAt - run.startedAt)),
          startedAt: null,
        };
        runs.set(event.run, over);
        ended.set(event.run, taskOf(event.run, over, { endedAt, facts: factsOf(over.agent) }));
        break;
      }
      default:
        break;
    }
  };
  return { add, finished: () => [...ended.values()] };
}

function taskOf(
  task: string,
  run: RunFacts,
  { endedAt, facts }: { readonly endedAt: number; readonly facts: AgentFacts },
): TaskRecord {
  return {
    task,
    agent: run.agent,
    role: facts.role,
    finishedAt: endedAt,
    // What was changed is known where merges are recorded; without, all tasks are of a size.
    size: 'medium',
    endState: null,
    isFirstAttempt: run.attempts <= 1 && run.crashes === 0,
    unplannedRestarts: run.crashes,
    workMinutes: run.workMs / MINUTE_MS,
    stallMinutes: run.stallMs / MINUTE_MS,
    isGreenOnFirstPush: null,
    review: null,
    isReverted: null,
    isClean: null,
    churn: null,
    hasFewerTests: false,
    rework: run.calls > 0 ? run.repeats / run.calls : null,
    handOffs: null,
    answers: null,
    hadConflict: null,
    published: null,
    budgetSeconds: facts.budgetSeconds,
    usedSeconds: run.runMs / 1_000,
  };
}

const newRun = (agent: string, at: number): RunFacts => ({
  agent,
  attempts: 0,
  crashes: 0,
  isStopping: false,
  workingSince: null,
  progressAt: at,
  workMs: 0,
  stallMs: 0,
  runMs: 0,
  startedAt: null,
  calls: 0,
  repeats: 0,
  recent: [],
});

/** The work up to here is counted, and how much of it came to nothing. */
function rested(run: RunFacts, at: number): RunFacts {
  if (run.workingSince === null) return run;
  return {
    ...run,
    ...progressed(run, at),
    workMs: run.workMs + Math.max(0, at - run.workingSince),
    workingSince: null,
  };
}

function progressed(run: RunFacts, at: number): Pick<RunFacts, 'progressAt' | 'stallMs'> {
  if (run.workingSince === null) return { progressAt: at, stallMs: run.stallMs };
  const idleMs = at - Math.max(run.progressAt, run.workingSince);
  return { progressAt: at, stallMs: run.stallMs + Math.max(0, idleMs - STALL_FROM_MS) };
}
