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
    await ours.close();
  }
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
