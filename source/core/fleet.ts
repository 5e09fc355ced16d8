/**
 * The state of everything, as a fold of events: `apply(fleet, recorded)`. The daemon decides on it, the
 * control room shows it; both come to the same by the same function.
 */
import type { AgentDefinition, Vendor } from './agent.ts';
import type { ToolCall } from './approvals/envelope.ts';
import type { Activity, AlarmKind, ProcessIdentity, Protection, Recorded } from './event.ts';

export type Phase =
  | 'requested'
  | 'launching'
  | 'running'
  | 'stopping'
  | 'exited'
  | 'lost'
  /** It never came to a session; `reason` says why. */
  | 'refused';

export interface Worktree {
  readonly repository: string;
  readonly path: string;
  readonly branch: string;
  readonly base: string;
}

export interface Run {
  readonly id: string;
  readonly project: string;
  readonly agent: string;
  readonly vendor: Vendor;
  readonly command: readonly string[];
  readonly task: string;
  readonly protection: Protection;
  readonly wantsWorktree: boolean | string;
  readonly phase: Phase;
  readonly activity: Activity;
  /** The latest session of the run, `<run>-<generation>`. */
  readonly session: string | null;
  readonly generation: number;
  readonly gateTokenHash: string;
  /** The hooks have been heard from: calls of this session do pass the gate. */
  readonly isGateProven: boolean;
  readonly vendorSession: string | null;
  readonly worktree: Worktree | null;
  readonly cwd: string;
  readonly columns: number;
  readonly rows: number;
  readonly holder: ProcessIdentity | null;
  readonly child: ProcessIdentity | null;
  readonly exit: { readonly code: number | null; readonly signal: number | null } | null;
  readonly restartsWhenEnded: boolean;
  readonly reason: string;
  readonly by: string;
  readonly requestedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** When phase or activity last changed. */
  readonly changedAt: number;
}

export type ApprovalState = 'pending' | 'approved' | 'rejected' | 'expired' | 'cancelled';

export interface Approval {
  readonly id: string;
  readonly run: string;
  readonly session: string;
  readonly agent: string;
  readonly call: ToolCall;
  readonly cwd: string;
  readonly branch: string | null;
  readonly reason: string;
  readonly hash: string;
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly state: ApprovalState;
  /** Who ended it, when, and in which words; null while it is pending. */
  readonly end: {
    readonly by: string;
    readonly at: number;
    readonly decision: string;
    readonly editedInput: Readonly<Record<string, unknown>> | null;
    readonly message: string;
  } | null;
  readonly dispatches: number;
  readonly executed: 'no' | 'succeeded' | 'failed';
}

/** A call the gate has judged and that has not been reported finished. */
export interface OpenCall {
  readonly call: ToolCall;
  readonly verdict: 'allow' | 'ask' | 'deny';
  readonly reason: string;
  readonly approval: string | null;
}

export interface Alarm {
  readonly seq: number;
  readonly at: number;
  readonly alarm: AlarmKind;
  readonly run: string | null;
  readonly message: string;
}

export interface Fleet {
  readonly seq: number;
  readonly projects: Readonly<
    Record<
      string,
      { readonly root: string; readonly name: string; readonly agents: readonly AgentDefinition[] }
    >
  >;
  readonly runs: Readonly<Record<string, Run>>;
  readonly approvals: Readonly<Record<string, Approval>>;
  /** By session, by call id. */
  readonly openCalls: Readonly<Record<string, Readonly<Record<string, OpenCall>>>>;
  readonly alarms: readonly Alarm[];
}

export const EMPTY_FLEET: Fleet = {
  seq: 0,
  projects: {},
  runs: {},
  approvals: {},
  openCalls: {},
  alarms: [],
};

/** Ended runs and approvals stay in sight this long; the log has them all. */
const ENDED_RUNS_MAX = 200;
const ENDED_APPROVALS_MAX = 300;
/** An agent has a handful of calls open; more means that it never reports any finished. */
const OPEN_CALLS_MAX = 200;
const ALARMS_MAX = 100;

export const isLive = (run: Run): boolean => run.phase === 'running' || run.phase === 'stopping';
export const isEnded = (run: Run): boolean =>
  run.phase === 'exited' || run.phase === 'lost' || run.phase === 'refused';

