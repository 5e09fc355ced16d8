import type { Rect } from './rect.ts';

/**
 * Where a grid may differ from what the terminal shows: one span of columns per row. A span that is too wide
 * costs comparisons, never bytes, so one per row is exact enough.
 */
export class Damage {
  readonly columns: number;
  readonly rows: number;
  /** First damaged column of a row; equal to `to` when the row is clean. */
  readonly from: Int32Array;
  /** One past the last damaged column of a row. */
  readonly to: Int32Array;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.from = new Int32Array(rows);
    this.to = new Int32Array(rows);
  }

  mark(y: number, from: number, to: number): void {
    if (y < 0 || y >= this.rows) return;
    const start = Math.max(0, from);
    const end = Math.min(this.columns, to);
    if (start >= end) return;
    if (this.isClean(y)) {
      this.from[y] = start;
      this.to[y] = end;
      return;
    }
    if (start < this.from[y]!) this.from[y] = start;
    if (end > this.to[y]!) this.to[y] = end;
  }

  markRect(rect: Rect): void {
    for (let y = rect.y; y < rect.y + rect.rows; y++) this.mark(y, rect.x, rect.x + rect.columns);
  }

  markAll(): void {
    this.from.fill(0);
    this.to.fill(this.columns);
  }

  clear(y: number): void {
    this.from[y] = 0;
    this.to[y] = 0;
  }

  isClean(y: number): boolean {
    return this.from[y]! >= this.to[y]!;
  }

  get isEmpty(): boolean {
    for (let y = 0; y < this.rows; y++) if (!this.isClean(y)) return false;
    return true;
  }
}
