/** The fold: (fleet, recorded event) → fleet. The daemon and every client run the same one. */
import type { FleetEvent, Recorded } from './event.ts';
import { isEnded, isFinal, type Approval, type Fleet, type OpenCall, type Run } from './fleet.ts';
import { applyToBudgets, type BudgetState } from './budget.ts';
import { applyBudgetEvent } from './budget-limits.ts';
import { applyAllowedHost } from './network/hosts-of-run.ts';
import { afterScopeRefused, applyPermissions, applySubagents } from './permissions/fold.ts';
import { applyQuarantine } from './quarantine.ts';

/** Ended runs and approvals stay in sight this long; the log has them all. */
const ENDED_RUNS_MAX = 200;
const ENDED_APPROVALS_MAX = 300;
/** An agent has a handful of calls open; more means that it never reports any finished. */
const OPEN_CALLS_MAX = 200;
const ALARMS_MAX = 100;

export function apply(fleet: Fleet, recorded: Recorded): Fleet {
  const next = fold(fleet, recorded);
  return { ...next, budgets: budgetsAfter(next, recorded), seq: recorded.seq };
}

/** Run time is counted by the same events; runs that are out of sight need not be told apart any more. */
function budgetsAfter({ budgets, runs }: Fleet, recorded: Recorded): BudgetState {
  const next = applyToBudgets(budgets, recorded);
  if (recorded.event.type !== 'run-requested') return next;
  const known = Object.entries(next.agentOfRun).filter(([run]) => runs[run] !== undefined);
  return { ...next, agentOfRun: Object.fromEntries(known) };
}

