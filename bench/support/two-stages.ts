/** The same programs in panes of the same size, once under each multiplexer, side by side. */
import { fleetStage } from './fleet-stage.ts';
import type { Stage, StageOptions } from './stage.ts';
import { tmuxStage } from './tmux-stage.ts';

export interface Stages {
  readonly ours: Stage;
  readonly peer: Stage;
}

/** tmux gets a terminal in which its tiled panes come out as large as ours. */
export async function onBothStages<T>(
  options: StageOptions,
  measure: (stages: Stages) => Promise<T>,
): Promise<T> {
  const ours = await fleetStage(options);
  try {
    const { across, down } = tiles(options.panes.length);
    const peer = await tmuxStage({
      ...options,
      columns: ours.pane.columns * across + across - 1,
      rows: ours.pane.rows * down + down - 1,
    });
    try {
      return await measure({ ours, peer });
    } finally {
      await peer.close();
    }
  } finally {
    await ours.close();
  }
}

/** Ours and the peer's of each round, one after the other, who is first changing. */
export async function inRounds<T>(
  { ours, peer }: Stages,
  rounds: number,
  measure: (stage: Stage) => Promise<T>,
): Promise<{ readonly ours: T[]; readonly peer: T[] }> {
  const measured = { ours: [] as T[], peer: [] as T[] };
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) measured.ours.push(await measure(ours));
    measured.peer.push(await measure(peer));
    if (round % 2 === 1) measured.ours.push(await measure(ours));
  }
  return measured;
}

/** How tmux tiles: rows and columns grow in turns until all panes fit. */
function tiles(panes: number): { across: number; down: number } {
  let across = 1;
  let down = 1;
  while (across * down < panes) {
    down++;
    if (across * down < panes) across++;
  }
  return { across, down };
}
