/** How requests end without anybody deciding on them. */
import type { FleetEvent } from '../event.ts';
import { isFinal, type Approval, type Fleet } from '../fleet.ts';
import { EXECUTION_WINDOW_MS } from './answer.ts';

type Closed = Extract<FleetEvent, { type: 'approval-closed' }>;

export function closed({ id, run, session }: Approval, outcome: Closed['outcome'], reason: string): Closed {
  return { type: 'approval-closed', approval: id, run, session, outcome, reason };
}

/** Reminders of what nobody has answered, in shares of the time it has: the second names who is asked next. */
const REMIND_AT = [0.5, 0.8] as const;

/** What time does to requests: questions expire as a no, approvals that nobody came for lapse. */
export function expireApprovals(fleet: Fleet, at: number): FleetEvent[] {
  const events: FleetEvent[] = [];
  for (const approval of Object.values(fleet.approvals)) {
    const { id, run, session, state, end, requestedAt, expiresAt, reminders } = approval;
    if (state === 'approved' && at > (end?.dispatchAt ?? 0) + EXECUTION_WINDOW_MS)
      events.push(closed(approval, 'lapsed', 'the agent did not come for it in time'));
    if (state !== 'pending') continue;
    if (at >= expiresAt) {
      events.push(closed(approval, 'expired', 'nobody answered in time'));
      continue;
    }
    const share = (at - requestedAt) / (expiresAt - requestedAt);
    const step = REMIND_AT.filter((limit) => share >= limit).length;
    if (step > reminders) events.push({ type: 'approval-reminded', approval: id, run, session, step });
  }
  return events;
}

/** With its session ends what was asked in it. Whether a call that was let through did run is then unknowable. */
export function endApprovals(fleet: Fleet, session: string, reason: string): FleetEvent[] {
  const events: FleetEvent[] = [];
  for (const approval of Object.values(fleet.approvals)) {
    if (approval.session !== session || isFinal(approval)) continue;
    if (approval.state === 'pending') events.push(closed(approval, 'cancelled', reason));
    else if (approval.state === 'approved') events.push(closed(approval, 'lapsed', reason));
    else events.push(closed(approval, 'unknown', `${reason} before the call was reported`));
  }
  return events;
}

/** The hook hung up while its request was open: the agent gave the call up, nobody needs to decide any more. */
export function hookGone(fleet: Fleet, session: string, call: string): FleetEvent[] {
  const approval = fleet.approvals[fleet.openCalls[session]?.[call]?.approval ?? ''];
  if (approval?.state === 'pending') return [closed(approval, 'cancelled', 'the agent gave the call up')];
  // It may come back for an answer that is held; one that does not will lapse.
  return [];
}
