/** From the engine's cells to the rows that travel: three words of xterm.js become a wire cell. */
import { Attribute, BLANK, glyphOf, WIDE_TAIL, type Colour, type Row } from '../wire/cells.ts';
import { BackgroundFlag, ColourBits, Content, ForegroundFlag, type EngineLine } from './engine-internals.ts';

/** Fills `row` from the line; columns the line does not have become blank. */
export function readLineInto(line: EngineLine, row: Row): void {
  const data = line._data;
  const { glyphs, foregrounds, backgrounds, attributes, columns } = row;
  const count = Math.min(columns, line.length);
  for (let x = 0, at = 0; x < count; x++, at += 3) {
    const content = data[at]!;
    const foreground = data[at + 1]!;
    const background = data[at + 2]!;
    glyphs[x] = glyphAt(line, x, content);
    if ((foreground | background) === 0) {
      foregrounds[x] = 0;
      backgrounds[x] = 0;
      attributes[x] = 0;
    } else {
      foregrounds[x] = colourOf(foreground);
      backgrounds[x] = colourOf(background);
      attributes[x] = attributesOf(line, x, foreground, background);
    }
  }
  if (count < columns) row.clear(count);
  // Where the row is narrower than the line, a wide character may be cut in two at its edge.
  if (count > 0 && glyphs[count - 1] !== BLANK && data[(count - 1) * 3]! >>> Content.WidthShift === 2) {
    glyphs[count - 1] = BLANK;
  }
}

/**
 * Marks that turn the direction of text. A terminal that obeys them would reorder the whole line it shows,
 * our own chrome beside the pane included, so they never leave the engine.
 */
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function glyphAt(line: EngineLine, x: number, content: number): number {
  const width = content >>> Content.WidthShift;
  if (width === 2 && !isTailAt(line, x + 1)) return BLANK;
  if (content & Content.IsCombined) {
    const text = line._combined[x]?.replaceAll(DIRECTION_MARKS, '');
    return text ? glyphOf(text) : BLANK;
  }
  const code = content & Content.CodePointMask;
  if (code !== 0) return code >= 0x61c && isDirectionMark(code) ? BLANK : code;
  // No code point and no width: the second half of the wide character before it, if that is there.
  if (width !== 0 || x === 0) return BLANK;
  return line._data[(x - 1) * 3]! >>> Content.WidthShift === 2 ? WIDE_TAIL : BLANK;
}

/** A wide character that lost its second half, or has it beyond the last column, cannot be shown. */
function isTailAt(line: EngineLine, x: number): boolean {
  if (x >= line.length) return false;
  const content = line._data[x * 3]!;
  return (
    (content & (Content.CodePointMask | Content.IsCombined)) === 0 && content >>> Content.WidthShift === 0
  );
}

function isDirectionMark(code: number): boolean {
  return (
    code === 0x61c ||
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}

function colourOf(word: number): Colour {
  const mode = word & ColourBits.ModeMask;
  if (mode === 0) return 0;
  if (mode === ColourBits.Rgb) return 0x02000000 | (word & ColourBits.RgbMask);
  return 0x01000000 | (word & 0xff);
}

function attributesOf(line: EngineLine, x: number, foreground: number, background: number): number {
  let bits = 0;
  if (foreground & ForegroundFlag.Bold) bits |= Attribute.Bold;
  if (foreground & ForegroundFlag.Inverse) bits |= Attribute.Inverse;
  if (foreground & ForegroundFlag.Blink) bits |= Attribute.Blink;
  if (foreground & ForegroundFlag.Invisible) bits |= Attribute.Invisible;
  if (foreground & ForegroundFlag.Strike) bits |= Attribute.Strike;
  if (background & BackgroundFlag.Dim) bits |= Attribute.Dim;
  if (background & BackgroundFlag.Italic) bits |= Attribute.Italic;
  if (background & BackgroundFlag.Overline) bits |= Attribute.Overline;
  if (foreground & ForegroundFlag.Underline) {
    const extended = background & BackgroundFlag.HasExtended ? line._extendedAttrs[x]?._ext : undefined;
    const style = extended === undefined ? 1 : (extended >>> 26) & 7;
    bits |= (style === 0 ? 1 : style) << Attribute.UnderlineShift;
  }
  return bits;
}
