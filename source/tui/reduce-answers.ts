/** Answers that take a line of text: a rejection, an answer instead of the call, a reason, a time; and undo. */
import { durationMs } from '../core/duration.ts';
import { shownAs } from '../core/approvals/subject.ts';
import type { Approval } from '../core/fleet.ts';
import { snoozedItems } from './fleet-view.ts';
import { answered, itemUnderCursor, isInert, pending, refusalOf, type AnswerLine } from './reduce-queue.ts';
import { noted, step, type Step } from './step.ts';
import { textField } from './text-field.ts';
import type { Context } from './ui-input.ts';
import type { Ui } from './ui-state.ts';

const ANSWERED = 'This request has been answered already.';
const AWAY = 'The daemon is away; the request waits, answer it when it is back.';
/** What most people mean by "later". */
const SNOOZE_FIRST = '10m';

/** Opens the line for a rejection, an answer or a time. */
export function beginLine(ui: Ui, context: Context, type: 'reject' | 'respond' | 'snooze'): Step {
  const isFromLook = ui.overlay?.type === 'look';
  const item =
    ui.overlay?.type === 'look' ? pending(ui, context, ui.overlay.approval) : itemUnderCursor(ui, context);
  if (!item) return step(noted(ui, context.now, 'Nothing waits for you.'));
  if (isInert(ui, context.now))
    return step(
      noted(ui, context.now, 'This request just came up: look at it, then press the key again.', 'problem'),
    );
  if (context.now >= item.expiresAt)
    return step(noted(ui, context.now, 'This request has expired: the agent was told no.', 'problem'));
  const field = textField(type === 'snooze' ? SNOOZE_FIRST : '');
  return step({ ...ui, overlay: { type, approval: item.id, field, isFromLook } });
}

export function reject(ui: Ui, context: Context, overlay: AnswerLine): Step {
  return withItem(ui, context, overlay, (closed, item, text) =>
    answered(closed, context, item, { verdict: 'rejected', editedInput: null, message: text }),
  );
}

export function respond(ui: Ui, context: Context, overlay: AnswerLine): Step {
  return withItem(ui, context, overlay, (closed, item, text) =>
    text === ''
      ? step(noted(ui, context.now, 'Write the answer the agent is to read.', 'problem'))
      : answered(closed, context, item, {
          verdict: 'rejected',
          editedInput: null,
          message: text,
          isResponse: true,
        }),
  );
}

export function grant(ui: Ui, context: Context, overlay: AnswerLine): Step {
  return withItem(ui, context, overlay, (closed, item, text) => {
    const refusal = refusalOf({ ...ui, queue: { ...ui.queue, inertUntil: 0 } }, context, item);
    if (refusal !== null) return step(noted(closed, context.now, refusal, 'problem'));
    return text === ''
      ? step(noted(ui, context.now, 'A scope is granted with a reason; write one.', 'problem'))
      : answered(closed, context, item, { verdict: 'approved', editedInput: null, message: text });
  });
}

export function snooze(ui: Ui, context: Context, overlay: AnswerLine): Step {
  return withItem(ui, context, overlay, (closed, item, text) => {
    const time = durationMs(text);
    if (time === undefined)
      return step(noted(ui, context.now, `"${text}" is no time; write 30s, 10m or 2h.`, 'problem'));
    const until = context.now + time;
    if (until >= item.expiresAt)
      return step(
        noted(ui, context.now, 'It would expire before it comes back, and that is a no.', 'problem'),
      );
    const words = `Put off for ${text}: ${item.agent} ${shownAs(item.subject).tool}`;
    return step(noted(closed, context.now, words), {
      type: 'ask',
      ask: { type: 'snooze', approval: item.id, until },
    });
  });
}

/** Everything that was put off waits again. */
export function wake(ui: Ui, { fleet, now }: Context): Step {
  const items = snoozedItems(fleet, now);
  if (items.length === 0) return step(noted(ui, now, 'Nothing was put off.'));
  return step(
    noted(ui, now, items.length === 1 ? 'One request is back.' : `${items.length} requests are back.`),
    ...items.map(({ id }) => ({ type: 'ask', ask: { type: 'snooze', approval: id, until: null } }) as const),
  );
}

export function undo(ui: Ui, { fleet, now }: Context): Step {
  const { undo: last } = ui.queue;
  const item = last === null ? undefined : fleet.approvals[last.approval];
  if (!last || !item) return step(noted(ui, now, 'There is nothing to take back.'));
  const next: Ui = { ...ui, queue: { ...ui.queue, undo: null } };
  if (now >= last.until)
    return step(noted(next, now, `Too late: ${item.agent} has the answer. x stops it.`, 'problem'));
  return step(noted(next, now, `Taken back: ${item.agent} ${shownAs(item.subject).tool} waits again.`), {
    type: 'ask',
    ask: { type: 'undo', approval: item.id },
  });
}

function withItem(
  ui: Ui,
  context: Context,
  overlay: AnswerLine,
  then: (closed: Ui, item: Approval, text: string) => Step,
): Step {
  const item = pending(ui, context, overlay.approval);
  const closed: Ui = { ...ui, overlay: null };
  if (!item) return step(noted(closed, context.now, ANSWERED, 'problem'));
  if (ui.daemon.state !== 'connected') return step(noted(ui, context.now, AWAY, 'problem'));
  return then(closed, item, overlay.field.text.trim());
}
