/** How sure a figure is. */

/** Sampling again and again with the same chance each time the program runs. */
const BOOTSTRAP_ROUNDS = 1_000;
const BOOTSTRAP_SEED = 20_11;

export type Interval = readonly [low: number, high: number];

/** Quantile as the value that the share of them does not exceed; null of none. */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))]!;
}

/** The exact interval of a Poisson mean of which so many were counted: each side errs in one of twenty. */
export function poissonInterval(counted: number): Interval {
  const low = counted === 0 ? 0 : bisect((mean) => 1 - poissonAtMost(counted - 1, mean) < 0.05, counted);
  const high = bisect(
    (mean) => poissonAtMost(counted, mean) > 0.05,
    counted + 5 * Math.sqrt(counted + 1) + 5,
  );
  return [low, high];
}

/** The 90 % interval of a statistic of a sample, by drawing it again. */
export function bootstrap<T>(
  sample: readonly T[],
  statistic: (drawn: readonly T[]) => number | null,
): Interval | null {
  if (sample.length < 2) return null;
  const next = seeded(BOOTSTRAP_SEED);
  const found: number[] = [];
  for (let round = 0; round < BOOTSTRAP_ROUNDS; round += 1) {
    const value = statistic(sample.map(() => sample[Math.floor(next() * sample.length)]!));
    if (value !== null) found.push(value);
  }
  if (found.length === 0) return null;
  return [quantile(found, 0.05)!, quantile(found, 0.95)!];
}

/** Probability of counting at most so many. */
function poissonAtMost(counted: number, mean: number): number {
  // By logarithms: a mean of a thousand is nothing unusual for a bad model, and its first term is 0 in a double.
  let term = -mean;
  let sum = Math.exp(term);
  for (let k = 1; k <= counted; k += 1) {
    term += Math.log(mean / k);
    sum += Math.exp(term);
  }
  return sum;
}

/** Where the answer changes from yes to no, from 0 up. */
function bisect(isBelow: (value: number) => boolean, upTo: number): number {
  let low = 0;
  let high = upTo;
  while (isBelow(high)) high *= 2;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
