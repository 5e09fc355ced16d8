/** `cat` of a file in a visible pane: from the key that starts it to the moment its last line is painted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, type Bench, type BenchRow } from './support/row.ts';
import type { Stage } from './support/stage.ts';
import { STREAMS, stream } from './support/streams.ts';
import { inRounds, onBothStages } from './support/two-stages.ts';

const ROUNDS = 5;
const BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 60_000;
/** No stream prints these, so each of them is painted whatever the screen showed before. */
const MARKS = '¤§¶';
/** A terminal in which our one pane is 80 columns wide and 24 rows high. */
const SIZE = { columns: 110, rows: 35 };

export async function run(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cat-'));
  for (const name of STREAMS) writeFileSync(join(folder, name), stream(name, BYTES));
  const end = String.raw`\033c\033[H`;
  const pane = `cd ${folder}; stty -echo; while read name mark; do cat $name; printf '${end}%s' $mark; done`;
  let turn = 0;
  const cat = async (stage: Stage, name: string): Promise<number> => {
    const mark = MARKS.split('')
      .map((each) => `${each}${++turn}`)
      .join('');
    const bytes = Buffer.from(mark).toString('latin1');
    const shown = stage.sink.until((painted) => painted.includes(bytes), `the end of ${name}`, TIMEOUT_MS);
    const begun = performance.now();
    stage.sink.write(`${name} ${mark}\r`);
    await shown;
    return BYTES / 1e3 / (performance.now() - begun);
  };
  try {
    return await onBothStages({ panes: [pane], ...SIZE }, async (stages) => {
      const rows: BenchRow[] = [];
      for (const name of STREAMS) {
        await cat(stages.ours, name);
        const rates = await inRounds(stages, ROUNDS, (stage) => cat(stage, name));
        rows.push(compare({ name: `thru: cat ${name}, MB/s`, ...rates, target: 1, isHigherBetter: true }));
      }
      return { id: 'thru', rows };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
