/** Logistic regression over the seven signals: how likely an agent needs stopping, and what makes it so. */
import { reach, SIGNALS, type Readings, type Signal } from './signal.ts';
import type { Weights } from './weights.ts';

export interface Contribution {
  readonly signal: Signal;
  /** From good (0) to bad (1) and half as far past it. */
  readonly reach: number;
  /** Log-odds it adds; nothing takes any away. */
  readonly push: number;
}

export interface Score {
  readonly probability: number;
  /** The bias and all pushes together. */
  readonly logOdds: number;
  /** In the order of SIGNALS. */
  readonly contributions: readonly Contribution[];
}

export function scoreOf(readings: Readings, weights: Weights): Score {
  let sum = weights.bias;
  const contributions = SIGNALS.map((signal) => {
    const way = reach(signal, readings[signal]);
    const push = weights.signals[signal] * way;
    sum += push;
    return { signal, reach: way, push };
  });
  return { probability: probabilityOf(sum), logOdds: sum, contributions };
}

export const probabilityOf = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

export const logOddsOf = (probability: number): number => Math.log(probability / (1 - probability));
