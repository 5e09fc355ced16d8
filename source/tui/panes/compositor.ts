/**
 * Lays chrome, panes and dialogs over each other into one picture. Every cell of the screen has exactly one
 * owner: the chrome (Ink's output), a pane, or the chrome again where a dialog lies over panes. A wide
 * character never crosses from one owner to the next, so each part can be redrawn by itself.
 */
import { Attribute, BLANK, Row, WIDE_TAIL, type Grid } from '../../wire/cells.ts';
import { asciiGlyph } from './ascii.ts';
import type { Damage } from './damage.ts';
import { lowerEdge, SIDE, upperEdge, type PaneFrame } from './pane-frame.ts';
import { overlaps, type Rect } from './rect.ts';
import { contentRect, type Highlight, type PaneView, type Scene } from './scene.ts';
import { INK_ON_BLANK } from './style.ts';

/** What to lay anew: everything, or one pane's contents (rows of its grid, all when not given). */
export type Part =
  | { readonly type: 'everything' }
  | { readonly type: 'pane'; readonly pane: number; readonly rows?: ReadonlySet<number> | undefined };

const CHROME = 0;

/** Lays a part of the scene into `back` and marks in `damage` the cells that changed. Panes do not overlap. */
export function compose(scene: Scene, back: Grid, damage: Damage, part: Part = { type: 'everything' }): void {
  const canvas: Canvas = { scene, back, damage, owners: new Uint8Array(back.columns) };
  if (part.type === 'everything') return layEverything(canvas);
  const pane = scene.panes[part.pane];
  if (pane !== undefined) layContents(canvas, part.pane, pane, part.rows);
}

interface Canvas {
  readonly scene: Scene;
  readonly back: Grid;
  readonly damage: Damage;
  /** Of the row that is being laid: 0 where the chrome shows, else the number of the pane plus one. */
  readonly owners: Uint8Array;
}

/** A stretch of one row of the screen that belongs to one owner. */
interface Stretch {
  readonly y: number;
  readonly from: number;
  readonly to: number;
}

function layEverything(canvas: Canvas): void {
  const { scene, back, owners } = canvas;
  const edges = new Map<number, Edges>();
  for (let y = 0; y < back.rows; y++) {
    ownRow(canvas, y);
    for (let from = 0; from < back.columns;) {
      const owner = owners[from]!;
      const stretch = { y, from, to: stretchEnd(owners, from) };
      if (owner === CHROME) copyRow(canvas, stretch, scene.chrome.lines[y], from, NO_CHANGE);
      else layPane(canvas, stretch, scene.panes[owner - 1]!, owner, edges);
      from = stretch.to;
    }
  }
}

function stretchEnd(owners: Uint8Array, from: number): number {
  let end = from + 1;
  while (end < owners.length && owners[end] === owners[from]) end++;
  return end;
}

function ownRow({ scene, owners }: Canvas, y: number): void {
  owners.fill(CHROME);
  for (const [index, { rect }] of scene.panes.entries())
    if (y >= rect.y && y < rect.y + rect.rows)
      owners.fill(index + 1, Math.max(0, rect.x), Math.max(0, rect.x + rect.columns));
  for (const rect of scene.overlays)
    if (y >= rect.y && y < rect.y + rect.rows)
      owners.fill(CHROME, Math.max(0, rect.x), Math.max(0, rect.x + rect.columns));
}

/** The pane's own cells without its frame, around whatever lies over them. */
function layContents(
  canvas: Canvas,
  index: number,
  pane: PaneView,
  rows: ReadonlySet<number> | undefined,
): void {
  const { scene, back, owners } = canvas;
  const inside = contentRect(pane);
  const firstRow = pane.firstRow ?? 0;
  const isCovered = scene.overlays.some((rect) => overlaps(rect, inside));
  const left = Math.max(0, inside.x);
  const right = Math.min(back.columns, inside.x + inside.columns);
  const bottom = Math.min(back.rows, inside.y + inside.rows);
  for (let y = Math.max(0, inside.y); y < bottom; y++) {
    if (rows !== undefined && !rows.has(y - inside.y + firstRow)) continue;
    if (!isCovered) {
      layContent(canvas, { y, from: left, to: right }, pane, inside);
      continue;
    }
    ownRow(canvas, y);
    for (let from = left; from < right;) {
      const to = Math.min(right, stretchEnd(owners, from));
      if (owners[from] === index + 1) layContent(canvas, { y, from, to }, pane, inside);
      from = to;
    }
  }
}

