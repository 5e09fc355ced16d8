/** Bytes to the client's terminal for each update of the programs in its panes, the same updates under both. */
import { setTimeout as after } from 'node:timers/promises';
import { Feeder, type FeedOptions } from './support/feeder.ts';
import { compare, type Bench } from './support/row.ts';
import type { Stage } from './support/stage.ts';
import { inRounds, onBothStages } from './support/two-stages.ts';

const PANES = 8;
const ROUNDS = 5;
const UPDATES_A_SECOND = 20;
const ROUND_MS = 2_500;
/** Long enough for the panes to be full of lines, so that each further one scrolls. */
const FILL_MS = 3_000;
const SETTLE_MS = 300;

export function agents(): Promise<Bench> {
  return measured('bytes-agent', 'agent', 0.2, 'agent redraw');
}

export function lines(): Promise<Bench> {
  return measured('bytes-line', 'line', 0.95, 'line');
}

async function measured(
  id: string,
  kind: FeedOptions['kind'],
  target: number,
  update: string,
): Promise<Bench> {
  const feeder = new Feeder(PANES);
  const all = Array.from({ length: PANES }, (_, pipe) => pipe);
  try {
    return await onBothStages({ panes: all.map((pipe) => feeder.line(pipe)) }, async (stages) => {
      const fed = async (stage: Stage, pipes: readonly number[], ms: number): Promise<number> => {
        const before = stage.sink.bytes;
        feeder.start({
          stage: stage.name,
          pipes,
          kind,
          writesPerSecond: UPDATES_A_SECOND,
          bytesPerWrite: 0,
          columns: stage.pane.columns,
        });
        await after(ms);
        const updates = await feeder.stop();
        await after(SETTLE_MS);
        return (stage.sink.bytes - before) / updates;
      };
      await fed(stages.ours, all, FILL_MS);
      await fed(stages.peer, all, FILL_MS);
      const one = await inRounds(stages, ROUNDS, (stage) => fed(stage, [1], ROUND_MS));
      const every = await inRounds(stages, ROUNDS, (stage) => fed(stage, all, ROUND_MS));
      return {
        id,
        rows: [
          compare({ name: `${id}: bytes an update, one pane + 1 ${update}`, ...one, target }),
          compare({ name: `${id}: bytes an update, ${PANES} panes + 1 ${update}`, ...every, target }),
        ],
      };
    });
  } finally {
    await feeder.close();
  }
}
