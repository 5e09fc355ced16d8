/** A hundred sessions that print, eight of them on view: CPU of every process of the multiplexer, client included. */
import { setTimeout as after } from 'node:timers/promises';
import { Feeder, type FeedOptions } from './support/feeder.ts';
import { cpuMs, pssKb } from './support/processes.ts';
import { compare, type Bench, type BenchRow } from './support/row.ts';
import type { Stage } from './support/stage.ts';
import { inRounds, onBothStages } from './support/two-stages.ts';

const SESSIONS = 100;
const VISIBLE = 8;
const ROUNDS = 5;
const ROUND_MS = 5_000;
const SETTLE_MS = 1_000;
/** The terminal in which our control room has room for two columns of four panes, and for no more. */
const SIZE = { columns: 150, rows: 44 };

/** Twenty kilobytes a second each: redraws of one and a half kilobytes, or lines. */
const LOADS = [
  { name: 'agent redraws', kind: 'agent', writesPerSecond: 12.5, bytesPerWrite: 0 },
  { name: 'lines', kind: 'lines', writesPerSecond: 50, bytesPerWrite: 400 },
] as const satisfies (Partial<FeedOptions> & { readonly name: string })[];

export async function run(): Promise<Bench> {
  const feeder = new Feeder(SESSIONS);
  const pipes = Array.from({ length: SESSIONS }, (_, pipe) => pipe);
  const lines = pipes.map((pipe) => feeder.line(pipe));
  const panes = lines.slice(0, VISIBLE);
  const hidden = lines.slice(VISIBLE);
  try {
    return await onBothStages({ panes, hidden, ...SIZE }, async (stages) => {
      const rows: BenchRow[] = [];
      for (const { name, ...load } of LOADS) {
        const shares = await inRounds(stages, ROUNDS, async (stage: Stage) => {
          feeder.start({
            stage: stage.name,
            pipes,
            columns: stage.pane.columns,
            ...load,
          });
          await after(SETTLE_MS);
          const pids = stage.pids();
          const before = cpuMs(pids);
          const begun = performance.now();
          await after(ROUND_MS);
          const share = ((cpuMs(pids) - before) / (performance.now() - begun)) * 100;
          await feeder.stop();
          await after(SETTLE_MS);
          return share;
        });
        rows.push(
          compare({ name: `fan: ${SESSIONS} sessions, ${name}, CPU % of a core`, ...shares, target: 1 }),
        );
      }
      const memory = (stage: Stage): number[] => [pssKb(stage.pids()) / 1024];
      rows.push(
        compare({
          name: `fan: ${SESSIONS} sessions, MB of all processes`,
          ours: memory(stages.ours),
          peer: memory(stages.peer),
        }),
      );
      return { id: 'fan', rows };
    });
  } finally {
    await feeder.close();
  }
}
