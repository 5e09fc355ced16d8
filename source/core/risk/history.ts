/** How an agent's risk went: the highest probability of each stretch of time, finer for what is nearer. */
import { HOUR_MS, MINUTE_MS } from './decay.ts';

/** Each span is drawn in at most this many columns; more would not fit a wide screen beside the names. */
export const COLUMNS = 72;

export const SPANS = {
  '6h': { stepMs: 5 * MINUTE_MS },
  '24h': { stepMs: 20 * MINUTE_MS },
  '7d': { stepMs: (7 * 24 * HOUR_MS) / COLUMNS },
} as const;
export type Span = keyof typeof SPANS;

interface Stretch {
  /** Number of the step since 1970. */
  readonly step: number;
  readonly probability: number;
}

export type History = Readonly<Record<Span, readonly Stretch[]>>;

export const NO_HISTORY: History = { '6h': [], '24h': [], '7d': [] };

export function remember(history: History, at: number, probability: number): History {
  const into = (span: Span): readonly Stretch[] => {
    const step = Math.floor(at / SPANS[span].stepMs);
    const stretches = history[span];
    const last = stretches.at(-1);
    if (!last || last.step < step) return [...stretches.slice(-(COLUMNS - 1)), { step, probability }];
    if (last.probability >= probability) return stretches;
    return [...stretches.slice(0, -1), { step: last.step, probability }];
  };
  return { '6h': into('6h'), '24h': into('24h'), '7d': into('7d') };
}

/** One probability for each column up to now, oldest first; null where nobody looked. */
export function columnsOf(history: History, span: Span, at: number): readonly (number | null)[] {
  const now = Math.floor(at / SPANS[span].stepMs);
  const columns: (number | null)[] = Array.from({ length: COLUMNS }, () => null);
  for (const { step, probability } of history[span]) {
    const column = COLUMNS - 1 - (now - step);
    if (column >= 0 && column < COLUMNS) columns[column] = probability;
  }
  return columns;
}

/** The probability so long ago, as finely as it is remembered; null when it is not. */
export function probabilityBefore(history: History, at: number, ms: number): number | null {
  const step = Math.floor((at - ms) / SPANS['6h'].stepMs);
  return history['6h'].find((stretch) => stretch.step === step)?.probability ?? null;
}
