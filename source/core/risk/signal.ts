/** The seven signals of risk, what their figures mean, and where each begins to be bad. */

export const SIGNALS = ['error', 'restarts', 'silent', 'blocked', 'uptime', 'eval', 'sla'] as const;
export type Signal = (typeof SIGNALS)[number];

/** What a signal says of an agent at one moment. */
export interface Reading {
  readonly value: number;
  /** How many observations the value stands on. */
  readonly n: number;
  /** Milliseconds since the latest of them. */
  readonly ageMs: number;
  /** The agent's hooks are quiet while its terminal is not: silence may be ours, not the agent's. */
  readonly isUnsure: boolean;
}

/** Null: no data, which counts for nothing. */
export type Readings = Readonly<Record<Signal, Reading | null>>;

export interface Scale {
  readonly unit: string;
  /** Nothing to worry about up to here. */
  readonly good: number;
  /** From here on the signal pushes with its whole weight. */
  readonly bad: number;
}

export const SCALES: Readonly<Record<Signal, Scale>> = {
  // Ten per cent of failing calls is an ordinary working day; with nearly half of them nothing gets done.
  error: { unit: 'ratio', good: 0.1, bad: 0.45 },
  // One in two hours happens; four in one hour do not.
  restarts: { unit: 'count', good: 0.5, bad: 4 },
  // A long build takes a quarter of an hour; an hour of work without any result is none.
  silent: { unit: 'hours', good: 0.25, bad: 1 },
  blocked: { unit: 'count', good: 0.5, bad: 3 },
  uptime: { unit: 'ratio', good: 0.98, bad: 0.8 },
  eval: { unit: 'points', good: 70, bad: 40 },
  sla: { unit: 'ratio', good: 0.9, bad: 0.65 },
};

/** Past the bad mark a signal goes on counting, half as much again at most: one figure cannot outvote all others. */
const REACH_MAX = 1.5;
/** Silence that may be the hooks' fault never counts for more than its weight: not critical by itself. */
const UNSURE_REACH_MAX = 1;

/** How far the value is on the way from good (0) to bad (1), and half as far past it at most. */
export function reach(signal: Signal, reading: Reading | null): number {
  if (reading === null) return 0;
  const { good, bad } = SCALES[signal];
  const way = (reading.value - good) / (bad - good);
  return Math.min(Math.max(way, 0), reading.isUnsure ? UNSURE_REACH_MAX : REACH_MAX);
}

/** The value a signal has so far on its way: the inverse of `reach` between its ends. */
export function valueAt(signal: Signal, way: number): number {
  const { good, bad } = SCALES[signal];
  return good + way * (bad - good);
}
