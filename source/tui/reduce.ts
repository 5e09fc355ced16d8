/**
 * The control room as one pure function: what it is, and what reaches it, to what it is next and what is to
 * be done outside. Nothing here knows the time, the terminal or a socket.
 */
import { actionFor } from './keys.ts';
import { GRACE_MS, onFleet, withQueue } from './reduce-fleet.ts';
import { onPreview, onProposals } from './reduce-always.ts';
import { onMouse } from './reduce-mouse.ts';
import { queueItems } from './fleet-view.ts';
import { editedIn, inOverlay, starting, typedInto } from './reduce-overlays.ts';
import { edited, seen } from './reduce-queue.ts';
import { inPage } from './reduce-page.ts';
import { onEvents, onQuarantineDetail, withEvidence, withSeen } from './reduce-quarantine.ts';
import { askRisk, onRisk } from './reduce-risk.ts';
import { goTo, inLook, inRoom, inScroll } from './reduce-room.ts';
import { onFound, onLines } from './reduce-scroll.ts';
import { paletteEntries } from './palette.ts';
import { entriesOf, keyContext, layoutOf, noted, step, type Step } from './step.ts';
import { insert } from './text-field.ts';
import { keySpelling, type KeyEvent, type PasteEvent } from './terminal/input-event.ts';
import { keyBytes } from './terminal/key-bytes.ts';
import { pasteBytes } from './paste-bytes.ts';
import { ScreenMode } from '../wire/screen-frame.ts';
import type { Context, Intent, UiInput } from './ui-input.ts';
import type { Overlay, Ui } from './ui-state.ts';

export { GRACE_MS };

/** The prefix key pressed twice within this time goes to the agent. */
const PREFIX_TWICE_MS = 700;

export function reduce(ui: Ui, context: Context, input: UiInput): Step {
  const next = withSeen(react(ui, context, input));
  const { overlay } = next.ui;
  if (overlay?.type !== 'look') return next;
  const before = ui.overlay?.type === 'look' ? ui.overlay.approval : null;
  const intents: readonly Intent[] =
    overlay.approval === before
      ? next.intents
      : [...next.intents, { type: 'detail', approval: overlay.approval }];
  // What a closer look shows now has been seen, whatever led to it.
  return { ui: seen(next.ui, context), intents };
}

function react(ui: Ui, context: Context, input: UiInput): Step {
  switch (input.type) {
    case 'key':
      return onKey(ui, context, input);
    case 'paste':
      return onPaste(ui, context, input);
    case 'mouse':
      return onMouse(ui, context, input);
    case 'focus':
      return onTerminalFocus(ui, context, input.raw);
    case 'unknown':
      return step(ui, ...typed(ui, context, input.raw));
    case 'resize':
      return onResize(ui, input.size);
    case 'fleet':
      return withEvidence(onFleet(ui, context), context);
    case 'tick':
      return askRisk(onTick(ui, context), context);
    case 'daemon':
      return step({ ...ui, daemon: { ...ui.daemon, state: input.state, message: input.message } });
    case 'warnings':
      return step({ ...ui, daemon: { ...ui.daemon, warnings: input.warnings } });
    case 'screens':
      return step({ ...ui, screens: input.state });
    case 'holder': {
      const others = ui.lost.filter((session) => session !== input.session);
      return step({ ...ui, lost: input.isLost ? [...others, input.session] : others });
    }
    case 'started':
      return step(onStarted(ui, input.run));
    case 'configured':
      return step(onConfigured(ui, context, input));
    case 'failed':
      return onFailed(ui, context, input.message, input.approval);
    case 'notice':
      return step(noted(ui, context.now, input.text));
    case 'proposals':
      return onProposals(ui, context, input.approval, input.proposals);
    case 'preview':
      return onPreview(ui, input.rule, input.preview);
    case 'risk':
      return step(onRisk(ui, input));
    case 'events':
      return step(onEvents(ui, input));
    case 'quarantine-detail':
      return step(onQuarantineDetail(ui, input.detail));
    case 'detail': {
      const { approval, detail } = input;
      // It is shown in other lines from now on; none of them has been on screen.
      const overlay: Overlay | null =
        ui.overlay?.type === 'look' && ui.overlay.approval === approval
          ? { ...ui.overlay, top: 0, seen: 0 }
          : ui.overlay;
      return step({ ...ui, overlay, queue: { ...ui.queue, detail: { approval, detail } } });
    }
    case 'lines':
      return onLines(ui, input.session, input.total);
    case 'found':
      return onFound(ui, context, input);
    case 'edited':
      return edited(ui, context, input.approval, input.text);
    case 'theme':
      return step({ ...ui, theme: input.name });
    default:
      return input satisfies never;
  }
}

