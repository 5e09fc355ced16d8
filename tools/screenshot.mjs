// The README's picture: runs the built demo in a real pty, reads its screen with a terminal emulator and draws the
// cells into docs/control-room.svg. Needs a build: npm run build && node tools/screenshot.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node-pty';
import { cellsToSvg } from './cells-to-svg.mjs';

// Their names are not visible to an import: both are bundled scripts.
const require = createRequire(import.meta.url);
const { Terminal } = require('@xterm/headless');
const { UnicodeGraphemesAddon } = require('@xterm/addon-unicode-graphemes');

const COLUMNS = 120;
const ROWS = 34;
/** The second question and the crash come after some ten seconds; on a busy machine later. */
const DEADLINE_MS = 60_000;
/** What the emulator says its background is, so that the program takes its dark theme. */
const BACKGROUND = '#0d1117';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dark = JSON.parse(readFileSync(here('../themes/dark.json'), 'utf8'));

const terminal = new Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true, scrollback: 0 });
terminal.loadAddon(new UnicodeGraphemesAddon());
const pty = spawn(process.execPath, [here('../dist/fleet.mjs'), 'demo'], {
  cols: COLUMNS,
  rows: ROWS,
  env: {
    ...process.env,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LANG: 'C.UTF-8',
    TMUX: '',
    NO_COLOR: '',
  },
});
const ended = new Promise((resolve) => {
  pty.onExit(resolve);
});
pty.onData((data) => terminal.write(data));
terminal.onData((answer) => pty.write(answer));
terminal.parser.registerOscHandler(11, (words) => {
  if (words === '?') pty.write(`\u001B]11;rgb:${BACKGROUND.slice(1).match(/../g).join('/')}\u001B\\`);
  return true;
});

try {
  await shows(/2 wait for you.*1 failed/);
  pty.write('w');
  await shows(/a approve/);
  const title = 'The control room: agents, their live terminals, and a call that waits for a person';
  const svg = cellsToSvg({ terminal, plain: dark.colours.plain[0], background: BACKGROUND, title });
  writeFileSync(here('../docs/control-room.svg'), svg);
  console.log(`docs/control-room.svg: ${COLUMNS}x${ROWS} cells, ${Math.round(svg.length / 1024)} KiB`);
} finally {
  pty.write('q');
  await ended;
}

async function shows(pattern) {
  const deadline = Date.now() + DEADLINE_MS;
  while (!pattern.test(screen())) {
    if (Date.now() > deadline) throw new Error(`waited for ${pattern}; it shows:\n${screen()}`);
    await after(50);
  }
}

function screen() {
  const buffer = terminal.buffer.active;
  return Array.from({ length: ROWS }, (_, y) => buffer.getLine(y).translateToString(true)).join('\n');
}
