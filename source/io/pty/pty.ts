/**
 * One child on one pseudo-terminal. Of node-pty only the fork is used, not its Terminal: that one destroys
 * the stream 200 ms after the child's exit, read or not, and so loses the end of what a child printed when
 * this process was held up at that moment. Here a terminal ends when its output has been read to the end.
 */
import { readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ReadStream } from 'node:tty';

import * as nodePty from 'node-pty';

import { checkProgram } from './program.ts';
import { PtyWriter, type WriteOutcome } from './pty-writer.ts';

export interface PtyExit {
  readonly code: number | null;
  readonly signal: number | null;
}

export interface Pty {
  readonly pid: number;
  write(bytes: Uint8Array, done: (outcome: WriteOutcome) => void): void;
  resize(columns: number, rows: number): void;
  /** False when there is nobody to signal any more. */
  signal(signal: number, wholeGroup: boolean): boolean;
  /** Reads what there is, also while paused, and gives it to onData; yields how many bytes. */
  readNow(): number;
  /** Stops reading, which in time stops the child's printing; nothing is lost, also when it exits meanwhile. */
  pause(): void;
  resume(): void;
}

export interface PtyStart {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
  readonly onData: (bytes: Buffer) => void;
  /** The child has ended and every byte it printed has been given to onData. Called once. */
  readonly onEnd: (exit: PtyExit) => void;
}

/** The fork of node-pty; exported by it, but not part of its types. */
interface NativePty {
  fork(
    file: string,
    parameters: readonly string[],
    environment: readonly string[],
    cwd: string,
    columns: number,
    rows: number,
    uid: number,
    gid: number,
    isUtf8: boolean,
    helper: string,
    onExit: (code: number, signal: number) => void,
  ): { readonly fd: number; readonly pid: number };
  resize(fd: number, columns: number, rows: number, pixelWidth: number, pixelHeight: number): void;
}

/**
 * A child that is gone while its own children keep the terminal open never gives an end of file. Then the
 * end is: nothing came for this long.
 */
const QUIET_AFTER_EXIT_MS = 200;

/** A child's child that prints on for ever does not hold the end back longer than this. */
const DRAIN_AFTER_EXIT_MS_MAX = 2_000;

/** The kernel keeps at most 64 KiB of unread output; what comes past four times that is somebody else's. */
const DRAIN_AFTER_EXIT_BYTES_MAX = 256 * 1024;

/** All that the kernel keeps of unread output. */
const READ_BYTES = 64 * 1024;

/** A read that yields less has left nothing. */
const KERNEL_READ_BYTES = 4_095;

/** -1: keep the user and group of this process. */
const SAME = -1;

/** Starts the command. Throws CannotStartError when its program or folder is missing. */
export function spawnPty(start: PtyStart): Pty {
  const [program, ...parameters] = start.command;
  if (program === undefined) throw new TypeError('a command needs a program');
  checkProgram({ program, cwd: start.cwd, path: start.env['PATH'] });
  const native = (nodePty as unknown as { readonly native: NativePty }).native;
  const environment = { TERM: 'xterm-256color', ...start.env, PWD: start.cwd };

  let exit: PtyExit | undefined;
  let isRead = false;
  let isEnded = false;
  let bytesAfterExit = 0;
  let exitedAt = 0;
  let quiet: NodeJS.Timeout | undefined;

  const { fd, pid } = native.fork(
    program,
    parameters,
    Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    start.cwd,
    start.columns,
    start.rows,
    SAME,
    SAME,
    true,
    helperProgram(),
    (code, signal) => {
      exit = signal === 0 ? { code, signal: null } : { code: null, signal };
      exitedAt = performance.now();
      writer.end();
      if (isRead) end();
      else awaitQuiet();
    },
  );
  // Into one buffer again and again: a new one for each read, and the stream's own queue, cost more than the read.
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const stream = new ReadStream(fd, {
    onread: {
      buffer,
      callback(count) {
        take(Buffer.from(buffer.subarray(0, count)));
        return true;
      },
    },
  });
  const writer = new PtyWriter(fd);
  // Linux says EIO when the last one who had the terminal open is gone: that is the end of file.
  stream.on('error', () => stream.destroy());
  stream.on('close', () => {
    isRead = true;
    writer.end();
    if (exit !== undefined) end();
  });

  stream.resume();

  function take(bytes: Buffer): void {
    start.onData(bytes);
    if (exit === undefined) return;
    bytesAfterExit += bytes.length;
    if (bytesAfterExit > DRAIN_AFTER_EXIT_BYTES_MAX) stream.destroy();
    else awaitQuiet();
  }

  function awaitQuiet(): void {
    clearTimeout(quiet);
    const left = exitedAt + DRAIN_AFTER_EXIT_MS_MAX - performance.now();
    quiet = setTimeout(
      () => {
        // Timers run before reads after this process was held up; look once more after a round of reads.
        const seen = bytesAfterExit;
        setImmediate(() => {
          if (isEnded || stream.isPaused()) return;
          if (bytesAfterExit === seen || left <= 0) stream.destroy();
        });
      },
      Math.max(0, Math.min(QUIET_AFTER_EXIT_MS, left)),
    );
  }

  function end(): void {
    if (isEnded || exit === undefined) return;
    isEnded = true;
    clearTimeout(quiet);
    start.onEnd(exit);
  }

  return {
    pid,
    write: (bytes, done) => writer.write(bytes, done),
    resize(columns, rows) {
      if (!isRead) native.resize(fd, columns, rows, 0, 0);
    },
    signal(signal, wholeGroup) {
      // Once it has been waited for, its number may be somebody else's.
      if (exit !== undefined) return false;
      // The child leads its own session, so its number is also the number of its group; but for the moment
      // between the fork and its first step, when there is no such group yet.
      return (wholeGroup && send(-pid, signal)) || send(pid, signal);
    },
    readNow() {
      let bytes = 0;
      try {
        for (
          let count = KERNEL_READ_BYTES;
          count >= KERNEL_READ_BYTES && bytes < READ_BYTES;
          bytes += count
        ) {
          count = isRead ? 0 : readSync(fd, buffer);
          if (count > 0) take(Buffer.from(buffer.subarray(0, count)));
        }
      } catch {
        // Nothing there, or nobody any more: the stream notices that when it goes on.
      }
      return bytes;
    },
    pause: () => void stream.pause(),
    resume() {
      stream.resume();
      if (exit !== undefined && !isEnded) awaitQuiet();
    },
  };
}

function send(pid: number, signal: number): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** macOS forks through a small program beside the native module; elsewhere the name is not used. */
function helperProgram(): string {
  if (process.platform !== 'darwin') return '';
  const own = createRequire(import.meta.url).resolve('node-pty');
  const platform = `${process.platform}-${process.arch}`;
  const manifest = createRequire(own).resolve(`@lydell/node-pty-${platform}/package.json`);
  return join(dirname(manifest), 'prebuilds', platform, 'spawn-helper');
}
