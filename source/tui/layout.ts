/**
 * Where everything stands: size and a few facts in, rectangles out. Nothing overlaps, nothing leaves the
 * screen, and the areas keep their size when things come and go, because each change of a pane's size makes
 * an agent redraw itself; only a queue with nothing in it gives its room to the panes.
 */
import { shares, weightOf, type PaneWeight, type PaneWeights } from './pane-weights.ts';
import type { Rect } from './panes/rect.ts';
import type { LayoutName, Region, Size } from './ui-state.ts';

export interface PanePlace {
  readonly run: string;
  /** The digit that focuses it, from 1. */
  readonly number: number;
  readonly frame: Rect;
  /** The terminal's cells; no rows when only the title of the pane shows. */
  readonly inside: Rect;
  /** A frame with four sides; otherwise a title line alone. */
  readonly isFramed: boolean;
  /** Shown beside the list in passing: its session keeps the size it has. */
  readonly isPreview: boolean;
}

export interface RoomLayout {
  readonly kind: 'wide' | 'narrow' | 'tiny';
  readonly header: Rect;
  readonly list: Rect | null;
  readonly panes: readonly PanePlace[];
  /** Where panes stand or would stand: holds the words of an empty room. */
  readonly stage: Rect | null;
  readonly queue: Rect | null;
  readonly bar: Rect;
  readonly overlay: Rect | null;
  /** Over list, panes and queue; what is below keeps its size. */
  readonly page: Rect | null;
  /** Panes before and after those on screen. */
  readonly hidden: { readonly before: number; readonly after: number };
}

export interface LayoutFacts {
  readonly size: Size;
  readonly region: Region;
  readonly layout: LayoutName;
  readonly isZoomed: boolean;
  readonly panes: readonly string[];
  /** The run under the cursor. */
  readonly focused: string | null;
  readonly weights: PaneWeights;
  /** Rows the list would like. */
  readonly listRows: number;
  /** Something waits, or did a moment ago: the queue has its room. Otherwise one line says that nothing waits. */
  readonly isQueueOpen: boolean;
  readonly hasPage: boolean;
  readonly overlay: 'none' | 'look' | 'box' | 'line';
  /** Rows a box would like, its frame included; it gets them where there is room. */
  readonly boxRows: number;
  readonly boxColumns: number;
}

/** Below this nothing useful fits; a sentence says so. */
export const COLUMNS_MIN = 60;
export const ROWS_MIN = 15;

/** From here on list, panes and queue fit side by side. */
const WIDE_COLUMNS = 100;
const WIDE_ROWS = 26;

/** A pane with its frame: agents wrap badly below 38 columns, and 6 lines show a question with its answer. */
const PANE_COLUMNS_MIN = 40;
const PANE_ROWS_MIN = 8;
/** What a pane keeps when others are made larger: a few words, and a line or two in its frame. */
const COLUMNS_LEAST = 20;
const ROWS_LEAST = 4;
/** A title and the last lines an agent wrote; less tells nothing. */
const PREVIEW_ROWS_MIN = 6;
/** What most programs are made for: a layout is better the nearer its panes come to it. */
const PANE_COLUMNS_GOOD = 80;
const PANE_ROWS_GOOD = 24;

/** The queue on a narrow screen: one request as who, what and where. */
const DRAWER_ROWS = 3;
/** A queue with nothing in it. */
const EMPTY_QUEUE_ROWS = 1;

const rect = (x: number, y: number, columns: number, rows: number): Rect => ({
  x,
  y,
  columns: Math.max(0, columns),
  rows: Math.max(0, rows),
});

export function roomLayout(facts: LayoutFacts): RoomLayout {
  const { columns, rows } = facts.size;
  const header = rect(0, 0, columns, Math.min(1, rows));
  const bar = rect(0, Math.max(0, rows - 1), columns, rows > 1 ? 1 : 0);
  const none = {
    page: null,
    list: null,
    panes: [],
    stage: null,
    queue: null,
    hidden: { before: 0, after: 0 },
  };
  if (columns < COLUMNS_MIN || rows < ROWS_MIN)
    return { kind: 'tiny', header: rect(0, 0, columns, rows), bar: rect(0, 0, 0, 0), overlay: null, ...none };
  const body = rect(0, 1, columns, rows - 2);
  const kind = columns >= WIDE_COLUMNS && rows >= WIDE_ROWS ? 'wide' : 'narrow';
  const overlay = overlayRect(facts, body);
  const page = facts.hasPage ? body : null;
  if (facts.isZoomed) {
    const { panes, hidden } = single(body, facts, false);
    return { kind, header, bar, overlay, page, list: null, queue: null, stage: body, panes, hidden };
  }
  return kind === 'wide'
    ? { kind, header, bar, overlay, page, ...wide(body, facts) }
    : { kind, header, bar, overlay, page, ...narrow(body, facts) };
}

