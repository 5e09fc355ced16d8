/**
 * Gives a session's output to those who watch it live. The first bytes of a loop's turn go out at once (they
 * are the echo somebody waits for), what follows in the same turn as few large frames.
 */
import { encodeData, encodeResized } from '../wire/holder-protocol.ts';

export interface Watcher {
  /** An encoded frame and the offsets it covers; both are the same for a resize. */
  output(frame: Buffer, from: number, to: number): void;
}

/** Large enough that frames cost nothing, small enough that one never delays a key for long. */
const FRAME_BYTES = 64 * 1024;

export class Output {
  readonly #watchers = new Set<Watcher>();
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #to = 0;
  #turn: NodeJS.Immediate | undefined;

  /** Everything before this offset has been given out; what comes after it is still gathered. */
  get to(): number {
    return this.#to;
  }

  add(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  append(bytes: Buffer): void {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#turn === undefined) {
      this.flush();
      this.#turn = setImmediate(() => {
        this.#turn = undefined;
        this.flush();
      });
    } else if (this.#gatheredBytes >= FRAME_BYTES) this.flush();
  }

  resized(columns: number, rows: number): void {
    this.flush();
    this.#give(encodeResized(this.#to, columns, rows), this.#to, this.#to);
  }

  flush(): void {
    if (this.#gatheredBytes === 0) return;
    const parts = this.#gathered;
    const from = this.#to;
    this.#to += this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    // One frame for all of them; none when nobody watches.
    if (this.#watchers.size > 0) this.#give(encodeData(from, ...parts), from, this.#to);
  }

  #give(frame: Buffer, from: number, to: number): void {
    for (const watcher of this.#watchers) watcher.output(frame, from, to);
  }
}
