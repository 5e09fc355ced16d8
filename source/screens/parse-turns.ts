/**
 * Whose bytes are parsed when. Each session with unparsed output gets a slice of every turn of the loop, so
 * that one that floods delays the echo of another by a slice and not by its flood.
 */

/**
 * A third of a millisecond of ordinary output, shared by all who wait: however many floods there are, an echo that
 * arrives meanwhile is parsed after that, also on a machine whose cores the floods share with us.
 */
const TURN_BYTES = 16 * 1024;
/** Less would cost more for going round than for parsing. */
const SLICE_BYTES_MIN = 2 * 1024;

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
    const slice = Math.max(SLICE_BYTES_MIN, Math.floor(TURN_BYTES / this.#waiting.size));
    for (const parsing of this.#waiting) {
      const until = performance.now() + SLICE_MS;
      if (!parsing.parseSome(slice, () => performance.now() > until)) this.#waiting.delete(parsing);
    }
    if (this.#waiting.size > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#take());
  }
}
