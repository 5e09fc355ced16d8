/** The fold: (fleet, recorded event) → fleet. The daemon and every client run the same one. */
import type { FleetEvent, Recorded } from './event.ts';
import { isEnded, type Approval, type Fleet, type OpenCall, type Run } from './fleet.ts';

/** Ended runs and approvals stay in sight this long; the log has them all. */
const ENDED_RUNS_MAX = 200;
const ENDED_APPROVALS_MAX = 300;
/** An agent has a handful of calls open; more means that it never reports any finished. */
const OPEN_CALLS_MAX = 200;
const ALARMS_MAX = 100;

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
        ...newRun(event.run, at),
        project: event.project,
        agent: event.agent,
        vendor: event.vendor,
        command: event.command,
        task: event.task,
        protection: event.protection,
        wantsWorktree: event.worktree,
        cwd: event.project,
        columns: event.columns,
        rows: event.rows,
        by: recorded.actor,
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
      return recoverRun(fleet, event, at);
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

const newRun = (id: string, at: number): Run => ({
  id,
  project: '',
  agent: '',
  vendor: 'command',
  command: [],
  task: '',
  protection: 'contained only',
  wantsWorktree: false,
  phase: 'requested',
  activity: 'unknown',
  session: null,
  generation: 0,
  gateTokenHash: '',
  isGateProven: false,
  vendorSession: null,
  worktree: null,
  cwd: '',
  columns: 80,
  rows: 24,
  holder: null,
  child: null,
  exit: null,
  restartsWhenEnded: false,
  reason: '',
  by: 'daemon',
  requestedAt: at,
  startedAt: null,
  endedAt: null,
  changedAt: at,
});

/** A session the log knows nothing of but its own files: what it was asked to do, and by whom, is gone. */
function recoverRun(
  fleet: Fleet,
  event: Extract<FleetEvent, { type: 'session-recovered' }>,
  at: number,
): Fleet {
  const known = fleet.runs[event.run] ?? { ...newRun(event.run, at), agent: 'recovered' };
  return withRun(fleet, {
    ...known,
    command: known.command.length > 0 ? known.command : [event.program],
    project: known.project || event.directory,
    cwd: known.cwd || event.directory,
    phase: 'running',
    session: event.session,
    generation: Number(event.session.split('-').at(-1)) || 1,
    holder: event.holder,
    child: event.child,
    exit: null,
    startedAt: event.startedAt,
    endedAt: null,
    changedAt: at,
  });
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
  const calls = { ...fleet.openCalls[session], [call.call.id]: call };
  const ids = Object.keys(calls);
  if (ids.length > OPEN_CALLS_MAX) {
    // The oldest that nobody waits for: an open question is never forgotten.
    const spare = ids.find((id) => !isPending(fleet, calls[id]!) && id !== call.call.id);
    if (spare !== undefined) delete calls[spare];
  }
  return { ...fleet, openCalls: { ...fleet.openCalls, [session]: calls } };
}

const isPending = (fleet: Fleet, { approval }: OpenCall): boolean =>
  approval !== null && fleet.approvals[approval]?.state === 'pending';

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
