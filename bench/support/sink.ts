/**
 * A person's terminal, without the person: a pty that runs a client, takes what it paints, answers what
 * terminals are asked, and can read as slowly as a bad line.
 */
import { read } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { spawn, type IPty } from 'node-pty';

const COLUMNS = 200;
const ROWS = 50;
/** One read of a slow line; small, so that it is slow evenly. */
const SLOW_READ_BYTES = 1_024;

/** What an xterm says when it is asked. Neither client may wait for an answer that never comes. */
const ANSWERS: readonly (readonly [question: RegExp, answer: string])[] = [
  [/\u001b\[5n/g, '\u001b[0n'],
  [/\u001b\[0?c/g, '\u001b[?62;22c'],
  [/\u001b\[>0?c/g, '\u001b[>0;276;0c'],
  [/\u001b\[\?(\d+)\$p/g, '\u001b[?$1;0$y'],
];

export interface SinkOptions {
  readonly command: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
  /** Bytes a second; as fast as it comes when nothing is said. */
  readonly bytesPerSecond?: number;
  readonly columns?: number;
  readonly rows?: number;
}

export class Sink {
  readonly options: SinkOptions;
  readonly pty: IPty;
  /** Bytes painted since the beginning. */
  bytes = 0;
  /** When the last byte arrived, milliseconds of performance.now(). */
  lastAt = 0;
  #listener: (text: string) => void = () => {};
  #isClosed = false;
  #bytesPerSecond: number;

  constructor(options: SinkOptions) {
    this.options = options;
    const { command, env, cwd } = options;
    this.#bytesPerSecond = options.bytesPerSecond ?? 0;
    this.pty = spawn(command[0]!, command.slice(1), {
      name: 'xterm-256color',
      cols: options.columns ?? COLUMNS,
      rows: options.rows ?? ROWS,
      cwd,
      env,
      encoding: null,
    });
    if (this.#bytesPerSecond > 0) {
      this.pty.pause();
      void this.#readSlowly();
    } else this.pty.onData((data) => this.#take(data as unknown as Buffer));
  }

  onText(listener: (text: string) => void): void {
    this.#listener = listener;
  }

  write(text: string): void {
    this.pty.write(text);
  }

  /** Resolves with everything painted from now on until `isThere` says so. */
  until(isThere: (painted: string) => boolean, what: string, timeoutMs = 20_000): Promise<string> {
    let painted = '';
    return new Promise((done, failed) => {
      const timer = setTimeout(
        () =>
          failed(
            new Error(`waited ${timeoutMs} ms for ${what}; painted: ${JSON.stringify(painted.slice(-400))}`),
          ),
        timeoutMs,
      );
      this.onText((text) => {
        painted = (painted + text).slice(-200_000);
        if (!isThere(painted)) return;
        clearTimeout(timer);
        this.onText(() => {});
        done(painted);
      });
    });
  }

  /** Resolves when nothing was painted for `ms`. */
  async quiet(ms: number, timeoutMs = 20_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    this.lastAt = performance.now();
    while (performance.now() - this.lastAt < ms && performance.now() < deadline) await after(ms / 4);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const exited = new Promise<void>((done) => this.pty.onExit(() => done()));
    this.pty.kill('SIGTERM');
    await Promise.race([exited, after(2_000)]);
  }

  #take(data: Buffer): void {
    this.bytes += data.length;
    this.lastAt = performance.now();
    const text = data.toString('latin1');
    this.#answer(text);
    this.#listener(text);
  }

  #answer(text: string): void {
    if (!text.includes('\u001b')) return;
    for (const [question, answer] of ANSWERS)
      for (const match of text.matchAll(question)) this.write(match[0].replace(question, answer));
  }

  async #readSlowly(): Promise<void> {
    const { fd } = this.pty as unknown as { fd: number };
    const buffer = Buffer.alloc(SLOW_READ_BYTES);
    let due = performance.now();
    while (!this.#isClosed) {
      const count = await new Promise<number>((done) =>
        read(fd, buffer, 0, SLOW_READ_BYTES, null, (error, length) => done(error ? -1 : length)),
      );
      if (count > 0) this.#take(Buffer.from(buffer.subarray(0, count)));
      due = Math.max(performance.now() - 20, due) + (Math.max(count, 0) / this.#bytesPerSecond) * 1_000;
      const wait = due - performance.now();
      // An idle line is looked at often enough not to add to what is measured.
      if (count <= 0) await after(1);
      else if (wait > 1) await after(wait);
    }
  }
}
