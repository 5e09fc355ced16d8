/** Answering requests: what may be approved by which key, editing, rejecting. */
import { shownAs } from '../core/approvals/subject.ts';
import type { Approval } from '../core/fleet.ts';
import type { ApprovalDetail } from '../wire/daemon-protocol.ts';
import { isProven, queueItems } from './fleet-view.ts';
import { keyOf } from './keys.ts';
import { withQueue } from './reduce-fleet.ts';
import {
  lookColumns,
  lookLines,
  lookRows,
  queueAreas,
  queueDetail,
} from './screens/control-room/request-view.ts';
import { layoutOf, noted, step, type Step } from './step.ts';
import { textField } from './text-field.ts';
import type { Context, Intent } from './ui-input.ts';
import type { Overlay, Ui } from './ui-state.ts';

type Look = Overlay & { type: 'look' };
type Edit = Overlay & { type: 'edit' };
/** A line that is written about a request. */
export type AnswerLine = Overlay & { type: 'reject' | 'respond' | 'grant' | 'snooze' };

const SEEN_FIRST = 'Not all of it has been on screen';

export const itemUnderCursor = (ui: Ui, { fleet, now }: Context): Approval | undefined =>
  queueItems(fleet, ui.queue.answering, now).find(({ id }) => id === ui.queue.approval);

export const isInert = (ui: Ui, now: number): boolean => now < ui.queue.inertUntil;

/** Moves the cursor of the queue; a request somebody chose is not deaf. */
export function moveInQueue(ui: Ui, context: Context, to: (at: number, last: number) => number): Ui {
  const items = queueItems(context.fleet, ui.queue.answering, context.now);
  if (items.length === 0) return ui;
  const at = items.findIndex(({ id }) => id === ui.queue.approval);
  const next = Math.min(items.length - 1, Math.max(0, to(at, items.length - 1)));
  if (next === at) return ui;
  return { ...ui, queue: { ...ui.queue, approval: items[next]!.id, inertUntil: 0 } };
}

/** `w`: the next request after the one under the cursor, round and round; its agent comes along. */
export function nextWaiting(ui: Ui, context: Context): Step {
  const items = queueItems(context.fleet, ui.queue.answering, context.now);
  if (items.length === 0) return step(noted(ui, context.now, 'Nothing waits for you.'));
  const at = items.findIndex(({ id }) => id === ui.queue.approval);
  const isHere = ui.region === 'queue' && at !== -1;
  const item = items[isHere ? (at + 1) % items.length : Math.max(0, at)]!;
  const isSame = item.id === ui.queue.approval;
  return step({
    ...ui,
    region: 'queue',
    isZoomed: false,
    cursor: context.fleet.runs[item.run] ? item.run : ui.cursor,
    queue: { ...ui.queue, approval: item.id, inertUntil: isSame ? ui.queue.inertUntil : 0 },
    overlay: ui.overlay?.type === 'look' ? openLook(item) : ui.overlay,
  });
}

const openLook = (item: Approval): Look => ({ type: 'look', approval: item.id, top: 0, seen: 0 });

/** What the daemon told of the files it touches, once it has. */
export const detailOf = ({ queue }: Ui, item: Approval): ApprovalDetail | null =>
  queue.detail?.approval === item.id ? queue.detail.detail : null;

/** Counts what a closer look shows as seen. Only what lies without a gap below what was seen counts. */
export function seen(ui: Ui, { fleet }: Context): Ui {
  const { overlay } = ui;
  if (overlay?.type !== 'look') return ui;
  const item = fleet.approvals[overlay.approval];
  const area = layoutOf(ui).overlay;
  if (!item || !area) return ui;
  const lines = lookLines(item, lookColumns(area), detailOf(ui, item)).length;
  const rows = lookRows(area);
  const top = Math.max(0, Math.min(overlay.top, lines - rows));
  const bottom = top <= overlay.seen ? Math.min(lines, top + rows) : 0;
  if (top === overlay.top && bottom <= overlay.seen) return ui;
  return { ...ui, overlay: { ...overlay, top, seen: Math.max(overlay.seen, bottom) } };
}

