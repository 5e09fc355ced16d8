/**
 * Whose bytes are parsed when. Each session with unparsed output gets a slice of every turn of the loop, so
 * that one that floods delays the echo of another by a slice and not by its flood.
 */

/** A third of a millisecond of ordinary output: eight floods together hold an echo up by less than 3 ms. */
const SLICE_BYTES = 16 * 1024;

/** Hostile sequences cost more than their bytes; a session that used this much of a turn waits for the next. */
const SLICE_MS = 4;

export interface Parsing {
  /** Parses about `bytes` bytes, less when `isLate` says so; true when more is waiting. */
  parseSome(bytes: number, isLate: () => boolean): boolean;
}

export class ParseTurns {
  readonly #waiting = new Set<Parsing>();
  #isScheduled = false;

  add(parsing: Parsing): void {
    this.#waiting.add(parsing);
    this.#schedule();
  }

  remove(parsing: Parsing): void {
    this.#waiting.delete(parsing);
  }

  #take(): void {
    this.#isScheduled = false;
    for (const parsing of this.#waiting) {
      const until = performance.now() + SLICE_MS;
      if (!parsing.parseSome(SLICE_BYTES, () => performance.now() > until)) this.#waiting.delete(parsing);
    }
    if (this.#waiting.size > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#take());
  }
}
