import { describe, expect, test } from 'vitest';
import { Damage } from '../../../source/tui/panes/damage.ts';
import { Painter, PLAIN_FEATURES, type PaintOrder } from '../../../source/tui/panes/painter.ts';
import { glyphOf, Grid, paletteColour, rgbColour, WIDE_TAIL } from '../../../source/wire/cells.ts';
import { CursorShape } from '../../../source/wire/screen-frame.ts';

const ESC = '\u001B';
const features = {
  ...PLAIN_FEATURES,
  depth: 'truecolor' as const,
  hasSynchronized: true,
  hasRepeat: true,
};

/** A picture that the terminal already shows, and what the next one costs. */
function shown(columns: number, rows: number, options = features) {
  const back = new Grid(columns, rows);
  const damage = new Damage(columns, rows);
  const painter = new Painter(options);
  const paint = (order: Partial<PaintOrder> = {}): string => {
    damage.markAll();
    return painter.paint({ back, damage, ...order }).toString();
  };
  const write = (
    x: number,
    y: number,
    text: string,
    foreground = 0,
    background = 0,
    attributes = 0,
  ): void => {
    let column = x;
    for (const character of text)
      back.lines[y]!.set(column++, glyphOf(character), foreground, background, attributes);
  };
  return { back, damage, painter, paint, write };
}

describe('what a change costs', () => {
  test('UI1 the first frame resets style and margins, clears, and says only what is not blank', () => {
    const { paint, write } = shown(80, 24);
    write(4, 2, 'hello');
    expect(paint()).toBe(`${ESC}[m${ESC}[?25l${ESC}[r${ESC}[H${ESC}[2J${ESC}[3;5Hhello`);
  });

  test('UI1 nothing new costs no byte', () => {
    const { paint, write } = shown(80, 24);
    write(0, 0, 'hello');
    paint();
    expect(paint()).toBe('');
  });

  test('UI1 one character elsewhere costs the move there, itself, and the move back', () => {
    const { paint, write } = shown(200, 50);
    const cursor = { x: 10, y: 40, shape: CursorShape.Block };
    paint({ cursor });
    write(150, 10, 'x', rgbColour(0x8899aa));
    const bytes = paint({ cursor });
    expect(bytes).toBe(`${ESC}[11;151H${ESC}[38;2;136;153;170mx${ESC}[41;11H`);
    write(151, 10, 'y', rgbColour(0x8899aa));
    // The pen is still in the colour.
    const next = paint({ cursor });
    expect(next).toBe(`${ESC}[11;152Hy${ESC}[41;11H`);
    expect(next.length).toBeLessThanOrEqual(34);
  });

  test('UI1 a hidden cursor needs no move back', () => {
    const { paint, write } = shown(80, 24);
    paint();
    write(0, 5, 'a');
    expect(paint()).toBe(`${ESC}[6Ha`);
  });

  test('UI1 a typed character beside the cursor costs one byte', () => {
    const { paint, write } = shown(80, 24);
    paint({ cursor: { x: 5, y: 5, shape: 0 } });
    write(5, 5, 'k');
    expect(paint({ cursor: { x: 6, y: 5, shape: 0 } })).toBe('k');
  });

  test('UI1 short gaps are printed again, long ones jumped, line starts reached by CR and LF', () => {
    const { paint, write } = shown(80, 24);
    write(0, 0, 'abcdefghijklmnopqrstuvwxyz');
    paint();
    write(0, 0, 'A');
    write(3, 0, 'D');
    write(20, 0, 'U');
    write(0, 1, 'new');
    expect(paint()).toBe(`\rAbcD${ESC}[16CU\r\nnew`);
  });

  test('UI1 cleared cells are erased, not printed: ECH inside, EL to the end of the line', () => {
    const { paint, write } = shown(80, 24);
    write(0, 0, 'a'.repeat(40));
    write(0, 1, 'b'.repeat(40));
    paint();
    write(5, 0, ' '.repeat(20));
    write(5, 1, ' '.repeat(35));
    expect(paint()).toBe(`${ESC}[1;6H${ESC}[20X${ESC}[B${ESC}[K`);
  });

  test('UI1 many equal characters travel as one and a count', () => {
    const { paint, write } = shown(80, 24);
    paint();
    write(0, 0, '='.repeat(80));
    write(0, 1, '─'.repeat(10));
    expect(paint()).toBe(`=${ESC}[79b\r\n──────────`);
    const { paint: paintPlain, write: writePlain } = shown(80, 24, { ...features, hasRepeat: false });
    paintPlain();
    writePlain(0, 0, 'x'.repeat(10));
    expect(paintPlain()).toBe('xxxxxxxxxx');
  });

  test('UI1 blanks between words of one look need no style change', () => {
    const { paint, write } = shown(80, 24);
    paint();
    const red = paletteColour(1);
    write(0, 0, 'one', red);
    write(4, 0, 'two', red);
    expect(paint()).toBe(`${ESC}[31mone two`);
  });

  test('UI1 larger frames are wrapped in a synchronized update', () => {
    const { paint, write } = shown(80, 24);
    paint();
    write(0, 0, 'The quick brown fox jumps over the lazy dog and then some more words');
    const bytes = paint();
    expect(bytes.startsWith(`${ESC}[?2026h`)).toBe(true);
    expect(bytes.endsWith(`${ESC}[?2026l`)).toBe(true);
  });

  test('UI1 without synchronized updates the cursor is hidden while much is painted', () => {
    const { paint, write } = shown(80, 24, { ...features, hasSynchronized: false });
    const cursor = { x: 0, y: 5, shape: 0 };
    paint({ cursor });
    write(0, 0, 'The quick brown fox jumps over the lazy dog and then some more words');
    const bytes = paint({ cursor });
    expect(bytes.startsWith(`${ESC}[?25l`)).toBe(true);
    expect(bytes.endsWith(`${ESC}[6H${ESC}[?25h`)).toBe(true);
  });
});

