import { INK_ON_BLANK, type Pen } from './style.ts';
import { BLANK, WIDE_TAIL, type Row } from '../../wire/cells.ts';
import type { ByteSink } from './byte-sink.ts';

const UNKNOWN = -1;
/** A gap this short is cheaper or as cheap to print again than to jump over (`ESC[nC` is four bytes). */
const GAP_MAX = 4;
const MOVE_RIGHT = 0x43;
const MOVE_LEFT = 0x44;
const MOVE_UP = 0x41;
const MOVE_DOWN = 0x42;

/** Where the terminal's cursor stands, and the cheapest way to another place. */
export class TerminalCursor {
  readonly #sink: ByteSink;
  #x = UNKNOWN;
  #y = UNKNOWN;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  isAt(x: number, y: number): void {
    this.#x = x;
    this.#y = y;
  }

  /** What was printed may have moved the cursor by another width than ours. */
  forgetColumn(): void {
    this.#x = UNKNOWN;
  }

  advance(count: number, columns: number): void {
    this.#x += count;
    // Behind the last column terminals differ: some wait there to wrap, some stay on it.
    if (this.#x >= columns) this.#x = UNKNOWN;
  }

  /** Bytes of the move to there, at most; 0 when there is nothing to do. */
  lengthTo(place: { readonly x: number; readonly y: number } | undefined): number {
    if (place === undefined || (place.x === this.#x && place.y === this.#y)) return 0;
    return absoluteLength(place.x, place.y);
  }

  /** With the row and the pen given, a short gap of unchanged cells may be printed again instead of jumped. */
  moveTo(x: number, y: number, line?: Row, pen?: Pen): void {
    if (x === this.#x && y === this.#y) return;
    if (y === this.#y) this.#moveInRow(x, line, pen);
    else this.#moveToRow(x, y);
    this.#x = x;
    this.#y = y;
  }

  #moveInRow(x: number, line: Row | undefined, pen: Pen | undefined): void {
    const sink = this.#sink;
    if (x === 0) {
      sink.byte(0x0d);
      return;
    }
    if (this.#x !== UNKNOWN) {
      const distance = x - this.#x;
      if (distance > 0) {
        if (distance <= GAP_MAX && line && pen && canReprint(line, this.#x, x, pen)) {
          for (let i = this.#x; i < x; i++) sink.byte(line.glyphs[i]!);
          return;
        }
        this.#relative(distance, MOVE_RIGHT);
        return;
      }
      if (distance >= -2) {
        for (let i = distance; i < 0; i++) sink.byte(0x08);
        return;
      }
      if (relativeLength(-distance) <= 3 + digits(x)) {
        this.#relative(-distance, MOVE_LEFT);
        return;
      }
    }
    // The column alone (CHA) is never longer than both.
    sink.ascii('\u001B[');
    sink.decimal(x + 1);
    sink.byte(0x47);
  }

  #moveToRow(x: number, y: number): void {
    const sink = this.#sink;
    if (this.#y !== UNKNOWN) {
      const down = y - this.#y;
      // Works with and without the driver turning LF into CR LF.
      if (x === 0 && down > 0 && down < absoluteLength(x, y) - 1) {
        sink.byte(0x0d);
        for (let i = 0; i < down; i++) sink.byte(0x0a);
        return;
      }
      if (x === this.#x && relativeLength(Math.abs(down)) < absoluteLength(x, y)) {
        this.#relative(Math.abs(down), down > 0 ? MOVE_DOWN : MOVE_UP);
        return;
      }
    }
    sink.ascii('\u001B[');
    if (x > 0 || y > 0) sink.decimal(y + 1);
    if (x > 0) {
      sink.byte(0x3b);
      sink.decimal(x + 1);
    }
    sink.byte(0x48);
  }

  #relative(distance: number, final: number): void {
    this.#sink.ascii('\u001B[');
    if (distance > 1) this.#sink.decimal(distance);
    this.#sink.byte(final);
  }
}

function canReprint(line: Row, from: number, to: number, pen: Pen): boolean {
  for (let x = from; x < to; x++) {
    const glyph = line.glyphs[x]!;
    if (glyph < BLANK || glyph > 0x7e || line.glyphs[x + 1] === WIDE_TAIL) return false;
    const attributes = line.attributes[x]!;
    if (glyph === BLANK && (attributes & INK_ON_BLANK) === 0) {
      if (!pen.suitsBlank(line.backgrounds[x]!)) return false;
    } else if (!pen.isAt(line.foregrounds[x]!, line.backgrounds[x]!, attributes)) return false;
  }
  return true;
}

/** Decimal digits of the one-based coordinate. */
const digits = (zeroBased: number): number =>
  zeroBased < 9 ? 1 : zeroBased < 99 ? 2 : zeroBased < 999 ? 3 : 4;

const relativeLength = (distance: number): number => (distance === 1 ? 3 : 3 + digits(distance - 1));

const absoluteLength = (x: number, y: number): number =>
  x > 0 ? 4 + digits(x) + digits(y) : y > 0 ? 3 + digits(y) : 3;
