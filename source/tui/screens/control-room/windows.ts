/** Which rows of a long list are on screen: the window moves no further than the cursor makes it. */
import type { Approval } from '../../../core/fleet.ts';
import type { ListEntry } from '../../fleet-view.ts';
import type { RoomLayout } from '../../layout.ts';
import type { Rect } from '../../panes/rect.ts';
import type { Ui } from '../../ui-state.ts';

export interface Window {
  readonly area: Rect;
  /** Index of the first row on screen. */
  readonly from: number;
}

/** The first row so that the cursor's is among `rows`, in the middle where there is more on both sides. */
export function firstRow(cursor: number, count: number, rows: number): number {
  return Math.max(0, Math.min(cursor - Math.floor(rows / 2), count - rows));
}

/** Where the rows of the list stand: inside its frame on a wide screen, the page itself on a narrow one. */
function listArea({ kind, list }: RoomLayout): Rect | null {
  if (!list) return null;
  if (kind !== 'wide') return list;
  return { x: list.x + 1, y: list.y + 1, columns: list.columns - 2, rows: list.rows - 2 };
}

export function listWindow(ui: Ui, layout: RoomLayout, entries: readonly ListEntry[]): Window | null {
  const area = listArea(layout);
  if (!area) return null;
  const cursor = entries.findIndex(({ key }) => key === ui.cursor);
  return { area, from: firstRow(cursor, entries.length, area.rows) };
}

export function queueWindow(ui: Ui, area: Rect, items: readonly Approval[]): Window {
  const cursor = items.findIndex(({ id }) => id === ui.queue.approval);
  return { area, from: firstRow(cursor, items.length, Math.max(1, area.rows)) };
}
