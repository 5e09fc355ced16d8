/** A rectangle of character cells. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
}

export const hasCell = (rect: Rect, x: number, y: number): boolean =>
  x >= rect.x && x < rect.x + rect.columns && y >= rect.y && y < rect.y + rect.rows;

/** What is left inside a frame one cell thick. */
export const insideOf = (rect: Rect): Rect => ({
  x: rect.x + 1,
  y: rect.y + 1,
  columns: Math.max(0, rect.columns - 2),
  rows: Math.max(0, rect.rows - 2),
});

export const overlaps = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.columns && b.x < a.x + a.columns && a.y < b.y + b.rows && b.y < a.y + a.rows;
