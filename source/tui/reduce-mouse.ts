/** The mouse: a click focuses and never answers anything; the wheel scrolls what is under it. */
import { ScreenMode } from '../wire/screen-frame.ts';
import { queueItems } from './fleet-view.ts';
import type { PanePlace } from './layout.ts';
import { hasCell } from './panes/rect.ts';
import { clicked, moved } from './reduce-page.ts';
import { moveInQueue } from './reduce-queue.ts';
import { beginScroll, scrollBy, WHEEL_LINES } from './reduce-scroll.ts';
import { listWindow, queueWindow } from './screens/control-room/windows.ts';
import { queueAreas } from './screens/control-room/request-view.ts';
import { entriesOf, layoutOf, step, type Step } from './step.ts';
import type { MouseEvent } from './terminal/input-event.ts';
import { encodeMouse, wantsMouse } from './terminal/mouse-encode.ts';
import type { Context } from './ui-input.ts';
import type { Ui } from './ui-state.ts';

export function onMouse(ui: Ui, context: Context, mouse: MouseEvent): Step {
  // Dialogs are answered by keys; a click beside one must not do what it would do without it.
  if (ui.overlay) return wheelInOverlay(ui, mouse);
  if (ui.page.type !== 'room') return onPage(ui, context, mouse);
  const layout = layoutOf(ui);
  const pane = layout.panes.find(({ frame }) => hasCell(frame, mouse.x, mouse.y));
  if (pane) return onPane(ui, context, mouse, pane);
  if (layout.list && hasCell(layout.list, mouse.x, mouse.y)) return onList(ui, context, mouse);
  if (layout.queue && hasCell(layout.queue, mouse.x, mouse.y)) return onQueue(ui, context, mouse);
  return step(ui);
}

/** A page scrolls, and a click chooses a row of it. */
function onPage(ui: Ui, context: Context, mouse: MouseEvent): Step {
  const by = notch(mouse);
  if (by !== 0) return step(moved(ui, context, by * WHEEL_LINES));
  if (mouse.action !== 'press' || mouse.button !== 'left') return step(ui);
  return step(clicked(ui, context, mouse.y));
}

/** -1 up, 1 down, 0 when it is not the wheel. */
function notch({ action, wheel }: MouseEvent): -1 | 0 | 1 {
  if (action !== 'wheel') return 0;
  return wheel === 'up' ? -1 : wheel === 'down' ? 1 : 0;
}

function wheelInOverlay(ui: Ui, mouse: MouseEvent): Step {
  const by = WHEEL_LINES * notch(mouse);
  const { overlay } = ui;
  if (by === 0 || overlay?.type !== 'look') return step(ui);
  return step({ ...ui, overlay: { ...overlay, top: Math.max(0, overlay.top + by) } });
}

function onPane(ui: Ui, context: Context, mouse: MouseEvent, pane: PanePlace): Step {
  const session = context.fleet.runs[pane.run]?.session ?? null;
  const modes = (session === null ? undefined : context.screen(session)?.modes) ?? 0;
  const isInside = hasCell(pane.inside, mouse.x, mouse.y);
  const isTypedTo = ui.typing === pane.run && !ui.scroll;
  const by = notch(mouse);
  // An application that asked for the mouse gets it while it is typed to, the wheel always; shift keeps it here.
  if (
    session !== null &&
    isInside &&
    !mouse.shift &&
    !ui.scroll &&
    (isTypedTo || by !== 0) &&
    wantsMouse(modes)
  ) {
    const bytes = encodeMouse(mouse, mouse.x - pane.inside.x, mouse.y - pane.inside.y, modes);
    return bytes ? step(ui, { type: 'type', session, bytes }) : step(ui);
  }
  if (mouse.action === 'press' && mouse.button === 'left') return step(focused(ui, pane.run));
  if (by === 0) return step(ui);
  if (ui.scroll?.run === pane.run) return scrollBy(ui, ui.scroll, by * WHEEL_LINES);
  if (modes & ScreenMode.Alternate) {
    // A program on the alternate screen without mouse gets cursor keys, as from a terminal of its own.
    if (session === null || !isTypedTo) return step(ui);
    const introducer = modes & ScreenMode.ApplicationCursor ? '\x1bO' : '\x1b[';
    const bytes = Buffer.from(`${introducer}${by < 0 ? 'A' : 'B'}`.repeat(WHEEL_LINES));
    return step(ui, { type: 'type', session, bytes });
  }
  return by < 0 ? beginScroll(ui, context, pane.run, WHEEL_LINES) : step(ui);
}

/** A click on another pane while typing goes on typing there would be a surprise: it leaves TYPING. */
function focused(ui: Ui, run: string): Ui {
  const typing = ui.typing === run ? run : null;
  const scroll = ui.scroll?.run === run ? ui.scroll : null;
  return { ...ui, cursor: run, region: 'panes', typing, scroll };
}

function onList(ui: Ui, context: Context, mouse: MouseEvent): Step {
  const entries = entriesOf(ui, context);
  const window = listWindow(ui, layoutOf(ui), entries);
  const at = entries.findIndex(({ key }) => key === ui.cursor);
  const by = notch(mouse);
  if (by !== 0) {
    const next = entries[Math.max(0, Math.min(entries.length - 1, at + by))];
    return step(next ? { ...ui, cursor: next.key } : ui);
  }
  if (mouse.action !== 'press' || mouse.button !== 'left') return step(ui);
  const left: Ui = { ...ui, region: 'list', typing: null, scroll: null };
  const row = window ? mouse.y - window.area.y : -1;
  const entry = window && row >= 0 && row < window.area.rows ? entries[window.from + row] : undefined;
  return step(entry ? { ...left, cursor: entry.key } : left);
}

function onQueue(ui: Ui, context: Context, mouse: MouseEvent): Step {
  const by = notch(mouse);
  if (by !== 0) return step(moveInQueue(ui, context, (at) => at + by));
  if (mouse.action !== 'press' || mouse.button !== 'left') return step(ui);
  const left: Ui = { ...ui, region: 'queue', typing: null, scroll: null };
  const areas = queueAreas(layoutOf(ui));
  if (!areas || !hasCell(areas.items, mouse.x, mouse.y)) return step(left);
  const items = queueItems(context.fleet, ui.queue.answering, context.now);
  const window = queueWindow(ui, areas.items, items);
  return step(moveInQueue(left, context, () => window.from + mouse.y - areas.items.y));
}
