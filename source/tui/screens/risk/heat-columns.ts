/** How wide the parts of a row of the heatmap are, for the width there is. */
import { SIGNALS } from '../../../core/risk/signal.ts';
import { widthOf } from '../../text.ts';
import type { RiskRow } from '../../risk-rows.ts';

/** Cursor, state, a blank. */
export const MARK_COLUMNS = 3;
/** `critical` */
export const LEVEL_COLUMNS = 8;
/** `0.91↑` */
export const FIGURE_COLUMNS = 5;
const NAME_MIN = 8;

export interface HeatColumns {
  readonly name: number;
  /** One cell with the blank behind it. */
  readonly cell: number;
  readonly spark: number;
}

/** Widest first: a word as the heading, then three letters, then one. */
const CELLS = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1] as const;
/** With fewer columns a line of six hours says nothing. */
const SPARK_MIN = 8;
const SPARK_MAX = 36;
/** Up to here a row can be followed by the eye. */
const NAME_MAX = 24;
const NARROW_NAME_MAX = 16;

export function nameColumns(rows: readonly RiskRow[], width: number): number {
  const longest = rows.reduce(
    (most, row) => (row.type === 'agent' ? Math.max(most, widthOf(row.name)) : most),
    0,
  );
  const most = width >= 100 ? NAME_MAX : width >= 76 ? NARROW_NAME_MAX : 12;
  return Math.max(NAME_MIN, Math.min(most, longest));
}

export function heatColumns(rows: readonly RiskRow[], width: number): HeatColumns {
  const name = nameColumns(rows, width);
  const fixed = MARK_COLUMNS + name + 1 + 1 + LEVEL_COLUMNS + 1 + 1 + FIGURE_COLUMNS + 1;
  const left = (cell: number): number => width - fixed - cell * SIGNALS.length;
  const cell = CELLS.find((each) => left(each) >= (each > 3 ? SPARK_MIN : 0)) ?? 1;
  const rest = left(cell);
  return { name, cell, spark: rest < SPARK_MIN ? 0 : Math.min(SPARK_MAX, rest) };
}
