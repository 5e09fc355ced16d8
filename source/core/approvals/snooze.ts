import { happened, nothing, refused, type Decision } from '../decision.ts';
import type { Approval, Fleet } from '../fleet.ts';
import type { Input, Moment } from '../input.ts';

/** Out of sight until then; it keeps its place, its time and its hash. */
export function snoozeApproval(
  fleet: Fleet,
  input: Extract<Input, { type: 'snooze' }>,
  { at }: Moment,
): Decision {
  const approval = fleet.approvals[input.approval];
  if (approval?.state !== 'pending')
    return refused('NO_APPROVAL', `${input.approval} does not wait for anybody; see: fleet approvals`);
  const { id, run, session, expiresAt, snoozedUntil } = approval;
  const { until } = input;
  if (until === snoozedUntil) return nothing;
  if (until !== null && until <= at) return refused('PAST', 'that time is past already');
  if (until !== null && until >= expiresAt)
    return refused(
      'EXPIRES',
      `${id} expires in ${Math.round((expiresAt - at) / 60_000)} min, before it would come back, and that is a no; choose a shorter time`,
    );
  return happened({ type: 'approval-snoozed', approval: id, run, session, until });
}

/** Whether it wants an answer now. */
export const isAwake = ({ snoozedUntil }: Pick<Approval, 'snoozedUntil'>, at: number): boolean =>
  snoozedUntil === null || at >= snoozedUntil;