function wide(body: Rect, facts: LayoutFacts) {
  // A fifth of the height: four lines of a request at 34 rows, eight at 50.
  const queueRows = facts.isQueueOpen
    ? Math.min(12, Math.max(6, Math.floor(body.rows * 0.2)))
    : EMPTY_QUEUE_ROWS;
  // A name, what it does in a few words, and an age; past 44 the panes need the room more.
  const listColumns = Math.min(44, Math.max(28, Math.floor(body.columns * 0.26)));
  const upper = body.rows - queueRows;
  const stage = rect(listColumns, body.y, body.columns - listColumns, upper);
  return {
    list: rect(0, body.y, listColumns, upper),
    stage,
    queue: rect(0, body.y + upper, body.columns, queueRows),
    ...arranged(stage, facts),
  };
}

/** One page at a time above the drawer; the queue as a page has the whole body. */
function narrow(body: Rect, facts: LayoutFacts) {
  const drawerRows = facts.isQueueOpen ? DRAWER_ROWS : EMPTY_QUEUE_ROWS;
  const page = rect(0, body.y, body.columns, body.rows - drawerRows);
  const drawer = rect(0, body.y + page.rows, body.columns, drawerRows);
  const nothing = { panes: [], hidden: { before: 0, after: 0 } };
  switch (facts.region) {
    case 'list':
      return { queue: drawer, ...listWithPreview(page, facts) };
    case 'panes':
      return { list: null, stage: page, queue: drawer, ...single(page, facts, false) };
    case 'queue':
      return { list: null, stage: null, queue: body, ...nothing };
    default:
      return facts.region satisfies never;
  }
}

/** Below a list that leaves room the live screen of the agent under the cursor. */
function listWithPreview(
  page: Rect,
  facts: LayoutFacts,
): Pick<RoomLayout, 'list' | 'stage' | 'panes' | 'hidden'> {
  const at = facts.panes.indexOf(facts.focused ?? '');
  const rows = page.rows - facts.listRows - 1;
  if (at === -1 || rows < PREVIEW_ROWS_MIN)
    return { list: page, stage: null, panes: [], hidden: { before: 0, after: 0 } };
  const preview = rect(page.x, page.y + page.rows - rows, page.columns, rows);
  const pane = place(facts.panes[at]!, at, preview, false);
  return {
    list: rect(page.x, page.y, page.columns, page.rows - rows),
    stage: null,
    panes: [{ ...pane, isPreview: true }],
    hidden: { before: at, after: facts.panes.length - at - 1 },
  };
}

function arranged(stage: Rect, facts: LayoutFacts): Pick<RoomLayout, 'panes' | 'hidden'> {
  if (facts.panes.length === 0) return { panes: [], hidden: { before: 0, after: 0 } };
  switch (facts.layout) {
    case 'tiled':
      return tiled(stage, facts);
    case 'columns':
      return grid(stage, facts, Math.max(1, Math.floor(stage.columns / PANE_COLUMNS_MIN)), 1);
    case 'stack':
      return stacked(stage, facts);
    case 'one':
      return single(stage, facts, true);
    default:
      return facts.layout satisfies never;
  }
}

/** The focused pane alone, or the first. */
function single(area: Rect, facts: LayoutFacts, isFramed: boolean): Pick<RoomLayout, 'panes' | 'hidden'> {
  const at = Math.max(0, facts.panes.indexOf(facts.focused ?? ''));
  const run = facts.panes[at];
  if (run === undefined) return { panes: [], hidden: { before: 0, after: 0 } };
  return {
    panes: [place(run, at, area, isFramed)],
    hidden: { before: at, after: facts.panes.length - at - 1 },
  };
}

