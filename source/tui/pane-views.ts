/** The panes as the compositor wants them: frame, screen or looked-back lines, dimming, what is marked. */
import { isEnded } from '../core/fleet.ts';
import { Grid } from '../wire/cells.ts';
import { doingOf, statusOf } from './fleet-view.ts';
import { wrapWords } from './help.ts';
import { keyOf } from './keys.ts';
import type { RoomLayout, PanePlace } from './layout.ts';
import type { SessionScreen } from './links/screens-link.ts';
import type { ColourDepth } from './panes/colours.ts';
import { titleColumns, type PaneFrame } from './panes/pane-frame.ts';
import { firstRowFor, type Highlight, type PaneView } from './panes/scene.ts';
import { writeText } from './panes/text-cells.ts';
import { cellStyle } from './plain-chrome.ts';
import { roleOfStatus } from './screens/control-room/glyphs.ts';
import { paneTitle, scrollPosition, titleIn } from './screens/control-room/pane-titles.ts';
import { harmless } from './text.ts';
import type { Context } from './ui-input.ts';
import type { Scroll, Ui } from './ui-state.ts';

/** Lines of history that were asked for, as they came. */
export interface ShownLines {
  readonly session: string;
  readonly from: number;
  readonly grid: Grid;
}

export interface PaneSources {
  readonly depth: ColourDepth;
  screen(session: string): SessionScreen | undefined;
  readonly lines: ShownLines | null;
}

export function paneViews(ui: Ui, context: Context, layout: RoomLayout, sources: PaneSources): PaneView[] {
  return layout.panes
    .filter(({ inside, isFramed }) => isFramed || inside.rows > 0)
    .map((place) => paneView(ui, context, place, sources));
}

/** Where a grid has no rows a pane is blank. */
const NOTHING_YET = new Grid(0, 0);

function paneView(ui: Ui, context: Context, place: PanePlace, sources: PaneSources): PaneView {
  const { run, inside, isFramed } = place;
  const session = context.fleet.runs[run]?.session ?? null;
  const screen = session === null ? undefined : sources.screen(session);
  const scroll = ui.scroll?.run === run ? ui.scroll : null;
  const lines = scroll && sources.lines?.session === scroll.session ? sources.lines : null;
  const grid = lines?.grid ?? wordsIn(ui, context, place, sources.depth) ?? screen?.grid ?? NOTHING_YET;
  const isTypedElsewhere = ui.typing !== null && ui.typing !== run;
  const isOld = ui.screens === 'lost' || (session !== null && ui.lost.includes(session));
  return {
    rect: isFramed ? place.frame : inside,
    frame: isFramed ? frameOf(ui, context, place, { depth: sources.depth, scroll }) : undefined,
    grid,
    firstRow: lines ? 0 : firstRowFor(grid.rows, inside.rows, screen?.frame.cursor.y ?? 0),
    isDimmed: isTypedElsewhere || isOld,
    highlights: scroll && lines ? marks(scroll, lines, inside.columns) : undefined,
  };
}

/** A run whose program never ran has nothing on its screen: its pane says why, and what to do. */
function wordsIn(
  ui: Ui,
  { fleet, setting }: Context,
  { run: id, inside }: PanePlace,
  depth: ColourDepth,
): Grid | undefined {
  const run = fleet.runs[id];
  if (!run || !isEnded(run) || run.startedAt !== null) return undefined;
  const grid = new Grid(inside.columns, inside.rows);
  const status = statusOf(fleet, run);
  const key = (action: string): string => keyOf(setting.keymap, action, setting.isUtf8);
  const lines = [
    doingOf(fleet, run, status),
    '',
    `${key('restart')} starts it again, ${key('close-pane')} closes the pane.`,
  ];
  const style = cellStyle({ theme: ui.theme, depth }, status === 'failed' ? 'danger' : 'dim');
  const shown = lines.flatMap((line) => wrapWords(harmless(line), Math.max(1, inside.columns - 2)));
  for (const [y, line] of shown.slice(0, inside.rows).entries()) writeText(grid.lines[y]!, 1, line, style);
  return grid;
}

function frameOf(
  ui: Ui,
  context: Context,
  place: PanePlace,
  { depth, scroll }: { readonly depth: ColourDepth; readonly scroll: Scroll | null },
): PaneFrame {
  const { note, status, ...words } = paneTitle(ui, context, place.run, place.number);
  const look = { theme: ui.theme, depth };
  const isTypedTo = ui.typing === place.run;
  const isFocused = isTypedTo || (ui.cursor === place.run && ui.region === 'panes' && ui.typing === null);
  const isUnderCursor = ui.cursor === place.run;
  return {
    title: titleIn(titleColumns(place.frame.columns, note), words),
    note,
    position: scroll ? scrollPosition(scroll) : undefined,
    lineStyle: cellStyle(look, isTypedTo ? 'waiting' : isFocused ? 'accent' : 'border'),
    titleStyle: cellStyle(
      look,
      status === 'waiting'
        ? 'waiting'
        : isFocused || isUnderCursor
          ? 'accent'
          : status === 'failed'
            ? 'danger'
            : roleOfStatus(status) === 'running'
              ? 'plain'
              : 'dim',
    ),
  };
}

/** The selection, or the line of the cursor by its first cells. */
function marks(scroll: Scroll, lines: ShownLines, columns: number): Highlight[] {
  const from = Math.min(scroll.anchor ?? scroll.cursor, scroll.cursor);
  const to = Math.max(scroll.anchor ?? scroll.cursor, scroll.cursor);
  const found: Highlight[] = [];
  for (let line = Math.max(from, lines.from); line <= to && line < lines.from + lines.grid.rows; line++)
    found.push({ y: line - lines.from, from: 0, to: scroll.anchor === null ? CURSOR_COLUMNS : columns });
  return found;
}

/** Wide enough to be seen, narrow enough not to hide how the line begins. */
const CURSOR_COLUMNS = 1;