export function look(ui: Ui, context: Context): Step {
  const item = itemUnderCursor(ui, context);
  return item
    ? step({ ...ui, overlay: openLook(item) })
    : step(noted(ui, context.now, 'Nothing waits for you.'));
}

export function scrollLook(ui: Ui, overlay: Look, to: (top: number, page: number) => number): Ui {
  const area = layoutOf(ui).overlay;
  return area ? { ...ui, overlay: { ...overlay, top: Math.max(0, to(overlay.top, lookRows(area))) } } : ui;
}

/** Whether every line of the look has been on screen. */
export function isLookSeen(ui: Ui, item: Approval, overlay: Look): boolean {
  const area = layoutOf(ui).overlay;
  return area !== null && overlay.seen >= lookLines(item, lookColumns(area), detailOf(ui, item)).length;
}

/** Whether the queue itself shows all of the input of the request under its cursor. */
export function isWholeInQueue(ui: Ui, item: Approval): boolean {
  const areas = queueAreas(layoutOf(ui));
  return areas !== null && queueDetail(item, areas.detail).isWhole;
}

export function approve(ui: Ui, context: Context): Step {
  const { overlay } = ui;
  const item =
    overlay?.type === 'look' ? pending(ui, context, overlay.approval) : itemUnderCursor(ui, context);
  const refusal = refusalOf(ui, context, item);
  if (!item || refusal !== null)
    return step(noted(ui, context.now, refusal ?? 'Nothing waits for you.', item ? 'problem' : 'info'));
  if (overlay?.type === 'look' && !isLookSeen(ui, item, overlay))
    return step(noted(ui, context.now, `${SEEN_FIRST}: scroll to the end, then approve.`, 'problem'));
  if (overlay?.type !== 'look' && !isWholeInQueue(ui, item))
    return step(noted(ui, context.now, `${SEEN_FIRST}: ↵ looks closer.`, 'problem'));
  if (item.subject.type === 'scope') {
    // Granting has a reason on record; the agent's own words are where a person begins.
    const field = textField(item.subject.reason);
    return step({
      ...ui,
      overlay: { type: 'grant', approval: item.id, field, isFromLook: overlay?.type === 'look' },
    });
  }
  return answered(ui, context, item, { verdict: 'approved', editedInput: null, message: '' });
}

/** Why no key may answer this request now; null when one may. */
export function refusalOf(ui: Ui, { now, fleet }: Context, item: Approval | undefined): string | null {
  if (!item) return 'Nothing waits for you.';
  if (fleet.approvals[item.id]?.state !== 'pending') return 'This request has been answered already.';
  if (isInert(ui, now)) return 'This request just came up: look at it, then press the key again.';
  if (now >= item.expiresAt) return 'This request has expired: the agent was told no.';
  if (ui.daemon.state !== 'connected')
    return 'The daemon is away; the request waits, answer it when it is back.';
  if (!isProven(item))
    return 'What is shown is not what the request was sealed over; it can only be rejected.';
  return null;
}

export const pending = (ui: Ui, { fleet, now }: Context, id: string): Approval | undefined =>
  queueItems(fleet, ui.queue.answering, now).find((item) => item.id === id);

/** Off to the daemon; the next request comes up, deaf for a moment. */
export function answered(
  ui: Ui,
  context: Context,
  item: Approval,
  answer: Pick<Intent & { type: 'decide' }, 'verdict' | 'editedInput' | 'message' | 'isResponse'>,
): Step {
  const { setting, now } = context;
  const undoMs = answer.verdict === 'approved' ? setting.undoMs : 0;
  const undo = undoMs > 0 ? { approval: item.id, until: now + undoMs } : null;
  const queue = { ...ui.queue, answering: [...ui.queue.answering, item.id], undo };
  const takesBack = undo ? ` · ${keyOf(setting.keymap, 'undo', setting.isUtf8)} takes it back` : '';
  const words = `${wordOf(answer)}: ${item.agent} ${shownAs(item.subject).tool}${takesBack}`;
  const moved = withQueue(noted({ ...ui, queue }, now, words), context);
  return step(moved, {
    type: 'decide',
    approval: item.id,
    hash: item.hash,
    ...answer,
    ...(undo && { undoMs }),
  });
}

