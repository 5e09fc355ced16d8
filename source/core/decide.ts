/** (fleet, input) → events, or a refusal in words. Pure: the same state and input always say the same. */
import { endApprovals, expireApprovals, hookGone } from './approvals/close-approvals.ts';
import { addGrant, revokeGrant } from './approvals/grants.ts';
import { decideBatch } from './approvals/decide-batch.ts';
import { decideApproval, undoDecision } from './approvals/decide-approval.ts';
import { dispatchVerdict } from './approvals/dispatch.ts';
import { snoozeApproval } from './approvals/snooze.ts';
import { budgetRefusal, decideReset, enforceBudgets } from './budget-limits.ts';
import { canonicalJson } from './canonical-json.ts';
import { happened, nothing, refused, type Decision } from './decision.ts';
import type { FleetEvent } from './event.ts';
import { isEnded, isLive, pendingApprovals, runOfSession, type Fleet, type Run } from './fleet.ts';
import { decideHook, judgeAgain } from './hooks.ts';
import type { Input, Moment } from './input.ts';
import { grantScope, revokeScope, withGrants } from './permissions/scopes.ts';
import { noticeAttempt, withHosts } from './network/hosts-of-run.ts';
import { tierOf } from './permissions/policy-of.ts';
import {
  holdAgent,
  letGoOfAgent,
  quarantineAgent,
  releaseAgent,
  startRefusal,
  stopIfQuarantined,
} from './quarantine.ts';
import { setTier } from './permissions/tiers.ts';
import { unprovenGates } from './unproven-gates.ts';
import { adapterOf } from './vendors/registry.ts';

export function decide(fleet: Fleet, input: Input, moment: Moment): Decision {
  return withHosts(fleet, withGrants(fleet, decideInput(fleet, input, moment)));
}

