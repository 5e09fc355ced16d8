/**
 * How often the terminal is read when nobody looks. Each look costs the same whether it finds one redraw or five,
 * and of a hundred agents most are not on view: what has been printing for a while is then read a few times a
 * second. A burst, the first seconds of output and what follows a key are read as they come, and so is a flood unless
 * it is one of many.
 */

/** Output that has gone on for so long will go on; what asks its terminal questions does so before. */
const SUSTAINED_MS = 2_000;

/** After a silence of this length output counts from the beginning again. */
const SILENCE_MS = 500;

/** Who has just typed, or answered a question for somebody, waits for what comes of it. */
const AFTER_INPUT_MS = 1_000;

/** As much as the kernel gives in one read: who prints so much prints more. */
const FULL_READ_BYTES = 4_095;

/** How late a reader may learn of output, milliseconds; 0: at once. */
export interface Pace {
  /** Of what goes on and on. */
  readonly sustainedMs: number;
  /** Of a flood; the kernel's buffer is full by then, so it is read in a third of the pieces. */
  readonly floodMs: number;
}

/** The kernel keeps twelve kilobytes of unread output; whoever prints more in one go must not be made to wait. */
const BURST_BYTES = 10 * 1024;

export interface PacingOptions {
  /** Reads what there is and yields how much; noteOutput is told meanwhile. */
  read(): number;
  onChange(): void;
}

export class Pacing {
  readonly #options: PacingOptions;
  readonly #wanted = new Map<object, Pace>();
  #sustainedMs = 0;
  #floodMs = 0;
  #begunAt = -Infinity;
  #outputAt = -Infinity;
  #inputAt = -Infinity;
  #bytes = 0;
  #isFlood = false;
  #look: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PacingOptions) {
    this.#options = options;
  }

  /** The terminal is only read from here: whoever waits for its output is woken by the least of it. */
  get isHolding(): boolean {
    return this.#timer !== undefined;
  }

  /** Nobody looks, and it has gone on for a while. */
  get isSustained(): boolean {
    const now = performance.now();
    return (
      this.#sustainedMs > 0 && now - this.#begunAt >= SUSTAINED_MS && now - this.#inputAt >= AFTER_INPUT_MS
    );
  }

  /** A reader says how late it may learn of output; undefined when it leaves. The most impatient one counts. */
  want(reader: object, pace: Pace | undefined): void {
    if (pace === undefined) this.#wanted.delete(reader);
    else this.#wanted.set(reader, pace);
    const paces = [...this.#wanted.values()];
    this.#sustainedMs = paces.length === 0 ? 0 : Math.min(...paces.map(({ sustainedMs }) => sustainedMs));
    this.#floodMs = paces.length === 0 ? 0 : Math.min(...paces.map(({ floodMs }) => floodMs));
    this.#goOn();
  }

  noteInput(): void {
    this.#inputAt = performance.now();
    this.#goOn();
  }

  noteOutput(bytes: number): void {
    const now = performance.now();
    if (now - this.#outputAt > SILENCE_MS) this.#begunAt = now;
    this.#outputAt = now;
    this.#bytes += bytes;
    if (this.isHolding) return;
    if (this.#floodMs > 0 && bytes >= FULL_READ_BYTES) this.#hold(true);
    // Immediates run right after the reads of the same round: the first one only begins to wait for the next.
    else if (this.#sustainedMs > 0) this.#look ??= setImmediate(() => this.#awaitQuiet());
  }

  close(): void {
    this.#wanted.clear();
    clearImmediate(this.#look);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Looks again after each round of reads, until one has brought nothing more. */
  #awaitQuiet(): void {
    const before = this.#bytes;
    this.#look = setImmediate(() => {
      if (this.#bytes !== before) return this.#awaitQuiet();
      this.#look = undefined;
      const bytes = this.#bytes;
      this.#bytes = 0;
      if (!this.isHolding && this.isSustained && bytes <= BURST_BYTES) this.#hold(false);
    });
  }

  #hold(isFlood: boolean): void {
    this.#isFlood = isFlood;
    this.#timer = setTimeout(() => this.#read(), isFlood ? this.#floodMs : this.#sustainedMs);
    this.#options.onChange();
  }

  #read(): void {
    const bytes = this.#options.read();
    this.#bytes = 0;
    const mayHold = this.#isFlood
      ? bytes >= FULL_READ_BYTES
      : bytes <= BURST_BYTES && this.isSustained && performance.now() - this.#outputAt <= SILENCE_MS;
    if (mayHold) this.#timer?.refresh();
    else this.#goOn();
  }

  #goOn(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#options.onChange();
  }
}
