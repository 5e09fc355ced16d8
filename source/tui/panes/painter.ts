/**
 * Turns a picture of the screen into the fewest bytes that make the terminal show it. The painter keeps the
 * front grid (what the terminal shows now), compares it with the back grid (what it should show) where there
 * is damage, and writes the difference. The terminal must have autowrap off (see terminal/modes.ts).
 */
import { BLANK, Grid, WIDE_TAIL, type Row } from '../../wire/cells.ts';
import { ByteSink } from './byte-sink.ts';
import {
  changedCells,
  copyCells,
  equalCells,
  isUnsureAt,
  isWideAt,
  shown,
  withoutMarks,
} from './cells-in-row.ts';
import type { ColourDepth } from './colours.ts';
import type { Damage } from './damage.ts';
import { applyScroll, chooseScrolls, type ScrollHint } from './scrolling.ts';
import type { Rect } from './rect.ts';
import { INK_ON_BLANK, Pen } from './style.ts';
import { TerminalCursor } from './terminal-cursor.ts';
import { isUnsure } from './unsure.ts';

export interface PaintFeatures {
  readonly depth: ColourDepth;
  /** Left and right margins (DECSLRM, mode 69): a pane beside others scrolls by itself. */
  readonly hasMargins: boolean;
  /** REP: one ASCII character many times. */
  readonly hasRepeat: boolean;
  /** Synchronized updates (DEC 2026); where missing, the cursor is hidden while much is painted. */
  readonly hasSynchronized: boolean;
}

/** What may be assumed of a terminal that has answered nothing. */
export const PLAIN_FEATURES: PaintFeatures = {
  depth: '16',
  hasMargins: false,
  hasRepeat: false,
  hasSynchronized: false,
};

export interface ScreenCursor {
  readonly x: number;
  readonly y: number;
  /** A CursorShape of wire/screen-frame.ts. */
  readonly shape: number;
}

export interface PaintOrder {
  readonly back: Grid;
  /** Where back may differ from the terminal. What is painted is taken out of it, the rest stays. */
  readonly damage: Damage;
  /** Undefined hides the cursor. */
  readonly cursor?: ScreenCursor | undefined;
  readonly scrolls?: readonly ScrollHint[];
  /** Painted before everything else: the focused pane on a slow link. */
  readonly first?: Rect | undefined;
  /** Paint nothing but `first`: the echo of a key while a larger frame is on its way. */
  readonly isOnlyFirst?: boolean;
  /** Stop soon after this many bytes; what is left stays damaged. */
  readonly budgetBytes?: number;
}

/** Below this a wrapper of 16 bytes would be a large part, and so small a write cannot be seen half done. */
const WRAP_FROM_BYTES = 64;
/** A frame always gets somewhere, however slow the link. */
const BUDGET_BYTES_MIN = 64;
const BEGIN_SYNCHRONIZED = '\u001B[?2026h';
const END_SYNCHRONIZED = '\u001B[?2026l';
const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
/** ECH takes four or five bytes and the move behind it as many again. */
const ERASE_FROM_CELLS = 9;
/** EL takes three bytes and needs no move behind it. */
const ERASE_LINE_FROM_CELLS = 4;
/** REP takes four or five bytes behind the character. */
const REPEAT_FROM_CELLS = 7;

export class Painter {
  readonly #features: PaintFeatures;
  readonly #sink = new ByteSink();
  readonly #pen: Pen;
  readonly #cursor: TerminalCursor;
  #front = new Grid(0, 0);
  #isValid = false;
  #isCursorShown = false;
  #cursorShape = -1;
  /** Row at which the last frame ran out of budget; the next one goes on there, so that no row starves. */
  #resumeRow = 0;

  constructor(features: PaintFeatures) {
    this.#features = features;
    this.#pen = new Pen(features.depth);
    this.#cursor = new TerminalCursor(this.#sink);
  }

  /** The terminal's contents are not known (after a resize, a suspension, a foreign write): paint everything. */
  invalidate(): void {
    this.#isValid = false;
  }

