/**
 * Colours of the chrome: a theme names each one as RGB and as one of the sixteen, the terminal decides which
 * it gets. Without colours (NO_COLOR) roles differ by bold, dim and inverse, and every state has its glyph.
 */
import contrast from '../../themes/contrast.json' with { type: 'json' };
import dark from '../../themes/dark.json' with { type: 'json' };
import light from '../../themes/light.json' with { type: 'json' };
import { DEFAULT_COLOUR, paletteColour, rgbColour, type Colour } from '../wire/cells.ts';
import type { ColourDepth } from './panes/colours.ts';
import type { HeatStep, Role } from './text.ts';

const BASE_NAMES = [
  'plain',
  'dim',
  'border',
  'accent',
  'running',
  'waiting',
  'danger',
  'done',
  'key',
  'added',
  'removed',
  'selection',
  'chip',
] as const;
const STEPS: readonly HeatStep[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

export type ColourName = (typeof BASE_NAMES)[number] | `heat-${HeatStep}` | `ink-${HeatStep}`;

export const COLOUR_NAMES: readonly ColourName[] = [
  ...BASE_NAMES,
  ...STEPS.map((step) => `heat-${step}` as const),
  ...STEPS.map((step) => `ink-${step}` as const),
];

export interface Theme {
  readonly name: string;
  readonly background: 'dark' | 'light';
  /** RGB, and the nearest in meaning of the sixteen. */
  readonly colours: Readonly<Record<ColourName, readonly [rgb: string, ansi: string]>>;
}

/** How a role is drawn: colours by name, and attributes that also carry it where there are no colours. */
export interface Style {
  readonly colour: ColourName | null;
  readonly background: ColourName | null;
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isInverse: boolean;
}

interface ThemeFile {
  readonly name: string;
  readonly background: string;
  readonly colours: Readonly<Record<string, readonly string[]>>;
  /** Ten steps as far apart as the eye sees them, darker or lighter with each, and what is legible on them. */
  readonly heat: readonly { readonly cell: readonly string[]; readonly ink: readonly string[] }[];
}

function asTheme({ name, background, colours, heat }: ThemeFile): Theme {
  const ramp = heat.flatMap(({ cell, ink }, step) => [
    [`heat-${step}`, cell],
    [`ink-${step}`, ink],
  ]);
  return { name, background, colours: { ...colours, ...Object.fromEntries(ramp) } } as unknown as Theme;
}

export const THEMES: readonly Theme[] = [asTheme(dark), asTheme(light), asTheme(contrast)];

export const themeNamed = (name: string): Theme | undefined => THEMES.find((theme) => theme.name === name);

/** The one after `name`, round and round. */
export function nextTheme(name: string): Theme {
  const at = THEMES.findIndex((theme) => theme.name === name);
  return THEMES[(at + 1) % THEMES.length]!;
}

export const themeFor = (background: 'dark' | 'light'): Theme =>
  THEMES.find((theme) => theme.background === background)!;

/** Whether 0xRRGGBB is a light background. */
export function isLight(rgb: number): boolean {
  const red = rgb >> 16;
  const green = (rgb >> 8) & 255;
  const blue = rgb & 255;
  // Relative luminance by the weights of Rec. 709; half is where dark text begins to read better.
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 127;
}

const style = (colour: ColourName | null, more: Partial<Style> = {}): Style => ({
  colour,
  background: null,
  isBold: false,
  isDim: false,
  isInverse: false,
  ...more,
});

/** The glyph of a cell lies a step from its ground: there for who looks for it, quiet for who sees colours. */
const SHADE_STEPS = 1;
/** The dot of a fine cell would not be seen at all so near. */
const DOT_STEPS = 2;
/** Without colours the upper half of the ramp is bold, and its end stands out from everything. */
const BOLD_FROM = 5;
const INVERSE_FROM = 8;

function heatStyles(): Partial<Record<Role, Style>> {
  const styles: Partial<Record<Role, Style>> = {};
  for (const step of STEPS) {
    // The glyph of the last one fills its cell.
    const away = step === 0 ? DOT_STEPS : step === 9 ? 0 : SHADE_STEPS;
    const shade = (step < BOLD_FROM ? step + away : step - away) as HeatStep;
    styles[`heat-${step}`] = style(`ink-${step}`, { background: `heat-${step}`, isBold: step >= BOLD_FROM });
    styles[`shade-${step}`] = style(`heat-${shade}`, { background: `heat-${step}` });
  }
  return styles;
}

const STYLES = {
  plain: style('plain'),
  dim: style('dim', { isDim: true }),
  strong: style('plain', { isBold: true }),
  accent: style('accent', { isBold: true }),
  running: style('running'),
  waiting: style('waiting', { isBold: true }),
  danger: style('danger', { isBold: true }),
  done: style('done'),
  key: style('key', { isBold: true }),
  added: style('added'),
  removed: style('removed'),
  escape: style('danger', { isInverse: true }),
  caret: style('plain', { isInverse: true }),
  border: style('border', { isDim: true }),
  'chip-control': style('chip', { background: 'accent', isBold: true }),
  'chip-typing': style('chip', { background: 'waiting', isBold: true }),
  'chip-scroll': style('chip', { background: 'running', isBold: true }),
  ...heatStyles(),
} as Readonly<Record<Role, Style>>;

/** The style of a role. Where there are colours they carry `dim`; where there are none the attributes do. */
export function styleOf(role: Role, depth: ColourDepth): Style {
  const found = STYLES[role];
  const [kind, number] = role.split('-');
  if ((kind === 'heat' || kind === 'shade') && (depth === 'none' || depth === '16')) {
    const step = Number(number) as HeatStep;
    const isInverse = kind === 'heat' && step >= INVERSE_FROM;
    // Which of sixteen is legible on which, nobody knows; each is on the terminal's own background.
    const colour = depth === 'none' ? null : (`heat-${step}` as const);
    return style(colour, { isDim: depth === 'none' && step === 0, isBold: step >= BOLD_FROM, isInverse });
  }
  if (depth !== 'none') return found.isDim ? { ...found, isDim: false } : found;
  return {
    ...found,
    colour: null,
    background: null,
    isInverse: found.isInverse || found.background !== null,
  };
}

const ANSI_NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** Number of one of the sixteen; null for the terminal's default. */
function ansiNumber(name: string): number | null {
  if (name === 'default') return null;
  const bright = name.startsWith('bright-');
  return ANSI_NAMES.indexOf(bright ? name.slice(7) : name) + (bright ? 8 : 0);
}

/** A colour for the cell grid; the painter finds the nearest one of a palette of 256. */
export function cellColour(theme: Theme, name: ColourName | null, depth: ColourDepth): Colour {
  if (name === null || depth === 'none') return DEFAULT_COLOUR;
  const [rgb, ansi] = theme.colours[name];
  if (depth !== '16') return rgbColour(parseInt(rgb.slice(1), 16));
  const number = ansiNumber(ansi);
  return number === null ? DEFAULT_COLOUR : paletteColour(number);
}

/** A colour in Ink's words; undefined leaves the terminal's own. */
export function inkColour(theme: Theme, name: ColourName | null, depth: ColourDepth): string | undefined {
  if (name === null || depth === 'none') return undefined;
  const [rgb, ansi] = theme.colours[name];
  if (depth !== '16') return rgb;
  if (ansi === 'default') return undefined;
  const base = ansi.replace(/^bright-/, '');
  return base === ansi ? base : `${base}Bright`;
}
