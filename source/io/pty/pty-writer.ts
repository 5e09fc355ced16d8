/**
 * Types into a pty. The kernel takes what the child has room for and answers EAGAIN to the rest; node-pty's
 * own writer retries that without pause (a busy core for as long as a child does not read), older ones
 * freeze the whole process. This one waits between attempts and is bounded.
 */
import { writeSync } from 'node:fs';

export type WriteOutcome = 'written' | 'ended' | 'full';

/** A long paste is a hundred kilobytes; more than this waiting means that the child does not read. */
const QUEUE_BYTES_MAX = 4 * 1024 * 1024;

/** As much as a pty takes at once; a larger write would only keep the loop from its other work. */
const WRITE_BYTES_MAX = 64 * 1024;

/** First wait after EAGAIN: unnoticeable when typing. Last: 20 attempts a second cost no measurable CPU. */
const WAIT_MS_MIN = 2;
const WAIT_MS_MAX = 50;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly done: (outcome: WriteOutcome) => void;
  at: number;
}

export class PtyWriter {
  readonly #fd: number;
  readonly #queue: Waiting[] = [];
  #queuedBytes = 0;
  #waitMs = WAIT_MS_MIN;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #isEnded = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** In order, whole or not at all (but for a child that ends half-way). `done` is told once. */
  write(bytes: Uint8Array, done: (outcome: WriteOutcome) => void): void {
    if (this.#isEnded) return done('ended');
    // A single write over the bound is taken when nothing else waits: refusing it for ever helps nobody.
    if (this.#queue.length > 0 && this.#queuedBytes + bytes.length > QUEUE_BYTES_MAX) return done('full');
    this.#queue.push({ bytes, done, at: 0 });
    this.#queuedBytes += bytes.length;
    if (this.#timer === undefined && this.#immediate === undefined) this.#step();
  }

  /** The child is gone: nothing more is typed, and everyone who waits is told. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#queuedBytes = 0;
    for (const { done } of this.#queue.splice(0)) done('ended');
  }

  #step(): void {
    this.#timer = undefined;
    this.#immediate = undefined;
    const first = this.#queue[0];
    if (first === undefined) return;
    try {
      // The descriptor does not block, so this returns at once whatever the child does.
      const count = Math.min(WRITE_BYTES_MAX, first.bytes.length - first.at);
      const written = count === 0 ? 0 : writeSync(this.#fd, first.bytes, first.at, count);
      first.at += written;
      this.#queuedBytes -= written;
      this.#waitMs = WAIT_MS_MIN;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') return this.end();
      this.#timer = setTimeout(() => this.#step(), this.#waitMs);
      this.#waitMs = Math.min(WAIT_MS_MAX, this.#waitMs * 2);
      return;
    }
    if (first.at >= first.bytes.length) {
      this.#queue.shift();
      first.done('written');
    }
    if (this.#queue.length > 0 && !this.#isEnded) this.#immediate = setImmediate(() => this.#step());
  }
}
