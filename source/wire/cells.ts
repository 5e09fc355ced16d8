/**
 * Character cells: the one picture of a terminal's screen that screens sends, a pane keeps and the
 * compositor paints. Parallel typed arrays, because a full screen is compared cell by cell on each frame.
 */

/** A colour: 0 default, 0x01000000 | palette index, 0x02000000 | 0xRRGGBB. */
export type Colour = number;
export const DEFAULT_COLOUR = 0;
export const paletteColour = (index: number): Colour => 0x01000000 | index;
export const rgbColour = (rgb: number): Colour => 0x02000000 | rgb;

export const Attribute = {
  Bold: 1,
  Dim: 2,
  Italic: 4,
  Blink: 8,
  Inverse: 16,
  Invisible: 32,
  Strike: 64,
  Overline: 128,
  /** Bits 8–10 hold the underline: 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed. */
  UnderlineShift: 8,
  UnderlineMask: 0x700,
} as const;

/** A glyph is a code point, or CLUSTER | number of an interned cluster, or WIDE_TAIL behind a wide one. */
export const BLANK = 0x20;
export const WIDE_TAIL = 0x40000000;
const CLUSTER = 0x80000000;

/** Enough for every emoji sequence there is; a hostile stream of made-up clusters stops growing memory here. */
const CLUSTERS_MAX = 65_536;
const clusterTexts: string[] = [];
const clusterNumbers = new Map<string, number>();

/** The glyph of a grapheme cluster of any length. Past the table's bound a cluster shows its base character. */
export function glyphOf(text: string): number {
  const first = text.codePointAt(0) ?? BLANK;
  if (text.length === (first > 0xffff ? 2 : 1)) return first;
  const known = clusterNumbers.get(text);
  if (known !== undefined) return (CLUSTER | known) >>> 0;
  if (clusterTexts.length >= CLUSTERS_MAX) return first;
  const number = clusterTexts.push(text) - 1;
  clusterNumbers.set(text, number);
  return (CLUSTER | number) >>> 0;
}

export const isCluster = (glyph: number): boolean => glyph >= CLUSTER;

/** What to print for a glyph; nothing for the second half of a wide one. */
export function glyphText(glyph: number): string {
  if (glyph >= CLUSTER) return clusterTexts[glyph - CLUSTER] ?? ' ';
  if (glyph === WIDE_TAIL) return '';
  return String.fromCodePoint(glyph);
}

export class Row {
  readonly glyphs: Uint32Array;
  readonly foregrounds: Uint32Array;
  readonly backgrounds: Uint32Array;
  readonly attributes: Uint16Array;
  readonly columns: number;

  constructor(columns: number) {
    this.columns = columns;
    this.glyphs = new Uint32Array(columns).fill(BLANK);
    this.foregrounds = new Uint32Array(columns);
    this.backgrounds = new Uint32Array(columns);
    this.attributes = new Uint16Array(columns);
  }

  clear(from = 0): void {
    this.glyphs.fill(BLANK, from);
    this.foregrounds.fill(0, from);
    this.backgrounds.fill(0, from);
    this.attributes.fill(0, from);
  }

  set(x: number, glyph: number, foreground: Colour, background: Colour, attributes: number): void {
    this.glyphs[x] = glyph;
    this.foregrounds[x] = foreground;
    this.backgrounds[x] = background;
    this.attributes[x] = attributes;
  }

  text(): string {
    let text = '';
    for (const glyph of this.glyphs) text += glyphText(glyph);
    return text.trimEnd();
  }
}

export class Grid {
  readonly columns: number;
  readonly rows: number;
  lines: Row[];

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.lines = Array.from({ length: rows }, () => new Row(columns));
  }

  /** Moves the lines of [top, bottom] up by `count` (down when negative); lines that come in are blank. */
  scroll(count: number, top = 0, bottom = this.rows - 1): void {
    const height = bottom - top + 1;
    const distance = Math.min(Math.abs(count), height);
    const region = this.lines.slice(top, bottom + 1);
    const leaving = count > 0 ? region.splice(0, distance) : region.splice(height - distance, distance);
    for (const line of leaving) line.clear();
    if (count > 0) region.push(...leaving);
    else region.unshift(...leaving);
    this.lines.splice(top, height, ...region);
  }

  text(): string[] {
    return this.lines.map((line) => line.text());
  }
}
