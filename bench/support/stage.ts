/** A multiplexer with the same programs in its panes and a client in a sink: tmux's and ours look alike from here. */
import type { Sink } from './sink.ts';

export interface StageOptions {
  /**
   * One shell line for each visible pane; the first has the focus and what is typed. `$STAGE` is `ours` or `peer`,
   * so that each can read from a place of its own.
   */
  readonly panes: readonly string[];
  /** Shell lines of sessions nobody sees. */
  readonly hidden?: readonly string[];
  readonly bytesPerSecond?: number;
  /** Size of the client's terminal. */
  readonly columns?: number;
  readonly rows?: number;
}

export interface Stage {
  readonly name: 'ours' | 'peer';
  readonly sink: Sink;
  /** Size of the first pane: what is compared must have the same amount to paint. */
  readonly pane: { readonly columns: number; readonly rows: number };
  /** Every process of the multiplexer, none of what runs in it. */
  pids(): readonly number[];
  close(): Promise<void>;
}