function fold(fleet: Fleet, recorded: Recorded): Fleet {
  const { event, at } = recorded;
  switch (event.type) {
    case 'daemon-started':
    case 'daemon-stopped':
    case 'text-sent':
    case 'network-attempt':
    case 'model-requested':
      return fleet;
    case 'host-allowed':
      return applyAllowedHost(fleet, event, recorded);
    case 'budget-warning':
    case 'budget-exceeded':
    case 'budget-reset':
      return applyBudgetEvent(fleet, event, at);
    case 'risk-level-changed':
    case 'insight-raised':
      return fleet;
    case 'agent-quarantined':
    case 'agent-released':
    case 'agent-held':
    case 'agent-let-go':
      return applyQuarantine(fleet, event, recorded.actor, at);
    case 'project-configured':
    case 'policy-configured':
    case 'tier-set':
    case 'scope-granted':
    case 'scope-revoked':
      return applyPermissions(fleet, event, recorded);
    case 'subagent-began':
    case 'subagent-ended':
    case 'subagent-expected':
      return applySubagents(fleet, event, at);
    case 'run-requested':
      return withRun(dropOldRuns(fleet), {
        ...newRun(event.run, at),
        project: event.project,
        agent: event.agent,
        vendor: event.vendor,
        command: event.command,
        task: event.task,
        protection: event.protection,
        isAttended: event.isAttended ?? true,
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
        grants: {},
        refusedScopes: {},
        hosts: [],
        subagents: [],
        expectedSubagents: [],
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
        ...(event.isContained === undefined ? {} : { isContained: event.isContained }),
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
        kind: event.kind ?? null,
      });
    case 'call-held': {
      const { call, reason, kind, scope, approval } = event;
      const heldFor = { scope, approval };
      return withOpenCall(fleet, event.session, {
        call,
        verdict: 'ask',
        reason,
        approval: null,
        kind,
        heldFor,
      });
    }
    case 'approval-requested':
      return requestApproval(fleet, recorded, event);
    case 'approval-decided':
      return changeApproval(afterScopeRefused(fleet, event, recorded), event.approval, {
        state: event.verdict,
        end: {
          by: recorded.actor,
          at,
          decision: event.decision,
          editedInput: event.editedInput,
          editedGrounds: event.editedGrounds ?? null,
          message: event.message,
          isResponse: event.isResponse ?? false,
          dispatchAt: event.dispatchAt ?? at,
        },
      });
    case 'approval-voted': {
      const votes = fleet.approvals[event.approval]?.votes ?? [];
      const vote = { by: recorded.actor, at, decision: event.decision };
      return changeApproval(fleet, event.approval, { votes: [...votes, vote] });
    }
    case 'approval-undone':
      return changeApproval(fleet, event.approval, { state: 'pending', end: null });
    case 'approval-snoozed':
      return changeApproval(fleet, event.approval, { snoozedUntil: event.until });
    case 'approval-reminded':
      return changeApproval(fleet, event.approval, { reminders: event.step });
    case 'rule-added':
    case 'rule-removed':
      // What the file says is folded when it is read.
      return fleet;
    case 'grant-added': {
      const { grant: id, rule, holder, reason, until } = event;
      const grant = { id, rule, holder, reason, by: recorded.actor, at, until, uses: 0, lastUsedAt: null };
      const alive = Object.entries(fleet.grants).filter(([, known]) => at < known.until);
      return { ...fleet, grants: { ...Object.fromEntries(alive), [id]: grant } };
    }
    case 'grant-revoked': {
      const { [event.grant]: _, ...grants } = fleet.grants;
      return { ...fleet, grants };
    }
    case 'grant-used': {
      const grant = fleet.grants[event.grant];
      if (!grant) return fleet;
      const used = { ...grant, uses: grant.uses + 1, lastUsedAt: at };
      return { ...fleet, grants: { ...fleet.grants, [grant.id]: used } };
    }
    case 'approval-closed':
      return closeApproval(fleet, recorded, event);
    case 'verdict-dispatched': {
      const state = fleet.approvals[event.approval]?.state;
      return changeApproval(fleet, event.approval, {
        dispatches: event.attempt,
        ...(state === 'approved' ? { state: 'dispatched' } : {}),
      });
    }
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
  isAttended: true,
  grants: {},
  refusedScopes: {},
  subagents: [],
  expectedSubagents: [],
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

function requestApproval(
  fleet: Fleet,
  { agent, at }: Recorded,
  event: Extract<FleetEvent, { type: 'approval-requested' }>,
): Fleet {
  const { approval: id, run, session, cwd, branch, reason, hash, expiresAt } = event;
  const subject = event.subject ?? {
    type: 'tool-call',
    vendor: fleet.runs[run]?.vendor ?? 'command',
    call: event.call ?? { id: '', tool: '', input: {}, subagent: null },
  };
  const request: Approval = {
    id,
    form: event.subject ? 2 : 1,
    run,
    session,
    agent: agent ?? '',
    subject,
    cwd,
    branch,
    reason,
    tier: event.tier ?? null,
    decidedBy: event.judgement?.decidedBy ?? null,
    judgement: event.judgement ?? null,
    grounds: event.grounds ?? null,
    supersedes: event.supersedes ?? null,
    hash,
    requestedAt: at,
    expiresAt,
    needs: event.needs ?? { votes: 1, approvers: null },
    votes: [],
    snoozedUntil: null,
    reminders: 0,
    state: 'pending',
    end: null,
    dispatches: 0,
  };
  const known = dropOldApprovals(fleet);
  const asked =
    subject.type === 'tool-call'
      ? withOpenCall(known, session, {
          call: subject.call,
          verdict: 'ask',
          reason,
          approval: id,
          kind: event.kind ?? null,
        })
      : known;
  return { ...asked, approvals: { ...asked.approvals, [id]: request } };
}

/** What was decided stays on record with it; only what was still open ends by somebody else's word. */
function closeApproval(
  fleet: Fleet,
  { actor, at }: Recorded,
  event: Extract<FleetEvent, { type: 'approval-closed' }>,
): Fleet {
  const end = fleet.approvals[event.approval]?.end ?? {
    by: actor,
    at,
    decision: '',
    editedInput: null,
    editedGrounds: null,
    message: event.reason,
    isResponse: false,
    dispatchAt: at,
  };
  return changeApproval(fleet, event.approval, {
    state: event.outcome,
    end: { ...end, message: event.reason },
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
  return changeRun({ ...fleet, openCalls }, run, {
    activity: 'unknown',
    grants: {},
    refusedScopes: {},
    hosts: [],
    ...change,
  });
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

const isPending = (fleet: Fleet, { approval, heldFor }: OpenCall): boolean => {
  if (heldFor) return true;
  const known = approval === null ? undefined : fleet.approvals[approval];
  return known !== undefined && !isFinal(known);
};

function finishCall(fleet: Fleet, session: string, id: string, outcome: 'succeeded' | 'failed'): Fleet {
  const { [id]: finished, ...rest } = fleet.openCalls[session] ?? {};
  const closed = { ...fleet, openCalls: { ...fleet.openCalls, [session]: rest } };
  const approval = fleet.approvals[finished?.approval ?? ''];
  // A refused call is reported as failed by some agents: that is no execution.
  if (approval?.state !== 'dispatched') return closed;
  return changeApproval(closed, approval.id, { state: outcome === 'succeeded' ? 'executed' : 'failed' });
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
  const old = Object.values(fleet.approvals).filter(isFinal);
  if (old.length < ENDED_APPROVALS_MAX) return fleet;
  old.sort((a, b) => a.requestedAt - b.requestedAt);
  const approvals = { ...fleet.approvals };
  for (const approval of old.slice(0, old.length - ENDED_APPROVALS_MAX + 1)) delete approvals[approval.id];
  return { ...fleet, approvals };
}
