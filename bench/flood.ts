/** `yes` in one pane: what reaches the client's terminal, and whether memory stays as it is. */
import { setTimeout as after } from 'node:timers/promises';
import { pssKb } from './support/processes.ts';
import { compare, type Bench } from './support/row.ts';
import { Floods } from './support/floods.ts';
import type { Stage } from './support/stage.ts';
import { inRounds, onBothStages } from './support/two-stages.ts';

const ROUNDS = 5;
const ROUND_MS = 10_000;
const SETTLE_MS = 1_000;
/** Code has been compiled, bounded buffers have been filled. */
const WARM_UP_MS = 3_000;

export async function run(): Promise<Bench> {
  const floods = new Floods();
  const panes = ['exec sleep 100000', floods.line('yes')];
  return onBothStages({ panes }, async (stages) => {
    const flooded = async (stage: Stage, ms: number): Promise<number> => {
      floods.let(stage, true);
      const before = stage.sink.bytes;
      await after(ms);
      const bytes = stage.sink.bytes - before;
      floods.let(stage, false);
      await after(SETTLE_MS);
      return (bytes / ms) * (1_000 / 1_024);
    };
    await flooded(stages.ours, WARM_UP_MS);
    await flooded(stages.peer, WARM_UP_MS);
    const before = pssKb(stages.ours.pids()) / 1_024;
    const rates = await inRounds(stages, ROUNDS, (stage) => flooded(stage, ROUND_MS));
    const afterwards = pssKb(stages.ours.pids()) / 1_024;
    return {
      id: 'flood',
      rows: [
        compare({ name: 'flood: `yes`, KB/s to the terminal', ...rates, target: 0.02 }),
        compare({
          name: `flood: MB after ${(ROUNDS * ROUND_MS) / 1_000} s; peer: ours before`,
          ours: [afterwards],
          peer: [before],
          target: 1.1,
        }),
      ],
    };
  }).finally(() => floods.close());
}
