/** What every benchmark yields: one line of the table, ours beside the peer's from the same run. */
export interface BenchRow {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  /** Ours to the peer's: smaller is better, except where the benchmark said `isHigherBetter`. */
  readonly ratio: number;
  /** What the first releases are held to, in words. */
  readonly target: string;
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
  /** Of the ratio; left out where only the figure itself counts. */
  readonly target?: number;
  readonly isHigherBetter?: boolean;
  /** Of our own figure, in its own unit. */
  readonly limit?: { readonly value: number; readonly unit: string };
}): BenchRow {
  const { name, target, limit, isHigherBetter = false } = given;
  const ours = median(given.ours);
  const peer = median(given.peer);
  const ratio = median(given.ours.map((value, round) => value / given.peer[round]!));
  const sign = isHigherBetter ? '≥' : '≤';
  const holds = (value: number, bound: number): boolean => (isHigherBetter ? value >= bound : value <= bound);
  const words = [
    ...(target === undefined ? [] : [`${sign} ${figure(target)}×`]),
    ...(limit ? [`${sign} ${limit.value} ${limit.unit}`] : []),
  ];
  return {
    name,
    ours,
    peer,
    ratio,
    target: words.join(', ') || 'stated',
    pass: (target === undefined || holds(ratio, target)) && (!limit || holds(ours, limit.value)),
  };
}

/** Three digits that mean something. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  return String(Number(value.toPrecision(size >= 10 ? 3 : 2)));
}