function decideInput(fleet: Fleet, input: Input, moment: Moment): Decision {
  switch (input.type) {
    case 'configure': {
      const { root, name, defaults, backend, agents } = input.project;
      const known = fleet.projects[root];
      const isSame =
        known &&
        JSON.stringify([known.name, known.defaults, known.backend, known.agents]) ===
          JSON.stringify([name, defaults, backend, agents]);
      if (isSame) return nothing;
      const said = { ...(defaults ? { defaults } : {}), ...(backend ? { backend } : {}) };
      return happened({ type: 'project-configured', root, name, ...said, agents });
    }
    case 'configure-policy':
      return canonicalJson(fleet.policy) === canonicalJson(input.policy)
        ? nothing
        : happened({ type: 'policy-configured', ...input.policy });
    case 'set-tier':
      return setTier(fleet, input);
    case 'grant-scope':
      return grantScope(fleet, input, moment);
    case 'revoke-scope':
      return revokeScope(fleet, input);
    case 'start-run':
      return startRun(fleet, input, moment);
    case 'workspace-ready':
      return workspaceReady(fleet, input);
    case 'run-failed':
      return withRun(fleet, input.run, (run) =>
        isEnded(run) || isLive(run)
          ? nothing
          : happened({ type: 'run-refused', run: run.id, reason: input.reason }),
      );
    case 'session-started': {
      const run = runOfSession(fleet, input.session);
      if (run?.phase !== 'launching') return nothing;
      const { session, holder, child, isContained } = input;
      const said = isContained === undefined ? {} : { isContained };
      return happened(
        { type: 'session-started', run: run.id, session, holder, child, ...said },
        ...stopIfQuarantined(fleet, run),
      );
    }
    case 'session-recovered': {
      const known = fleet.runs[input.run];
      // A run the log knows of is reconciled, not recovered; one it has forgotten comes back as it is found.
      return known && !isEnded(known) ? nothing : happened(input);
    }
    case 'session-exited': {
      const run = runOfSession(fleet, input.session);
      if (!run || isEnded(run)) return nothing;
      const { session, code, signal, exitedAt } = input;
      return happened(...endApprovals(fleet, session, 'the session ended'), {
        type: 'session-exited',
        run: run.id,
        session,
        code,
        signal,
        exitedAt,
      });
    }
    case 'session-lost': {
      const run = runOfSession(fleet, input.session);
      if (!run || isEnded(run)) return nothing;
      const { session, reason } = input;
      return happened(
        ...endApprovals(fleet, session, 'the session was lost'),
        { type: 'session-lost', run: run.id, session, reason },
        {
          type: 'alarm-raised',
          alarm: 'session-lost',
          run: run.id,
          session,
          message: `${run.agent}: ${reason}`,
        },
      );
    }
    case 'stop-run':
      return withRun(fleet, input.run, (run) => {
        if (run.phase === 'stopping') return nothing;
        if (run.phase === 'requested' || run.phase === 'launching')
          return refused('STARTING', `run ${run.id} is still starting; try again in a moment`);
        if (!isLive(run)) return refused('NOT_LIVE', `run ${run.id} has already ended`);
        return happened({ type: 'stop-requested', run: run.id, session: run.session!, reason: input.reason });
      });
    case 'restart-run':
      return withRun(fleet, input.run, (run) => {
        if (run.phase === 'requested' || run.phase === 'launching')
          return refused('STARTING', `run ${run.id} is still starting; try again in a moment`);
        const refusal = startRefusal(fleet, run) ?? budgetRefusal(fleet, run, moment.at);
        if (refusal) return refusal;
        const again: FleetEvent = { type: 'restart-requested', run: run.id };
        return run.phase === 'running'
          ? happened(again, { type: 'stop-requested', run: run.id, session: run.session!, reason: 'restart' })
          : happened(again);
      });
    case 'text-sent':
      return withRun(fleet, input.run, (run) =>
        happened({
          type: 'text-sent',
          run: run.id,
          session: run.session ?? '',
          characters: input.characters,
          delivery: input.delivery,
        }),
      );
    case 'hook':
      return { events: decideHook(fleet, input, moment) };
    case 'judge-again':
      return { events: judgeAgain(fleet, input, moment) };
    case 'hook-gone':
      return { events: callGivenUp(fleet, input) };
    case 'dispatch':
      return dispatchVerdict(fleet, input, moment);
    case 'decide':
      return decideApproval(fleet, input, moment);
    case 'decide-batch':
      return decideBatch(fleet, input, moment);
    case 'rule-changed': {
      const { type: _, change, ...changed } = input;
      return happened({ type: change === 'added' ? 'rule-added' : 'rule-removed', ...changed });
    }
    case 'grant':
      return addGrant(fleet, input, moment);
    case 'revoke-grant':
      return revokeGrant(fleet, input);
    case 'undo':
      return undoDecision(fleet, input, moment);
    case 'snooze':
      return snoozeApproval(fleet, input, moment);
    case 'network-attempt':
      return noticeAttempt(fleet, input, moment);
    case 'model-requested': {
      const run = runOfSession(fleet, input.session);
      return run ? happened({ ...input, run: run.id }) : nothing;
    }
    case 'worktree-removed':
      return withRun(fleet, input.run, (run) =>
        run.worktree
          ? happened({
              type: 'worktree-removed',
              run: run.id,
              path: run.worktree.path,
              branch: run.worktree.branch,
              isForced: input.isForced,
            })
          : nothing,
      );
    case 'alarm':
      return happened({
        type: 'alarm-raised',
        alarm: input.alarm,
        run: input.run,
        session: input.run === null ? null : (fleet.runs[input.run]?.session ?? null),
        message: input.message,
      });
    case 'quarantine':
      return quarantineAgent(fleet, input, moment);
    case 'release':
      return releaseAgent(fleet, input, moment);
    case 'hold':
      return holdAgent(fleet, input);
    case 'let-go':
      return letGoOfAgent(fleet, input, moment);
    case 'reset-budget':
      return decideReset(fleet, input, moment);
    case 'risk-changed':
      return happened(input.event);
    case 'daemon-started':
      return happened({ type: 'daemon-started', version: input.version, process: input.process });
    case 'daemon-stopped':
      return happened({ type: 'daemon-stopped' });
    case 'tick':
      return {
        events: [
          ...expireApprovals(fleet, moment.at),
          ...unprovenGates(fleet, moment.at),
          ...enforceBudgets(fleet, moment.at),
        ],
      };
    default:
      return input satisfies never;
  }
}

