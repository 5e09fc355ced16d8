import { afterEach } from 'vitest';
import { Grid } from '../../source/wire/cells.ts';
import { readAnsiRows } from '../../source/tui/panes/ansi-rows.ts';
import type { ColourDepth } from '../../source/tui/panes/colours.ts';
import { paintPage } from '../../source/tui/plain-chrome.ts';
import { chromeModel } from '../../source/tui/chrome-model.ts';
import { ChromeRenderer } from '../../source/tui/chrome-renderer.tsx';
import type { ARoom } from './a-fleet.ts';

export const renderer = new ChromeRenderer();
afterEach(() => renderer.end());

/** The chrome as text, without colours; panes are laid over it by the compositor. */
export const frameOf = (room: ARoom): string[] =>
  renderer
    .draw(chromeModel(room.ui, room.context, 'none'))
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .split('\n')
    .map((line) => line.trimEnd());

/** What is on screen, the page's painted cells included: text of every row, as the terminal gets it. */
export function pictureOf(room: ARoom, depth: ColourDepth = 'none'): Grid {
  const model = chromeModel(room.ui, room.context, depth);
  const grid = new Grid(model.size.columns, model.size.rows);
  readAnsiRows(renderer.draw(model), grid);
  paintPage(model, grid);
  return grid;
}
