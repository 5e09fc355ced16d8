/**
 * The chrome's frames, from the thread that draws them. One model is under way at a time and the latest waits;
 * what came between is never drawn.
 */
import { Worker } from 'node:worker_threads';
import type { ChromeModel } from './chrome-model.ts';

/** A thread that dies this often has a bug no restart will mend. */
const RESTARTS_MAX = 3;

export interface ChromeThreadOptions {
  readonly script: URL;
  onFrame(frame: string, model: ChromeModel): void;
  /** It cannot be kept alive: the chrome is painted without Ink from now on. */
  onFailed(error: Error): void;
}

export class ChromeThread {
  readonly #options: ChromeThreadOptions;
  #worker: Worker | null = null;
  #underWay: ChromeModel | null = null;
  #waiting: ChromeModel | null = null;
  #restarts = 0;

  constructor(options: ChromeThreadOptions) {
    this.#options = options;
  }

  draw(model: ChromeModel): void {
    if (this.#underWay) this.#waiting = model;
    else this.#send(model);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  /** Loads Ink while the first panes are painted. */
  start(): void {
    // Ink leaves out colours it believes nobody sees; what the terminal can show is decided in our own painter.
    const env = { ...process.env, FORCE_COLOR: '3', NODE_ENV: 'production' };
    const worker = new Worker(this.#options.script, { env });
    this.#worker = worker;
    worker.on('message', ({ frame }: { readonly frame: string }) => this.#take(frame));
    worker.on('error', (error) => this.#died(worker, error));
    worker.unref();
  }

  #send(model: ChromeModel): void {
    this.#underWay = model;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker?.postMessage({ model });
  }

  #take(frame: string): void {
    const model = this.#underWay;
    this.#underWay = null;
    const next = this.#waiting;
    this.#waiting = null;
    if (next) this.#send(next);
    if (model) this.#options.onFrame(frame, model);
  }

  #died(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    if (++this.#restarts > RESTARTS_MAX)
      return this.#options.onFailed(error instanceof Error ? error : new Error(String(error)));
    this.start();
    const model = this.#waiting ?? this.#underWay;
    this.#waiting = null;
    if (model) this.#send(model);
  }
}
