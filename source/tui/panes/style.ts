/**
 * Styles as escape sequences: the shortest SGR that leads from one style to another. A painter keeps one Pen
 * for the style the terminal is in; a cell's style is asked for and only the difference is sent.
 */
import { Attribute, type Colour } from '../../wire/cells.ts';
import { ByteSink } from './byte-sink.ts';
import { quantise, type ColourDepth } from './colours.ts';

export interface Style {
  readonly foreground: Colour;
  readonly background: Colour;
  readonly attributes: number;
}

export const PLAIN: Style = { foreground: 0, background: 0, attributes: 0 };

/** Attributes that show on a blank cell; without one, only a blank's background can be seen. */
export const INK_ON_BLANK =
  Attribute.Inverse | Attribute.Strike | Attribute.Overline | Attribute.UnderlineMask | Attribute.Blink;

/** Attributes with a code of their own to switch on, and the code that switches them off. */
const SWITCHES = [
  [Attribute.Bold, 1, 22],
  [Attribute.Dim, 2, 22],
  [Attribute.Italic, 3, 23],
  [Attribute.Blink, 5, 25],
  [Attribute.Inverse, 7, 27],
  [Attribute.Invisible, 8, 28],
  [Attribute.Strike, 9, 29],
  [Attribute.Overline, 53, 55],
] as const;
const WEIGHTS = Attribute.Bold | Attribute.Dim;

export class Pen {
  readonly #depth: ColourDepth;
  #foreground = 0;
  #background = 0;
  #attributes = 0;
  /** The terminal's style is not known: the next change starts from a reset. */
  #isUnknown = true;

  constructor(depth: ColourDepth) {
    this.#depth = depth;
  }

  forget(): void {
    this.#isUnknown = true;
  }