function tiled(stage: Rect, facts: LayoutFacts): Pick<RoomLayout, 'panes' | 'hidden'> {
  const columnsMax = Math.max(1, Math.floor(stage.columns / PANE_COLUMNS_MIN));
  const rowsMax = Math.max(1, Math.floor(stage.rows / PANE_ROWS_MIN));
  const count = Math.min(facts.panes.length, columnsMax * rowsMax);
  let best = { columns: columnsMax, score: -1 };
  for (let columns = 1; columns <= Math.min(columnsMax, count); columns++) {
    const rows = Math.ceil(count / columns);
    if (rows > rowsMax) continue;
    // Rows are worth more than columns: a line that wraps can be read, one that has scrolled away cannot.
    const score =
      Math.sqrt(Math.min(1, stage.columns / columns / PANE_COLUMNS_GOOD)) *
      Math.min(1, stage.rows / rows / PANE_ROWS_GOOD);
    if (score > best.score) best = { columns, score };
  }
  return grid(stage, facts, best.columns, rowsMax);
}

/** Panes row by row, at most `columns` x `rowsMax` of them: the page with the focused one. */
function grid(
  stage: Rect,
  facts: LayoutFacts,
  columns: number,
  rowsMax: number,
): Pick<RoomLayout, 'panes' | 'hidden'> {
  const capacity = columns * rowsMax;
  const focused = Math.max(0, facts.panes.indexOf(facts.focused ?? ''));
  const from = Math.floor(focused / capacity) * capacity;
  const shown = facts.panes.slice(from, from + capacity);
  const rows = Array.from({ length: Math.ceil(shown.length / columns) }, (_, line) =>
    // The last row may hold fewer panes; they take its whole width.
    shown.slice(line * columns, (line + 1) * columns),
  );
  const weight = (run: string): PaneWeight => weightOf(facts.weights, run);
  // A row is as high as its weightiest pane would have it, else as the one made low.
  const heights = shares(
    stage.rows,
    rows.map((runs) => farthest(runs.map((run) => weight(run).rows))),
    ROWS_LEAST,
  );
  const panes: PanePlace[] = [];
  let y = stage.y;
  for (const [line, height] of heights.entries()) {
    const runs = rows[line]!;
    const widths = shares(
      stage.columns,
      runs.map((run) => weight(run).columns),
      COLUMNS_LEAST,
    );
    let x = stage.x;
    for (const [at, width] of widths.entries()) {
      panes.push(place(runs[at]!, from + line * columns + at, rect(x, y, width, height), true));
      x += width;
    }
    y += height;
  }
  return { panes, hidden: { before: from, after: facts.panes.length - from - shown.length } };
}

/** The weight that is furthest from being like the others. */
const farthest = (weights: readonly number[]): number =>
  weights.reduce((far, weight) => (Math.abs(Math.log(weight)) > Math.abs(Math.log(far)) ? weight : far), 1);

/** Every pane's title one under the other, the focused one opened. */
function stacked(stage: Rect, facts: LayoutFacts): Pick<RoomLayout, 'panes' | 'hidden'> {
  const titlesMax = Math.max(0, stage.rows - PANE_ROWS_MIN);
  const focused = Math.max(0, facts.panes.indexOf(facts.focused ?? ''));
  const from = Math.max(0, Math.min(focused - Math.floor(titlesMax / 2), facts.panes.length - titlesMax - 1));
  const shown = facts.panes.slice(from, from + titlesMax + 1);
  const panes: PanePlace[] = [];
  let y = stage.y;
  for (const [at, run] of shown.entries()) {
    const isOpen = from + at === focused;
    const rows = isOpen ? stage.rows - (shown.length - 1) : 1;
    panes.push(place(run, from + at, rect(stage.x, y, stage.columns, rows), isOpen));
    y += rows;
  }
  return { panes, hidden: { before: from, after: facts.panes.length - from - shown.length } };
}

function place(run: string, at: number, frame: Rect, isFramed: boolean): PanePlace {
  const inside = isFramed
    ? rect(frame.x + 1, frame.y + 1, frame.columns - 2, frame.rows - 2)
    : rect(frame.x, frame.y + 1, frame.columns, frame.rows - 1);
  return { run, number: at + 1, frame, inside, isFramed, isPreview: false };
}

/** A request looked at closely has the whole body; a dialog stands in its middle; one line stands above the bar. */
function overlayRect({ overlay, boxRows, boxColumns }: LayoutFacts, body: Rect): Rect | null {
  switch (overlay) {
    case 'none':
      return null;
    case 'look':
      return body;
    case 'line':
      return rect(0, body.y + body.rows - 1, body.columns, 1);
    case 'box': {
      const columns = Math.min(body.columns - 4, boxColumns);
      const rows = Math.min(body.rows - 2, boxRows);
      const x = Math.floor((body.columns - columns) / 2);
      return rect(x, body.y + Math.max(1, Math.floor((body.rows - rows) / 3)), columns, rows);
    }
    default:
      return overlay satisfies never;
  }
}
