/**
 * What one watcher has been shown, and what has changed since: the rows that differ and how far the others
 * moved. Nothing is noted while bytes are parsed, so a session nobody watches costs nothing here; movement is
 * read from the identity of lines, and only believed where it makes the difference smaller.
 */
import { Grid, Row } from '../wire/cells.ts';
import type { TerminalEngine } from './terminal-engine.ts';

export interface Change {
  readonly isFull: boolean;
  readonly scroll: { readonly count: number; readonly top: number; readonly bottom: number };
  readonly changed: readonly { readonly y: number; readonly row: Row }[];
}

/** A shift of fewer lines than this saves less than it costs to say. */
const MOVED_LINES_MIN = 3;

const STILL = { count: 0, top: 0, bottom: 0 } as const;

export class ScreenView {
  #shown: Grid | null = null;
  #lines: (object | undefined)[] = [];
  /** Rows read from the engine; those that changed trade places with the shown ones, so none is allocated. */
  #read: Row[] = [];
  #blank: Row | null = null;

  /** Forgets what was shown; the next change is a full one. */
  reset(): void {
    this.#shown = null;
  }

  /** The difference to what was taken last. Rows in it are only valid until the next call. */
  take(engine: TerminalEngine): Change {
    const { columns, rows } = engine;
    const isFull = this.#shown === null || this.#shown.columns !== columns || this.#shown.rows !== rows;
    if (isFull) {
      this.#shown = new Grid(columns, rows);
      this.#read = Array.from({ length: rows }, () => new Row(columns));
      this.#blank = null;
    }
    const shown = this.#shown!;
    for (let y = 0; y < rows; y++) engine.readRow(y, this.#read[y]!);
    let differing = this.#differing(STILL);
    let scroll: Change['scroll'] = STILL;
    const move = !isFull && differing.length >= MOVED_LINES_MIN ? this.#movement(engine) : null;
    if (move !== null) {
      const afterMove = this.#differing(move);
      if (afterMove.length < differing.length) {
        shown.scroll(move.count, move.top, move.bottom);
        scroll = move;
        differing = afterMove;
      }
    }
    this.#lines = Array.from({ length: rows }, (_, y) => engine.identityOf(y));
    // A blank row of a full frame is what its receiver starts from.
    const changed = differing.map((y) => {
      const row = this.#read[y]!;
      this.#read[y] = shown.lines[y]!;
      shown.lines[y] = row;
      return { y, row };
    });
    return { isFull, scroll, changed };
  }

  /** Rows that would differ from what is shown, had that been moved first. */
  #differing({ count, top, bottom }: Change['scroll']): number[] {
    const shown = this.#shown!;
    const blank = (this.#blank ??= new Row(shown.columns));
    const differing: number[] = [];
    for (let y = 0; y < shown.rows; y++) {
      const isMoved = count !== 0 && y >= top && y <= bottom;
      const from = isMoved ? y + count : y;
      const isNew = isMoved && (from < top || from > bottom);
      if (!isSame(this.#read[y]!, isNew ? blank : shown.lines[from]!)) differing.push(y);
    }
    return differing;
  }

  /** The longest run of lines that now stand the same distance from where they stood. */
  #movement(engine: TerminalEngine): Change['scroll'] | null {
    const before = new Map<object, number>();
    this.#lines.forEach((line, y) => {
      if (line) before.set(line, y);
    });
    let best = { length: 0, from: 0, distance: 0 };
    let run = { length: 0, from: 0, distance: 0 };
    for (let y = 0; y < engine.rows; y++) {
      const line = engine.identityOf(y);
      const was = line && before.get(line);
      const distance = was === undefined ? 0 : was - y;
      if (distance !== 0 && distance === run.distance) run.length++;
      else run = { length: distance === 0 ? 0 : 1, from: y, distance };
      if (run.length > best.length) best = { ...run };
    }
    if (best.length < MOVED_LINES_MIN) return null;
    const { from, length, distance } = best;
    const last = from + length - 1;
    return distance > 0
      ? { count: distance, top: from, bottom: last + distance }
      : { count: distance, top: from + distance, bottom: last };
  }
}

/** Plain loops: a screen is compared many times a second, and most rows are equal to their end. */
function isSame(one: Row, other: Row): boolean {
  for (let x = 0; x < one.columns; x++) {
    if (
      one.glyphs[x] !== other.glyphs[x] ||
      one.foregrounds[x] !== other.foregrounds[x] ||
      one.backgrounds[x] !== other.backgrounds[x] ||
      one.attributes[x] !== other.attributes[x]
    )
      return false;
  }
  return true;
}
