/**
 * How often the terminal is read when nobody looks. Each look costs the same whether it finds one redraw or five,
 * and of a hundred agents most are not on view: what has been printing for a while is then read a few times a
 * second. A burst, a flood, the first seconds of output and what follows a key are read as they come.
 */
import { Crowd } from './crowd.ts';

/** Output that has gone on for so long will go on; what asks its terminal questions does so before. */
const SUSTAINED_MS = 2_000;

/** After a silence of this length output counts from the beginning again. */
const SILENCE_MS = 500;

/** Who has just typed, or answered a question for somebody, waits for what comes of it. */
const AFTER_INPUT_MS = 1_000;

/**
 * A flood on a crowded machine is read this often: by then the kernel's twelve kilobytes are full again, so it is
 * read in a third of the pieces, a megabyte and a half a second.
 */
const CROWDED_MS = 8;

/** The kernel keeps twelve kilobytes of unread output; whoever prints more in one go must not be made to wait. */
const BURST_BYTES = 8 * 1024;

export interface PacingOptions {
  /** Reads what there is and yields how much; noteOutput is told meanwhile. */
  read(): number;
  onChange(): void;
  readonly crowd?: Crowd;
}

export class Pacing {
  readonly #options: PacingOptions;
  readonly #crowd: Crowd;
  /** Time between two looks that each reader can do with. */
  readonly #wanted = new Map<object, number>();
  #paceMs = 0;
  #begunAt = -Infinity;
  #outputAt = -Infinity;
  #inputAt = -Infinity;
  #bytes = 0;
  #heldMs = 0;
  #look: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PacingOptions) {
    this.#options = options;
    this.#crowd = options.crowd ?? new Crowd();
  }

  /** The terminal is only read from here: whoever waits for its output is woken by the least of it. */
  get isHolding(): boolean {
    return this.#timer !== undefined;
  }

  /** Nobody looks, and it has gone on for a while. */
  get isSustained(): boolean {
    const now = performance.now();
    return this.#paceMs > 0 && now - this.#begunAt >= SUSTAINED_MS && now - this.#inputAt >= AFTER_INPUT_MS;
  }

  /** A reader says how late it may learn of output; undefined when it leaves. The most impatient one counts. */
  want(reader: object, paceMs: number | undefined): void {
    if (paceMs === undefined) this.#wanted.delete(reader);
    else this.#wanted.set(reader, paceMs);
    this.#paceMs = this.#wanted.size === 0 ? 0 : Math.min(...this.#wanted.values());
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
    // Immediates run right after the reads of the same round: the first one only begins to wait for the next.
    if (this.#crowd.note(bytes, now)) {
      if (!this.isHolding) this.#hold(CROWDED_MS);
    } else if (this.#paceMs > 0 && !this.isHolding) this.#look ??= setImmediate(() => this.#awaitQuiet());
  }

  close(): void {
    this.#wanted.clear();
    this.#crowd.close();
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
      if (!this.isHolding && this.isSustained && bytes <= BURST_BYTES) this.#hold(this.#paceMs);
    });
  }

  #hold(ms: number): void {
    this.#heldMs = ms;
    this.#timer = setTimeout(() => this.#read(), ms);
    this.#options.onChange();
  }

  #read(): void {
    const bytes = this.#options.read();
    this.#bytes = 0;
    const mayHold =
      this.#heldMs === CROWDED_MS ? this.#crowd.isCrowded : this.isSustained && bytes <= BURST_BYTES;
    const isSilent = performance.now() - this.#outputAt > SILENCE_MS;
    if (isSilent || !mayHold) return this.#goOn();
    this.#timer?.refresh();
  }

  #goOn(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#options.onChange();
  }
}
