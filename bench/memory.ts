/** What a session costs that has printed a thousand lines: every process of ours but the control room. */
import { setTimeout as after } from 'node:timers/promises';
import { pssKb } from './support/processes.ts';
import { compare, type Bench } from './support/row.ts';
import { onBothStages } from './support/two-stages.ts';

const SESSIONS = 50;
const VISIBLE = 8;
/** Garbage of the start has been collected, what idles has become small. */
const REST_MS = 10_000;

const LINES = `i=0; while [ $i -lt 1000 ]; do echo "$i: the quick brown fox jumps over the lazy dog and goes on to the next line"; i=$((i + 1)); done; exec sleep 100000`;

export async function run(): Promise<Bench> {
  const lines = Array.from({ length: SESSIONS }, () => LINES);
  const options = { panes: lines.slice(0, VISIBLE), hidden: lines.slice(VISIBLE), columns: 150, rows: 50 };
  return onBothStages(options, async ({ ours, peer }) => {
    await after(REST_MS);
    const control = ours.sink.pty.pid;
    const each = (pids: readonly number[]): number => pssKb(pids) / 1_024 / SESSIONS;
    return {
      id: 'mem',
      rows: [
        compare({
          name: `mem: MB a session of ${SESSIONS}, all processes, 1,000 lines`,
          ours: [each(ours.pids().filter((pid) => pid !== control))],
          peer: [each(peer.pids())],
          limit: { value: 16, unit: 'MB' },
        }),
        compare({
          name: 'mem: MB of the control room; peer: a client of tmux',
          ours: [pssKb([control]) / 1_024],
          peer: [pssKb([peer.sink.pty.pid]) / 1_024],
        }),
      ],
    };
  });
}