export const pendingApprovals = (fleet: Fleet): Approval[] =>
  Object.values(fleet.approvals).filter((approval) => approval.state === 'pending');

export const runOfSession = (fleet: Fleet, session: string): Run | undefined =>
  Object.values(fleet.runs).find((run) => run.session === session);

export function apply(fleet: Fleet, recorded: Recorded): Fleet {
  return { ...fold(fleet, recorded), seq: recorded.seq };
}

function fold(fleet: Fleet, recorded: Recorded): Fleet {
  const { event, at } = recorded;
  switch (event.type) {
    case 'daemon-started':
    case 'daemon-stopped':
    case 'text-sent':
      return fleet;
    case 'project-configured': {
      const { root, name, agents } = event;
      return { ...fleet, projects: { ...fleet.projects, [root]: { root, name, agents } } };
    }
    case 'run-requested':
      return withRun(dropOldRuns(fleet), {
        id: event.run,
        project: event.project,
        agent: event.agent,
        vendor: event.vendor,
        command: event.command,
        task: event.task,
        protection: event.protection,
        wantsWorktree: event.worktree,
        phase: 'requested',
        activity: 'unknown',
        session: null,
        generation: 0,
        gateTokenHash: '',
        isGateProven: false,
        vendorSession: null,
        worktree: null,
        cwd: event.project,
        columns: event.columns,
        rows: event.rows,
        holder: null,
        child: null,
        exit: null,
        restartsWhenEnded: false,
        reason: '',
        by: recorded.actor,
        requestedAt: at,
        startedAt: null,
        endedAt: null,
        changedAt: at,
      });
    case 'run-refused':
      return changeRun(fleet, event.run, {
        phase: 'refused',
        reason: event.reason,
        endedAt: at,
        changedAt: at,
      });
    case 'restart-requested':
      return changeRun(fleet, event.run, { restartsWhenEnded: true });
    case 'worktree-added': {
      const { repository, path, branch, base } = event;
      return changeRun(fleet, event.run, { worktree: { repository, path, branch, base }, cwd: path });
    }
    case 'worktree-removed':
      return changeRun(fleet, event.run, { worktree: null });
    case 'session-launching':
      return changeRun(fleet, event.run, {
        phase: 'launching',
        activity: 'unknown',
        session: event.session,
        generation: (fleet.runs[event.run]?.generation ?? 0) + 1,
        gateTokenHash: event.gateTokenHash,
        isGateProven: false,
        vendorSession: null,
        cwd: event.cwd,
        restartsWhenEnded: false,
        exit: null,
        reason: '',
        endedAt: null,
        changedAt: at,
      });
    case 'session-started':
      return changeRun(fleet, event.run, {
        phase: 'running',
        holder: event.holder,
        child: event.child,
        startedAt: at,
        changedAt: at,
      });
    case 'session-recovered':
      return changeRun(fleet, event.run, {
        phase: 'running',
        session: event.session,
        child: event.child,
        changedAt: at,
      });
    case 'stop-requested':
      return changeRun(fleet, event.run, { phase: 'stopping', reason: event.reason, changedAt: at });
    case 'session-exited':
      return endSession(fleet, event.session, event.run, {
        phase: 'exited',
        exit: { code: event.code, signal: event.signal },
        endedAt: event.exitedAt,
        changedAt: at,
      });
    case 'session-lost':
      return endSession(fleet, event.session, event.run, {
        phase: 'lost',
        reason: event.reason,
        endedAt: at,
        changedAt: at,
      });
    case 'activity-changed':
      return changeRun(fleet, event.run, { activity: event.activity, changedAt: at });
    case 'gate-proven':
      return changeRun(fleet, event.run, { isGateProven: true, vendorSession: event.vendorSession });
    case 'tool-judged':
      return withOpenCall(fleet, event.session, {
        call: event.call,
        verdict: event.verdict,
        reason: event.reason,
        approval: null,
      });
    case 'approval-requested': {
      const { approval, run, session, call, cwd, branch, reason, hash, expiresAt } = event;
      const asked = withOpenCall(dropOldApprovals(fleet), session, {
        call,
        verdict: 'ask',
        reason,
        approval,
      });
      const request: Approval = {
        id: approval,
        run,
        session,
        agent: recorded.agent ?? '',
        call,
        cwd,
        branch,
        reason,
        hash,
        requestedAt: at,
        expiresAt,
        state: 'pending',
        end: null,
        dispatches: 0,
        executed: 'no',
      };
      return { ...asked, approvals: { ...asked.approvals, [approval]: request } };
    }
    case 'approval-decided':
      return changeApproval(fleet, event.approval, {
        state: event.verdict,
        end: {
          by: recorded.actor,
          at,
          decision: event.decision,
          editedInput: event.editedInput,
          message: event.message,
        },
      });
    case 'approval-closed':
      return changeApproval(fleet, event.approval, {
        state: event.outcome,
        end: { by: recorded.actor, at, decision: '', editedInput: null, message: event.reason },
      });
    case 'verdict-dispatched':
      return changeApproval(fleet, event.approval, { dispatches: event.attempt });
    case 'tool-finished':
      return finishCall(fleet, event.session, event.call.id, event.outcome);
    case 'alarm-raised': {
      const { alarm, run, message } = event;
      const alarms = [...fleet.alarms, { seq: recorded.seq, at, alarm, run, message }];
      return { ...fleet, alarms: alarms.slice(-ALARMS_MAX) };
    }
    default:
      return event satisfies never;
  }
}

