// The pictures of docs/risk.md: the pages of risk over a fleet made for it, painted and drawn without a terminal.
// node tools/heatmap-pictures.mjs [FOLDER]
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromeModel } from '../source/tui/chrome-model.ts';
import { styleChange } from '../source/tui/panes/style.ts';
import { paintPlainChrome } from '../source/tui/plain-chrome.ts';
import { themeNamed } from '../source/tui/theme.ts';
import { glyphText, Grid } from '../source/wire/cells.ts';
import { ARoom } from '../test/tui/a-fleet.ts';
import { TROUBLED, troubledFleet } from '../test/tui/a-risk.ts';
import { cellsToSvg } from './cells-to-svg.mjs';

const { Terminal } = createRequire(import.meta.url)('@xterm/headless');

const FOLDER = process.argv[2] ?? fileURLToPath(new URL('../docs/', import.meta.url));
const SIZE = { columns: 120, rows: 30 };
/** What terminals have behind text of these themes. */
const BACKGROUNDS = { dark: '#0d1117', light: '#ffffff', contrast: '#000000' };

await picture('heatmap-signals', 'Agents by signal: colour, glyph and digit say how bad each is', [
  'H',
  'l',
  'l',
]);
await picture('heatmap-time', 'Agents over six hours', ['H', 'tab']);
await picture('heatmap-light', 'Agents by signal, in the light theme', ['H', 'j', 'l', 'l'], 'light');
await picture('heatmap-contrast', 'Agents by signal, in the theme of high contrast', ['H', 'j'], 'contrast');
await picture('heatmap-no-color', 'Agents by signal without colours', ['H', 'l'], 'dark', 'none');
await picture('heatmap-insights', 'What makes each agent risky, and what would bring it down', [
  'I',
  'j',
  'j',
  'j',
  'l',
  'l',
]);

async function picture(name, title, keys, theme = 'dark', depth = 'truecolor') {
  const room = new ARoom(troubledFleet(), { size: SIZE });
  room.does({ type: 'theme', name: theme }).does({ type: 'risk', agents: TROUBLED, problem: '' });
  room.press(...keys);
  const grid = new Grid(SIZE.columns, SIZE.rows);
  paintPlainChrome(chromeModel(room.ui, room.context, depth), grid);
  const terminal = new Terminal({
    cols: SIZE.columns,
    rows: SIZE.rows,
    allowProposedApi: true,
    scrollback: 0,
  });
  await new Promise((done) => terminal.write(ansiOf(grid), done));
  const background = BACKGROUNDS[theme];
  const plain = themeNamed(theme).colours.plain[0];
  const file = join(FOLDER, `${name}.svg`);
  writeFileSync(file, cellsToSvg({ terminal, plain, background, title }));
  console.log(file);
}

function ansiOf(grid) {
  let text = '\u001B[?7l';
  for (const [y, row] of grid.lines.entries()) {
    text += `\u001B[${y + 1};1H\u001B[0m`;
    for (let x = 0; x < grid.columns; x += 1) {
      const style = {
        foreground: row.foregrounds[x],
        background: row.backgrounds[x],
        attributes: row.attributes[x],
      };
      text += styleChange(undefined, style, 'truecolor') + glyphText(row.glyphs[x]);
    }
  }
  return text;
}
