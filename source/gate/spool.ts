/** Where reports wait for a daemon to come back: one file a session, one line a report. */
import { closeSync, constants, fstatSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SpooledReport } from '../wire/gate-protocol.ts';

/** Hours of an agent's reports; past it they are dropped, an absent daemon must not fill the disk. */
const SPOOL_BYTES_MAX = 16 * 1024 * 1024;

/** On disk when it returns. A report that cannot be kept is lost: there is nobody left to tell. */
export function spool(file: string, report: SpooledReport): void {
  let descriptor: number | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
    descriptor = openSync(file, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
    // The newline in front keeps this line whole even after one that a full disk cut off.
    const line = Buffer.from(`\n${JSON.stringify(report)}\n`);
    if (fstatSync(descriptor).size + line.length > SPOOL_BYTES_MAX) return;
    writeSync(descriptor, line);
    fsyncSync(descriptor);
  } catch {
    // The folder may be gone or the disk full; the agent's work is in order all the same.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
