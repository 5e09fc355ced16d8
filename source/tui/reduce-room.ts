/** What each action does in the room. */
import { isEnded, isLive } from '../core/fleet.ts';
import { layoutOf, cursorRun, entriesOf, noted, step, type Step } from './step.ts';
import {
  approve,
  beginEdit,
  editOutside,
  look,
  moveInQueue,
  nextWaiting,
  scrollLook,
} from './reduce-queue.ts';
import { beginAlways, beginBatch } from './reduce-always.ts';
import { beginLine, undo, wake } from './reduce-answers.ts';
import { withCursor } from './reduce-fleet.ts';
import { starting } from './reduce-overlays.ts';
import { openRisk } from './reduce-page.ts';
import { beginLetGo, beginQuarantine, isQuarantined, openQuarantine } from './reduce-quarantine.ts';
import { weighed, type PaneWeight } from './pane-weights.ts';
import * as scrolling from './reduce-scroll.ts';
import { statusOf } from './fleet-view.ts';
import type { PanePlace } from './layout.ts';
import { textField } from './text-field.ts';
import { nextTheme } from './theme.ts';
import type { Context } from './ui-input.ts';
import { LAYOUTS, REGIONS, type Ui } from './ui-state.ts';

/** Does what a key or the palette asks for; undefined: this action is none of the room's. */
export function inRoom(ui: Ui, context: Context, action: string, key: string): Step | undefined {
  switch (action) {
    case 'next-waiting':
      return nextWaiting(ui, context);
    case 'type':
    case 'type-here':
      return beginTyping(ui, context);
    case 'look':
      return look(ui, context);
    case 'approve':
      return approve(ui, context);
    case 'edit':
      return beginEdit(ui, context);
    case 'edit-outside':
      return editOutside(ui, context);
    case 'reject':
    case 'respond':
    case 'snooze':
      return beginLine(ui, context, action);
    case 'always':
      return beginAlways(ui, context);
    case 'batch':
      return beginBatch(ui, context);
    case 'grants':
      return step({ ...ui, overlay: { type: 'grants', at: 0 } });
    case 'heatmap':
    case 'insights':
      return openRisk(ui, context, action);
    case 'quarantine':
      return beginQuarantine(ui, context);
    case 'let-go':
      return beginLetGo(ui, context);
    case 'wake':
      return wake(ui, context);
    case 'undo':
      return undo(ui, context);
    case 'up':
    case 'down':
    case 'left':
    case 'right':
      return move(ui, context, action);
    case 'first':
    case 'last':
      return step(toEnd(ui, context, action));
    case 'next-region':
      return step(inRegion(ui, 1));
    case 'previous-region':
      return step(inRegion(ui, -1));
    case 'number':
      if (key === '4' && layoutOf(ui).kind === 'narrow') return openRisk(ui, context, 'heatmap');
      return step(byNumber(ui, Number(key)));
    case 'zoom':
      return step(zoomed(ui));
    case 'layout': {
      const layout = LAYOUTS[(LAYOUTS.indexOf(ui.layout) + 1) % LAYOUTS.length]!;
      const words =
        layoutOf(ui).kind === 'narrow' ? `${layout}; a narrow screen shows one pane at a time` : layout;
      return step(noted({ ...ui, layout, isZoomed: false }, context.now, `Layout: ${words}.`));
    }
    case 'swap':
    case 'swap-back':
      return step(swapped(ui, action === 'swap' ? 1 : -1));
    case 'wider':
      return step(resized(ui, context, 'columns', 1));
    case 'narrower':
      return step(resized(ui, context, 'columns', -1));
    case 'higher':
      return step(resized(ui, context, 'rows', 1));
    case 'lower':
      return step(resized(ui, context, 'rows', -1));
    case 'even':
      return step({ ...ui, weights: {} });
    case 'close-pane':
      return step(closePane(ui, context));
    case 'scroll': {
      const run = cursorRun(ui, context);
      if (!run) return step(noted(ui, context.now, 'There is no pane under the cursor.'));
      const open = withPane(ui, run.id);
      return scrolling.beginScroll(open, context, run.id, key === '[' ? 0 : pageRows(open, run.id));
    }
    case 'start': {
      const entry = entriesOf(ui, context).find(({ key }) => key === ui.cursor);
      return starting(ui, context, entry?.type === 'agent' ? entry.name : null, false);
    }
    case 'init':
      return init(ui, context);
    case 'stop':
    case 'restart':
      return confirm(ui, context, action);
    case 'filter':
      return step({
        ...ui,
        overlay: { type: 'filter', field: textField(ui.filter) },
        region: 'list',
        isZoomed: false,
      });
    case 'palette':
      return step({ ...ui, overlay: { type: 'palette', field: textField(), at: 0 } });
    case 'alarms':
      return step({
        ...ui,
        overlay: { type: 'alarms', top: 0 },
        alarmsSeen: context.fleet.alarms.at(-1)?.seq ?? 0,
      });
    case 'theme': {
      const { name } = nextTheme(ui.theme);
      return step(noted({ ...ui, theme: name }, context.now, `Theme: ${name}.`), {
        type: 'remember-theme',
        name,
      });
    }
    case 'redraw':
      return step(ui, { type: 'redraw' });
    case 'help':
      return step({ ...ui, overlay: { type: 'help', field: textField(), top: 0 } });
    case 'quit':
      return step(ui, { type: 'quit' });
    case 'leave-filter':
      return step(back(ui, context));
    default:
      return undefined;
  }
}

