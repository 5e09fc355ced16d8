import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantise } from '../../../source/tui/panes/colours.ts';
import { PLAIN, styleChange, type Style } from '../../../source/tui/panes/style.ts';
import { Attribute, Grid, paletteColour, rgbColour } from '../../../source/wire/cells.ts';
import { ShownScreen, wanted } from '../../support/shown-screen.ts';

const ESC = '\u001B';
const style = (part: Partial<Style>): Style => ({ ...PLAIN, ...part });
const bold = style({ attributes: Attribute.Bold });

test('UI5 only what differs between two styles is sent', () => {
  expect(styleChange(bold, bold, 'truecolor')).toBe('');
  expect(styleChange(PLAIN, bold, 'truecolor')).toBe(`${ESC}[1m`);
  expect(styleChange(bold, PLAIN, 'truecolor')).toBe(`${ESC}[m`);
  expect(styleChange(bold, style({ attributes: 1, foreground: paletteColour(9) }), '256')).toBe(`${ESC}[91m`);
  expect(styleChange(undefined, bold, 'truecolor')).toBe(`${ESC}[0;1m`);
});

test('UI5 switching off keeps what stays, or resets, whichever is shorter', () => {
  const red = rgbColour(0xff0000);
  expect(
    styleChange(
      style({ foreground: red, attributes: Attribute.Bold }),
      style({ foreground: red }),
      'truecolor',
    ),
  ).toBe(`${ESC}[22m`);
  expect(
    styleChange(style({ attributes: 1 | 2 | 4 | 16 }), style({ foreground: paletteColour(2) }), '16'),
  ).toBe(`${ESC}[0;32m`);
  // One code ends both bold and dim.
  expect(
    styleChange(
      style({ foreground: red, background: red, attributes: Attribute.Bold | Attribute.Dim }),
      style({ foreground: red, background: red, attributes: Attribute.Dim }),
      'truecolor',
    ),
  ).toBe(`${ESC}[22;2m`);
});

test('UI5 colours fall to what the terminal has', () => {
  const orange = style({ foreground: rgbColour(0xff8700), background: paletteColour(240) });
  expect(styleChange(PLAIN, orange, 'truecolor')).toBe(`${ESC}[38;2;255;135;0;48;5;240m`);
  expect(styleChange(PLAIN, orange, '256')).toBe(`${ESC}[38;5;208;48;5;240m`);
  expect(styleChange(PLAIN, orange, '16')).toBe(`${ESC}[33;100m`);
  expect(styleChange(PLAIN, { ...orange, attributes: Attribute.Inverse }, 'none')).toBe(`${ESC}[7m`);
});

test('UI5 every entry of the palette is its own nearest colour', () => {
  for (let index = 16; index < 256; index++)
    expect(quantise(quantise(paletteColour(index), 'truecolor'), '256')).toBe(paletteColour(index));
  expect(quantise(rgbColour(0x080808), '256')).toBe(paletteColour(232));
  expect(quantise(rgbColour(0xffffff), '256')).toBe(paletteColour(231));
  expect(quantise(rgbColour(0xffffff), '16')).toBe(paletteColour(15));
});

test('UI5 kinds of underline go to terminals that can take them', () => {
  const curly = style({ attributes: 3 << Attribute.UnderlineShift });
  expect(styleChange(PLAIN, curly, 'truecolor')).toBe(`${ESC}[4:3m`);
  expect(styleChange(PLAIN, curly, '256')).toBe(`${ESC}[4m`);
  expect(styleChange(curly, bold, 'truecolor')).toBe(`${ESC}[0;1m`);
});

test('UI5 a terminal led from any style to any other is in that style', async () => {
  const styles = fc.record({
    foreground: fc.constantFrom(
      0,
      paletteColour(3),
      paletteColour(11),
      paletteColour(77),
      rgbColour(0x0a141e),
    ),
    background: fc.constantFrom(
      0,
      paletteColour(3),
      paletteColour(11),
      paletteColour(77),
      rgbColour(0x0a141e),
    ),
    attributes: fc.integer({ min: 0, max: 0x5ff }).filter((bits) => (bits & 0x700) <= 0x500),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(styles, { minLength: 2, maxLength: 20 }), async (sequence) => {
      const screen = new ShownScreen(sequence.length, 1);
      const grid = new Grid(sequence.length, 1);
      let output = '';
      let before: Style | undefined;
      for (const [x, next] of sequence.entries()) {
        grid.lines[0]!.set(x, 0x61, next.foreground, next.background, next.attributes);
        output += `${styleChange(before, next, 'truecolor')}a`;
        before = next;
      }
      await screen.show(output);
      expect(screen.cells()).toEqual(wanted(grid));
      screen.dispose();
    }),
    { numRuns: 200 },
  );
});
