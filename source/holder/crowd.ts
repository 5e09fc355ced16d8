/**
 * Whether a flood of this session is one of many on a machine with fewer cores: this process then waits for a core
 * much longer than it has one. Reading a little later costs the flood little and leaves the cores to those whose
 * work somebody waits for. Told by Linux; elsewhere a machine is never crowded.
 */
import { closeSync, openSync, readSync } from 'node:fs';

/** A decision is made anew this often. */
const WINDOW_MS = 100;

/** As much as this in one window is a flood: a third of a megabyte a second. */
const FLOOD_BYTES = 32 * 1024;

/** Waiting twice as long as running: four busy processes on two cores, say. A single flood is far from it. */
const WAITS_PER_RUN = 2;

export class Crowd {
  #file: number | undefined;
  readonly #text = Buffer.alloc(64);
  #windowAt = -Infinity;
  #bytes = 0;
  #ran = 0;
  #waited = 0;
  #isCrowded = false;

  constructor(path = '/proc/self/schedstat') {
    try {
      this.#file = openSync(path, 'r');
    } catch {
      // Not Linux, or a kernel without these figures.
    }
  }

  get isCrowded(): boolean {
    return this.#isCrowded;
  }

  /** Output has come; whether the next should be awaited rather than read at once. */
  note(bytes: number, now: number): boolean {
    this.#bytes += bytes;
    if (this.#file === undefined || now - this.#windowAt < WINDOW_MS) return this.#isCrowded;
    const isFlood = this.#bytes >= FLOOD_BYTES && now - this.#windowAt < 3 * WINDOW_MS;
    this.#windowAt = now;
    this.#bytes = 0;
    this.#isCrowded = this.#hasWaited() && isFlood;
    return this.#isCrowded;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#isCrowded = false;
  }

  #hasWaited(): boolean {
    const count = readSync(this.#file!, this.#text, 0, this.#text.length, 0);
    const [ran = 0, waited = 0] = this.#text.toString('latin1', 0, count).split(' ').map(Number);
    const isLong = waited - this.#waited > WAITS_PER_RUN * (ran - this.#ran);
    this.#ran = ran;
    this.#waited = waited;
    return isLong;
  }
}