function withRun(fleet: Fleet, run: Run): Fleet {
  return { ...fleet, runs: { ...fleet.runs, [run.id]: run } };
}

function changeRun(fleet: Fleet, id: string, change: Partial<Run>): Fleet {
  const run = fleet.runs[id];
  return run ? withRun(fleet, { ...run, ...change }) : fleet;
}

function changeApproval(fleet: Fleet, id: string, change: Partial<Approval>): Fleet {
  const approval = fleet.approvals[id];
  return approval ? { ...fleet, approvals: { ...fleet.approvals, [id]: { ...approval, ...change } } } : fleet;
}

function endSession(fleet: Fleet, session: string, run: string, change: Partial<Run>): Fleet {
  const { [session]: _ended, ...openCalls } = fleet.openCalls;
  return changeRun({ ...fleet, openCalls }, run, { activity: 'unknown', ...change });
}

function withOpenCall(fleet: Fleet, session: string, call: OpenCall): Fleet {
  const calls = Object.entries({ ...fleet.openCalls[session], [call.call.id]: call });
  return {
    ...fleet,
    openCalls: { ...fleet.openCalls, [session]: Object.fromEntries(calls.slice(-OPEN_CALLS_MAX)) },
  };
}

function finishCall(fleet: Fleet, session: string, id: string, outcome: 'succeeded' | 'failed'): Fleet {
  const { [id]: finished, ...rest } = fleet.openCalls[session] ?? {};
  const closed = { ...fleet, openCalls: { ...fleet.openCalls, [session]: rest } };
  return finished?.approval ? changeApproval(closed, finished.approval, { executed: outcome }) : closed;
}

/** Forgets the oldest ended runs past the bound; one that still has a worktree stays, somebody must decide on it. */
function dropOldRuns(fleet: Fleet): Fleet {
  const old = Object.values(fleet.runs)
    .filter((run) => isEnded(run) && !run.worktree)
    .sort((a, b) => a.requestedAt - b.requestedAt);
  if (old.length < ENDED_RUNS_MAX) return fleet;
  const runs = { ...fleet.runs };
  for (const run of old.slice(0, old.length - ENDED_RUNS_MAX + 1)) delete runs[run.id];
  return { ...fleet, runs };
}

function dropOldApprovals(fleet: Fleet): Fleet {
  const old = Object.values(fleet.approvals)
    .filter((approval) => approval.state !== 'pending')
    .sort((a, b) => a.requestedAt - b.requestedAt);
  if (old.length < ENDED_APPROVALS_MAX) return fleet;
  const approvals = { ...fleet.approvals };
  for (const approval of old.slice(0, old.length - ENDED_APPROVALS_MAX + 1)) delete approvals[approval.id];
  return { ...fleet, approvals };
}
