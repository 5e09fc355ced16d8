/**
 * Programs that print at a rate, without the programs: a pane runs `cat` on a named pipe, and one thread writes
 * into all of them. A hundred shells that sleep would cost more than what is measured.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface FeedOptions {
  readonly stage: 'ours' | 'peer';
  /** Numbers of the pipes that get something. */
  readonly pipes: readonly number[];
  readonly kind: 'lines' | 'agent' | 'line';
  readonly writesPerSecond: number;
  /** Of a write of lines; an agent's redraw is padded with more of what it shows. */
  readonly bytesPerWrite: number;
  readonly columns: number;
}

export type FeederMessage =
  | { readonly type: 'open'; readonly files: Readonly<Record<string, readonly string[]>> }
  | { readonly type: 'start'; readonly feed: FeedOptions }
  | { readonly type: 'stop' };

export class Feeder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-pipes-'));
  readonly #worker: Worker;

  constructor(pipes: number) {
    const files = Object.fromEntries(
      ['ours', 'peer'].map((stage) => [
        stage,
        Array.from({ length: pipes }, (_, number) => join(this.#folder, `${stage}-${number}`)),
      ]),
    );
    execFileSync('mkfifo', Object.values(files).flat());
    this.#worker = new Worker(new URL('./feeder-thread.ts', import.meta.url));
    this.#tell({ type: 'open', files });
  }

  /** The shell line of a pane that prints what the pipe gets. */
  line(pipe: number): string {
    return `exec cat ${this.#folder}/$STAGE-${pipe}`;
  }

  start(feed: FeedOptions): void {
    this.#tell({ type: 'start', feed });
  }

  /** Resolves with how often each pipe was written to. */
  stop(): Promise<number> {
    const stopped = new Promise<number>((done) => this.#worker.once('message', done));
    this.#tell({ type: 'stop' });
    return stopped;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tell(message: FeederMessage): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(message);
  }
}