describe('characters terminals disagree on', () => {
  test('UI1 after a cluster the cursor is placed absolutely and the neighbour is painted again', () => {
    const { back, paint, write } = shown(80, 24);
    write(0, 0, 'abcdef');
    paint();
    back.lines[0]!.set(1, glyphOf('👩‍💻'), 0, 0, 0);
    back.lines[0]!.set(2, WIDE_TAIL, 0, 0, 0);
    expect(paint()).toBe(`${ESC}[5D${ESC}[2X👩‍💻${ESC}[4Gd`);
  });

  test('UI1 wide characters of long-wide scripts are trusted', () => {
    const { back, paint } = shown(80, 24);
    paint();
    for (const [i, character] of ['漢', '字'].entries()) {
      back.lines[0]!.set(i * 2, glyphOf(character), 0, 0, 0);
      back.lines[0]!.set(i * 2 + 1, WIDE_TAIL, 0, 0, 0);
    }
    back.lines[0]!.set(4, 0x61, 0, 0, 0);
    expect(paint()).toBe('漢字a');
  });

  test('UI1 after the last column the cursor is not trusted', () => {
    const { paint, write } = shown(10, 3);
    paint();
    write(8, 0, 'ab');
    write(5, 1, 'c');
    expect(paint()).toBe(`${ESC}[8Cab${ESC}[2;6Hc`);
  });

  test('UI1 in the last column a mark cannot be combined, so a composed character or the base is sent', () => {
    const { back, paint } = shown(3, 2);
    paint();
    back.lines[0]!.set(2, glyphOf('e\u0301'), 0, 0, 0);
    back.lines[1]!.set(2, glyphOf('x\u0301'), 0, 0, 0);
    expect(paint()).toBe(`  \u00E9${ESC}[2;3Hx`);
  });

  test('UI1 half a wide character and a control character in a cell are shown as blanks', () => {
    const { back, paint, write } = shown(10, 1);
    write(0, 0, 'abcd');
    paint();
    back.lines[0]!.set(1, WIDE_TAIL, 0, 0, 0);
    back.lines[0]!.set(0, 0x1b, 0, 0, 0);
    back.lines[0]!.set(3, 0x9b, 0, 0, 0);
    expect(paint()).toBe('\r  c ');
  });
});

