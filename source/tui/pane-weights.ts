/** How large panes are beside each other: a weight across and one down for each that is not like the others. */

export interface PaneWeight {
  readonly columns: number;
  readonly rows: number;
}

export type PaneWeights = Readonly<Record<string, PaneWeight>>;

const EVEN: PaneWeight = { columns: 1, rows: 1 };

/** A key press changes a pane of half the screen by a few lines: enough to see, fine enough to aim. */
const STEP = 1.25;
/** Six presses either way; then the others have hardly anything left. */
const WEIGHT_MAX = STEP ** 6;

export const weightOf = (weights: PaneWeights, run: string): PaneWeight => weights[run] ?? EVEN;

export function weighed(weights: PaneWeights, run: string, side: keyof PaneWeight, by: 1 | -1): PaneWeights {
  const old = weightOf(weights, run);
  const weight = Math.min(WEIGHT_MAX, Math.max(1 / WEIGHT_MAX, old[side] * STEP ** by));
  return { ...weights, [run]: { ...old, [side]: weight } };
}

/**
 * `total` in whole parts by their weights, none below `least` as long as that is possible; parts of one weight
 * differ by one at most, the larger ones first.
 */
export function shares(total: number, weights: readonly number[], least: number): number[] {
  const count = weights.length;
  const floor = Math.min(least, Math.floor(total / Math.max(1, count)));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const rest = total - floor * count;
  // What is above the floor is divided by how far each part's due is above it.
  const due = weights.map((weight) => Math.max(0, (total * weight) / sum - floor));
  const dueSum = due.reduce((all, part) => all + part, 0);
  const exact = due.map((part) => floor + (dueSum === 0 ? rest / count : (rest * part) / dueSum));
  const parts = exact.map(Math.floor);
  const order = exact
    .map((part, at) => ({ at, missing: part - parts[at]! }))
    .sort((a, b) => Math.round((b.missing - a.missing) * 1e6) || a.at - b.at);
  let left = total - parts.reduce((all, part) => all + part, 0);
  for (const { at } of order) {
    if (left <= 0) break;
    parts[at]!++;
    left--;
  }
  return parts;
}
