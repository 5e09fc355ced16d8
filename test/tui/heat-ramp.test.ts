/** The colours of the heatmap: as far apart as they look, legible, and told apart by whoever sees them. */
import { describe, expect, it } from 'vitest';
import { rgbColour } from '../../source/wire/cells.ts';
import { quantise } from '../../source/tui/panes/colours.ts';
import { styleOf, THEMES, type ColourName, type Theme } from '../../source/tui/theme.ts';

type Triple = readonly [number, number, number];

const STEPS = Array.from({ length: 10 }, (_, step) => step);

const rgbOf = (theme: Theme, name: string): string => theme.colours[name as ColourName][0];

function linear(rgb: string): Triple {
  const channel = (at: number): number => {
    const value = parseInt(rgb.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Björn Ottosson's OKLab: distances in it are how different colours look. */
function oklab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const far = (a: Triple, b: Triple): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

const luminance = ([r, g, b]: Triple): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(linear(a)), luminance(linear(b))].toSorted((x, y) => x - y) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

/** What the three kinds of colour-blindness leave of a colour, after Machado, Oliveira and Fernandes (2009). */
const BLIND: Readonly<Record<string, readonly Triple[]>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const seenBy = (matrix: readonly Triple[], [r, g, b]: Triple): Triple =>
  matrix.map(([x, y, z]) => Math.max(0, x * r + y * g + z * b)) as unknown as Triple;

describe.each(THEMES.map((theme) => [theme.name, theme] as const))(
  'the heat of the theme %s',
  (_name, theme) => {
    const cells = STEPS.map((step) => linear(rgbOf(theme, `heat-${step}`)));

    it('RI6 goes one way in lightness, in steps that look alike', () => {
      const lightness = cells.map((cell) => oklab(cell)[0]);
      const sign = Math.sign(lightness[9]! - lightness[0]!);
      const steps = cells.slice(1).map((cell, at) => far(oklab(cell), oklab(cells[at]!)));
      for (const [at, value] of lightness.slice(1).entries())
        expect((value - lightness[at]!) * sign).toBeGreaterThan(0.04);
      expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.6);
    });

    it.each(Object.entries(BLIND))('RI6 is told apart step by step with %s', (_kind, matrix) => {
      const seen = cells.map((cell) => oklab(seenBy(matrix, cell)));
      // Two steps of 0.02 are what an eye just tells apart side by side.
      for (const [at, cell] of seen.slice(1).entries()) expect(far(cell, seen[at]!)).toBeGreaterThan(0.04);
    });

    it('RI6 has digits that are legible on every step', () => {
      // WCAG 2.2, 1.4.3: 4.5 for text; from the middle on digits are bold.
      for (const step of STEPS)
        expect(contrast(rgbOf(theme, `heat-${step}`), rgbOf(theme, `ink-${step}`))).toBeGreaterThan(4.5);
    });

    it('RI6 keeps its steps apart with 256 colours', () => {
      const nearest = STEPS.map((step) =>
        quantise(rgbColour(parseInt(rgbOf(theme, `heat-${step}`).slice(1), 16)), '256'),
      );
      expect(new Set(nearest.slice(1)).size).toBe(9);
    });

    it('RI6 is told by bold and inverse where there are no colours', () => {
      for (const step of STEPS) {
        const style = styleOf(`heat-${step}` as 'heat-0', 'none');
        expect([style.colour, style.background]).toEqual([null, null]);
        expect([style.isDim, style.isBold, style.isInverse]).toEqual([step === 0, step > 4, step > 7]);
      }
    });
  },
);
