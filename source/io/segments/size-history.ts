/** Which size the terminal had at which offset of its output, as far back as that output is kept. */

export interface SizeChange {
  readonly offset: number;
  readonly columns: number;
  readonly rows: number;
}

/** A person resizes a few times a minute; a longer storm forgets its oldest sizes, which only few pixels knew. */
const CHANGES_MAX = 4_096;

export class SizeHistory {
  #changes: SizeChange[];

  constructor(columns: number, rows: number) {
    this.#changes = [{ offset: 0, columns, rows }];
  }

  get last(): SizeChange {
    return this.#changes.at(-1)!;
  }

  change(to: SizeChange): void {
    if (this.last.offset === to.offset) this.#changes.pop();
    this.#changes.push(to);
    if (this.#changes.length > CHANGES_MAX) this.#changes.shift();
  }

  /** The size an offset is printed at, and the next change after it. */
  at(offset: number): { readonly size: SizeChange; readonly next: SizeChange | undefined } {
    const at = Math.max(
      0,
      this.#changes.findLastIndex((change) => change.offset <= offset),
    );
    return { size: this.#changes[at]!, next: this.#changes[at + 1] };
  }

  forgetBefore(offset: number): void {
    const first = this.#changes.findLastIndex((change) => change.offset <= offset);
    if (first > 0) this.#changes.splice(0, first);
  }
}
