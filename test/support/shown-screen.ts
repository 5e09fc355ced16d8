import { Terminal, type IBufferCell } from '@xterm/headless';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { Attribute, glyphText, WIDE_TAIL, type Grid } from '../../source/wire/cells.ts';

/** A cell in words (composed: é is é however it is written), so that two screens can be compared and a difference can be read. */
export interface SeenCell {
  readonly text: string;
  readonly style: string;
}

/** An independent terminal emulator that is shown our output. */
export class ShownScreen {
  readonly terminal: Terminal;

  constructor(columns: number, rows: number) {
    this.terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
    this.terminal.loadAddon(new UnicodeGraphemesAddon());
    // As terminal/modes.ts leaves it: no autowrap.
    this.terminal.write('\u001B[?7l');
  }

  async show(bytes: Uint8Array | string): Promise<void> {
    await new Promise<void>((resolve) => this.terminal.write(bytes, resolve));
  }

  cells(): SeenCell[][] {
    const buffer = this.terminal.buffer.active;
    return Array.from({ length: this.terminal.rows }, (_, y) => {
      const line = buffer.getLine(buffer.viewportY + y)!;
      return Array.from({ length: this.terminal.cols }, (_, x) => seen(line.getCell(x)!));
    });
  }

  text(): string[] {
    return this.cells().map((row) =>
      row
        .map((cell) => cell.text)
        .join('')
        .trimEnd(),
    );
  }

  dispose(): void {
    this.terminal.dispose();
  }
}

function seen(cell: IBufferCell): SeenCell {
  const text = cell.getWidth() === 0 ? '' : (cell.getChars() || ' ').normalize('NFC');
  const foreground = cell.isFgDefault() ? 0 : (cell.isFgRGB() ? 0x02000000 : 0x01000000) | cell.getFgColor();
  const background = cell.isBgDefault() ? 0 : (cell.isBgRGB() ? 0x02000000 : 0x01000000) | cell.getBgColor();
  const attributes =
    (cell.isBold() ? Attribute.Bold : 0) |
    (cell.isDim() ? Attribute.Dim : 0) |
    (cell.isItalic() ? Attribute.Italic : 0) |
    (cell.isBlink() ? Attribute.Blink : 0) |
    (cell.isInverse() ? Attribute.Inverse : 0) |
    (cell.isInvisible() ? Attribute.Invisible : 0) |
    (cell.isStrikethrough() ? Attribute.Strike : 0) |
    (cell.isOverline() ? Attribute.Overline : 0);
  return { text, style: styleInWords(text, foreground, background, attributes, cell.isUnderline() !== 0) };
}

/** What a grid should look like, in the same words. */
export function wanted(grid: Grid): SeenCell[][] {
  return grid.lines.map((row) =>
    Array.from({ length: grid.columns }, (_, x) => {
      const glyph = row.glyphs[x]!;
      const text = glyph === WIDE_TAIL ? '' : glyphText(glyph).normalize('NFC');
      const attributes = row.attributes[x]!;
      return {
        text,
        style: styleInWords(
          text,
          row.foregrounds[x]!,
          row.backgrounds[x]!,
          attributes & ~Attribute.UnderlineMask,
          (attributes & Attribute.UnderlineMask) !== 0,
        ),
      };
    }),
  );
}

function styleInWords(
  text: string,
  foreground: number,
  background: number,
  attributes: number,
  isUnderlined: boolean,
): string {
  // The second half of a wide character has no look of its own.
  if (text === '') return '';
  const ink = Attribute.Inverse | Attribute.Strike | Attribute.Overline | Attribute.Blink;
  // On a blank without ink only the background can be seen.
  if (text === ' ' && (attributes & ink) === 0 && !isUnderlined) return `bg ${background.toString(16)}`;
  return `fg ${foreground.toString(16)} bg ${background.toString(16)} at ${attributes}${isUnderlined ? ' _' : ''}`;
}