/** A new size: what counted as seen of a request breaks into other lines and starts over. */
function onResize(ui: Ui, size: Ui['size']): Step {
  const overlay: Overlay | null = ui.overlay?.type === 'look' ? { ...ui.overlay, seen: 0 } : ui.overlay;
  const page = ui.page.type === 'quarantine' ? { ...ui.page, seen: 0 } : ui.page;
  return step({ ...ui, size, overlay, page });
}

/** Beside other things a queue of one line gets no keys; as a page of its own it stays. */
const leftQueue = (ui: Ui): Ui =>
  ui.region === 'queue' && !ui.queue.isOpen && layoutOf(ui).kind === 'wide' ? { ...ui, region: 'list' } : ui;

function onTick(before: Ui, context: Context): Ui {
  const { now } = context;
  const { closesAt } = before.queue;
  const isBack = before.queue.approval === null && queueItems(context.fleet, [], now).length > 0;
  const ui =
    isBack || (closesAt !== null && now >= closesAt) ? leftQueue(withQueue(before, context)) : before;
  return ui.notice && now >= ui.notice.until ? { ...ui, notice: null } : ui;
}

/** What was started is under the cursor; where only one thing fits it is what shows. */
function onStarted(ui: Ui, run: string): Ui {
  const region = layoutOf(ui).kind === 'narrow' && ui.region === 'list' ? 'panes' : ui.region;
  const notice = ui.notice?.kind === 'info' ? null : ui.notice;
  return { ...ui, cursor: run, region, notice };
}

/** A project without a fleet.yaml is a beginning, no mistake; one that cannot be read is told until it can. */
function onConfigured(ui: Ui, context: Context, read: UiInput & { type: 'configured' }): Ui {
  const problems = read.isThere ? read.problems : [];
  const next: Ui = { ...ui, config: { state: read.isThere ? 'read' : 'missing', problems } };
  const more = problems.length > 1 ? ` (${problems.length} problems: ! lists them)` : '';
  return problems[0] === undefined ? next : noted(next, context.now, `${problems[0]}${more}`, 'problem');
}

/** An answer that did not arrive puts its request back into sight. */
function onFailed(ui: Ui, context: Context, message: string, approval: string | null): Step {
  const answering = ui.queue.answering.filter((id) => id !== approval);
  return step(noted({ ...ui, queue: { ...ui.queue, answering } }, context.now, message, 'problem'));
}

function onKey(before: Ui, context: Context, event: KeyEvent): Step {
  // What was said has been read once somebody goes on; the bar shows keys again.
  const ui: Ui = before.notice === null ? before : { ...before, notice: null };
  if (ui.typing !== null && ui.overlay === null) return whileTyping(ui, context, event);
  const key = keySpelling(event);
  const row = actionFor(context.setting.keymap, keyContext(ui), key);
  const { overlay } = ui;
  if (overlay)
    return (row && inAnyOverlay(ui, context, overlay, row.action)) ?? asText(ui, context, overlay, event);
  const sent = prefixTwice(ui, context, event);
  if (sent) return sent;
  const calm: Ui = ui.left === null ? ui : { ...ui, left: null };
  const done =
    row && (ui.scroll ? inScroll(calm, context, row.action) : inPlace(calm, context, row.action, key));
  return done ?? step(calm);
}

/** On the page over the room; what is the same everywhere (help, theme …) the room does. */
export const inPlace = (ui: Ui, context: Context, action: string, key: string): Step | undefined =>
  (ui.page.type === 'room' ? undefined : inPage(ui, context, action)) ?? inRoom(ui, context, action, key);

function inAnyOverlay(ui: Ui, context: Context, overlay: Overlay, action: string): Step | undefined {
  if (overlay.type === 'look') return inLook(ui, context, action);
  if (overlay.type === 'palette' && action === 'palette-go') return fromPalette(ui, context, overlay);
  return inOverlay(ui, context, overlay, action);
}