  /** The bytes to write, none when the terminal shows the picture already. */
  paint(order: PaintOrder): Buffer {
    const { back, damage, first } = order;
    const budget = Math.max(BUDGET_BYTES_MIN, order.budgetBytes ?? Infinity);
    if (!this.#isValid || this.#front.columns !== back.columns || this.#front.rows !== back.rows)
      this.#start(back, damage);

    // On a cleared screen there is nothing to move.
    else if (order.scrolls !== undefined && order.scrolls.length > 0)
      this.#scroll(order.scrolls, back, damage);
    const wasCursorShown = this.#isCursorShown;
    if (first !== undefined) {
      for (let y = Math.max(0, first.y); y < Math.min(back.rows, first.y + first.rows); y++)
        if (!this.#paintRow(back, damage, y, budget, first)) break;
    }
    if (order.isOnlyFirst !== true) this.#paintRest(back, damage, budget);
    const painted = this.#sink.length;
    const isLarge = painted + this.#cursor.lengthTo(order.cursor) > WRAP_FROM_BYTES;
    const mustHide = isLarge && wasCursorShown && !this.#features.hasSynchronized;
    if (mustHide) this.#isCursorShown = false;
    this.#placeCursor(order.cursor);
    if (!isLarge) return this.#sink.take();
    if (this.#features.hasSynchronized) return this.#sink.take(BEGIN_SYNCHRONIZED, END_SYNCHRONIZED);
    return this.#sink.take(mustHide ? HIDE_CURSOR : '');
  }

  /** Clears the terminal and starts with a front grid that says so. */
  #start(back: Grid, damage: Damage): void {
    this.#front = new Grid(back.columns, back.rows);
    this.#pen.forget();
    this.#pen.reset(this.#sink);
    this.#sink.ascii(`${HIDE_CURSOR}\u001B[r\u001B[H\u001B[2J`);
    this.#cursor.isAt(0, 0);
    this.#isCursorShown = false;
    this.#cursorShape = -1;
    this.#resumeRow = 0;
    damage.markAll();
    this.#isValid = true;
  }

  #scroll(hints: readonly ScrollHint[], back: Grid, damage: Damage): void {
    for (const region of chooseScrolls(hints, this.#front, back, this.#features.hasMargins)) {
      this.#pen.reset(this.#sink);
      applyScroll(this.#sink, region, this.#front);
      this.#cursor.isAt(0, 0);
      damage.markRect(region);
    }
  }

  #paintRest(back: Grid, damage: Damage, budget: number): void {
    const start = this.#resumeRow < back.rows ? this.#resumeRow : 0;
    for (let i = 0; i < back.rows; i++) {
      const y = (start + i) % back.rows;
      if (this.#paintRow(back, damage, y, budget, undefined)) continue;
      this.#resumeRow = y;
      return;
    }
    this.#resumeRow = 0;
  }

  /** Paints one row's damage (inside `within`); false when the budget ended first. */
  #paintRow(back: Grid, damage: Damage, y: number, budget: number, within: Rect | undefined): boolean {
    if (damage.isClean(y)) return true;
    let from = damage.from[y]!;
    let to = damage.to[y]!;
    if (within !== undefined) {
      from = Math.max(from, within.x);
      to = Math.min(to, within.x + within.columns);
      if (from >= to) return true;
    }
    const columns = back.columns;
    const front = this.#front.lines[y]!;
    const line = back.lines[y]!;
    // Half a wide character cannot be painted: take in the other half.
    if (from > 0 && (line.glyphs[from] === WIDE_TAIL || front.glyphs[from] === WIDE_TAIL)) from--;
    while (to < columns && (line.glyphs[to] === WIDE_TAIL || front.glyphs[to] === WIDE_TAIL)) to++;

    const reached = this.#paintSpan(line, front, y, from, to, budget);
    if (reached < to) {
      if (within === undefined) damage.from[y] = reached;
      return false;
    }
    if (damage.from[y]! >= from && damage.to[y]! <= to) damage.clear(y);
    else if (damage.from[y]! >= from) damage.from[y] = to;
    else if (damage.to[y]! <= to) damage.to[y] = from;
    return true;
  }

  /** Returns the column up to which the row is painted: `to`, or less when the budget ended. */
  #paintSpan(line: Row, front: Row, y: number, from: number, to: number, budget: number): number {
    const { glyphs, foregrounds, backgrounds, attributes } = line;
    const shownGlyphs = front.glyphs;
    const shownForegrounds = front.foregrounds;
    const shownBackgrounds = front.backgrounds;
    const shownAttributes = front.attributes;
    let x = from;
    /** A cell that the terminal may have spoilt because it drew its neighbour wider than we count. */
    let spoilt = -1;
    while (x < to) {
      if (
        glyphs[x] === shownGlyphs[x] &&
        foregrounds[x] === shownForegrounds[x] &&
        backgrounds[x] === shownBackgrounds[x] &&
        attributes[x] === shownAttributes[x] &&
        x !== spoilt
      ) {
        x++;
        continue;
      }
      if (this.#sink.length >= budget) return x;
      // The second half differs, the first does not: both are painted, from the first on.
      if (x > 0 && isWideAt(line, x - 1)) x--;
      const isWide = isWideAt(line, x);
      const next = x + (isWide ? this.#paintWide(line, x, y) : this.#paintRun(line, front, x, y, to));
      const last = isWide ? x : next - 1;
      if (isUnsure(glyphs[last]!, isWide) || isUnsureAt(front, next - 1)) {
        spoilt = next;
        // The neighbour may lie just outside the damage.
        if (next === to && to < line.columns) to = next + (glyphs[next + 1] === WIDE_TAIL ? 2 : 1);
      }
      copyCells(line, front, x, next - x);
      x = next;
    }
    return to;
  }

  /** These paint at `x` and return how many cells they painted. */
  #paintWide(line: Row, x: number, y: number): number {
    const glyph = line.glyphs[x]!;
    this.#cursor.moveTo(x, y, line, this.#pen);
    this.#pen.change(this.#sink, line.foregrounds[x]!, line.backgrounds[x]!, line.attributes[x]!);
    const isSure = !isUnsure(glyph, true);
    // A terminal that draws it narrower leaves the second cell as it was: blank it first.
    if (!isSure) this.#sink.ascii('\u001B[2X');
    this.#sink.glyph(glyph);
    if (isSure) this.#cursor.advance(2, line.columns);
    else this.#cursor.forgetColumn();
    return 2;
  }

  /** Paints the narrow cell at `x` and, where one sequence can do it, the equal ones behind it. */
  #paintRun(line: Row, front: Row, x: number, y: number, to: number): number {
    const glyph = shown(line.glyphs[x]!);
    const background = line.backgrounds[x]!;
    const attributes = line.attributes[x]!;
    const isBlank = glyph === BLANK && (attributes & INK_ON_BLANK) === 0;
    const run = equalCells(line, x, isBlank);
    if (isBlank && background === 0) {
      if (x + run === line.columns && to === line.columns && run >= ERASE_LINE_FROM_CELLS)
        return this.#erase(line, x, y, run, true);
      const changed = changedCells(line, front, x, Math.min(run, to - x));
      if (changed >= ERASE_FROM_CELLS) return this.#erase(line, x, y, changed, false);
    }
    this.#cursor.moveTo(x, y, line, this.#pen);
    if (!isBlank || !this.#pen.suitsBlank(background))
      this.#pen.change(this.#sink, line.foregrounds[x]!, background, attributes);
    this.#sink.glyph(x === line.columns - 1 ? withoutMarks(glyph) : glyph);
    let count = 1;
    const isSure = !isUnsure(glyph, false);
    // tmux repeats what it has printed as ASCII and forgets the rest; who else does is not known.
    if (run > 1 && this.#features.hasRepeat && glyph < 0x7f) {
      const changed = changedCells(line, front, x, Math.min(run, to - x));
      if (changed > REPEAT_FROM_CELLS) {
        this.#sink.ascii('\u001B[');
        this.#sink.decimal(changed - 1);
        this.#sink.byte(0x62);
        count = changed;
      }
    }
    if (isSure) this.#cursor.advance(count, line.columns);
    else this.#cursor.forgetColumn();
    return count;
  }

  /** Only ever with the default background: not every terminal erases with another one. */
  #erase(line: Row, x: number, y: number, count: number, isToEnd: boolean): number {
    this.#cursor.moveTo(x, y, line, this.#pen);
    if (!this.#pen.suitsBlank(0)) this.#pen.reset(this.#sink);
    this.#sink.ascii('\u001B[');
    if (!isToEnd) this.#sink.decimal(count);
    this.#sink.byte(isToEnd ? 0x4b : 0x58);
    return count;
  }

  #placeCursor(cursor: ScreenCursor | undefined): void {
    if (cursor === undefined) {
      if (this.#isCursorShown) this.#sink.ascii(HIDE_CURSOR);
      this.#isCursorShown = false;
      return;
    }
    this.#cursor.moveTo(cursor.x, cursor.y);
    if (cursor.shape !== this.#cursorShape) {
      this.#cursorShape = cursor.shape;
      this.#sink.ascii(`\u001B[${cursorStyle(cursor.shape)} q`);
    }
    if (!this.#isCursorShown) this.#sink.ascii(SHOW_CURSOR);
    this.#isCursorShown = true;
  }
}

/** DECSCUSR counts blinking block 1, block 2, underline 3 and 4, bar 5 and 6; a shape has Blinking as bit 2. */
const cursorStyle = (shape: number): number => (shape & 3) * 2 + ((shape & 4) === 0 ? 2 : 1);
