/**
 * Scopes of a run: asked for by its agent, granted and revoked by people, gone with it. A scope that is off
 * is a ceiling that no rule opens.
 */
import type { Tier } from '../agent.ts';
import { closed } from '../approvals/close-approvals.ts';
import { requestApproval } from '../approvals/request.ts';
import { happened, refused, type Decision } from '../decision.ts';
import type { FleetEvent } from '../event.ts';
import { isEnded, type Approval, type Fleet, type Run } from '../fleet.ts';
import type { Input, Moment } from '../input.ts';
import type { Scope } from '../policy/verdict.ts';

/** The question to a person whether the run may have the scope. */
export function scopeRequest(
  fleet: Fleet,
  asked: {
    readonly run: Run;
    readonly session: string;
    readonly scope: Scope;
    readonly reason: string;
    readonly cwd: string;
    readonly tier: Tier;
    readonly lifeMs: number;
  },
  moment: Moment,
): Extract<FleetEvent, { type: 'approval-requested' }> {
  const { run, session, scope, reason, cwd, tier, lifeMs } = asked;
  return requestApproval(
    {
      agent: run.agent,
      run: run.id,
      session,
      subject: { type: 'scope', scope, reason },
      cwd,
      branch: run.worktree?.branch ?? null,
      reason: `${run.agent} asks for the scope ${scope}`,
      tier,
      grounds: null,
    },
    {
      moment,
      judgement: null,
      lifeMs,
      needs: { votes: 1, approvers: fleet.policy.granters[scope] ?? null },
    },
  );
}

/** The one question about this scope that waits for an answer; many calls may wait for the same. */
export function waitingScopeRequest(fleet: Fleet, run: string, scope: Scope): Approval | undefined {
  return Object.values(fleet.approvals).find(
    ({ state, run: its, subject }) =>
      state === 'pending' && its === run && subject.type === 'scope' && subject.scope === scope,
  );
}

export function grantScope(
  fleet: Fleet,
  input: Extract<Input, { type: 'grant-scope' }>,
  { actor }: Moment,
): Decision {
  const { scope, reason } = input;
  const run = fleet.runs[input.run];
  if (!run || isEnded(run) || !run.session) return notLive(run, input.run);
  if (reason.trim() === '') return refused('NO_REASON', 'say why: --reason TEXT; it stays in the log');
  const granters = fleet.policy.granters[scope];
  if (granters && !granters.includes(nameOf(actor)))
    return refused(
      'NOT_GRANTER',
      `${scope} is for ${granters.join(' or ') || 'nobody'} to grant (policy.yaml, grants), not for ${nameOf(actor)}`,
    );
  if (isOn(fleet, run, scope)) return refused('SCOPE_ON', `run ${run.id} has the scope ${scope} already`);
  const waiting = waitingScopeRequest(fleet, run.id, scope);
  return happened(
    { type: 'scope-granted', run: run.id, session: run.session, scope, reason, approval: null },
    ...(waiting ? [closed(waiting, 'superseded', `granted by ${nameOf(actor)}: ${reason}`)] : []),
  );
}

/** Anybody may: it only takes away. */
export function revokeScope(fleet: Fleet, input: Extract<Input, { type: 'revoke-scope' }>): Decision {
  const { scope, reason } = input;
  const run = fleet.runs[input.run];
  if (!run || isEnded(run) || !run.session) return notLive(run, input.run);
  if (!run.grants[scope])
    return refused(
      'SCOPE_OFF',
      fleet.policy.scopes.includes(scope)
        ? `every run has the scope ${scope}; take it out of "scopes:" in policy.yaml`
        : `run ${run.id} does not have the scope ${scope}`,
    );
  return happened({ type: 'scope-revoked', run: run.id, session: run.session, scope, reason });
}

/** A yes to a scope request is the grant. */
export function withGrants(fleet: Fleet, decision: Decision): Decision {
  const grants = decision.events.flatMap((event): FleetEvent[] => {
    if (event.type !== 'approval-decided' || event.verdict !== 'approved') return [];
    const subject = fleet.approvals[event.approval]?.subject;
    if (subject?.type !== 'scope') return [];
    const { run, session, approval, message } = event;
    const reason = message || subject.reason;
    return [{ type: 'scope-granted', run, session, scope: subject.scope, reason, approval }];
  });
  return grants.length === 0 ? decision : { ...decision, events: [...decision.events, ...grants] };
}

const isOn = ({ policy }: Pick<Fleet, 'policy'>, run: Pick<Run, 'grants'>, scope: Scope): boolean =>
  policy.scopes.includes(scope) || run.grants[scope] !== undefined;

const notLive = (run: Run | undefined, named: string): Decision =>
  run
    ? refused('NOT_LIVE', `run ${run.id} is not running; a scope ends with its run`)
    : refused('NO_RUN', `there is no run ${named}; see: fleet ls`);

const nameOf = (actor: string): string => actor.replace(/^person:/, '');
