/**
 * The last acknowledged event, noted beside the database after every commit. A lost or damaged -wal file
 * leaves a database that looks whole and ends earlier; only something outside can tell. The note is not
 * signed and not flushed: it can fall behind in a power cut, never run ahead, and guards against accidents.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { ChainHead } from './chain.ts';

/** Always overwritten in one write of one size, so that a kill leaves the old note or the new one. */
const NOTE_BYTES = 128;

export interface HeadNote {
  write(head: ChainHead): void;
  close(): void;
}

/** The noted head; null without a note, or with an empty one, as a power cut leaves it. Throws if it is something else. */
export function readHeadNote(file: string): ChainHead | null {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  if (text === '') return null;
  const [, seq, hash] = /^(\d{1,15}) ([0-9a-f]{64}) *\n$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new Error('it is not a head note');
  return { seq: Number(seq), hash };
}

export function openHeadNote(file: string): HeadNote {
  // Neither truncated nor appended to; 'r+' would not make it.
  const fd = openOrMake(file);
  const note = Buffer.alloc(NOTE_BYTES);
  return {
    write({ seq, hash }) {
      note.write(`${seq} ${hash}`.padEnd(NOTE_BYTES - 1).concat('\n'), 'latin1');
      writeSync(fd, note, 0, NOTE_BYTES, 0);
    },
    close: () => closeSync(fd),
  };
}

function openOrMake(file: string): number {
  try {
    return openSync(file, 'r+');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return openSync(file, 'wx', 0o600);
  }
}