describe('lines that move', () => {
  const fill = (screen: ReturnType<typeof shown>, offset: number): void => {
    for (let y = 0; y < screen.back.rows; y++)
      screen.write(0, y, `line ${y + offset} ${'abcdefg'.repeat(5)}${(y + offset) * 7919}`.padEnd(60));
  };

  test('UI1 a full-width pane scrolls by a region', () => {
    const screen = shown(80, 24);
    fill(screen, 100);
    screen.paint();
    fill(screen, 101);
    const bytes = screen.paint({ scrolls: [{ x: 0, y: 0, columns: 80, rows: 24, count: 1 }] });
    expect(bytes.startsWith(`${ESC}[?2026h${ESC}[1;24r${ESC}[S${ESC}[r`)).toBe(true);
    expect(bytes.length).toBeLessThan(120);
  });

  test('UI1 a hint that does not pay is not taken', () => {
    const screen = shown(80, 24);
    fill(screen, 100);
    screen.paint();
    screen.write(0, 0, 'x');
    expect(screen.paint({ scrolls: [{ x: 0, y: 0, columns: 80, rows: 24, count: 1 }] })).toBe(`${ESC}[Hx`);
  });

  test('UI1 a pane beside others scrolls between margins where the terminal has them', () => {
    const screen = shown(160, 24, { ...features, hasMargins: true });
    fill(screen, 100);
    for (let y = 0; y < 24; y++) screen.write(100, y, `neighbour ${y * 31}`);
    screen.paint();
    fill(screen, 101);
    for (let y = 0; y < 24; y++) screen.write(100, y, `neighbour ${y * 31}`);
    const bytes = screen.paint({ scrolls: [{ x: 0, y: 0, columns: 60, rows: 24, count: 1 }] });
    expect(bytes).toContain(`${ESC}[?69h${ESC}[1;60s${ESC}[1;24r${ESC}[S${ESC}[r${ESC}[?69l${ESC}[H`);
    expect(bytes.length).toBeLessThan(150);
  });
});

describe('slow links', () => {
  test('UI5 the focused pane is painted first and the rest stays damaged until there is budget', () => {
    const { back, damage, painter, paint, write } = shown(80, 24);
    paint();
    for (let y = 0; y < 24; y++) write(0, y, `row ${y} ${'x y '.repeat(15)}`);
    damage.markAll();
    const first = { x: 0, y: 20, columns: 80, rows: 2 };
    const bytes = painter.paint({ back, damage, first, budgetBytes: 150 }).toString();
    expect(bytes).toMatch(/\[21Hrow 20/u);
    expect(bytes.length).toBeLessThan(260);
    expect(damage.isEmpty).toBe(false);
    let frames = 0;
    while (!damage.isEmpty) {
      painter.paint({ back, damage, first, budgetBytes: 150 });
      frames++;
    }
    expect(frames).toBeGreaterThan(5);
    expect(paint()).toBe('');
  });
});

describe('after something else wrote to the terminal', () => {
  test('UI5 invalidate paints everything from a cleared screen', () => {
    const { paint, painter, write } = shown(80, 24);
    write(0, 0, 'hello');
    paint();
    painter.invalidate();
    expect(paint()).toBe(`${ESC}[m${ESC}[?25l${ESC}[r${ESC}[H${ESC}[2Jhello`);
  });

  test('UI1 a grid of another size starts anew', () => {
    const { damage, painter, paint, write } = shown(80, 24);
    write(0, 0, 'hello');
    paint();
    const smaller = new Grid(40, 10);
    const bytes = painter.paint({ back: smaller, damage: new Damage(40, 10) }).toString();
    expect(bytes).toBe(`${ESC}[m${ESC}[?25l${ESC}[r${ESC}[H${ESC}[2J`);
    expect(damage.isEmpty).toBe(true);
  });
});

test('UI1 the cursor appears in the shape the application asked for', () => {
  const { paint } = shown(80, 24);
  expect(paint({ cursor: { x: 0, y: 0, shape: CursorShape.Bar | CursorShape.Blinking } })).toMatch(
    /\[5 q.\[\?25h$/su,
  );
  expect(paint({ cursor: { x: 0, y: 0, shape: CursorShape.Underline } })).toBe(`${ESC}[4 q`);
  expect(paint()).toBe(`${ESC}[?25l`);
});
