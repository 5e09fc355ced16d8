import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAnsiRows } from '../../../source/tui/panes/ansi-rows.ts';
import { Damage } from '../../../source/tui/panes/damage.ts';
import { Painter, PLAIN_FEATURES } from '../../../source/tui/panes/painter.ts';
import { fitText, textWidth } from '../../../source/tui/panes/text-cells.ts';
import { Attribute, Grid, paletteColour, rgbColour, WIDE_TAIL } from '../../../source/wire/cells.ts';
import { ShownScreen, wanted } from '../../support/shown-screen.ts';

const ESC = '\u001B';
const read = (text: string, columns = 20, rows = 2): Grid => {
  const grid = new Grid(columns, rows);
  readAnsiRows(text, grid);
  return grid;
};

test('UI1 Ink’s frame becomes rows of cells, with its colours and attributes', () => {
  const grid = read(
    `${ESC}[1mbold${ESC}[22m ${ESC}[38;5;208mo${ESC}[38;2;1;2;3mr${ESC}[39m${ESC}[41m \n${ESC}[0m${ESC}[4:3mu`,
  );
  expect(grid.text()).toEqual(['bold or', 'u']);
  const [first, second] = grid.lines;
  expect(first!.attributes[0]).toBe(Attribute.Bold);
  expect(first!.attributes[4]).toBe(0);
  expect(first!.foregrounds[5]).toBe(paletteColour(208));
  expect(first!.foregrounds[6]).toBe(rgbColour(0x010203));
  expect(first!.backgrounds[7]).toBe(paletteColour(1));
  expect(second!.attributes[0]).toBe(3 << Attribute.UnderlineShift);
});

test('UI1 wide characters and clusters take their columns', () => {
  const grid = read('漢a👩‍💻b❤️c e\u0301d');
  expect(grid.lines[0]!.glyphs[1]).toBe(WIDE_TAIL);
  expect(grid.text()[0]).toBe('漢a👩‍💻b❤️c e\u0301d');
  expect(grid.lines[0]!.glyphs[2]).toBe(0x61);
  expect(grid.lines[0]!.glyphs[5]).toBe(0x62);
});

test('UI1 what does not fit is cut, and a wide character is never cut in two', () => {
  expect(read('abcdefgh', 4).text()).toEqual(['abcd', '']);
  expect(read('abc漢', 4).text()).toEqual(['abc', '']);
  expect(read('a\nb\nc\nd', 4).text()).toEqual(['a', 'b']);
});

test('UI1 anything but text and style is skipped: links, titles, cursor moves', () => {
  const grid = read(`a${ESC}]8;;http://x${ESC}\\link${ESC}]8;;\u0007b${ESC}[2Jc${ESC}[3;4Hd\u0007${ESC}7e`);
  expect(grid.text()[0]).toBe('alinkbcde');
});

describe('against an independent terminal', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom('a', 'word ', '漢', '─│', '●', '👩‍💻', '\n', 'é'),
      fc
        .array(
          fc.constantFrom(
            '0',
            '1',
            '2',
            '3',
            '4',
            '7',
            '9',
            '22',
            '24',
            '31',
            '39',
            '42',
            '49',
            '97',
            '38;5;99',
            '48;2;9;8;7',
          ),
          {
            minLength: 1,
            maxLength: 3,
          },
        )
        .map((codes) => `${ESC}[${codes.join(';')}m`),
    ),
    { maxLength: 30 },
  );

  test('UI1 read and painted again it looks as if Ink had written it', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, async (parts) => {
        const text = parts.join('');
        const direct = new ShownScreen(40, 6);
        const ours = new ShownScreen(40, 6);
        const grid = read(text, 40, 6);
        const lines = text.split('\n').slice(0, 6);
        await direct.show(lines.join('\r\n'));
        const painter = new Painter({ ...PLAIN_FEATURES, depth: 'truecolor' });
        await ours.show(painter.paint({ back: grid, damage: new Damage(40, 6) }));
        expect(ours.cells()).toEqual(wanted(grid));
        if (lines.every((line) => textWidth(line.replaceAll(/\u001B\[[\d;]*m/gu, '')) <= 40))
          expect(ours.cells()).toEqual(direct.cells());
        direct.dispose();
        ours.dispose();
      }),
      { numRuns: 150 },
    );
  });
});

test('UI5 long texts are cut with a mark', () => {
  expect(fitText('backend-dev', 20)).toBe('backend-dev');
  expect(fitText('backend-dev', 8)).toBe('backend…');
  expect(fitText('漢字漢字', 6)).toBe('漢字…');
  expect(fitText('abc', 0)).toBe('');
});