/** What each action does while scrolling back. */
export function inScroll(ui: Ui, context: Context, action: string): Step | undefined {
  const { scroll } = ui;
  if (!scroll) return undefined;
  const page = scrolling.pageOf(ui, scroll);
  switch (action) {
    case 'scroll-up':
      return scrolling.moveTo(ui, scroll, scroll.cursor - 1);
    case 'scroll-down':
      return scrolling.moveTo(ui, scroll, scroll.cursor + 1);
    case 'page-up':
      return scrolling.scrollBy(ui, scroll, -page);
    case 'page-down':
      return scrolling.scrollBy(ui, scroll, page);
    case 'half-up':
      return scrolling.scrollBy(ui, scroll, -Math.ceil(page / 2));
    case 'half-down':
      return scrolling.scrollBy(ui, scroll, Math.ceil(page / 2));
    case 'top':
      return scrolling.moveTo(ui, scroll, 0);
    case 'bottom':
      return scrolling.moveTo(ui, scroll, scroll.total - 1);
    case 'search':
      return scrolling.beginSearch(ui);
    case 'next-hit':
      return scrolling.nextHit(ui, context, scroll, -1);
    case 'previous-hit':
      return scrolling.nextHit(ui, context, scroll, 1);
    case 'select':
      return scrolling.select(ui, scroll);
    case 'copy':
      return scrolling.copy(ui, scroll);
    case 'leave-scroll':
      return scroll.anchor === null ? scrolling.endScroll(ui) : scrolling.select(ui, scroll);
    default:
      return undefined;
  }
}

/** What each action does in the closer look at a request. */
export function inLook(ui: Ui, context: Context, action: string): Step | undefined {
  const { overlay } = ui;
  if (overlay?.type !== 'look') return undefined;
  switch (action) {
    case 'look-up':
      return step(scrollLook(ui, overlay, (top) => top - 1));
    case 'look-down':
      return step(scrollLook(ui, overlay, (top) => top + 1));
    case 'look-page-up':
      return step(scrollLook(ui, overlay, (top, page) => top - page));
    case 'look-page-down':
      return step(scrollLook(ui, overlay, (top, page) => top + page));
    case 'look-first':
      return step(scrollLook(ui, overlay, () => 0));
    case 'look-last':
      return step(scrollLook(ui, overlay, () => Number.MAX_SAFE_INTEGER));
    case 'look-approve':
      return approve(ui, context);
    case 'look-edit':
      return beginEdit(ui, context);
    case 'look-edit-outside':
      return editOutside(ui, context);
    case 'look-reject':
      return beginLine(ui, context, 'reject');
    case 'look-always':
      return beginAlways(ui, context);
    case 'look-respond':
      return beginLine(ui, context, 'respond');
    case 'look-snooze':
      return beginLine(ui, context, 'snooze');
    case 'look-undo':
      return undo(ui, context);
    case 'look-next':
      return nextWaiting(ui, context);
    case 'look-back':
      return step({ ...ui, overlay: null });
    default:
      return undefined;
  }
}

const pageRows = (ui: Ui, run: string): number =>
  Math.max(1, (layoutOf(ui).panes.find((pane) => pane.run === run)?.inside.rows ?? 1) - 1);

/** The run gets a pane if it has none, and the room shows the panes. */
function withPane(ui: Ui, run: string): Ui {
  const panes = ui.panes.includes(run) ? ui.panes : [...ui.panes, run];
  return { ...ui, panes, cursor: run, region: 'panes' };
}

