/** Output that has arrived and is not parsed yet, in order, with the resizes between. */

type Item =
  | { readonly type: 'data'; offset: number; bytes: Buffer }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number };

/** Parsed between two looks at the clock. */
const STEP_BYTES = 4 * 1024;

export class OutputQueue {
  #items: Item[] = [];
  #first = 0;
  #bytes = 0;

  /** Unparsed bytes; its reader is paused when they become many. */
  get bytes(): number {
    return this.#bytes;
  }

  get isBusy(): boolean {
    return this.#first < this.#items.length;
  }

  push(offset: number, bytes: Buffer): void {
    this.#items.push({ type: 'data', offset, bytes });
    this.#bytes += bytes.length;
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
    this.#bytes = 0;
  }

  /** A storm of resizes with nothing printed between them is one resize. */
  resize(columns: number, rows: number): void {
    if (this.isBusy && this.#items.at(-1)!.type === 'resize') this.#items.pop();
    this.#items.push({ type: 'resize', columns, rows });
  }

  drain(into: {
    readonly bytes: number;
    readonly isLate: () => boolean;
    write(offset: number, bytes: Buffer): void;
    resize(columns: number, rows: number): void;
  }): void {
    let left = into.bytes;
    while (this.isBusy && left > 0) {
      const item = this.#items[this.#first]!;
      if (item.type === 'resize') {
        this.#first++;
        into.resize(item.columns, item.rows);
        continue;
      }
      const step = item.bytes.subarray(0, Math.min(STEP_BYTES, left));
      const { offset } = item;
      if (step.length === item.bytes.length) this.#first++;
      else {
        item.offset += step.length;
        item.bytes = item.bytes.subarray(step.length);
      }
      left -= step.length;
      this.#bytes -= step.length;
      into.write(offset, step);
      if (into.isLate()) break;
    }
    if (this.#first === this.#items.length || this.#first > 1024) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
  }
}
