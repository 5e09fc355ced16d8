/**
 * Sends frames no faster than the terminal takes them. Behind each larger frame goes a question every terminal
 * answers (`ESC[5n`); until its answer comes back no further frame is sent, so on a slow link nothing queues in
 * buffers we cannot see and the next frame shows the latest state. The time the answer took tells the
 * bandwidth, and that the size of the next frame.
 */
import { systemClock, type Clock } from './clock.ts';
import { TtyOutput } from './tty-output.ts';

/** A frame fills the link for this long: two frames of a 60 Hz screen, and an echo waits no longer. */
const FRAME_FILL_MS = 30;
/** Before anything is known: a first screen of 200x50. */
const FIRST_BUDGET_BYTES = 16 * 1024;
/** 512 bytes are a few words in a few places: less and a slow link would carry only overhead. */
const BUDGET_BYTES_MIN = 512;
/** More than any screen's frame. */
const BUDGET_BYTES_MAX = 256 * 1024;
/** A terminal that has not answered by then will not, or stands still; the next frame finds out. */
const ANSWER_WAIT_MS = 3000;
/** Terminals that never answered this often are not asked again. */
const SILENCES_MAX = 2;
/** So small a frame needs no question of its own… */
const SMALL_FRAME_BYTES = 64;
/** …as long as no more than this is on its way unasked: a packet. */
const UNASKED_BYTES_MAX = 1024;
/** Titles, bells, clipboard: bounded like everything that waits. OSC 52 may carry 64 KiB. */
const CONTROL_BYTES_MAX = 100 * 1024;
/** Of a new measurement; the rest is what was known before. */
const ESTIMATE_WEIGHT = 0.4;
/** Smaller frames tell of the round trip, not of the bandwidth. */
const MEASURED_FROM_BYTES = 512;
/** The shortest of so many round trips is the link's own; older ones may be of another network. */
const ROUND_TRIPS_KEPT = 32;
/** A difference below this is noise of the clock and the scheduler. */
const TRANSFER_MS_MIN = 0.2;

const QUESTION = Buffer.from('\u001B[5n');

export interface WriterOptions {
  readonly fd: number;
  /** A frame may be sent again. */
  readonly onReady: () => void;
  readonly onLost: (cause: Error) => void;
  readonly clock?: Clock | undefined;
}

export class TerminalWriter {
  readonly #output: TtyOutput;
  readonly #onReady: () => void;
  readonly #clock: Clock;
  /** The frame whose answer is awaited. */
  #sent: { readonly bytes: number; readonly at: number; readonly isDoubtful: boolean } | undefined;
  #cancelWait: (() => void) | undefined;
  #unaskedBytes = 0;
  #silences = 0;
  #hasAnswered = false;
  /** An answer that came too late may still be on its way: the next one says nothing about the bandwidth. */
  #isAnswerDoubtful = false;
  #bytesPerMs: number | undefined;
  readonly #roundTrips: number[] = [];

  constructor(options: WriterOptions) {
    this.#onReady = options.onReady;
    this.#clock = options.clock ?? systemClock;
    this.#output = new TtyOutput(
      options.fd,
      { onDrain: () => this.#readyIfFree(), onLost: options.onLost },
      this.#clock,
    );
  }

  /** The last frame was taken in and nothing waits. */
  get canSend(): boolean {
    return this.#sent === undefined && this.#output.isIdle;
  }

  /** The focused pane's few bytes may go out even while a larger frame is on its way. */
  get canSendEcho(): boolean {
    return this.#output.isIdle && this.#unaskedBytes < UNASKED_BYTES_MAX;
  }

  /** How large the next frame should be. */
  get budgetBytes(): number {
    if (this.#bytesPerMs === undefined) return FIRST_BUDGET_BYTES;
    return Math.round(
      Math.max(BUDGET_BYTES_MIN, Math.min(BUDGET_BYTES_MAX, this.#bytesPerMs * FRAME_FILL_MS)),
    );
  }

  /** Bytes waiting for a terminal that does not read. */
  get queuedBytes(): number {
    return this.#output.queuedBytes;
  }

  /** Only when `canSend`; what a stalled terminal has not taken of it is all that ever waits. */
  sendFrame(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const isSmall = bytes.length <= SMALL_FRAME_BYTES && this.#unaskedBytes < UNASKED_BYTES_MAX;
    if (isSmall || this.#isMute) {
      this.#unaskedBytes = this.#isMute ? 0 : this.#unaskedBytes + bytes.length;
      this.#output.write(bytes);
      return;
    }
    this.#sent = {
      bytes: bytes.length + this.#unaskedBytes,
      at: this.#clock.now(),
      isDoubtful: this.#isAnswerDoubtful,
    };
    this.#unaskedBytes = 0;
    this.#cancelWait = this.#clock.after(ANSWER_WAIT_MS, () => this.#giveUp());
    this.#output.write(Buffer.concat([bytes, QUESTION]));
  }

  /** Only when `canSendEcho`. */
  sendEcho(bytes: Buffer): void {
    if (!this.#isMute) this.#unaskedBytes += bytes.length;
    this.#output.write(bytes);
  }

  /** A title, a bell, a mode: between frames. False when a stalled terminal has too much waiting. */
  sendControl(text: string): boolean {
    const bytes = Buffer.from(text);
    if (this.#output.queuedBytes + bytes.length > CONTROL_BYTES_MAX) return false;
    this.#output.write(bytes);
    return true;
  }

  /** The terminal answered `ESC[0n`. */
  acknowledge(): void {
    this.#hasAnswered = true;
    this.#silences = 0;
    if (this.#sent === undefined) {
      this.#isAnswerDoubtful = false;
      return;
    }
    if (!this.#sent.isDoubtful) this.#measure(this.#sent.bytes, this.#clock.now() - this.#sent.at);
    this.#isAnswerDoubtful = false;
    this.#free();
    this.#readyIfFree();
  }

  /** Drops what waits and forgets what is on its way; true when a sequence may have been cut in two. */
  drop(): boolean {
    if (this.#sent !== undefined) this.#isAnswerDoubtful = true;
    this.#free();
    return this.#output.drop();
  }

  close(): void {
    this.#free();
    this.#output.close();
  }

  get #isMute(): boolean {
    return !this.#hasAnswered && this.#silences >= SILENCES_MAX;
  }

  #free(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#sent = undefined;
  }

  #readyIfFree(): void {
    if (this.canSend) this.#onReady();
  }

  #giveUp(): void {
    this.#silences++;
    this.#isAnswerDoubtful = true;
    this.#free();
    this.#readyIfFree();
  }

  #measure(bytes: number, roundTripMs: number): void {
    this.#roundTrips.push(roundTripMs);
    if (this.#roundTrips.length > ROUND_TRIPS_KEPT) this.#roundTrips.shift();
    if (bytes < MEASURED_FROM_BYTES) return;
    const transferMs = Math.max(TRANSFER_MS_MIN, roundTripMs - Math.min(...this.#roundTrips));
    // The only round trip known is this one: all of it counts, which guesses too low and is soon put right.
    const measured =
      bytes / (this.#roundTrips.length === 1 ? Math.max(TRANSFER_MS_MIN, roundTripMs) : transferMs);
    this.#bytesPerMs =
      this.#bytesPerMs === undefined
        ? measured
        : this.#bytesPerMs * (1 - ESTIMATE_WEIGHT) + measured * ESTIMATE_WEIGHT;
  }
}
