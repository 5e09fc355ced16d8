import { createRequire } from 'node:module';
import type * as StringWidth from 'string-width';
import { BLANK, glyphOf, WIDE_TAIL, type Row } from '../../wire/cells.ts';
import type { Style } from './style.ts';

const load = createRequire(import.meta.url);
let segmenter: Intl.Segmenter | undefined;
let stringWidth: ((text: string) => number) | undefined;

/**
 * The graphemes of a text. Segmenter and widths are made when the first text needs them: that takes longer than
 * everything else before the first frame together, and most texts are simple.
 */
function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** More different clusters than any screen shows at once; then the table starts anew. */
const WIDTHS_MAX = 4096;
const widths = new Map<string, number>();

/** Columns of one grapheme. */
function graphemeWidth(grapheme: string): number {
  const known = widths.get(grapheme);
  if (known !== undefined) return known;
  if (widths.size >= WIDTHS_MAX) widths.clear();
  stringWidth ??= (load('string-width') as typeof StringWidth).default;
  const width = Math.min(2, stringWidth(grapheme));
  widths.set(grapheme, width);
  return width;
}

/**
 * Whether this UTF-16 unit stands for one column by itself (printable ASCII, Latin-1, dashes and quotes, arrows,
 * operators, box drawing, blocks,
 * geometric shapes, ticks and crosses, braille), as long as no mark, joiner or selector follows.
 */
const isSimple = (unit: number): boolean =>
  (unit >= BLANK && unit < 0x7f) ||
  (unit >= 0xa1 && unit < 0x300 && unit !== 0xad && unit !== 0xa9 && unit !== 0xae) ||
  (unit >= 0x2010 && unit <= 0x2027) ||
  (unit >= 0x2030 && unit <= 0x203a) ||
  (unit >= 0x2190 && unit <= 0x22ff) ||
  (unit >= 0x2500 && unit <= 0x25fc) ||
  (unit >= 0x2715 && unit <= 0x2718) ||
  unit === CHECK_MARK ||
  (unit >= 0x2800 && unit <= 0x28ff);

const CHECK_MARK = 0x2713;

/** Units that never join the character before them. */
const isSeparate = (unit: number): boolean =>
  Number.isNaN(unit) ||
  unit < 0x300 ||
  (unit >= 0x2010 && unit <= 0x203a && isSimple(unit)) ||
  (unit >= 0x2190 && unit <= 0x28ff);

/**
 * Writes text into a row from column `x` up to `end`, and returns the column behind it. A wide character that
 * would cross the end is left out; control characters and marks without a base are skipped.
 */
export function writeText(
  row: Row,
  x: number,
  text: string,
  style: Style,
  end: number = row.columns,
): number {
  let column = x;
  let i = 0;
  const limit = Math.min(end, row.columns);
  while (i < text.length && column < limit) {
    const unit = text.charCodeAt(i);
    if (isSimple(unit) && isSeparate(text.charCodeAt(i + 1))) {
      row.set(column++, unit, style.foreground, style.background, style.attributes);
      i++;
      continue;
    }
    const grapheme = graphemeAt(text, i);
    i += grapheme.length;
    const width = isControl(unit) ? 0 : graphemeWidth(grapheme);
    if (width === 0) continue;
    if (column + width > limit) break;
    row.set(column, glyphOf(grapheme), style.foreground, style.background, style.attributes);
    if (width === 2) row.set(column + 1, WIDE_TAIL, style.foreground, style.background, style.attributes);
    column += width;
  }
  return column;
}

/** The longest emoji sequences (flags of regions, families) take under 64 units. */
const GRAPHEME_UNITS = 64;

function graphemeAt(text: string, start: number): string {
  const [first] = graphemesOf(text.slice(start, start + GRAPHEME_UNITS));
  return first?.segment ?? text.charAt(start);
}

export interface Cluster {
  readonly text: string;
  readonly width: number;
}

/** The graphemes of a text with their widths, control characters with none. */
export function* clusters(text: string): Generator<Cluster> {
  for (let i = 0; i < text.length;) {
    const unit = text.charCodeAt(i);
    if (isSimple(unit) && isSeparate(text.charCodeAt(i + 1))) {
      yield { text: text.charAt(i++), width: 1 };
      continue;
    }
    const grapheme = graphemeAt(text, i);
    i += grapheme.length;
    yield { text: grapheme, width: isControl(unit) ? 0 : graphemeWidth(grapheme) };
  }
}

const isControl = (unit: number): boolean => unit < BLANK || (unit >= 0x7f && unit < 0xa0);

/** Columns of a text as writeText lays it out. */
export function textWidth(text: string): number {
  let columns = 0;
  for (const { width } of clusters(text)) columns += width;
  return columns;
}

/** The start of a text that fits; what was cut is marked. */
export function fitText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns <= 0) return '';
  let fitting = '';
  let left = columns - 1;
  for (const cluster of clusters(text)) {
    left -= cluster.width;
    if (left < 0) break;
    fitting += cluster.text;
  }
  return `${fitting}…`;
}
