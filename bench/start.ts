/** From the start of the control room, the daemon running, to the first pane's content on the terminal. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { PROGRAM } from '../test/support/fleet-home.ts';
import { compare, type Bench } from './support/row.ts';
import { Sink } from './support/sink.ts';
import { onBothStages } from './support/two-stages.ts';

const ROUNDS = 15;
/** The first start of all fills the compile cache, which an installed program has. */
const WARM_UP_ROUNDS = 2;
const PANES = 8;
const MARK = 'first§pane';
const BETWEEN_MS = 300;
const LIMIT = { value: 120, unit: 'ms' };

export async function run(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));
  // What bin/fleet.cjs does, for the build that is measured.
  const launcher = join(folder, 'fleet.cjs');
  writeFileSync(
    launcher,
    `require('module').enableCompileCache(${JSON.stringify(join(folder, 'cache'))});import('file://${PROGRAM.script}');`,
  );
  const mark = Buffer.from(MARK).toString('latin1');
  const panes = Array.from({ length: PANES }, () => `printf '${MARK}'; exec sleep 100000`);
  try {
    return await onBothStages({ panes }, async ({ ours, peer }) => {
      const started = async (command: readonly string[], like: Sink): Promise<number> => {
        const begun = performance.now();
        const sink = new Sink({ ...like.options, command });
        await sink.until((painted) => painted.includes(mark), 'the first pane');
        const ms = performance.now() - begun;
        // What is still loading would be ended half-way, which takes it a moment of the next start's time.
        await after(BETWEEN_MS);
        await sink.close();
        return ms;
      };
      const times = { ours: [] as number[], peer: [] as number[], bare: [] as number[] };
      for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
        const own = await started([PROGRAM.node, launcher], ours.sink);
        const other = await started(peer.sink.options.command, peer.sink);
        const bare = await started([PROGRAM.node, '-e', `process.stdout.write('${MARK}')`], ours.sink);
        if (round < 0) continue;
        times.ours.push(own);
        times.peer.push(other);
        times.bare.push(bare);
      }
      return {
        id: 'start',
        rows: [
          compare({
            name: `start: control room with ${PANES} panes, ms to the first one; peer: tmux attach`,
            ours: times.ours,
            peer: times.peer,
            limit: LIMIT,
          }),
          compare({
            name: 'start: the same; peer: node that prints a word',
            ours: times.ours,
            peer: times.bare,
          }),
        ],
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
