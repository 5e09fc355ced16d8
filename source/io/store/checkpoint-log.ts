/**
 * checkpoints.log: the signed checkpoints once more, outside the database, one JSON object a line. What is
 * in it is never rewritten; lines it lacks are added from the database.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { SignedCheckpoint } from './signing-key.ts';

/** Whole history of a very long log: 450 bytes for every 256 events make 37 million events. */
export const LOG_BYTES_ALL = 64 * 1024 * 1024;

/** Enough to find the newest checkpoint at start-up: more than a hundred lines. */
export const LOG_BYTES_NEWEST = 64 * 1024;

export interface CheckpointLog {
  readonly checkpoints: readonly SignedCheckpoint[];
  /** Lines that are no checkpoint. A last line cut off by a crash is not counted. */
  readonly damagedLines: number;
}

export interface CheckpointWriter {
  add(checkpoints: readonly SignedCheckpoint[]): void;
  close(): void;
}

/** The newest checkpoints that fit in so many bytes, oldest first; null without a file. */
export function readCheckpointLog(file: string, bytesMax: number): CheckpointLog | null {
  const text = readEnd(file, bytesMax);
  if (text === null) return null;
  const lines = text.split('\n');
  // After the last newline comes nothing, or a line that a crash cut off.
  lines.pop();
  const checkpoints: SignedCheckpoint[] = [];
  let damagedLines = 0;
  for (const line of lines) {
    const checkpoint = parseLine(line);
    if (checkpoint !== null) checkpoints.push(checkpoint);
    else if (line !== '') damagedLines += 1;
  }
  return { checkpoints, damagedLines };
}

export function openCheckpointLog(file: string): CheckpointWriter {
  const fd = openSync(file, 'a+', 0o600);
  // Ends a line that was cut off, so that the next one stands alone.
  if (!endsWithNewline(fd)) writeSync(fd, '\n');
  return {
    add(checkpoints) {
      if (checkpoints.length === 0) return;
      writeSync(fd, checkpoints.map((checkpoint) => `${JSON.stringify(checkpoint)}\n`).join(''));
    },
    close: () => closeSync(fd),
  };
}

function readEnd(file: string, bytesMax: number): string | null {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.min(size, bytesMax));
    const read = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    const text = bytes.toString('utf8', 0, read);
    // The first line is only whole if the file was read from its start.
    return size > bytesMax ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    closeSync(fd);
  }
}

function endsWithNewline(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] === 0x0a;
}

function parseLine(line: string): SignedCheckpoint | null {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof found !== 'object' || found === null) return null;
  const { seq, hash, at, latestWallMs, key, note } = found as Record<keyof SignedCheckpoint, unknown>;
  if (typeof seq !== 'number' || typeof at !== 'number' || typeof latestWallMs !== 'number') return null;
  if (typeof hash !== 'string' || typeof key !== 'string' || typeof note !== 'string') return null;
  return { seq, hash, at, latestWallMs, key, note };
}
