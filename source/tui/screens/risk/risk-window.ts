/** Which rows of the agents are on screen: the one under the cursor among them. */
import { riskAgentAt, riskRows } from '../../risk-rows.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';
import { firstRow } from '../control-room/windows.ts';

/** Index of the first of `room` rows. */
export function firstRiskRow(ui: Ui, context: Context, room: number): number {
  const rows = riskRows(ui, context);
  const here = riskAgentAt(ui, context);
  const cursor = rows.findIndex((row) => row.type === 'agent' && row.key === here?.key);
  return firstRow(cursor, rows.length, room);
}
