/** The moment an answer is handed to the agent: the last one at which it can still be another. */
import { happened, nothing, type Decision } from '../decision.ts';
import type { Fleet } from '../fleet.ts';
import type { Input, Moment } from '../input.ts';
import { objectionTo } from '../permissions/ask-call.ts';
import { EXECUTION_WINDOW_MS } from './answer.ts';
import { closed } from './close-approvals.ts';
import { changesOf } from './decide-approval.ts';
import { requestAgain } from './request.ts';

/**
 * `verdict-dispatched` where the answer may leave now. Otherwise what has become of the approval instead:
 * still held, or lapsed because it comes too late or the world has changed since.
 */
export function dispatchVerdict(
  fleet: Fleet,
  input: Extract<Input, { type: 'dispatch' }>,
  moment: Moment,
): Decision {
  const approval = fleet.approvals[input.approval];
  if (!approval) return nothing;
  if (approval.state === 'pending')
    return moment.at < approval.expiresAt
      ? nothing
      : happened(closed(approval, 'expired', 'nobody answered in time'));
  const { id, run, session, state, dispatches, end } = approval;
  // It left once and may have run; whoever asks for it so late gets nothing that could run it again.
  if (state === 'dispatched' && moment.at > (end?.dispatchAt ?? 0) + EXECUTION_WINDOW_MS)
    return happened(closed(approval, 'unknown', 'it was handed out, and whether it ran was never reported'));
  if (state === 'approved' && end) {
    if (moment.at < end.dispatchAt) return nothing;
    if (moment.at > end.dispatchAt + EXECUTION_WINDOW_MS)
      return happened(closed(approval, 'lapsed', 'the agent did not come for it in time'));
    const objection = input.facts ? objectionTo(fleet, approval, input.facts) : null;
    if (objection !== null) return happened(closed(approval, 'lapsed', `approved, but now: ${objection}`));
    const changes = changesOf(approval, input.grounds ?? null);
    if (changes.length > 0) {
      const words = `approved, but ${changes.join('; ')}`;
      const again = requestAgain(approval, { grounds: input.ownGrounds ?? input.grounds!, moment });
      return happened(closed(approval, 'lapsed', words), again);
    }
  }
  return happened({ type: 'verdict-dispatched', approval: id, run, session, attempt: dispatches + 1 });
}
