/** One cell of the heatmap: a colour, a glyph that stands for it, and a digit. */
import { joined } from '../../sparkline.ts';
import { span, type HeatStep, type Span } from '../../text.ts';

const GLYPHS = ['·', '░', '░', '▒', '▒', '▒', '▓', '▓', '▓', '█'] as const;

/** Tenths of the way from fine to bad; 9 is bad, or worse. */
export const heatStep = (way: number): HeatStep =>
  Math.max(0, Math.min(9, Math.floor(way * 10 + 1e-9))) as HeatStep;

export const glyphOf = (step: HeatStep): string => GLYPHS[step];

/**
 * A cell of `width` columns, a blank behind it included where there is room; null: no data. The cursor stands
 * in brackets, or where there is no room for them, inverse.
 */
export function heatCell(way: number | null, width: number, isCursor: boolean): Span[] {
  const isTight = width === 1;
  const inside = isTight ? 1 : width - 1;
  const gap = span(isTight ? '' : ' ');
  const step = way === null ? null : heatStep(way);
  const glyph = step === null ? ' ' : glyphOf(step);
  const digit = step === null ? '–' : String(step);
  if (inside === 1) {
    // Quiet where all is well: a field of noughts would hide what is not.
    const text = step === null ? ' ' : step === 0 ? '·' : digit;
    if (isCursor) return [span(step === null ? '–' : text, 'caret'), gap];
    return [span(text, step === null ? 'dim' : step === 0 ? 'shade-0' : `heat-${step}`), gap];
  }
  const left = Math.ceil((inside - 2) / 2);
  const right = inside - 2 - left;
  const role = step === null ? 'dim' : (`heat-${step}` as const);
  const shade = step === null ? 'dim' : (`shade-${step}` as const);
  const pad = (columns: number, bracket: string): Span[] =>
    isCursor && columns > 0
      ? bracket === '['
        ? [span('[', role), span(' '.repeat(columns - 1), role)]
        : [span(' '.repeat(columns - 1), role), span(']', role)]
      : [span(' '.repeat(columns), role)];
  if (isCursor && right === 0) return [span(' '.repeat(left) + glyph + digit, 'caret'), gap];
  return joined([...pad(left, '['), span(glyph, shade), span(digit, role), ...pad(right, ']'), gap]);
}
