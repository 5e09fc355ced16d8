/** Looking back in a session: moving, searching, selecting lines. The live screen goes on underneath. */
import { ScreenMode } from '../wire/screen-frame.ts';
import { layoutOf, noted, step, type Step } from './step.ts';
import { textField } from './text-field.ts';
import type { Context } from './ui-input.ts';
import type { Scroll, Ui } from './ui-state.ts';

/** Lines of one notch of the wheel, as terminals do it. */
export const WHEEL_LINES = 3;

/** Rows the pane of a run has on screen now. */
function paneRows(ui: Ui, run: string): number {
  return layoutOf(ui).panes.find((pane) => pane.run === run)?.inside.rows ?? 0;
}

/** Into scrolling, `lines` above the live bottom. */
export function beginScroll(ui: Ui, context: Context, run: string, lines: number): Step {
  const session = context.fleet.runs[run]?.session ?? null;
  const facts = session === null ? undefined : context.screen(session);
  const rows = paneRows(ui, run);
  if (session === null || !facts || rows === 0)
    return step(noted(ui, context.now, 'There is no screen to scroll back in.'));
  if (facts.modes & ScreenMode.Alternate)
    return step(
      noted(ui, context.now, 'This program uses the whole screen and keeps no lines to scroll back to.'),
    );
  const total = facts.history + facts.rows;
  const scroll: Scroll = {
    run,
    session,
    top: 0,
    cursor: total - 1,
    total,
    isCounted: false,
    anchor: null,
    search: null,
    returnsToTyping: ui.typing === run,
  };
  const top = Math.max(0, total - rows - lines);
  const begun = {
    ...ui,
    typing: null,
    cursor: run,
    region: ui.region === 'list' ? 'panes' : ui.region,
    scroll,
  } as const;
  return show(begun, { ...scroll, top, cursor: Math.min(total - 1, top + rows - 1) });
}

/** The live screen again, and typing where it was left. */
export function endScroll(ui: Ui): Step {
  const { scroll } = ui;
  return step({ ...ui, scroll: null, typing: scroll?.returnsToTyping ? scroll.run : null });
}

function show(ui: Ui, scroll: Scroll): Step {
  const rows = Math.max(1, paneRows(ui, scroll.run));
  const top = Math.max(0, Math.min(scroll.top, scroll.total - rows));
  const next = { ...ui, scroll: { ...scroll, top } };
  return step(next, { type: 'lines', session: scroll.session, from: top, count: rows });
}

/** The cursor to a line; the view follows it. */
export function moveTo(ui: Ui, scroll: Scroll, line: number): Step {
  const rows = Math.max(1, paneRows(ui, scroll.run));
  const cursor = Math.max(0, Math.min(scroll.total - 1, line));
  const top = cursor < scroll.top ? cursor : cursor >= scroll.top + rows ? cursor - rows + 1 : scroll.top;
  return show(ui, { ...scroll, cursor, top });
}

/** The view by whole pages or the wheel; past the newest line it goes back to live. */
export function scrollBy(ui: Ui, scroll: Scroll, lines: number): Step {
  const rows = Math.max(1, paneRows(ui, scroll.run));
  const lowest = Math.max(0, scroll.total - rows);
  if (lines > 0 && scroll.top >= lowest && scroll.anchor === null) return endScroll(ui);
  const top = Math.max(0, Math.min(lowest, scroll.top + lines));
  const cursor = Math.max(top, Math.min(top + rows - 1, scroll.cursor + lines));
  return show(ui, { ...scroll, top, cursor });
}

export const pageOf = (ui: Ui, scroll: Scroll): number => Math.max(1, paneRows(ui, scroll.run) - 1);

/** Lines have come, and how many there are now. The first count may differ from the guess: the view moves along. */
export function onLines(ui: Ui, session: string, total: number): Step {
  const { scroll } = ui;
  if (scroll?.session !== session) return step(ui);
  const within = (line: number): number => Math.max(0, Math.min(total - 1, line));
  if (scroll.isCounted) return step({ ...ui, scroll: { ...scroll, total, cursor: within(scroll.cursor) } });
  const by = total - scroll.total;
  const counted = {
    ...scroll,
    isCounted: true,
    total,
    top: scroll.top + by,
    cursor: within(scroll.cursor + by),
    anchor: scroll.anchor === null ? null : within(scroll.anchor + by),
  };
  return by === 0 ? step({ ...ui, scroll: counted }) : show(ui, counted);
}

export function select(ui: Ui, scroll: Scroll): Step {
  return step({ ...ui, scroll: { ...scroll, anchor: scroll.anchor === null ? scroll.cursor : null } });
}

export function copy(ui: Ui, scroll: Scroll): Step {
  const anchor = scroll.anchor ?? scroll.cursor;
  return step(
    { ...ui, scroll: { ...scroll, anchor: null } },
    {
      type: 'copy',
      session: scroll.session,
      from: Math.min(anchor, scroll.cursor),
      to: Math.max(anchor, scroll.cursor),
    },
  );
}

export const beginSearch = (ui: Ui): Step => step({ ...ui, overlay: { type: 'search', field: textField() } });

export function search(ui: Ui, text: string): Step {
  const closed: Ui = { ...ui, overlay: null };
  if (!ui.scroll || text === '') return step(closed);
  return step(closed, { type: 'search', session: ui.scroll.session, text });
}

/** Hits have come, oldest first; the view goes to the newest one above its cursor. */
export function onFound(
  ui: Ui,
  context: Context,
  found: { session: string; text: string; hits: readonly number[] },
): Step {
  const { scroll } = ui;
  if (scroll?.session !== found.session) return step(ui);
  if (found.hits.length === 0)
    return step(noted(ui, context.now, `Nothing kept of this session has “${found.text}”.`));
  const above = found.hits.findLastIndex((line) => line <= scroll.cursor);
  const at = above === -1 ? found.hits.length - 1 : above;
  return toHit(ui, context, { ...scroll, search: { text: found.text, hits: found.hits, at } });
}

export function nextHit(ui: Ui, context: Context, scroll: Scroll, by: -1 | 1): Step {
  if (!scroll.search) return step(noted(ui, context.now, 'Search for something first: / and a text.'));
  const { hits, at } = scroll.search;
  return toHit(ui, context, {
    ...scroll,
    search: { ...scroll.search, at: (at + by + hits.length) % hits.length },
  });
}

function toHit(ui: Ui, context: Context, scroll: Scroll): Step {
  const { hits, at } = scroll.search!;
  return moveTo(noted(ui, context.now, `Hit ${at + 1} of ${hits.length}, oldest first.`), scroll, hits[at]!);
}
