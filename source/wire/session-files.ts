/**
 * The two small files that make a session known without a database: `meta.json`, written when its child
 * runs, and `exit.json`, written when it has ended. Both appear whole or not at all.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { HolderExit, ProcessIdentity } from './holder-protocol.ts';

export interface SessionMeta {
  readonly session: string;
  readonly socket: string;
  readonly holder: ProcessIdentity;
  readonly child: ProcessIdentity;
  /** The program alone: its arguments may carry what is nobody's business. */
  readonly program: string;
  /** Wall clock, milliseconds since 1970. */
  readonly startedAt: number;
  /**
   * The folder as the holder found it. A copied home is told from a moved one by it: a moved folder keeps
   * its device and inode, a copied one has neither these nor the path.
   */
  readonly folder: { readonly path: string; readonly device: number; readonly inode: number };
}

const META = 'meta.json';
const EXIT = 'exit.json';
/** Why a holder died of its own fault, for whoever finds the session lost. */
const CRASH = 'crash.txt';

export const writeMeta = (directory: string, meta: SessionMeta): void =>
  writeWhole(join(directory, META), JSON.stringify(meta));

export const writeExit = (directory: string, exit: HolderExit): void =>
  writeWhole(join(directory, EXIT), JSON.stringify(exit));

export const writeCrash = (directory: string, reason: string): void =>
  writeWhole(join(directory, CRASH), reason);

/** Null when there is none; throws SyntaxError or TypeError when what is there is not one. */
export function readMeta(directory: string): SessionMeta | null {
  const text = readIfThere(join(directory, META));
  if (text === null) return null;
  const meta = JSON.parse(text) as Partial<SessionMeta> | null;
  if (
    typeof meta?.session !== 'string' ||
    typeof meta.socket !== 'string' ||
    typeof meta.startedAt !== 'number' ||
    typeof meta.folder?.path !== 'string' ||
    !isIdentity(meta.holder) ||
    !isIdentity(meta.child)
  )
    throw new TypeError(`${META} lacks what every session has`);
  return meta as SessionMeta;
}

/** Null when there is none; throws SyntaxError or TypeError when what is there is not one. */
export function readExit(directory: string): HolderExit | null {
  const text = readIfThere(join(directory, EXIT));
  if (text === null) return null;
  const exit = JSON.parse(text) as Partial<HolderExit> | null;
  const isNumberOrNull = (value: unknown): boolean => value === null || typeof value === 'number';
  if (!isNumberOrNull(exit?.code) || !isNumberOrNull(exit?.signal) || typeof exit?.at !== 'number')
    throw new TypeError(`${EXIT} is not the end of a session`);
  return exit as HolderExit;
}

export const readCrash = (directory: string): string | null => readIfThere(join(directory, CRASH));

const isIdentity = (value: Partial<ProcessIdentity> | undefined): boolean =>
  typeof value?.pid === 'number' && typeof value.startTime === 'string' && typeof value.bootId === 'string';

/** Any failure to read but absence is thrown: a file that is there and cannot be read is not missing. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
}

/** Written beside, forced to disk, then renamed over: a reader or a power cut sees the old or the new. */
function writeWhole(path: string, text: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  const file = openSync(beside, 'w', 0o600);
  try {
    const bytes = Buffer.from(`${text}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } catch (cause) {
    unlinkSync(beside);
    throw cause;
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
