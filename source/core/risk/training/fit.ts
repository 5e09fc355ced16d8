/** Weights from episodes: the most probable ones, given where they were expected to be and what was seen. */
import { SIGNALS, type Signal } from '../signal.ts';
import { probabilityOf } from '../model.ts';
import type { Weights } from '../weights.ts';
import { momentWeight, REACHES, type Episode } from './episodes.ts';

/** With fewer than these, what is learnt is chance: the defaults stay. */
export const FAULTS_MIN = 30;
export const STRETCHES_MIN = 200;
/** How far from the defaults a weight is expected, as a standard deviation. */
export const SIGMA = 0.25;
/** Rounds until nothing moves; each goes once over all weights. */
const ROUNDS_MAX = 200;
const STILL = 1e-5;
/** A step further than this is not trusted: the curve was taken for a parabola. */
const STEP_MAX = 0.5;

export function fit(
  episodes: readonly Episode[],
  given: { readonly prior: Weights; readonly sigma: number; readonly version: string },
): Weights {
  const { prior, sigma, version } = given;
  const { rows, weights, labels } = flatten(episodes);
  const start = [prior.bias, ...SIGNALS.map((signal) => prior.signals[signal])];
  const now = [...start];
  const sums = Float64Array.from({ length: labels.length }, (_, row) => sumOf(rows, row, now));
  const precision = 1 / sigma ** 2;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    let moved = 0;
    for (let index = 0; index <= REACHES; index += 1) {
      let slope = (now[index]! - start[index]!) * precision;
      let curve = precision;
      for (let row = 0; row < labels.length; row += 1) {
        const x = index === 0 ? 1 : rows[row * REACHES + index - 1]!;
        if (x === 0) continue;
        const p = probabilityOf(sums[row]!);
        slope += weights[row]! * (p - labels[row]!) * x;
        curve += weights[row]! * p * (1 - p) * x * x;
      }
      const step = Math.min(STEP_MAX, Math.max(-STEP_MAX, -slope / curve));
      // More of a bad thing never lowers the risk; the bias is free.
      const next = index === 0 ? now[0]! + step : Math.max(0, now[index]! + step);
      const change = next - now[index]!;
      if (change === 0) continue;
      now[index] = next;
      moved = Math.max(moved, Math.abs(change));
      for (let row = 0; row < labels.length; row += 1)
        sums[row]! += change * (index === 0 ? 1 : rows[row * REACHES + index - 1]!);
    }
    if (moved < STILL) break;
  }
  const round = (value: number): number => Math.round(value * 1e4) / 1e4;
  const signals = Object.fromEntries(
    SIGNALS.map((signal, index) => [signal, round(now[index + 1]!)]),
  ) as Record<Signal, number>;
  return { version, bias: round(now[0]!), signals };
}

function flatten(episodes: readonly Episode[]): {
  readonly rows: Float64Array;
  readonly weights: Float64Array;
  readonly labels: Float64Array;
} {
  const count = episodes.reduce((sum, { moments }) => sum + moments.length, 0);
  const rows = new Float64Array(count * REACHES);
  const weights = new Float64Array(count);
  const labels = new Float64Array(count);
  let row = 0;
  for (const episode of episodes) {
    const weight = momentWeight(episode);
    for (const moment of episode.moments) {
      rows.set(moment, row * REACHES);
      weights[row] = weight;
      labels[row] = episode.isFault ? 1 : 0;
      row += 1;
    }
  }
  return { rows, weights, labels };
}

function sumOf(rows: Float64Array, row: number, now: readonly number[]): number {
  let sum = now[0]!;
  for (let index = 0; index < REACHES; index += 1) sum += now[index + 1]! * rows[row * REACHES + index]!;
  return sum;
}
