/**
 * Reads what Ink would have written to a terminal (text, SGR, newlines) into rows of cells, so that the chrome
 * becomes the lowest layer of the picture. Everything else a terminal would obey is skipped.
 */
import { Attribute, paletteColour, rgbColour, type Colour, type Grid } from '../../wire/cells.ts';
import { PLAIN, type Style } from './style.ts';
import { writeText } from './text-cells.ts';

const ESCAPE = '\u001B';
/** Text up to the next control character. */
const TEXT = /[^\u0000-\u001F\u007F-\u009F]+/y;
/** SGR and any other CSI; strings (OSC, DCS, APC, PM, SOS) to their end; two-character escapes. */
const CSI = /\u001B\[([\u0030-\u003F]*)[\u0020-\u002F]*([\u0040-\u007E])/y;
const STRING = /\u001B[\]PX^_][^\u0007\u001B]*(?:\u0007|\u001B\\)/y;

/** Fills the whole grid; lines that do not fit are cut, rows without a line are blank. */
export function readAnsiRows(text: string, into: Grid): void {
  for (const line of into.lines) line.clear();
  let style = PLAIN;
  let y = 0;
  let x = 0;
  let i = 0;
  while (i < text.length && y < into.rows) {
    TEXT.lastIndex = i;
    const run = TEXT.exec(text)?.[0];
    if (run !== undefined) {
      x = writeText(into.lines[y]!, x, run, style);
      i += run.length;
      continue;
    }
    const character = text[i]!;
    if (character === '\n') {
      y++;
      x = 0;
      i++;
      continue;
    }
    if (character === '\r') x = 0;
    if (character !== ESCAPE) {
      i++;
      continue;
    }
    CSI.lastIndex = i;
    const sequence = CSI.exec(text);
    if (sequence !== null) {
      if (sequence[2] === 'm') style = applySgr(style, sequence[1]!);
      i += sequence[0].length;
      continue;
    }
    STRING.lastIndex = i;
    i += STRING.exec(text)?.[0].length ?? 2;
  }
}

const SET = new Map<number, number>([
  [1, Attribute.Bold],
  [2, Attribute.Dim],
  [3, Attribute.Italic],
  [5, Attribute.Blink],
  [6, Attribute.Blink],
  [7, Attribute.Inverse],
  [8, Attribute.Invisible],
  [9, Attribute.Strike],
  [53, Attribute.Overline],
]);
const UNSET = new Map<number, number>([
  [22, Attribute.Bold | Attribute.Dim],
  [23, Attribute.Italic],
  [24, Attribute.UnderlineMask],
  [25, Attribute.Blink],
  [27, Attribute.Inverse],
  [28, Attribute.Invisible],
  [29, Attribute.Strike],
  [55, Attribute.Overline],
]);

/** Parameters separated by semicolons, each with colon-separated parts of its own. */
function applySgr(before: Style, parameters: string): Style {
  let { foreground, background, attributes } = before;
  const list = parameters.split(';');
  for (let i = 0; i < list.length; i++) {
    const parts = list[i]!.split(':').map(Number);
    const code = parts[0] || 0;
    const set = SET.get(code);
    const unset = UNSET.get(code);
    if (code === 0) ({ foreground, background, attributes } = PLAIN);
    else if (set !== undefined) attributes |= set;
    else if (unset !== undefined) attributes &= ~unset;
    else if (code === 4) attributes = withUnderline(attributes, parts[1] ?? 1);
    else if (code === 21) attributes = withUnderline(attributes, 2);
    else if (code >= 30 && code <= 37) foreground = paletteColour(code - 30);
    else if (code === 39) foreground = 0;
    else if (code >= 40 && code <= 47) background = paletteColour(code - 40);
    else if (code === 49) background = 0;
    else if (code >= 90 && code <= 97) foreground = paletteColour(code - 82);
    else if (code >= 100 && code <= 107) background = paletteColour(code - 92);
    else if (code === 38 || code === 48 || code === 58) {
      const rest = parts.length > 1 ? parts.slice(1) : list.slice(i + 1, i + 5).map(Number);
      const colour = extendedColour(rest, parts.length > 1);
      if (parts.length === 1) i += colour.taken;
      if (code === 38) foreground = colour.value;
      else if (code === 48) background = colour.value;
    }
  }
  return { foreground, background, attributes };
}

const withUnderline = (attributes: number, kind: number): number =>
  (attributes & ~Attribute.UnderlineMask) | (Math.min(kind, 5) << Attribute.UnderlineShift);

/** `5;n` or `2;r;g;b`; with colons `2::r:g:b` too, with an empty colour space. */
function extendedColour(rest: readonly number[], hasColons: boolean): { value: Colour; taken: number } {
  const byte = (value: number | undefined): number => Math.min(255, value || 0);
  if (rest[0] === 5) return { value: paletteColour(byte(rest[1])), taken: 2 };
  if (rest[0] !== 2) return { value: 0, taken: 1 };
  const from = hasColons && rest.length > 4 ? 2 : 1;
  const [red, green, blue] = rest.slice(from, from + 3);
  return { value: rgbColour((byte(red) << 16) | (byte(green) << 8) | byte(blue)), taken: 4 };
}