interface Edges {
  readonly upper: Row;
  readonly lower: Row;
  readonly side: Row;
}

function layPane(
  canvas: Canvas,
  stretch: Stretch,
  pane: PaneView,
  owner: number,
  edges: Map<number, Edges>,
): void {
  const { rect, frame } = pane;
  const { y, from, to } = stretch;
  const inside = contentRect(pane);
  if (frame !== undefined) {
    let edge = edges.get(owner);
    if (edge === undefined) {
      edge = {
        upper: upperEdge(frame, rect.columns),
        lower: lowerEdge(frame, rect.columns),
        side: sideOf(frame),
      };
      edges.set(owner, edge);
    }
    if (y < inside.y || y >= inside.y + inside.rows) {
      copyRow(canvas, stretch, y === rect.y ? edge.upper : edge.lower, from - rect.x, NO_CHANGE);
      return;
    }
    const right = rect.x + rect.columns - 1;
    if (from <= rect.x) copyRow(canvas, { y, from, to: from + 1 }, edge.side, 0, NO_CHANGE);
    if (to > right) copyRow(canvas, { y, from: right, to }, edge.side, 0, NO_CHANGE);
  }
  layContent(
    canvas,
    { y, from: Math.max(from, inside.x), to: Math.min(to, inside.x + inside.columns) },
    pane,
    inside,
  );
}

function layContent(canvas: Canvas, stretch: Stretch, pane: PaneView, inside: Rect): void {
  if (stretch.from >= stretch.to) return;
  const y = stretch.y - inside.y + (pane.firstRow ?? 0);
  const highlights = pane.highlights?.filter((highlight) => highlight.y === y) ?? NO_CHANGE.highlights;
  copyRow(canvas, stretch, pane.grid.lines[y], stretch.from - inside.x, {
    isDimmed: pane.isDimmed,
    highlights,
  });
}

function sideOf(frame: PaneFrame): Row {
  const side = new Row(1);
  side.set(0, SIDE, frame.lineStyle.foreground, frame.lineStyle.background, frame.lineStyle.attributes);
  return side;
}

/** How a cell's attributes change on the way. */
interface Change {
  readonly isDimmed: boolean;
  /** Of this row. */
  readonly highlights: readonly Highlight[];
}

const NO_CHANGE: Change = { isDimmed: false, highlights: [] };
const BLANK_ROW = new Row(0);

/** Copies the source row from its column `start` on; beyond its end there are blanks. */
function copyRow(
  canvas: Canvas,
  stretch: Stretch,
  source: Row | undefined,
  start: number,
  change: Change,
): void {
  const row = source ?? BLANK_ROW;
  const { y, from, to } = stretch;
  const { isDimmed, highlights } = change;
  const { isAscii } = canvas.scene;
  const { glyphs, foregrounds, backgrounds, attributes } = canvas.back.lines[y]!;
  const shift = start - from;
  const end = Math.min(to, row.columns - shift);
  let first = -1;
  let last = -1;
  for (let x = from; x < to; x++) {
    const at = x + shift;
    let glyph = BLANK;
    let foreground = 0;
    let background = 0;
    let attribute = 0;
    if (x < end) {
      glyph = row.glyphs[at]!;
      foreground = row.foregrounds[at]!;
      background = row.backgrounds[at]!;
      attribute = row.attributes[at]!;
      // Half a wide character at an edge shows as a blank.
      if (glyph > 0x7f) {
        if (glyph === WIDE_TAIL ? x === from : x === to - 1 && row.glyphs[at + 1] === WIDE_TAIL)
          glyph = BLANK;
        else if (isAscii) glyph = asciiGlyph(glyph);
      }
      if (isDimmed && (glyph !== BLANK || (attribute & INK_ON_BLANK) !== 0))
        attribute = (attribute | Attribute.Dim) & ~Attribute.Bold;
    }
    if (highlights.length > 0 && isHighlighted(highlights, at)) attribute ^= Attribute.Inverse;
    if (
      glyphs[x] === glyph &&
      foregrounds[x] === foreground &&
      backgrounds[x] === background &&
      attributes[x] === attribute
    )
      continue;
    glyphs[x] = glyph;
    foregrounds[x] = foreground;
    backgrounds[x] = background;
    attributes[x] = attribute;
    if (first < 0) first = x;
    last = x;
  }
  if (first >= 0) canvas.damage.mark(y, first, last + 1);
}

const isHighlighted = (highlights: readonly Highlight[], at: number): boolean =>
  highlights.some(({ from, to }) => at >= from && at < to);
