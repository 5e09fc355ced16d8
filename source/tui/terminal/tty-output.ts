/**
 * Writes to the person's terminal and never waits for it. Node's own stdout is synchronous on a terminal: one
 * that stops reading (Ctrl-S, a stalled SSH link, tmux in copy mode) would freeze the whole program.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { systemClock, type Clock } from './clock.ts';

/** First wait after the terminal took nothing: not felt. Last one: 20 attempts a second cost no CPU. */
const WAIT_MS_MIN = 2;
const WAIT_MS_MAX = 50;

export interface TtyOutputEvents {
  /** Everything written has been taken. */
  onDrain(): void;
  /** The terminal is gone; nothing more can be written. */
  onLost(cause: Error): void;
}

/** A descriptor of our own: O_NONBLOCK belongs to the opened file, and stdout's is shared with the shell. */
export function openTty(path = '/dev/tty'): number {
  return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
}

export class TtyOutput {
  readonly #fd: number;
  readonly #events: TtyOutputEvents;
  readonly #clock: Clock;
  #waiting: Buffer[] = [];
  #waitMs = WAIT_MS_MIN;
  #cancelRetry: (() => void) | undefined;
  #isClosed = false;

  constructor(fd: number, events: TtyOutputEvents, clock: Clock = systemClock) {
    this.#fd = fd;
    this.#events = events;
    this.#clock = clock;
  }

  /** Nothing waits for the terminal. */
  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  get queuedBytes(): number {
    return this.#waiting.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  write(bytes: Buffer): void {
    if (this.#isClosed || bytes.length === 0) return;
    const mustQueue = this.#waiting.length > 0;
    this.#waiting.push(bytes);
    if (!mustQueue) this.#step();
  }

  /** Drops what waits; used before the terminal is restored. True when a sequence may have been cut. */
  drop(): boolean {
    const wasCut = this.#waiting.length > 0;
    this.#waiting = [];
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    return wasCut;
  }

  close(): void {
    if (this.#isClosed) return;
    this.drop();
    this.#isClosed = true;
    closeSync(this.#fd);
  }

  #step(): void {
    this.#cancelRetry = undefined;
    while (this.#waiting.length > 0) {
      const bytes = this.#waiting[0]!;
      let written = 0;
      try {
        written = writeSync(this.#fd, bytes);
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException;
        if (code !== 'EAGAIN' && code !== 'EINTR') return this.#lose(cause as Error);
      }
      if (written < bytes.length) {
        this.#waiting[0] = bytes.subarray(written);
        if (written > 0) this.#waitMs = WAIT_MS_MIN;
        const waitMs = this.#waitMs;
        this.#waitMs = Math.min(WAIT_MS_MAX, waitMs * 2);
        this.#cancelRetry = this.#clock.after(waitMs, () => {
          this.#step();
          if (this.#waiting.length === 0 && !this.#isClosed) this.#events.onDrain();
        });
        return;
      }
      this.#waitMs = WAIT_MS_MIN;
      this.#waiting.shift();
    }
  }

  #lose(cause: Error): void {
    this.close();
    this.#events.onLost(cause);
  }
}

/** Longest that a leaving program waits for a terminal that does not read. */
const FAREWELL_MS_MAX = 200;
const FAREWELL_STEP_MS = 5;

/** Writes now or, against a stalled terminal, gives up soon: for the moment before the process ends. */
export function writeBeforeExit(fd: number, text: string): void {
  let rest = Buffer.from(text);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; rest.length > 0 && waited <= FAREWELL_MS_MAX; waited += FAREWELL_STEP_MS) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
      if (rest.length === 0) return;
    } catch (cause) {
      // A terminal that has hung up needs no restoring.
      if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
    Atomics.wait(pause, 0, 0, FAREWELL_STEP_MS);
  }
}