function wordOf(answer: Pick<Intent & { type: 'decide' }, 'verdict' | 'editedInput' | 'isResponse'>): string {
  if (answer.verdict === 'rejected') return answer.isResponse ? 'Answered' : 'Rejected';
  return answer.editedInput ? 'Approved as edited' : 'Approved';
}

export function beginEdit(ui: Ui, context: Context): Step {
  const isFromLook = ui.overlay?.type === 'look';
  const item =
    isFromLook && ui.overlay?.type === 'look'
      ? pending(ui, context, ui.overlay.approval)
      : itemUnderCursor(ui, context);
  const refusal = refusalOf(ui, context, item) ?? (item && noEditOf(item));
  if (!item || refusal) return step(noted(ui, context.now, refusal ?? '', item ? 'problem' : 'info'));
  const member = EDITABLE.find((name) => typeof shownAs(item.subject).input[name] === 'string') ?? null;
  const text =
    member === null
      ? JSON.stringify(shownAs(item.subject).input, null, 2)
      : (shownAs(item.subject).input[member] as string);
  return step({
    ...ui,
    overlay: { type: 'edit', approval: item.id, member, field: textField(text), problem: '', isFromLook },
  });
}

const noEditOf = ({ subject }: Approval): string | null =>
  subject.type === 'tool-call' ? null : `A ${subject.type} is granted or not; there is nothing to edit.`;

/** The member a person most likely wants to change, by name; without one of these the whole input is edited. */
const EDITABLE = ['command', 'content', 'new_string', 'prompt', 'query', 'url', 'pattern'];

export function editOutside(ui: Ui, context: Context): Step {
  const item =
    ui.overlay?.type === 'look' ? pending(ui, context, ui.overlay.approval) : itemUnderCursor(ui, context);
  const refusal = refusalOf(ui, context, item) ?? (item && noEditOf(item));
  if (!item || refusal) return step(noted(ui, context.now, refusal ?? '', item ? 'problem' : 'info'));
  return step(ui, {
    type: 'editor',
    approval: item.id,
    text: `${JSON.stringify(shownAs(item.subject).input, null, 2)}\n`,
  });
}

/** What came back from $EDITOR is shown once more before it may run. */
export function edited(ui: Ui, context: Context, approval: string, text: string | null): Step {
  if (text === null) return step(noted(ui, context.now, 'Nothing was changed.'));
  const item = pending(ui, context, approval);
  if (!item) return step(noted(ui, context.now, 'This request has been answered already.', 'problem'));
  const overlay: Edit = {
    type: 'edit',
    approval,
    member: null,
    field: { text: text.trimEnd(), caret: 0 },
    problem: '',
    isFromLook: ui.overlay?.type === 'look',
  };
  return step({ ...ui, overlay });
}

export function approveEdit(ui: Ui, context: Context, overlay: Edit): Step {
  const item = pending(ui, context, overlay.approval);
  if (!item)
    return step(
      noted({ ...ui, overlay: null }, context.now, 'This request has been answered already.', 'problem'),
    );
  const refusal = refusalOf({ ...ui, queue: { ...ui.queue, inertUntil: 0 } }, context, item);
  if (refusal !== null) return step({ ...ui, overlay: { ...overlay, problem: refusal } });
  const input = editedInput(item, overlay);
  if (typeof input === 'string') return step({ ...ui, overlay: { ...overlay, problem: input } });
  return answered({ ...ui, overlay: null }, context, item, {
    verdict: 'approved',
    editedInput: input,
    message: '',
  });
}

/** The new input, or why the text is none. */
function editedInput(item: Approval, { member, field }: Edit): Readonly<Record<string, unknown>> | string {
  if (member !== null) return { ...shownAs(item.subject).input, [member]: field.text };
  try {
    const input: unknown = JSON.parse(field.text);
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      return 'The input of a call is an object: { … }.';
    return input as Record<string, unknown>;
  } catch (error) {
    return `This is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Back from a form to where it was opened. */
export function closeForm(ui: Ui, context: Context, overlay: Edit | AnswerLine): Step {
  const item = overlay.isFromLook ? pending(ui, context, overlay.approval) : undefined;
  return step({ ...ui, overlay: item ? openLook(item) : null });
}
