/** Scores by the million in the space of a few thousand counters: for ranking, calibration and the Brier score. */

/** Log-odds of all weights together stay well inside; what does not goes into the last cell. */
const FROM = -10;
const TO = 20;
/** Finer than any difference that matters: a probability changes by an eighth of a per cent at most. */
const CELLS = 6_000;

export interface Histogram {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
  /** Of the probabilities in each cell. */
  readonly sums: Float64Array;
}

export const newHistogram = (): Histogram => ({
  positives: new Float64Array(CELLS),
  negatives: new Float64Array(CELLS),
  sums: new Float64Array(CELLS),
});

export function cellOf(logOdds: number): number {
  const cell = Math.floor(((logOdds - FROM) / (TO - FROM)) * CELLS);
  return Math.min(CELLS - 1, Math.max(0, cell));
}

export function count(histogram: Histogram, logOdds: number, probability: number, isPositive: boolean): void {
  const cell = cellOf(logOdds);
  const counts = isPositive ? histogram.positives : histogram.negatives;
  counts[cell]! += 1;
  histogram.sums[cell]! += probability;
}

/** How often a bad minute scores above a good one, ties as half; null without both. */
export function auc({ positives, negatives }: Pick<Histogram, 'positives' | 'negatives'>): number | null {
  let below = 0;
  let wins = 0;
  let bad = 0;
  for (let cell = 0; cell < CELLS; cell += 1) {
    const good = negatives[cell]!;
    const here = positives[cell]!;
    wins += here * (below + good / 2);
    below += good;
    bad += here;
  }
  return bad === 0 || below === 0 ? null : wins / (bad * below);
}

export interface Bin {
  /** Mean of what was said. */
  readonly predicted: number;
  /** Share of what was so. */
  readonly observed: number;
  readonly n: number;
}

/** As many bins as asked for, each with the same number of scores; a cell on a border is split between both. */
export function equalMassBins(histogram: Histogram, bins: number): readonly Bin[] {
  const { positives, negatives, sums } = histogram;
  let total = 0;
  for (let cell = 0; cell < CELLS; cell += 1) total += positives[cell]! + negatives[cell]!;
  const size = total / bins;
  const found: Bin[] = [];
  let n = 0;
  let bad = 0;
  let sum = 0;
  for (let cell = 0; cell < CELLS; cell += 1) {
    const here = positives[cell]! + negatives[cell]!;
    let rest = here;
    while (rest > 0) {
      const taken = Math.min(rest, size - n);
      n += taken;
      bad += (positives[cell]! * taken) / here;
      sum += (sums[cell]! * taken) / here;
      rest -= taken;
      // What is left over by rounding belongs to the last bin.
      if (n < size * (1 - 1e-12)) continue;
      found.push({ predicted: sum / n, observed: bad / n, n: Math.round(n) });
      n = bad = sum = 0;
    }
  }
  return found;
}

/** Bins of the same width, for a plot; empty ones stay in. */
export function equalWidthBins({ positives, negatives, sums }: Histogram, bins: number): readonly Bin[] {
  const found = Array.from({ length: bins }, () => ({ n: 0, bad: 0, sum: 0 }));
  for (let cell = 0; cell < CELLS; cell += 1) {
    const n = positives[cell]! + negatives[cell]!;
    if (n === 0) continue;
    const bin = found[Math.min(bins - 1, Math.floor((sums[cell]! / n) * bins))]!;
    bin.n += n;
    bin.bad += positives[cell]!;
    bin.sum += sums[cell]!;
  }
  return found.map(({ n, bad, sum }) => ({ predicted: sum / n, observed: bad / n, n }));
}

/** Expected calibration error: how far said and seen are apart, on average over all scores. */
export function calibrationError(bins: readonly Bin[]): number | null {
  const total = bins.reduce((sum, { n }) => sum + n, 0);
  if (total === 0) return null;
  return bins.reduce(
    (sum, { predicted, observed, n }) => sum + (n / total) * Math.abs(predicted - observed),
    0,
  );
}

/** Mean squared error, and that of always saying the base rate, which a model must beat. */
export function brier({ positives, negatives, sums }: Histogram): {
  readonly score: number;
  readonly climatology: number;
} | null {
  let total = 0;
  let bad = 0;
  let error = 0;
  for (let cell = 0; cell < CELLS; cell += 1) {
    const n = positives[cell]! + negatives[cell]!;
    if (n === 0) continue;
    const said = sums[cell]! / n;
    total += n;
    bad += positives[cell]!;
    error += positives[cell]! * (1 - said) ** 2 + negatives[cell]! * said ** 2;
  }
  if (total === 0) return null;
  const rate = bad / total;
  return { score: error / total, climatology: rate * (1 - rate) };
}