  /** Whether a blank of this background can be written, or erased to, as the pen is. */
  suitsBlank(background: Colour): boolean {
    return (
      !this.#isUnknown &&
      (this.#attributes & INK_ON_BLANK) === 0 &&
      this.#background === quantise(background, this.#depth)
    );
  }

  isAt(foreground: Colour, background: Colour, attributes: number): boolean {
    return (
      !this.#isUnknown &&
      this.#attributes === attributes &&
      this.#foreground === quantise(foreground, this.#depth) &&
      this.#background === quantise(background, this.#depth)
    );
  }

  /** Back to default colours and no attributes. */
  reset(sink: ByteSink): void {
    if (this.isAt(0, 0, 0)) return;
    sink.ascii('\u001B[m');
    this.#isUnknown = false;
    this.#foreground = 0;
    this.#background = 0;
    this.#attributes = 0;
  }

  change(sink: ByteSink, foregroundAsked: Colour, backgroundAsked: Colour, attributes: number): void {
    const foreground = quantise(foregroundAsked, this.#depth);
    const background = quantise(backgroundAsked, this.#depth);
    if (
      !this.#isUnknown &&
      this.#attributes === attributes &&
      this.#foreground === foreground &&
      this.#background === background
    )
      return;
    if (foreground === 0 && background === 0 && attributes === 0) {
      this.reset(sink);
      return;
    }
    if (this.#isUnknown || this.#resetIsShorter(foreground, background, attributes)) {
      sink.ascii('\u001B[0');
      this.#isUnknown = false;
      this.#foreground = 0;
      this.#background = 0;
      this.#attributes = 0;
      this.#write(sink, ';', foreground, background, attributes);
    } else {
      this.#write(sink, '\u001B[', foreground, background, attributes);
    }
    sink.byte(0x6d);
    this.#foreground = foreground;
    this.#background = background;
    this.#attributes = attributes;
  }

  /** Compares "reset, then everything wanted" with "switch off what goes, switch on what comes". */
  #resetIsShorter(foreground: Colour, background: Colour, attributes: number): boolean {
    const goes = this.#attributes & ~attributes;
    if (
      goes === 0 &&
      (foreground !== 0 || this.#foreground === 0) &&
      (background !== 0 || this.#background === 0)
    )
      return false;
    let keep = 0;
    let reset = 2;
    if (foreground !== this.#foreground) keep += colourLength(foreground);
    if (background !== this.#background) keep += colourLength(background);
    if (foreground !== 0) reset += colourLength(foreground);
    if (background !== 0) reset += colourLength(background);
    // Switching on costs two or three bytes, switching off three; 22 takes both weights with it.
    keep += 3 * bitCount(goes & ~Attribute.UnderlineMask) + 2 * bitCount(attributes & ~this.#attributes);
    if ((goes & WEIGHTS) !== 0) keep += 2 * bitCount(attributes & this.#attributes & WEIGHTS);
    if ((this.#attributes & Attribute.UnderlineMask) !== (attributes & Attribute.UnderlineMask)) keep += 3;
    reset += 2 * bitCount(attributes & ~Attribute.UnderlineMask);
    if ((attributes & Attribute.UnderlineMask) !== 0) reset += 2;
    return reset < keep;
  }

  /** Writes the parameters that lead from the present style to the wanted one. */
  #write(sink: ByteSink, first: string, foreground: Colour, background: Colour, attributes: number): void {
    let separator = first;
    const code = (value: number): void => {
      if (separator !== '') sink.ascii(separator);
      separator = ';';
      sink.decimal(value);
    };
    if (attributes !== this.#attributes) {
      let now = this.#attributes;
      // "Normal weight" is one code for both bold and dim, so what stays is switched on again.
      if ((now & ~attributes & WEIGHTS) !== 0) {
        code(22);
        now &= ~WEIGHTS;
      }
      for (const [bit, on, off] of SWITCHES) {
        if ((attributes & bit) === (now & bit)) continue;
        code((attributes & bit) === 0 ? off : on);
      }
      const underline = (attributes & Attribute.UnderlineMask) >> Attribute.UnderlineShift;
      if (underline !== (now & Attribute.UnderlineMask) >> Attribute.UnderlineShift) {
        if (underline === 0) code(24);
        else code(4);
        // Terminals of fewer colours take the colon form for an unknown sequence.
        if (underline > 1 && this.#depth === 'truecolor') {
          sink.byte(0x3a);
          sink.decimal(underline);
        }
      }
    }
    if (foreground !== this.#foreground) writeColour(sink, code, foreground, 30);
    if (background !== this.#background) writeColour(sink, code, background, 40);
  }
}

/** `base` is 30 for the foreground and 40 for the background. */
function writeColour(sink: ByteSink, code: (value: number) => void, colour: Colour, base: number): void {
  if (colour === 0) return code(base + 9);
  const value = colour & 0xffffff;
  if (colour < 0x02000000) {
    if (value < 8) return code(base + value);
    if (value < 16) return code(base + 60 + value - 8);
    code(base + 8);
    sink.ascii(';5;');
    sink.decimal(value);
    return;
  }
  code(base + 8);
  sink.ascii(';2;');
  sink.decimal(value >> 16);
  sink.byte(0x3b);
  sink.decimal((value >> 8) & 0xff);
  sink.byte(0x3b);
  sink.decimal(value & 0xff);
}

/** Bytes of a colour's parameters with its separator, near enough to choose by. */
const colourLength = (colour: Colour): number =>
  colour < 0x02000000 ? ((colour & 0xffffff) < 16 ? 3 : 8) : 15;

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The escape sequence between two styles; `from` undefined when the terminal's style is not known. */
export function styleChange(from: Style | undefined, to: Style, depth: ColourDepth): string {
  const pen = new Pen(depth);
  const sink = new ByteSink();
  if (from !== undefined) pen.change(sink, from.foreground, from.background, from.attributes);
  sink.take();
  pen.change(sink, to.foreground, to.background, to.attributes);
  return sink.take().toString('latin1');
}
