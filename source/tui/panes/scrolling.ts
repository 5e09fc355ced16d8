/**
 * Moving lines instead of printing them again. Panes say by how much their lines moved; whether telling the
 * terminal to do the same saves bytes is judged from the cells, so a wrong hint costs nothing but the look.
 */
import { BLANK, Row, WIDE_TAIL, type Grid } from '../../wire/cells.ts';
import type { ByteSink } from './byte-sink.ts';
import type { Rect } from './rect.ts';

/** Lines inside the rectangle moved up by `count` (down when negative). */
export interface ScrollHint extends Rect {
  readonly count: number;
}

/** Set-up of a scroll region is 15 bytes over the full width and about 35 with margins, plus a style reset. */
const COST_FULL_WIDTH = 20;
const COST_MARGINS = 45;
/** A changed run costs its cells and a move, of about this many bytes. */
const COST_RUN = 6;
/** Of a tall region every second or third row tells as much as all of them. */
const ROWS_LOOKED_AT = 12;
/** Below this share of the width the neighbours stand to lose more than the panes win; not worth the look. */
const FULL_WIDTH_SHARE = 0.5;

/** The scrolls that pay, full-width ones first (they serve several panes at once). */
export function chooseScrolls(
  hints: readonly ScrollHint[],
  front: Grid,
  back: Grid,
  hasMargins: boolean,
): ScrollHint[] {
  const chosen: ScrollHint[] = [];
  for (const band of bandsOf(hints)) {
    const [hint] = band;
    if (hint === undefined || !isUsable(hint, front)) continue;
    const width = band.reduce((sum, one) => sum + one.columns, 0);
    const whole: ScrollHint = { ...hint, x: 0, columns: front.columns };
    if (width >= front.columns * FULL_WIDTH_SHARE && gain(whole, front, back) > COST_FULL_WIDTH) {
      chosen.push(whole);
      continue;
    }
    if (!hasMargins) continue;
    for (const one of band)
      if (isUncut(one, front) && gain(one, front, back) > COST_MARGINS) chosen.push(one);
  }
  return chosen;
}

/** Hints grouped by the rows they move and how far. */
function bandsOf(hints: readonly ScrollHint[]): Iterable<ScrollHint[]> {
  const bands = new Map<string, ScrollHint[]>();
  for (const hint of hints) {
    const key = `${hint.y} ${hint.rows} ${hint.count}`;
    const band = bands.get(key);
    if (band === undefined) bands.set(key, [hint]);
    else band.push(hint);
  }
  return bands.values();
}

const isUsable = (hint: ScrollHint, front: Grid): boolean =>
  hint.count !== 0 &&
  Math.abs(hint.count) < hint.rows &&
  hint.rows > 1 &&
  hint.y >= 0 &&
  hint.y + hint.rows <= front.rows &&
  hint.x >= 0 &&
  hint.x + hint.columns <= front.columns;

/** A margin through the middle of a wide character would tear it. */
function isUncut(hint: ScrollHint, front: Grid): boolean {
  if (!isUsable(hint, front)) return false;
  const end = hint.x + hint.columns;
  for (let y = hint.y; y < hint.y + hint.rows; y++) {
    const { glyphs } = front.lines[y]!;
    if (glyphs[hint.x] === WIDE_TAIL || glyphs[end] === WIDE_TAIL) return false;
  }
  return true;
}

/** Bytes saved, roughly: what differs if nothing moves, less what still differs if the lines move. */
function gain(hint: ScrollHint, front: Grid, back: Grid): number {
  const blank = blankRow(front.columns);
  const bottom = hint.y + hint.rows;
  let saved = 0;
  const step = Math.ceil(hint.rows / ROWS_LOOKED_AT);
  for (let y = hint.y; y < bottom; y += step) {
    const source = y + hint.count;
    const moved = source >= hint.y && source < bottom ? front.lines[source]! : blank;
    saved += step * (cost(front.lines[y]!, back.lines[y]!, hint) - cost(moved, back.lines[y]!, hint));
  }
  return saved;
}

let blank = new Row(0);

/** Rows are not cheap to make, and the width seldom changes. */
function blankRow(columns: number): Row {
  if (blank.columns !== columns) blank = new Row(columns);
  return blank;
}

function cost(from: Row, to: Row, within: Rect): number {
  const end = within.x + within.columns;
  let bytes = 0;
  let isInRun = false;
  for (let x = within.x; x < end; x++) {
    const isSame =
      from.glyphs[x] === to.glyphs[x] &&
      from.foregrounds[x] === to.foregrounds[x] &&
      from.backgrounds[x] === to.backgrounds[x] &&
      from.attributes[x] === to.attributes[x];
    if (isSame) {
      isInRun = false;
      continue;
    }
    if (!isInRun) bytes += COST_RUN;
    isInRun = true;
    bytes++;
  }
  return bytes;
}

/** Tells the terminal and the front grid. The terminal's style must be plain; its cursor ends top left. */
export function applyScroll(sink: ByteSink, region: ScrollHint, front: Grid): void {
  const isFullWidth = region.x === 0 && region.columns === front.columns;
  if (!isFullWidth) sink.ascii(`\u001B[?69h\u001B[${region.x + 1};${region.x + region.columns}s`);
  sink.ascii(`\u001B[${region.y + 1};${region.y + region.rows}r\u001B[`);
  const distance = Math.abs(region.count);
  if (distance > 1) sink.decimal(distance);
  sink.ascii(region.count > 0 ? 'S' : 'T');
  sink.ascii('\u001B[r');
  if (isFullWidth) {
    front.scroll(region.count, region.y, region.y + region.rows - 1);
    return;
  }
  // Back to full width, and the cursor home: where it went differs between terminals.
  sink.ascii('\u001B[?69l\u001B[H');
  scrollPart(front, region);
}

function scrollPart(grid: Grid, region: ScrollHint): void {
  const bottom = region.y + region.rows - 1;
  const end = region.x + region.columns;
  for (let i = 0; i < region.rows; i++) {
    // Away from where the lines go, so that no line is overwritten before it was read.
    const y = region.count > 0 ? region.y + i : bottom - i;
    const source = y + region.count;
    const to = grid.lines[y]!;
    if (source < region.y || source > bottom) {
      to.glyphs.fill(BLANK, region.x, end);
      to.foregrounds.fill(0, region.x, end);
      to.backgrounds.fill(0, region.x, end);
      to.attributes.fill(0, region.x, end);
      continue;
    }
    const from = grid.lines[source]!;
    to.glyphs.set(from.glyphs.subarray(region.x, end), region.x);
    to.foregrounds.set(from.foregrounds.subarray(region.x, end), region.x);
    to.backgrounds.set(from.backgrounds.subarray(region.x, end), region.x);
    to.attributes.set(from.attributes.subarray(region.x, end), region.x);
  }
}
