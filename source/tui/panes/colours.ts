import { DEFAULT_COLOUR, paletteColour, type Colour } from '../../wire/cells.ts';

/** What the person's terminal can show; `none` is NO_COLOR: attributes only. */
export type ColourDepth = 'truecolor' | '256' | '16' | 'none';

const RGB = 0x02000000;
/** The steps of one channel in the 6x6x6 cube of the 256-colour palette. */
const CUBE_STEPS = [0, 95, 135, 175, 215, 255] as const;
/** xterm's own sixteen: themes differ, but nearness is judged against these everywhere. */
const BASE_RGB = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000,
  0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
] as const;

/** The nearest colour the terminal can show. */
export function quantise(colour: Colour, depth: ColourDepth): Colour {
  if (colour === DEFAULT_COLOUR || depth === 'truecolor') return colour;
  switch (depth) {
    case 'none':
      return DEFAULT_COLOUR;
    case '256':
      return colour >= RGB ? paletteColour(nearestOf256(colour & 0xffffff)) : colour;
    case '16': {
      if (colour >= RGB) return paletteColour(nearestOf16(colour & 0xffffff));
      const index = colour & 0xff;
      return index < 16 ? colour : paletteColour(nearestOf16(paletteRgb(index)));
    }
    default:
      return depth satisfies never;
  }
}

/** 0xRRGGBB of an entry of the 256-colour palette. */
function paletteRgb(index: number): number {
  if (index < 16) return BASE_RGB[index]!;
  if (index >= 232) return (8 + (index - 232) * 10) * 0x010101;
  const cube = index - 16;
  const red = CUBE_STEPS[Math.floor(cube / 36)]!;
  const green = CUBE_STEPS[Math.floor(cube / 6) % 6]!;
  return (red << 16) | (green << 8) | CUBE_STEPS[cube % 6]!;
}

function nearestOf256(rgb: number): number {
  const red = rgb >> 16;
  const green = (rgb >> 8) & 0xff;
  const blue = rgb & 0xff;
  const cube = 16 + 36 * cubeStep(red) + 6 * cubeStep(green) + cubeStep(blue);
  // 24 greys from 8 to 238 in steps of ten.
  const grey = 232 + Math.max(0, Math.min(23, Math.round(((red + green + blue) / 3 - 8) / 10)));
  return distance(rgb, paletteRgb(grey)) < distance(rgb, paletteRgb(cube)) ? grey : cube;
}

/** 48 and 115 are half way between the cube's uneven first steps; from there on they are 40 apart. */
const cubeStep = (value: number): number =>
  value < 48 ? 0 : value < 115 ? 1 : Math.min(5, Math.floor((value - 35) / 40));

function nearestOf16(rgb: number): number {
  let nearest = 0;
  let least = Infinity;
  for (let index = 0; index < 16; index++) {
    const far = distance(rgb, BASE_RGB[index]!);
    if (far < least) {
      least = far;
      nearest = index;
    }
  }
  return nearest;
}

/** Squared, weighted by how the eye takes the three channels (the "redmean" approximation). */
function distance(a: number, b: number): number {
  const red = (a >> 16) - (b >> 16);
  const green = ((a >> 8) & 0xff) - ((b >> 8) & 0xff);
  const blue = (a & 0xff) - (b & 0xff);
  const mean = ((a >> 16) + (b >> 16)) / 2;
  return (2 + mean / 256) * red * red + 4 * green * green + (2 + (255 - mean) / 256) * blue * blue;
}
