/** Stretches of time as columns: as many as fit, each of one stretch or several. */
import { COLUMNS, SPANS } from '../../../core/risk/history.ts';
import type { HeatmapPage, Stretch } from '../../page.ts';
import { riskRows } from '../../risk-rows.ts';
import { shareOf } from '../../sparkline.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';
import { FIGURE_COLUMNS, LEVEL_COLUMNS, MARK_COLUMNS, nameColumns } from './heat-columns.ts';

export interface TimeColumns {
  readonly name: number;
  readonly count: number;
  /** Columns of the screen for each. */
  readonly cell: number;
}

/** A stretch wider than glyph and digit says no more. */
const CELL_MAX = 2;

export function timeColumns(ui: Ui, context: Context): TimeColumns {
  const width = ui.size.columns;
  const name = nameColumns(riskRows(ui, context), width);
  const room = Math.max(1, width - MARK_COLUMNS - name - 1 - 2 - LEVEL_COLUMNS - 1 - FIGURE_COLUMNS - 1);
  const count = Math.min(COLUMNS, room);
  return { name, count, cell: Math.min(CELL_MAX, Math.floor(room / count)) };
}

/** The column on screen that a stretch stands in. */
export function shownAt(moment: number, count: number): number {
  const at = Math.max(0, Math.min(COLUMNS - 1, moment));
  for (let column = 0; column < count; column++) if (at < shareOf(COLUMNS, count, column)[1]) return column;
  return count - 1;
}

/** The latest stretch of a column on screen. */
export const momentAt = (column: number, count: number): number => shareOf(COLUMNS, count, column)[1] - 1;

/** When the column under the cursor was. */
export function stretchAt(ui: Ui, context: Context, { view, moment }: HeatmapPage): Stretch {
  const { stepMs } = SPANS[view === 'signals' ? '6h' : view];
  const { count } = timeColumns(ui, context);
  const [from, until] = shareOf(COLUMNS, count, shownAt(moment, count));
  const now = Math.floor(context.now / stepMs);
  const startOf = (index: number): number => (now - (COLUMNS - 1) + index) * stepMs;
  return { from: startOf(from), until: startOf(until) };
}
