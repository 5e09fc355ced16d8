/** When a session's screen is saved: often enough that a crash costs little, seldom enough to cost nothing. */
import type { Snapshots } from './snapshots.ts';
import type { TerminalEngine } from './terminal-engine.ts';

/** Output after which a screen is saved: parsed again in a tenth of a second. */
const BYTES = 4 * 1024 * 1024;

/** A flood saves this often at most, unless so much has come that the kept output might not reach back. */
const FLOOD_MS = 1_000;
const FLOOD_BYTES = 32 * 1024 * 1024;

/** A slower session is saved too, so that many of them together come back fast. */
const SLOW_BYTES = 256 * 1024;
const SLOW_MS = 15_000;

/** After the last resize of a series; lines cut by it cannot be had from the output again. */
const RESIZED_MS = 250;

export class Saver {
  readonly #snapshots: Snapshots;
  #offset: number;
  #at = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `offset`: where the last saved screen stands. */
  constructor(snapshots: Snapshots, offset: number) {
    this.#snapshots = snapshots;
    this.#offset = offset;
  }

  save(engine: TerminalEngine, offset: number): void {
    if (offset === this.#offset || !engine.isAtRest()) return;
    this.#at = performance.now();
    if (this.#snapshots.save(engine, offset)) this.#offset = offset;
  }

  saveWhenDue(engine: TerminalEngine, offset: number): void {
    const bytes = offset - this.#offset;
    if (bytes < SLOW_BYTES) return;
    const elapsed = performance.now() - this.#at;
    const isDue = bytes >= BYTES ? elapsed >= FLOOD_MS || bytes >= FLOOD_BYTES : elapsed >= SLOW_MS;
    if (isDue) this.save(engine, offset);
  }

  /** The size has changed: save soon, at whatever offset it is then. */
  resized(state: () => { readonly engine: TerminalEngine; readonly offset: number }): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // Also where a screen of the old size was saved.
      this.#offset = -1;
      const { engine, offset } = state();
      this.save(engine, offset);
    }, RESIZED_MS);
    this.#timer.unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
