/**
 * Paints one picture after another into the tmux pane it runs in and says which rows tmux shows differently:
 * node paint-in-tmux.ts SOCKET SEED PICTURES RESULT
 */
import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import * as fc from 'fast-check';
import { Damage } from '../../../source/tui/panes/damage.ts';
import { Painter } from '../../../source/tui/panes/painter.ts';
import { Grid } from '../../../source/wire/cells.ts';
import { draw, hintsOf, isCluster, strokes } from './random-grids.ts';

const [socket = '', seed = '1', pictures = '1', result = ''] = process.argv.slice(2);
const COLUMNS = 80;
const ROWS = 24;
/** tmux takes in what was written within this, almost always; a row that is late is looked at again. */
const LOOKS = 50;
const LOOK_MS = 10;

const shown = (): string[] =>
  execFileSync('tmux', ['-S', socket, 'capture-pane', '-p', '-t', ':0.0'], { encoding: 'utf8' })
    .split('\n')
    .slice(0, ROWS)
    .map((row) => row.trimEnd().normalize('NFC'));

process.stdin.setRawMode(true);
writeSync(1, '\u001B[?1049h\u001B[?7l');
const back = new Grid(COLUMNS, ROWS);
const damage = new Damage(COLUMNS, ROWS);
const painter = new Painter({
  depth: 'truecolor',
  hasMargins: false,
  hasRepeat: true,
  hasSynchronized: true,
});
const bad: { wanted: string; shown: string }[] = [];
const samples = fc.sample(fc.array(strokes(COLUMNS, ROWS), { minLength: 1, maxLength: 6 }), {
  numRuns: Number(pictures),
  seed: Number(seed),
});
for (const changes of samples) {
  for (const stroke of changes)
    draw(
      back,
      // What tmux makes of a cluster is its own business; where the rest stands is ours.
      stroke.type === 'text'
        ? { ...stroke, texts: stroke.texts.map((text) => (isCluster(text) ? '漢' : text)) }
        : stroke,
    );
  damage.markAll();
  writeSync(
    1,
    painter.paint({ back, damage, scrolls: hintsOf(changes, back), cursor: { x: 0, y: 0, shape: 0 } }),
  );
  const wanted = back.text().map((row) => row.normalize('NFC'));
  let seen = shown();
  for (let look = 0; look < LOOKS && wanted.some((row, y) => row !== (seen[y] ?? '')); look++) {
    await after(LOOK_MS);
    seen = shown();
  }
  for (const [y, row] of wanted.entries())
    if (row !== (seen[y] ?? '')) bad.push({ wanted: row, shown: seen[y] ?? '' });
}
writeFileSync(`${result}.part`, JSON.stringify(bad));
renameSync(`${result}.part`, result);
