/** The life of an approval: one request, one verdict, whatever crashes, repeats or races. */
import { happened, nothing, refused, type Decision } from '../decision.ts';
import type { FleetEvent } from '../event.ts';
import type { Approval, Fleet } from '../fleet.ts';
import type { Input, Moment } from '../input.ts';
import { closed, expireApprovals } from './close-approvals.ts';
import { changesSince, type Grounds } from './grounds.ts';
import { requestAgain } from './request.ts';

/** The longest an answer is held: whoever wants longer wants to snooze. */
const UNDO_MS_MAX = 60_000;

type Decide = Extract<Input, { type: 'decide' }>;

export function decideApproval(fleet: Fleet, input: Decide, moment: Moment): Decision {
  const approval = fleet.approvals[input.approval];
  if (!approval)
    return refused('NO_APPROVAL', `there is no approval ${input.approval}; see: fleet approvals`);
  if (isRepeated(approval, input.decision)) return nothing;
  const objection = objectionTo(approval, input, moment);
  if (objection) {
    const events = objection.code === 'EXPIRED' ? expireApprovals(fleet, moment.at) : [];
    return { events, refusal: objection };
  }
  return input.verdict === 'rejected'
    ? happened(decided(approval, input, moment))
    : approve(approval, input, moment);
}

/** The same decision again (a resend after a crash) gets the same answer. */
function isRepeated(approval: Approval, decision: string): boolean {
  if (decision === '') return false;
  return approval.end?.decision === decision || approval.votes.some((vote) => vote.decision === decision);
}

/** Why this decision does not count, if so. Also asked of each member of a batch. */
export function objectionTo(
  approval: Approval,
  input: Pick<Decide, 'hash' | 'decision' | 'verdict'>,
  moment: Moment,
): Decision['refusal'] {
  const { id, needs } = approval;
  const no = (code: string, message: string) => ({ code, message });
  if (approval.state !== 'pending') return no('DECIDED', `already ${describeEnd(approval, moment.at)}`);
  if (approval.hash !== input.hash)
    return no('HASH', `what you decided on is not what ${id} asks for; look at it again`);
  if (moment.at >= approval.expiresAt) return no('EXPIRED', `${id} expired before the decision came`);
  if (input.decision === '') return no('DECISION', 'a decision needs an id of its own');
  const name = nameOf(moment.actor);
  if (needs.approvers && !needs.approvers.includes(name))
    return no('NOT_APPROVER', `${id} is for ${needs.approvers.join(' or ')} to decide, not for ${name}`);
  if (input.verdict === 'approved' && approval.votes.some(({ by }) => by === moment.actor))
    return no(
      'VOTED',
      `you have approved ${id} already; it needs ${needs.votes} different people, ${needs.votes - approval.votes.length} more`,
    );
  return undefined;
}

function approve(approval: Approval, input: Decide, moment: Moment): Decision {
  const { id, run, session, needs, votes } = approval;
  const changes = changesOf(approval, input.grounds ?? null);
  if (changes.length > 0) {
    const again = requestAgain(approval, { grounds: input.grounds!, moment });
    return {
      events: [closed(approval, 'superseded', changes.join('; ')), again],
      refusal: {
        code: 'CHANGED',
        message: `${id} is not what you saw any more: ${changes.join('; ')}; it is asked again as ${again.approval}`,
      },
    };
  }
  if (input.editedInput && needs.votes > 1)
    return refused('EDITED', `${id} needs ${needs.votes} people, who must all say yes to the same input`);
  if (votes.length + 1 >= needs.votes) return happened(decided(approval, input, moment));
  const { decision, hash, message } = input;
  return happened({ type: 'approval-voted', approval: id, run, session, decision, hash, message });
}

/** Of its own input; what a person writes instead has grounds of its own. */
export function changesOf(approval: Approval, now: Grounds | null): readonly string[] {
  const before = approval.end?.editedInput ? approval.end.editedGrounds : approval.grounds;
  return before && now ? changesSince(before, now) : [];
}

function decided(approval: Approval, input: Decide, moment: Moment): FleetEvent {
  const { id, run, session, expiresAt, subject } = approval;
  const isApproved = input.verdict === 'approved';
  // A scope is granted by the yes itself; it is taken back by revoking it.
  const wanted = subject.type === 'tool-call' ? (input.undoMs ?? 0) : 0;
  const undoMs = Math.max(0, Math.min(wanted, UNDO_MS_MAX, expiresAt - moment.at));
  return {
    type: 'approval-decided',
    approval: id,
    run,
    session,
    verdict: input.verdict,
    decision: input.decision,
    hash: input.hash,
    editedInput: isApproved ? input.editedInput : null,
    editedGrounds: isApproved && input.editedInput ? (input.editedGrounds ?? null) : null,
    message: input.message,
    isResponse: !isApproved && (input.isResponse ?? false),
    dispatchAt: moment.at + (isApproved ? undoMs : 0),
  };
}

/** Only who decided takes it back, and only while nothing has been handed out. */
export function undoDecision(
  fleet: Fleet,
  input: Extract<Input, { type: 'undo' }>,
  { at, actor }: Moment,
): Decision {
  const approval = fleet.approvals[input.approval];
  if (!approval)
    return refused('NO_APPROVAL', `there is no approval ${input.approval}; see: fleet approvals`);
  const { id, run, session, state, end } = approval;
  if (state !== 'approved' || !end)
    return refused(
      'NOT_UNDONE',
      state === 'pending'
        ? `${id} is not decided, so there is nothing to take back`
        : `${id} cannot be taken back: ${describeEnd(approval, at)}${state === 'dispatched' ? '; the agent has the answer: stop the run if it must not go on' : ''}`,
    );
  if (end.by !== actor)
    return refused('NOT_YOURS', `${id} was approved by ${nameOf(end.by)}; only they can take it back`);
  if (at >= end.dispatchAt)
    return refused(
      'TOO_LATE',
      `${id} was held until ${Math.ceil((at - end.dispatchAt) / 1000)} s ago; stop the run`,
    );
  return happened({ type: 'approval-undone', approval: id, run, session, decision: end.decision });
}

const nameOf = (actor: string): string => actor.replace(/^person:/, '');

function describeEnd(approval: Approval, at: number): string {
  const seconds = Math.max(0, Math.round((at - (approval.end?.at ?? at)) / 1000));
  const message = approval.end?.message;
  const { state } = approval;
  const isApproved =
    state === 'dispatched' || state === 'executed' || state === 'failed' || state === 'unknown';
  return `${isApproved ? 'approved' : state} by ${nameOf(approval.end?.by ?? 'daemon')} ${seconds} s ago${message ? ` (${message})` : ''}`;
}
