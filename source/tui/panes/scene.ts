/** What the screen is made of, and where a pane's own cells come to lie on it. */
import type { Grid } from '../../wire/cells.ts';
import type { ScreenFrame } from '../../wire/screen-frame.ts';
import type { ScreenCursor } from './painter.ts';
import type { PaneFrame } from './pane-frame.ts';
import { hasCell, insideOf, type Rect } from './rect.ts';
import type { ScrollHint } from './scrolling.ts';

/** Cells shown inverted: what is selected, or where a search matched. */
export interface Highlight {
  /** Row of the pane's grid. */
  readonly y: number;
  readonly from: number;
  readonly to: number;
}

export interface PaneView {
  /** With its frame, if it has one. */
  readonly rect: Rect;
  readonly frame?: PaneFrame | undefined;
  /** The live screen, or the lines of history looked at. Cut or padded where its size is not the pane's. */
  readonly grid: Grid;
  /** First row of the grid that is shown (see firstRowFor). */
  readonly firstRow?: number | undefined;
  /** Receives no keys while another pane does. */
  readonly isDimmed: boolean;
  readonly highlights?: readonly Highlight[] | undefined;
}

export interface Scene {
  /** The chrome at the size of the screen. */
  readonly chrome: Grid;
  readonly panes: readonly PaneView[];
  /** Where the chrome lies over the panes. */
  readonly overlays: readonly Rect[];
  /** The terminal has no UTF-8. */
  readonly isAscii: boolean;
}

/** Where the pane's own cells lie on the screen: also the size its session's terminal should have. */
export const contentRect = (pane: Pick<PaneView, 'rect' | 'frame'>): Rect =>
  pane.frame === undefined ? pane.rect : insideOf(pane.rect);

/** A screen taller than its pane is shown from its top, but so that the cursor can be seen. */
export const firstRowFor = (gridRows: number, paneRows: number, cursorY: number): number =>
  Math.max(0, Math.min(gridRows - paneRows, cursorY - paneRows + 1));

/** Where a cursor inside the pane is on the screen; undefined when it is cut off or under a dialog. */
export function cursorOnScreen(
  pane: PaneView,
  cursor: ScreenFrame['cursor'],
  overlays: readonly Rect[],
): ScreenCursor | undefined {
  if (!cursor.isVisible) return undefined;
  const inside = contentRect(pane);
  const row = cursor.y - (pane.firstRow ?? 0);
  if (row < 0 || row >= inside.rows || cursor.x >= inside.columns) return undefined;
  const x = inside.x + cursor.x;
  const y = inside.y + row;
  return overlays.some((rect) => hasCell(rect, x, y)) ? undefined : { x, y, shape: cursor.shape };
}

/** The move of a pane's lines as the painter wants it; undefined when the pane shows only a part of them. */
export function scrollOnScreen(pane: PaneView, scroll: ScreenFrame['scroll']): ScrollHint | undefined {
  const inside = contentRect(pane);
  if (scroll.count === 0 || (pane.firstRow ?? 0) !== 0 || scroll.bottom >= inside.rows) return undefined;
  return {
    x: inside.x,
    y: inside.y + scroll.top,
    columns: inside.columns,
    rows: scroll.bottom - scroll.top + 1,
    count: scroll.count,
  };
}
