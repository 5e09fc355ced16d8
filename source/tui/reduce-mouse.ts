/** The mouse: a click focuses and never answers anything; the wheel scrolls what is under it. */
import { ScreenMode } from '../wire/screen-frame.ts';
import { queueItems } from './fleet-view.ts';
import type { PanePlace } from './layout.ts';
import { hasCell } from './panes/rect.ts';
import { moveInQueue } from './reduce-queue.ts';
import { beginScroll, scrollBy, WHEEL_LINES } from './reduce-scroll.ts';
import { listWindow, queueWindow } from './screens/control-room/windows.ts';
import { queueAreas } from './screens/control-room/request-view.ts';
import { entriesOf, layoutOf, step, type Step } from './step.ts';
import { keyBytes, mouseBytes, mouseLevel } from './typing.ts';
import type { Context, Mouse } from './ui-input.ts';
import type { Ui } from './ui-state.ts';

export function onMouse(ui: Ui, context: Context, mouse: Mouse): Step {
  // Dialogs are answered by keys; a click beside one must not do what it would do without it.
  if (ui.overlay) return wheelInOverlay(ui, mouse);
  const layout = layoutOf(ui);
  const pane = layout.panes.find(({ frame }) => hasCell(frame, mouse.x, mouse.y));
  if (pane) return onPane(ui, context, mouse, pane);
  if (layout.list && hasCell(layout.list, mouse.x, mouse.y)) return onList(ui, context, mouse);
  if (layout.queue && hasCell(layout.queue, mouse.x, mouse.y)) return onQueue(ui, context, mouse);
  return step(ui);
}

function wheelInOverlay(ui: Ui, mouse: Mouse): Step {
  const by = mouse.kind === 'wheel-up' ? -WHEEL_LINES : mouse.kind === 'wheel-down' ? WHEEL_LINES : 0;
  const { overlay } = ui;
  if (by === 0 || overlay?.type !== 'look') return step(ui);
  return step({ ...ui, overlay: { ...overlay, top: Math.max(0, overlay.top + by) } });
}

function onPane(ui: Ui, context: Context, mouse: Mouse, pane: PanePlace): Step {
  const session = context.fleet.runs[pane.run]?.session ?? null;
  const modes = (session === null ? undefined : context.screen(session)?.modes) ?? 0;
  const isInside = hasCell(pane.inside, mouse.x, mouse.y);
  const isTypedTo = ui.typing === pane.run && !ui.scroll;
  const isWheel = mouse.kind === 'wheel-up' || mouse.kind === 'wheel-down';
  // An application that asked for the mouse gets it while it is typed to, the wheel always; shift keeps it here.
  if (
    session !== null &&
    isInside &&
    !mouse.shift &&
    !ui.scroll &&
    (isTypedTo || isWheel) &&
    mouseLevel(modes) > 0
  ) {
    const bytes = mouseBytes(mouse, mouse.x - pane.inside.x, mouse.y - pane.inside.y, modes);
    return bytes ? step(ui, { type: 'type', session, bytes }) : step(ui);
  }
  if (mouse.kind === 'press' && mouse.button === 0) return step(focused(ui, pane.run));
  if (!isWheel) return step(ui);
  if (ui.scroll?.run === pane.run)
    return scrollBy(ui, ui.scroll, mouse.kind === 'wheel-up' ? -WHEEL_LINES : WHEEL_LINES);
  if (modes & ScreenMode.Alternate) {
    // A program on the alternate screen without mouse gets cursor keys, as from a terminal of its own.
    const key = keyBytes(mouse.kind === 'wheel-up' ? 'up' : 'down', new Uint8Array(), modes);
    if (session === null || !isTypedTo) return step(ui);
    return step(ui, {
      type: 'type',
      session,
      bytes: Buffer.concat(Array.from({ length: WHEEL_LINES }, () => key)),
    });
  }
  return mouse.kind === 'wheel-up' ? beginScroll(ui, context, pane.run, WHEEL_LINES) : step(ui);
}

/** A click on another pane while typing goes on typing there would be a surprise: it leaves TYPING. */
function focused(ui: Ui, run: string): Ui {
  const typing = ui.typing === run ? run : null;
  const scroll = ui.scroll?.run === run ? ui.scroll : null;
  return { ...ui, cursor: run, region: 'panes', typing, scroll };
}

function onList(ui: Ui, context: Context, mouse: Mouse): Step {
  const entries = entriesOf(ui, context);
  const window = listWindow(ui, layoutOf(ui), entries);
  const at = entries.findIndex(({ key }) => key === ui.cursor);
  if (mouse.kind === 'wheel-up' || mouse.kind === 'wheel-down') {
    const next =
      entries[Math.max(0, Math.min(entries.length - 1, at + (mouse.kind === 'wheel-up' ? -1 : 1)))];
    return step(next ? { ...ui, cursor: next.key } : ui);
  }
  if (mouse.kind !== 'press' || mouse.button !== 0) return step(ui);
  const left: Ui = { ...ui, region: 'list', typing: null, scroll: null };
  const row = window ? mouse.y - window.area.y : -1;
  const entry = window && row >= 0 && row < window.area.rows ? entries[window.from + row] : undefined;
  return step(entry ? { ...left, cursor: entry.key } : left);
}

function onQueue(ui: Ui, context: Context, mouse: Mouse): Step {
  const by = mouse.kind === 'wheel-up' ? -1 : mouse.kind === 'wheel-down' ? 1 : 0;
  if (by !== 0) return step(moveInQueue(ui, context, (at) => at + by));
  if (mouse.kind !== 'press' || mouse.button !== 0) return step(ui);
  const left: Ui = { ...ui, region: 'queue', typing: null, scroll: null };
  const areas = queueAreas(layoutOf(ui));
  if (!areas || !hasCell(areas.items, mouse.x, mouse.y)) return step(left);
  const items = queueItems(context.fleet, ui.queue.answering);
  const window = queueWindow(ui, areas.items, items);
  return step(moveInQueue(left, context, () => window.from + mouse.y - areas.items.y));
}