function beginTyping(ui: Ui, context: Context): Step {
  // What it did comes first; typing to it goes nowhere.
  const quarantined = isQuarantined(ui, context);
  if (quarantined) return openQuarantine(ui, quarantined);
  const run = cursorRun(ui, context);
  if (!run) {
    const entry = entriesOf(ui, context).find(({ key }) => key === ui.cursor);
    return starting(ui, context, entry?.type === 'agent' ? entry.name : null);
  }
  const open = withPane(ui, run.id);
  if (isLive(run)) return step({ ...open, typing: run.id, scroll: null });
  return step(
    noted(
      open,
      context.now,
      isEnded(run) ? `${run.agent || run.id} has ended: R starts it again.` : 'It is still starting.',
    ),
  );
}

/** Goes to a run, wherever it is. */
export const goTo = (ui: Ui, run: string): Ui => ({
  ...withPane(ui, run),
  overlay: null,
  page: { type: 'room' },
});

function move(ui: Ui, context: Context, to: 'up' | 'down' | 'left' | 'right'): Step {
  const by = to === 'up' ? -1 : to === 'down' ? 1 : 0;
  switch (ui.region) {
    case 'queue':
      return step(by === 0 ? ui : moveInQueue(ui, context, (at) => at + by));
    case 'list':
      if (by !== 0) return step(moveInList(ui, context, by));
      return step(to === 'right' && ui.panes.length > 0 ? intoPanes(ui) : ui);
    case 'panes':
      return step(moveInPanes(ui, to));
    default:
      return ui.region satisfies never;
  }
}

function moveInList(ui: Ui, context: Context, by: number): Ui {
  const entries = entriesOf(ui, context);
  const at = entries.findIndex(({ key }) => key === ui.cursor);
  const next = entries[Math.max(0, Math.min(entries.length - 1, at + by))];
  return next ? { ...ui, cursor: next.key } : ui;
}

/** The panes get the keys; the cursor goes to a run that has one. */
function intoPanes(ui: Ui): Ui {
  const cursor = ui.cursor !== null && ui.panes.includes(ui.cursor) ? ui.cursor : (ui.panes[0] ?? ui.cursor);
  return { ...ui, region: 'panes', cursor };
}

/** To the nearest pane that way; from the leftmost into the list, past the last to the next page. */
function moveInPanes(ui: Ui, to: 'up' | 'down' | 'left' | 'right'): Ui {
  const { panes } = layoutOf(ui);
  const here = panes.find(({ run }) => run === ui.cursor);
  if (!here) return intoPanes(ui);
  const nearest = panes
    .filter((pane) => isThatWay(here, pane, to))
    .sort((a, b) => distance(here, a) - distance(here, b))[0];
  if (nearest) return { ...ui, cursor: nearest.run };
  const at = ui.panes.indexOf(here.run);
  const beyond = ui.panes[to === 'right' || to === 'down' ? at + 1 : at - 1];
  const isSinglePane = panes.length === 1;
  const isLast = here === panes.at(-1) && (to === 'right' || to === 'down');
  const isFirst = here === panes[0] && to === 'up';
  if (beyond !== undefined && (isSinglePane || isLast || isFirst)) return { ...ui, cursor: beyond };
  return to === 'left' && !ui.isZoomed ? { ...ui, region: 'list' } : ui;
}

function isThatWay(from: PanePlace, pane: PanePlace, to: 'up' | 'down' | 'left' | 'right'): boolean {
  const [a, b] = [from.frame, pane.frame];
  switch (to) {
    case 'up':
      return b.y + b.rows <= a.y;
    case 'down':
      return b.y >= a.y + a.rows;
    case 'left':
      return b.x + b.columns <= a.x && overlaps(a.y, a.rows, b.y, b.rows);
    case 'right':
      return b.x >= a.x + a.columns && overlaps(a.y, a.rows, b.y, b.rows);
    default:
      return to satisfies never;
  }
}

const overlaps = (from: number, length: number, other: number, otherLength: number): boolean =>
  from < other + otherLength && other < from + length;

/** Between centres; a cell is about twice as high as wide. */
function distance(from: PanePlace, to: PanePlace): number {
  const x = from.frame.x + from.frame.columns / 2 - (to.frame.x + to.frame.columns / 2);
  const y = from.frame.y + from.frame.rows / 2 - (to.frame.y + to.frame.rows / 2);
  return x * x + 4 * y * y;
}

function toEnd(ui: Ui, context: Context, end: 'first' | 'last'): Ui {
  if (ui.region === 'queue') return moveInQueue(ui, context, (_at, last) => (end === 'first' ? 0 : last));
  const entry = end === 'first' ? entriesOf(ui, context)[0] : entriesOf(ui, context).at(-1);
  return entry ? { ...ui, cursor: entry.key } : ui;
}