/** A key that is no action of the overlay: text, or editing of text; in a question it is a no. */
function asText(ui: Ui, context: Context, overlay: Overlay, event: KeyEvent): Step {
  if (overlay.type === 'confirm') return inOverlay(ui, context, overlay, 'confirm-no') ?? step(ui);
  if (overlay.type === 'batch') return inOverlay(ui, context, overlay, 'batch-cancel') ?? step(ui);
  const key = keySpelling(event);
  const isNewline = overlay.type === 'edit' && key === 'enter';
  const changed = isNewline
    ? { ...overlay, field: insert(overlay.field, '\n') }
    : (editedIn(overlay, key) ?? (event.text === '' ? undefined : typedInto(overlay, event.text)));
  return changed ? step(withText(ui, context, changed)) : step(ui);
}

/** The filter holds while it is typed, and the cursor is on a row that matches. */
function withText(ui: Ui, context: Context, overlay: Overlay): Ui {
  if (overlay.type !== 'filter') return { ...ui, overlay };
  const next: Ui = { ...ui, overlay, filter: overlay.field.text };
  const entries = entriesOf(next, context);
  if (entries.length === 0 || entries.some(({ key }) => key === ui.cursor)) return next;
  return { ...next, cursor: entries[0]!.key };
}

function fromPalette(ui: Ui, context: Context, overlay: Overlay & { type: 'palette' }): Step {
  const entry = paletteEntries(context, overlay.field.text)[overlay.at];
  const closed: Ui = { ...ui, overlay: null };
  if (!entry) return step(closed);
  switch (entry.does.type) {
    case 'action':
      return inRoom(closed, context, entry.does.action, '') ?? step(closed);
    case 'go':
      return step(goTo(closed, entry.does.run));
    case 'start':
      return starting(closed, context, entry.does.agent);
    default:
      return entry.does satisfies never;
  }
}

/** Every key but the prefix is the agent's. */
function whileTyping(ui: Ui, context: Context, event: KeyEvent): Step {
  if (isPrefix(context, event))
    return step({ ...ui, typing: null, left: { run: ui.typing!, until: context.now + PREFIX_TWICE_MS } });
  return step(ui, ...typed(ui, context, keyBytes(event, modesOf(ui, context))));
}

/** The prefix again right after it: it was meant for the agent. */
function prefixTwice(ui: Ui, context: Context, event: KeyEvent): Step | undefined {
  if (ui.left === null || context.now >= ui.left.until || !isPrefix(context, event)) return undefined;
  const back: Ui = { ...ui, left: null, typing: ui.left.run };
  return step(back, ...typed(back, context, event.raw));
}

const isPrefix = ({ setting }: Context, event: KeyEvent): boolean =>
  actionFor(setting.keymap, 'typing', keySpelling(event))?.action === 'prefix';

/** Bytes for the session that is typed to; nothing in CONTROL. */
function typed(ui: Ui, { fleet }: Context, bytes: Uint8Array): Intent[] {
  const session = ui.typing === null ? null : (fleet.runs[ui.typing]?.session ?? null);
  return session === null || bytes.length === 0 ? [] : [{ type: 'type', session, bytes }];
}

/** What the application of the session that is typed to has asked for. */
function modesOf(ui: Ui, context: Context): number {
  const session = ui.typing === null ? null : (context.fleet.runs[ui.typing]?.session ?? null);
  return (session === null ? undefined : context.screen(session)?.modes) ?? 0;
}

function onPaste(ui: Ui, context: Context, paste: PasteEvent): Step {
  if (ui.overlay) {
    const changed = typedInto(ui.overlay, paste.text);
    return step(changed ? withText(ui, context, changed) : ui);
  }
  // A paste into the room would be keys nobody meant.
  if (ui.typing === null)
    return step(noted(ui, context.now, 'Nothing takes a paste here: t types to the agent.'));
  return step(ui, ...typed(ui, context, pasteBytes(paste, modesOf(ui, context))));
}

/** An application that asked for it hears when its terminal gains or loses the focus. */
function onTerminalFocus(ui: Ui, context: Context, raw: Uint8Array): Step {
  return modesOf(ui, context) & ScreenMode.FocusEvents ? step(ui, ...typed(ui, context, raw)) : step(ui);
}
