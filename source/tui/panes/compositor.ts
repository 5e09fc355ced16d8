/**
 * Lays chrome, panes and dialogs over each other into one picture. Every cell of the screen has exactly one
 * owner: the chrome (Ink's output), a pane, or the chrome again where a dialog lies over panes. A wide
 * character never crosses from one owner to the next, so each part can be redrawn by itself.
 */
import { Attribute, BLANK, Row, WIDE_TAIL, type Grid } from '../../wire/cells.ts';
import { asciiGlyph } from './ascii.ts';
import type { Damage } from './damage.ts';
import { lowerEdge, SIDE, upperEdge, type PaneFrame } from './pane-frame.ts';
import { contentRect, type Highlight, type PaneView, type Scene } from './scene.ts';
import { INK_ON_BLANK } from './style.ts';

/** What to lay anew: everything, or one pane's contents (rows of its grid, all when not given). */
export type Part =
  | { readonly type: 'everything' }
  | { readonly type: 'pane'; readonly pane: number; readonly rows?: ReadonlySet<number> | undefined };

const CHROME = 0;

/** Lays a part of the scene into `back` and marks in `damage` the cells that changed. */
export function compose(scene: Scene, back: Grid, damage: Damage, part: Part = { type: 'everything' }): void {
  const only = part.type === 'pane' ? part.pane : undefined;
  const rect = only === undefined ? undefined : scene.panes[only]?.rect;
  if (only !== undefined && rect === undefined) return;
  const owners = new Uint8Array(back.columns);
  const from = Math.max(0, rect?.y ?? 0);
  const to = Math.min(back.rows, rect === undefined ? back.rows : rect.y + rect.rows);
  const edges = new Map<number, { upper: Row; lower: Row }>();
  for (let y = from; y < to; y++) {
    if (part.type === 'pane' && part.rows !== undefined && !isAsked(scene.panes[part.pane]!, y, part.rows))
      continue;
    ownRow(scene, y, owners);
    for (let x = 0; x < back.columns;) {
      const owner = owners[x]!;
      let end = x + 1;
      while (end < back.columns && owners[end] === owner) end++;
      if (only === undefined || owner === only + 1) {
        const target: Target = { back, damage, y, from: x, to: end, isAscii: scene.isAscii };
        if (owner === CHROME) copyRow(target, scene.chrome.lines[y], x, NO_CHANGE);
        else layPane(target, scene.panes[owner - 1]!, owner, edges);
      }
      x = end;
    }
  }
}

/** Whether this screen row shows one of the rows of the pane's grid. */
function isAsked(pane: PaneView, y: number, rows: ReadonlySet<number>): boolean {
  const inside = contentRect(pane);
  if (y < inside.y || y >= inside.y + inside.rows) return false;
  return rows.has(y - inside.y + (pane.firstRow ?? 0));
}

/** 0 where the chrome shows, else the number of the pane plus one. */
function ownRow(scene: Scene, y: number, owners: Uint8Array): void {
  owners.fill(CHROME);
  for (const [index, { rect }] of scene.panes.entries())
    if (y >= rect.y && y < rect.y + rect.rows)
      owners.fill(index + 1, Math.max(0, rect.x), Math.max(0, rect.x + rect.columns));
  for (const rect of scene.overlays)
    if (y >= rect.y && y < rect.y + rect.rows)
      owners.fill(CHROME, Math.max(0, rect.x), Math.max(0, rect.x + rect.columns));
}

/** A stretch of one row of the screen that belongs to one owner. */
interface Target {
  readonly back: Grid;
  readonly damage: Damage;
  readonly y: number;
  readonly from: number;
  readonly to: number;
  readonly isAscii: boolean;
}

/** How a cell's attributes change on the way. */
interface Change {
  readonly isDimmed: boolean;
  /** Of this row. */
  readonly highlights: readonly Highlight[];
}

const NO_CHANGE: Change = { isDimmed: false, highlights: [] };
const BLANK_ROW = new Row(0);

function layPane(
  target: Target,
  pane: PaneView,
  owner: number,
  edges: Map<number, { upper: Row; lower: Row }>,
): void {
  const { rect, frame } = pane;
  const inside = contentRect(pane);
  const row = target.y - inside.y;
  if (frame !== undefined && (row < 0 || row >= inside.rows)) {
    let edge = edges.get(owner);
    if (edge === undefined) {
      edge = { upper: upperEdge(frame, rect.columns), lower: lowerEdge(frame, rect.columns) };
      edges.set(owner, edge);
    }
    copyRow(target, target.y === rect.y ? edge.upper : edge.lower, target.from - rect.x, NO_CHANGE);
    return;
  }
  const y = row + (pane.firstRow ?? 0);
  const change: Change = {
    isDimmed: pane.isDimmed,
    highlights: pane.highlights?.filter((highlight) => highlight.y === y) ?? [],
  };
  const from = Math.max(target.from, inside.x);
  const to = Math.min(target.to, inside.x + inside.columns);
  if (frame !== undefined) {
    if (target.from < inside.x) laySide(target, rect.x, frame);
    if (target.to > inside.x + inside.columns) laySide(target, rect.x + rect.columns - 1, frame);
  }
  if (from < to) copyRow({ ...target, from, to }, pane.grid.lines[y], from - inside.x, change);
}

function laySide(target: Target, x: number, frame: PaneFrame): void {
  if (x < target.from || x >= target.to) return;
  const side = new Row(1);
  side.set(0, SIDE, frame.lineStyle.foreground, frame.lineStyle.background, frame.lineStyle.attributes);
  copyRow({ ...target, from: x, to: x + 1 }, side, 0, NO_CHANGE);
}

/** Copies the source row from its column `start` on; beyond its end there are blanks. */
function copyRow(target: Target, source: Row | undefined, start: number, change: Change): void {
  const row = source ?? BLANK_ROW;
  const { from, to, isAscii } = target;
  const { isDimmed, highlights } = change;
  const { glyphs, foregrounds, backgrounds, attributes } = target.back.lines[target.y]!;
  const shift = start - from;
  let first = -1;
  let last = -1;
  for (let x = from; x < to; x++) {
    const at = x + shift;
    const isInside = at >= 0 && at < row.columns;
    let glyph = isInside ? row.glyphs[at]! : BLANK;
    let attribute = isInside ? row.attributes[at]! : 0;
    const foreground = isInside ? row.foregrounds[at]! : 0;
    const background = isInside ? row.backgrounds[at]! : 0;
    // Half a wide character at an edge shows as a blank.
    if (glyph === WIDE_TAIL ? x === from : x === to - 1 && row.glyphs[at + 1] === WIDE_TAIL) glyph = BLANK;
    else if (isAscii && glyph > 0x7f) glyph = asciiGlyph(glyph);
    if (isDimmed && (glyph !== BLANK || (attribute & INK_ON_BLANK) !== 0))
      attribute = (attribute | Attribute.Dim) & ~Attribute.Bold;
    for (const highlight of highlights)
      if (at >= highlight.from && at < highlight.to) attribute ^= Attribute.Inverse;
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
  if (first >= 0) target.damage.mark(target.y, first, last + 1);
}
