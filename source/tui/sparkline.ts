/** A row of bars for how a probability went. */
import { LEVEL_FROM, LEVELS, type Level } from '../core/risk/level.ts';
import { roleOfLevel } from './risk-rows.ts';
import { span, type Role, type Span } from './text.ts';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

export const barOf = (probability: number): string =>
  BARS[Math.max(0, Math.min(BARS.length - 1, Math.floor(probability * BARS.length)))]!;

export const levelAt = (probability: number): Level =>
  LEVELS.findLast((level) => probability >= LEVEL_FROM[level]) ?? 'low';

/** As many values as there are columns: of those that share one the highest. */
export function squeezed(values: readonly (number | null)[], columns: number): (number | null)[] {
  if (values.length <= columns) return [...values];
  return Array.from({ length: columns }, (_, at) => {
    const [from, until] = shareOf(values.length, columns, at);
    let highest: number | null = null;
    for (const value of values.slice(from, until))
      if (value !== null && (highest === null || value > highest)) highest = value;
    return highest;
  });
}

/** Which of `count` values stand in column `at` of `columns`: from the first up to the one after the last. */
export const shareOf = (
  count: number,
  columns: number,
  at: number,
): readonly [from: number, until: number] => [
  Math.floor((at * count) / columns),
  Math.floor(((at + 1) * count) / columns),
];

/** Coloured by level; blank where nobody looked. */
export function sparkline(values: readonly (number | null)[], columns: number): Span[] {
  const shown = squeezed(values, columns);
  return joined([
    span(' '.repeat(Math.max(0, columns - shown.length))),
    ...shown.map((value) => (value === null ? span(' ') : span(barOf(value), roleOfLevel(levelAt(value))))),
  ]);
}

/** Neighbours of one role as one span: a frame has thousands of cells. */
export function joined(spans: readonly Span[]): Span[] {
  const found: { text: string; role: Role }[] = [];
  for (const { text, role } of spans) {
    const last = found.at(-1);
    if (last && last.role === role) last.text += text;
    else if (text !== '') found.push({ text, role });
  }
  return found;
}