/**
 * A call that was given up while it waited: somebody pressed Esc in the agent's terminal, and no hook tells of
 * that. With nothing else waiting the agent has come to rest.
 */
function callGivenUp(
  fleet: Fleet,
  { session, call }: Extract<Input, { type: 'hook-gone' }>,
): readonly FleetEvent[] {
  const events = hookGone(fleet, session, call);
  const run = runOfSession(fleet, session);
  if (events.length === 0 || run?.activity !== 'working') return events;
  const given = fleet.openCalls[session]?.[call]?.approval;
  const isWaiting = pendingApprovals(fleet).some(
    (approval) => approval.session === session && approval.id !== given,
  );
  return isWaiting
    ? events
    : [...events, { type: 'activity-changed', run: run.id, session, activity: 'idle' }];
}

function startRun(fleet: Fleet, input: Extract<Input, { type: 'start-run' }>, moment: Moment): Decision {
  const { agent, project, task, columns, rows } = input;
  if (agent.isEnabled === false)
    return refused('DISABLED', `${agent.name} is disabled; set "enabled: true" in its file to start it`);
  const name = { project, agent: agent.name };
  const refusal = startRefusal(fleet, name) ?? budgetRefusal(fleet, name, moment.at);
  if (refusal) return refusal;
  const isAttended = input.isAttended ?? true;
  if (!isAttended && !tierOf(fleet, project, agent.name).isOwn)
    return refused(
      'NO_TIER',
      `nobody would be there to ask, and ${agent.name} has no tier of its own; give it one: "permissions: {execution_tier: …}" in its file, or fleet tier ${agent.name} TIER`,
    );
  const live = Object.values(fleet.runs).filter(
    (run) => run.project === project && run.agent === agent.name && !isEnded(run),
  );
  if (live.length >= agent.maxConcurrent)
    return refused(
      'BUSY',
      `${agent.name} already has ${live.length} of ${agent.maxConcurrent} runs at once (${live.map((run) => run.id).join(', ')}); stop one or raise max_concurrent`,
    );
  return happened({
    type: 'run-requested',
    run: moment.fresh,
    project,
    agent: agent.name,
    vendor: agent.vendor,
    command: agent.command,
    task,
    worktree: agent.worktree,
    maxConcurrent: agent.maxConcurrent,
    columns,
    rows,
    protection: adapterOf(agent.vendor).protection,
    ...(isAttended ? {} : { isAttended }),
  });
}

function workspaceReady(fleet: Fleet, input: Extract<Input, { type: 'workspace-ready' }>): Decision {
  return withRun(fleet, input.run, (run) => {
    const { refusal } = startRefusal(fleet, run) ?? {};
    if (refusal) return happened({ type: 'run-refused', run: run.id, reason: refusal.message });
    const events: FleetEvent[] = [];
    if (input.worktree && !run.worktree)
      events.push({ type: 'worktree-added', run: run.id, ...input.worktree });
    events.push({
      type: 'session-launching',
      run: run.id,
      session: `${run.id}-${run.generation + 1}`,
      cwd: input.cwd,
      gateTokenHash: input.gateTokenHash,
    });
    return { events };
  });
}

function withRun(fleet: Fleet, id: string, then: (run: Run) => Decision): Decision {
  const run = fleet.runs[id];
  return run ? then(run) : refused('NO_RUN', `there is no run ${id}; see: fleet ls`);
}
