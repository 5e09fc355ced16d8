/** What every benchmark yields: one line of the table, ours beside the peer's from the same run. */
export interface BenchRow {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  /** Smaller is better, except where `isHigherBetter`. */
  readonly ratio: number;
  readonly target: number;
  readonly pass: boolean;
}

export interface Bench {
  readonly id: string;
  readonly rows: readonly BenchRow[];
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The median of the ratios of rounds measured in turns: what the machine does meanwhile happens to both. */
export function compare(given: {
  readonly name: string;
  readonly ours: readonly number[];
  readonly peer: readonly number[];
  readonly target: number;
  readonly isHigherBetter?: boolean;
}): BenchRow {
  const { name, ours, peer, target } = given;
  const ratio = median(ours.map((value, round) => value / peer[round]!));
  const pass = given.isHigherBetter ? ratio >= target : ratio <= target;
  return { name, ours: median(ours), peer: median(peer), ratio, target, pass };
}
