/** What would have to be different for a lower level: exact, because the model is linear in what it adds up. */
import { exitOf, type Level } from './level.ts';
import { logOddsOf, probabilityOf, type Score } from './model.ts';
import { SCALES, valueAt, type Signal } from './signal.ts';
import type { Weights } from './weights.ts';

export interface Change {
  readonly signal: Signal;
  /** What the signal would have to be, or better. */
  readonly value: number;
}

export interface Counterfactual {
  readonly changes: readonly Change[];
  /** The probability with these changes. */
  readonly probability: number;
}

export interface Counterfactuals {
  /** The level's exit: below it for long enough, and the level is left. */
  readonly below: number;
  /** The smallest change of one signal that is enough; null: no single one is. */
  readonly single: Counterfactual | null;
  /** The smallest change of two together where one alone would have to change further; null: there is none. */
  readonly pair: Counterfactual | null;
}

/** Just below the exit, so that what is promised holds in floating point, too. */
const BELOW = 1e-9;

/** Null: the agent is at the lowest level, or below its exit already. */
export function counterfactualsOf(score: Score, weights: Weights, level: Level): Counterfactuals | null {
  const below = exitOf(level);
  if (below <= 0 || score.probability < below) return null;
  const excess = score.logOdds - logOddsOf(below) + BELOW;
  const pushing = score.contributions
    .filter(({ push }) => push > 0)
    .map(({ signal, reach, push }) => ({ signal, reach, push, weight: weights.signals[signal] }))
    .sort((a, b) => b.weight - a.weight);
  const given = (taken: readonly { readonly signal: Signal; readonly way: number }[]): Counterfactual => {
    const less = taken.reduce((sum, { signal, way }) => sum + way * weights.signals[signal], 0);
    return {
      changes: taken.map(({ signal, way }) => {
        const now = pushing.find((each) => each.signal === signal)!.reach;
        return { signal, value: roundBetter(signal, valueAt(signal, Math.max(0, now - way))) };
      }),
      probability: probabilityOf(score.logOdds - less),
    };
  };
  // The way back is shortest along the heaviest signal that goes far enough.
  const alone = pushing.find(({ push }) => push >= excess);
  const single = alone ? given([{ signal: alone.signal, way: excess / alone.weight }]) : null;
  let best: { readonly cost: number; readonly pair: Counterfactual } | null = null;
  for (const [index, first] of pushing.entries()) {
    for (const second of pushing.slice(index + 1)) {
      if (first.push >= excess || first.push + second.push < excess) continue;
      const rest = (excess - first.push) / second.weight;
      const cost = first.reach + rest;
      if (best && best.cost <= cost) continue;
      best = {
        cost,
        pair: given([
          { signal: first.signal, way: first.reach },
          { signal: second.signal, way: rest },
        ]),
      };
    }
  }
  const isShorter = best !== null && (!alone || best.cost < excess / alone.weight);
  return { below, single, pair: isShorter ? best!.pair : null };
}

/** Four digits after the point, towards the good side, so that the rounded figure is still enough. */
function roundBetter(signal: Signal, value: number): number {
  const { good, bad } = SCALES[signal];
  const scaled = value * 1e4;
  return (bad > good ? Math.floor(scaled + 1e-6) : Math.ceil(scaled - 1e-6)) / 1e4;
}
