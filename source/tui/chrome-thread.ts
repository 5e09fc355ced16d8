/**
 * The chrome's frames, from the thread that draws them. One model is under way at a time and the latest waits;
 * what came between is never drawn.
 */
import { Worker } from 'node:worker_threads';
import type { ChromeModel } from './chrome-model.ts';

/** What merely happens is drawn ten times a second; a frame costs 10 ms of a core. Keys are answered at once. */
const FRAME_GAP_MS = 100;

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
  #timer: NodeJS.Timeout | null = null;
  #lastAt = -Infinity;
  #restarts = 0;

  constructor(options: ChromeThreadOptions) {
    this.#options = options;
  }

  /** `isUrgent`: a person waits for it. */
  draw(model: ChromeModel, isUrgent: boolean): void {
    this.#waiting = model;
    const waitMs = isUrgent ? 0 : this.#lastAt + FRAME_GAP_MS - performance.now();
    if (waitMs <= 0) return this.#next();
    this.#timer ??= setTimeout(() => this.#next(), waitMs);
  }

  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  /** Loads Ink while the first panes are painted. */
  start(): void {
    // Ink leaves out colours it believes nobody sees; what the terminal can show is decided in our own painter.
    // With both, Node warns, on the screen.
    const { NO_COLOR: _ours, ...environment } = process.env;
    const env = { ...environment, FORCE_COLOR: '3', NODE_ENV: 'production' };
    const worker = new Worker(this.#options.script, { env });
    this.#worker = worker;
    worker.on('message', ({ frame }: { readonly frame: string }) => this.#take(frame));
    worker.on('error', (error) => this.#died(worker, error));
    worker.unref();
    this.#next();
  }

  /** Sends the latest model, unless one is under way: then as soon as that is drawn. */
  #next(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const model = this.#waiting;
    if (!model || this.#underWay || !this.#worker) return;
    this.#waiting = null;
    this.#underWay = model;
    this.#lastAt = performance.now();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker?.postMessage({ model: { ...model, page: null } });
  }

  #take(frame: string): void {
    const model = this.#underWay;
    this.#underWay = null;
    if (!this.#timer) this.#next();
    if (model) this.#options.onFrame(frame, model);
  }

  #died(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    if (++this.#restarts > RESTARTS_MAX)
      return this.#options.onFailed(error instanceof Error ? error : new Error(String(error)));
    this.#waiting ??= this.#underWay;
    this.#underWay = null;
    this.start();
  }
}
