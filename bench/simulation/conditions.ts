/** What a simulated fleet is up against. The plain conditions, and harder ones nobody tuned for. */

export interface Conditions {
  /** How often harmless bad luck strikes (flaky tests, outages, lone crashes, pauses), and how hard. */
  readonly noise: number;
  /** Lone crashes, times this. */
  readonly restarts: number;
  /** Longest silent build, minutes. */
  readonly buildMinutesMax: number;
  /** Share of agents whose work is to ask the same thing again and again. */
  readonly pollers: number;
}

export const CONDITIONS = {
  plain: { noise: 1, restarts: 1, buildMinutesMax: 45, pollers: 0.1 },
  shift: { noise: 1.5, restarts: 1, buildMinutesMax: 45, pollers: 0.1 },
  hard: { noise: 2, restarts: 4, buildMinutesMax: 120, pollers: 0.25 },
} as const satisfies Readonly<Record<string, Conditions>>;

/** So many fleets make 150 agent-months. */
const FLEETS = 6;

export interface SimulationSet {
  readonly conditions: Conditions;
  readonly seeds: readonly number[];
}

/**
 * Tuned on `tuning` only. What is published is measured on the others, whose seeds were looked at once everything
 * was settled. Six fleets of twenty-five agents for a month are 150 agent-months.
 */
export const SETS: Readonly<Record<string, SimulationSet>> = {
  tuning: { conditions: CONDITIONS.plain, seeds: [1, 2] },
  'tuning-hard': { conditions: CONDITIONS.hard, seeds: [1, 2] },
  'held-out': { conditions: CONDITIONS.plain, seeds: seeds(111) },
  shift: { conditions: CONDITIONS.shift, seeds: seeds(211) },
  hard: { conditions: CONDITIONS.hard, seeds: seeds(311) },
};

function seeds(first: number): readonly number[] {
  return Array.from({ length: FLEETS }, (_, index) => first + index);
}