function inRegion(ui: Ui, by: 1 | -1): Ui {
  // A line that says nothing waits is no place to be.
  const isQueueLine = !ui.queue.isOpen && layoutOf(ui).kind === 'wide';
  const regions = REGIONS.filter((region) => region !== 'queue' || !isQueueLine);
  const at = Math.max(0, regions.indexOf(ui.region));
  const region = regions[(at + by + regions.length) % regions.length]!;
  const next = { ...ui, region, isZoomed: false };
  return region === 'panes' ? intoPanes(next) : next;
}

function byNumber(ui: Ui, number: number): Ui {
  if (layoutOf(ui).kind === 'narrow') {
    const region = REGIONS[number - 1];
    if (!region) return ui;
    return region === 'panes' ? intoPanes({ ...ui, isZoomed: false }) : { ...ui, region, isZoomed: false };
  }
  const run = ui.panes[number - 1];
  return run === undefined ? ui : { ...ui, cursor: run, region: 'panes' };
}

const zoomed = (ui: Ui): Ui => (ui.panes.length === 0 ? ui : { ...intoPanes(ui), isZoomed: !ui.isZoomed });

function swapped(ui: Ui, by: 1 | -1): Ui {
  const at = ui.panes.indexOf(ui.cursor ?? '');
  if (at === -1 || ui.panes.length < 2) return ui;
  const other = (at + by + ui.panes.length) % ui.panes.length;
  const panes = [...ui.panes];
  [panes[at], panes[other]] = [panes[other]!, panes[at]!];
  return { ...ui, panes };
}

function resized(ui: Ui, context: Context, side: keyof PaneWeight, by: 1 | -1): Ui {
  const { panes, kind } = layoutOf(ui);
  const here = panes.find(({ run }) => run === ui.cursor);
  const isAlone = !here || !panes.some((pane) => pane !== here && isBeside(here, pane, side));
  if (isAlone || kind === 'narrow' || ui.layout === 'stack') {
    const words =
      side === 'columns' ? 'There is no pane beside this one.' : 'There is no pane above or below.';
    return noted(ui, context.now, words);
  }
  return { ...ui, weights: weighed(ui.weights, here.run, side, by) };
}

const isBeside = (here: PanePlace, pane: PanePlace, side: keyof PaneWeight): boolean =>
  side === 'columns' ? here.frame.y === pane.frame.y : here.frame.y !== pane.frame.y;

function closePane(ui: Ui, context: Context): Ui {
  const at = ui.panes.indexOf(ui.cursor ?? '');
  if (at === -1) return noted(ui, context.now, 'There is no pane under the cursor.');
  const run = cursorRun(ui, context);
  const isRunning = run !== undefined && !isEnded(run);
  const panes = ui.panes.filter((run) => run !== ui.cursor);
  const next = ui.region === 'panes' ? (panes[Math.min(at, panes.length - 1)] ?? null) : ui.cursor;
  const region = panes.length === 0 && ui.region === 'panes' ? 'list' : ui.region;
  const closed: Ui = {
    ...ui,
    panes,
    cursor: next,
    region,
    isZoomed: ui.isZoomed && panes.length > 0,
    scroll: null,
  };
  return noted(
    withCursor(closed, context),
    context.now,
    `Pane closed${isRunning ? '; the agent keeps running' : ''}. ↵ in the list opens it again.`,
  );
}

function confirm(ui: Ui, context: Context, what: 'stop' | 'restart'): Step {
  const run = cursorRun(ui, context);
  if (!run) {
    const entry = entriesOf(ui, context).find(({ key }) => key === ui.cursor);
    const words =
      entry?.type === 'agent'
        ? `${entry.name} does not run: ↵ starts it.`
        : 'There is no agent under the cursor.';
    return step(noted(ui, context.now, words));
  }
  const name = run.agent || run.id;
  if (what === 'stop' && isEnded(run))
    return step(noted(ui, context.now, `${name} has ended already: R starts it again.`));
  if (what === 'stop' && statusOf(context.fleet, run) === 'stopping')
    return step(noted(ui, context.now, `${name} is stopping already.`));
  return step({ ...ui, overlay: { type: 'confirm', what, run: run.id } });
}

function init(ui: Ui, context: Context): Step {
  if (ui.config.state !== 'missing')
    return step(noted(ui, context.now, 'This project has a fleet.yaml already: your editor changes it.'));
  return step(noted(ui, context.now, 'Writing fleet.yaml …'), { type: 'init' });
}

/** One level back: filter, zoom, region. */
function back(ui: Ui, context: Context): Ui {
  if (ui.filter !== '') return withCursor({ ...ui, filter: '' }, context);
  if (ui.isZoomed) return { ...ui, isZoomed: false };
  return ui.region === 'list' ? { ...ui, notice: null } : { ...ui, region: 'list' };
}
