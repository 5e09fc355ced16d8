import * as fc from 'fast-check';
import type { ScrollHint } from '../../../source/tui/panes/scrolling.ts';
import { glyphOf, paletteColour, rgbColour, WIDE_TAIL, type Grid } from '../../../source/wire/cells.ts';

/** Characters and clusters with the columns an up-to-date terminal gives them. */
const NARROW = ['a', 'B', '7', '-', '─', '│', 'é', 'ж', '●', '✓', 'e\u0301', '█'];
const WIDE = ['漢', '字', '한', 'ｗ', '😀', '👩‍💻', '👍🏽', '🇩🇪', '❤️', '🚀'];
const COLOURS = [0, 0, 0, paletteColour(1), paletteColour(12), paletteColour(200), rgbColour(0x123456)];
const ATTRIBUTES = [0, 0, 0, 1, 2, 3, 4, 16, 64, 128, 0x100, 0x101, 8];

/** Whether terminals disagree on its width. */
export const isCluster = (text: string): boolean =>
  /\u200D|\uFE0F|\p{Emoji_Modifier}|\p{Regional_Indicator}/u.test(text);

/** One change of the picture: a stroke of text, a cleared stretch, or lines that move. */
export type Stroke =
  | {
      readonly type: 'text';
      readonly x: number;
      readonly y: number;
      readonly texts: readonly string[];
      readonly repeat: number;
      readonly foreground: number;
      readonly background: number;
      readonly attributes: number;
    }
  | { readonly type: 'clear'; readonly x: number; readonly y: number; readonly count: number }
  | {
      readonly type: 'move';
      readonly x: number;
      readonly y: number;
      readonly columns: number;
      readonly rows: number;
      readonly count: number;
    };

export function strokes(columns: number, rows: number): fc.Arbitrary<Stroke> {
  const x = fc.integer({ min: 0, max: columns - 1 });
  const y = fc.integer({ min: 0, max: rows - 1 });
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('text' as const),
        x,
        y,
        texts: fc.array(fc.constantFrom(...NARROW, ...NARROW, ' ', ' ', ...WIDE), {
          minLength: 1,
          maxLength: 12,
        }),
        repeat: fc.constantFrom(1, 1, 1, 20),
        foreground: fc.constantFrom(...COLOURS),
        background: fc.constantFrom(...COLOURS),
        attributes: fc.constantFrom(...ATTRIBUTES),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('clear' as const),
        x,
        y,
        count: fc.integer({ min: 1, max: columns }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('move' as const),
        x: fc.constantFrom(0, 0, 3),
        y: fc.integer({ min: 0, max: rows - 3 }),
        columns: fc.constantFrom(columns, columns, 12),
        rows: fc.integer({ min: 2, max: rows }),
        count: fc.constantFrom(1, 1, 2, -1, -3),
      }),
    },
  );
}

/** Changes the grid and keeps it whole: no half of a wide character stays behind. */
export function draw(grid: Grid, stroke: Stroke): void {
  switch (stroke.type) {
    case 'text': {
      let x = stroke.x;
      for (let i = 0; i < stroke.repeat; i++)
        for (const text of stroke.texts) {
          const width = WIDE.includes(text) ? 2 : 1;
          if (x + width > grid.columns) return;
          const row = grid.lines[stroke.y]!;
          freeCells(grid, stroke.y, x, width);
          row.set(x, glyphOf(text), stroke.foreground, stroke.background, stroke.attributes);
          if (width === 2) row.set(x + 1, WIDE_TAIL, stroke.foreground, stroke.background, stroke.attributes);
          x += width;
        }
      return;
    }
    case 'clear':
      freeCells(grid, stroke.y, stroke.x, Math.min(stroke.count, grid.columns - stroke.x));
      return;
    case 'move': {
      const columns = Math.min(stroke.columns, grid.columns - stroke.x);
      const rows = Math.min(stroke.rows, grid.rows - stroke.y);
      for (let y = stroke.y; y < stroke.y + rows; y++) {
        freeIfCut(grid, y, stroke.x);
        freeIfCut(grid, y, stroke.x + columns);
      }
      const before = grid.lines.map((line) => ({
        glyphs: line.glyphs.slice(),
        foregrounds: line.foregrounds.slice(),
        backgrounds: line.backgrounds.slice(),
        attributes: line.attributes.slice(),
      }));
      for (let y = stroke.y; y < stroke.y + rows; y++) {
        const source = y + stroke.count;
        const isInside = source >= stroke.y && source < stroke.y + rows;
        for (let x = stroke.x; x < stroke.x + columns; x++) {
          const from = before[source];
          if (!isInside || from === undefined) grid.lines[y]!.set(x, 0x20, 0, 0, 0);
          else
            grid.lines[y]!.set(
              x,
              from.glyphs[x]!,
              from.foregrounds[x]!,
              from.backgrounds[x]!,
              from.attributes[x]!,
            );
        }
      }
      return;
    }
    default:
      stroke satisfies never;
  }
}

function freeCells(grid: Grid, y: number, x: number, count: number): void {
  freeIfCut(grid, y, x);
  freeIfCut(grid, y, x + count);
  for (let i = x; i < x + count; i++) grid.lines[y]!.set(i, 0x20, 0, 0, 0);
}

function freeIfCut(grid: Grid, y: number, x: number): void {
  const row = grid.lines[y]!;
  if (x >= grid.columns || row.glyphs[x] !== WIDE_TAIL) return;
  row.set(x, 0x20, 0, 0, 0);
  row.set(x - 1, 0x20, 0, 0, 0);
}

/** The moves among the changes, as panes would tell of them. */
export const hintsOf = (changes: readonly Stroke[], grid: Grid): ScrollHint[] =>
  changes
    .filter((stroke) => stroke.type === 'move')
    .map(({ x, y, columns, rows, count }) => ({
      x,
      y,
      columns: Math.min(columns, grid.columns - x),
      rows: Math.min(rows, grid.rows - y),
      count,
    }));
