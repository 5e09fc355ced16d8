/** The life of an approval: one request, one verdict, whatever crashes, repeats or races. */
import { happened, nothing, refused, type Decision } from '../decision.ts';
import type { FleetEvent } from '../event.ts';
import { pendingApprovals, type Approval, type Fleet } from '../fleet.ts';
import type { Input, Moment } from '../input.ts';

export function decideApproval(
  fleet: Fleet,
  input: Extract<Input, { type: 'decide' }>,
  moment: Moment,
): Decision {
  const approval = fleet.approvals[input.approval];
  if (!approval)
    return refused('NO_APPROVAL', `there is no approval ${input.approval}; see: fleet approvals`);
  if (approval.state !== 'pending') {
    // The same decision again (a resend after a crash) gets the same answer; any other comes too late.
    if (approval.end?.decision === input.decision && input.decision !== '') return nothing;
    return refused('DECIDED', `already ${describeEnd(approval, moment.at)}`);
  }
  if (approval.hash !== input.hash)
    return refused('HASH', `what you decided on is not what ${approval.id} asks for; look at it again`);
  if (moment.at >= approval.expiresAt)
    return { events: expireApprovals(fleet, moment.at), refusal: late(approval) };
  if (input.decision === '') return refused('DECISION', 'a decision needs an id of its own');
  const { id, run, session } = approval;
  return happened({
    type: 'approval-decided',
    approval: id,
    run,
    session,
    verdict: input.verdict,
    decision: input.decision,
    hash: input.hash,
    editedInput: input.verdict === 'approved' ? input.editedInput : null,
    message: input.message,
  });
}

/** Requests whose time is up are denied, always. */
export function expireApprovals(fleet: Fleet, at: number): FleetEvent[] {
  return pendingApprovals(fleet)
    .filter((approval) => at >= approval.expiresAt)
    .map(({ id, run, session }) => ({
      type: 'approval-closed',
      approval: id,
      run,
      session,
      outcome: 'expired',
      reason: 'nobody answered in time',
    }));
}

/** The hook hung up while its request was open: the agent gave the call up, nobody needs to decide any more. */
export function hookGone(fleet: Fleet, session: string, call: string): FleetEvent[] {
  const id = fleet.openCalls[session]?.[call]?.approval;
  const approval = id ? fleet.approvals[id] : undefined;
  if (approval?.state !== 'pending') return [];
  return [
    {
      type: 'approval-closed',
      approval: approval.id,
      run: approval.run,
      session,
      outcome: 'cancelled',
      reason: 'the agent gave the call up',
    },
  ];
}

function describeEnd(approval: Approval, at: number): string {
  const seconds = Math.max(0, Math.round((at - (approval.end?.at ?? at)) / 1000));
  const by = (approval.end?.by ?? 'daemon').replace(/^person:/, '');
  const message = approval.end?.message;
  return `${approval.state} by ${by} ${seconds} s ago${message ? ` (${message})` : ''}`;
}

const late = (approval: Approval) => ({
  code: 'EXPIRED',
  message: `${approval.id} expired before the decision came`,
});
