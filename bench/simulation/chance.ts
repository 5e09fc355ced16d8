/** Chance that comes again: every fleet and every agent in it has a stream of its own. */

export interface Chance {
  /** From 0 up to, never at, 1. */
  next(): number;
  between(low: number, high: number): number;
  whole(low: number, high: number): number;
  hits(probability: number): boolean;
  normal(): number;
  /** So many, on average. */
  poisson(mean: number): number;
  exponential(mean: number): number;
  /** Around a median, this many times more or less being one deviation. */
  lognormal(median: number, spread: number): number;
  pick<T>(choices: readonly T[]): T;
}

export function chance(seed: number, stream: number): Chance {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    normal,
    between: (low, high) => low + (high - low) * next(),
    whole: (low, high) => low + Math.floor((high - low + 1) * next()),
    hits: (probability) => next() < probability,
    poisson(mean) {
      // Good to means of some dozens, which is all a minute of an agent has.
      const limit = Math.exp(-mean);
      let count = 0;
      for (let product = next(); product > limit; product *= next()) count += 1;
      return count;
    },
    exponential: (mean) => -mean * Math.log(1 - next()),
    lognormal: (median, spread) => median * spread ** normal(),
    pick: (choices) => choices[Math.floor(next() * choices.length)]!,
  };
}
