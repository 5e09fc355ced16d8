/**
 * What deserves a person's attention even when they look elsewhere. Only edges: the moment something came to
 * be so, never that it still is. A notice names agents and tools, never inputs: it may land on a lock screen.
 */
import type { Recorded } from './event.ts';
import { pendingApprovals, type Fleet } from './fleet.ts';
import { rank } from './approvals/could.ts';
import { riskOf } from './approvals/risk-of.ts';
import { shownAs } from './approvals/subject.ts';
import { visible } from './visible-text.ts';

export interface Notice {
  readonly type: 'first-waiting' | 'high-risk' | 'unanswered' | 'session-lost' | 'run-failed' | 'alarm';
  readonly agent: string;
  /** One line of visible text. */
  readonly words: string;
}

/** `before` and `after` are the states around `events`. */
export function noticesOf(events: readonly Recorded[], before: Fleet, after: Fleet): readonly Notice[] {
  const notices: Notice[] = [];
  const asked = events.filter(({ event }) => event.type === 'approval-requested');
  if (asked.length > 0) {
    const isFirst = pendingApprovals(before).length === 0;
    let isTold = false;
    for (const { event } of asked) {
      if (event.type !== 'approval-requested') continue;
      const approval = after.approvals[event.approval];
      if (approval?.state !== 'pending') continue;
      const { tool } = shownAs(approval.subject);
      const { level } = riskOf(approval);
      if (rank(level) >= rank('high'))
        notices.push(
          notice(
            'high-risk',
            approval.agent,
            `${approval.agent} asks for ${tool}, ${level} risk (${approval.id})`,
          ),
        );
      else if (isFirst && !isTold)
        notices.push(
          notice(
            'first-waiting',
            approval.agent,
            `${approval.agent} waits for you: ${tool} (${approval.id})`,
          ),
        );
      else continue;
      isTold = true;
    }
  }
  for (const { event, agent } of events) {
    const who = agent ?? '';
    if (event.type === 'session-lost')
      notices.push(notice('session-lost', who, `the session of ${who} was lost`));
    else if (event.type === 'run-refused') notices.push(notice('run-failed', who, `${who} could not start`));
    else if (event.type === 'session-exited' && isFailure(event, before))
      notices.push(
        notice(
          'run-failed',
          who,
          `${who} ended with ${event.signal ? `signal ${event.signal}` : `code ${event.code}`}`,
        ),
      );
    else if (event.type === 'alarm-raised' && event.alarm !== 'session-lost')
      notices.push(notice('alarm', who, `alarm of ${who || 'fleet'}: ${event.alarm}`));
    else if (event.type === 'approval-reminded') {
      const approval = after.approvals[event.approval];
      if (approval?.state !== 'pending') continue;
      const next =
        event.step > 1 && approval.needs.approvers
          ? `; ${approval.needs.approvers.join(' or ')} may answer`
          : '';
      notices.push(
        notice(
          'unanswered',
          approval.agent,
          `nobody has answered ${approval.agent} (${approval.id})${next}; without an answer it is a no`,
        ),
      );
    }
  }
  return notices;
}

/** Somebody who stopped it knows. */
function isFailure(
  event: { readonly run: string; readonly code: number | null; readonly signal: number | null },
  before: Fleet,
): boolean {
  const isStopped = before.runs[event.run]?.phase === 'stopping';
  return !isStopped && (Boolean(event.signal) || (event.code ?? 0) !== 0);
}

const WORDS_MAX = 160;

const notice = (type: Notice['type'], agent: string, words: string): Notice => ({
  type,
  agent: visible(agent),
  words: visible(words).slice(0, WORDS_MAX),
});
