/**
 * Looks at what is on disk before anything is opened for writing, and refuses what is damaged: opening alone
 * would already change it (SQLite drops a -wal file it cannot use).
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { listBackups } from './backup-files.ts';
import { LOG_BYTES_NEWEST, readCheckpointLog } from './checkpoint-log.ts';
import { complaintOf, connect, connectReadOnly } from './connect.ts';
import { hashAt } from './event-rows.ts';
import { readHeadNote } from './head-note.ts';
import { GUARDS, type Migration, readMeta, refuseNewer, schemaVersion } from './migrations.ts';
import { isSignatureGood } from './signing-key.ts';
import { RESTORE_ADVICE, StoreError } from './store-error.ts';
import { sizeOf, type StoreFiles } from './store-files.ts';
import type { Warnings } from './warnings.ts';
import { type Claim, walkChain } from './walk.ts';

const SQLITE_MAGIC = 'SQLite format 3\0';

/** Throws CORRUPT, NEWER or what SQLite throws; what is merely odd becomes a warning. Changes nothing. */
export function inspect(files: StoreFiles, migrations: readonly Migration[], warnings: Warnings): void {
  if (sizeOf(files.database) === 0) {
    refuseLostDatabase(files, warnings);
    return;
  }
  if (firstBytes(files.database) !== SQLITE_MAGIC) {
    throw new StoreError('CORRUPT', `${files.database} is not a database any more. ${RESTORE_ADVICE}`);
  }
  // A rollback journal means the very first start was cut off; only a writer can undo that.
  const db = sizeOf(files.journal) > 0 ? connect(files.database) : connectReadOnly(files.database);
  try {
    if (schemaVersion(db) === 0) {
      refuseLostDatabase(files, warnings);
      return;
    }
    refuseNewer(db, migrations);
    const complaint = complaintOf(db, 'quick_check');
    if (complaint !== null) {
      throw new StoreError(
        'CORRUPT',
        `The event log is damaged: SQLite reports "${complaint}". ${RESTORE_ADVICE}`,
      );
    }
    warnOfMissingGuards(db, warnings);
    refuseBrokenEnd(db, files, warnings);
  } finally {
    db.close();
  }
}

/** No events where there were some is not a fresh start. */
function refuseLostDatabase(files: StoreFiles, warnings: Warnings): void {
  const signed = attempt(warnings, 'checkpoints.log', () =>
    readCheckpointLog(files.checkpoints, LOG_BYTES_NEWEST),
  );
  const noted = attempt(warnings, 'fleet.head', () => readHeadNote(files.head));
  const backups = listBackups(files.backups).length;
  const traces = [
    (noted?.seq ?? 0) > 0 ? `fleet.head notes event ${noted?.seq}` : '',
    (signed?.checkpoints.length ?? 0) > 0
      ? `checkpoints.log has signatures up to event ${signed?.checkpoints.at(-1)?.seq}`
      : '',
    sizeOf(files.wal) > 0 && sizeOf(files.database) === 0 ? 'its -wal file is still there' : '',
    backups > 0 ? `there are ${backups} backups` : '',
  ].filter((trace) => trace !== '');
  if (traces.length === 0) return;
  throw new StoreError(
    'CORRUPT',
    `${files.database} is missing or empty, yet there was a log (${traces.join(', ')}). If it was moved, put it back. ${RESTORE_ADVICE}`,
  );
}

function warnOfMissingGuards(db: Database, warnings: Warnings): void {
  const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
  const missing = GUARDS.filter((guard) => !names.includes(guard));
  if (missing.length === 0) return;
  warnings.set(
    'guards',
    `Somebody removed what keeps events from being changed (${missing.join(', ')}). Run "fleet log verify".`,
  );
}

/** Checks the events since the last checkpoint, and that the end is where it was last seen. */
function refuseBrokenEnd(db: Database, files: StoreFiles, warnings: Warnings): void {
  const origin = readMeta(db, 'origin');
  // Cut off between the schema and its first row; there are no events then.
  if (origin === undefined) return;
  const claims: Claim[] = [];
  const last = db
    .prepare<[], { seq: number; hash: string }>('SELECT seq, hash FROM checkpoints ORDER BY seq DESC LIMIT 1')
    .get();
  if (last !== undefined) claims.push({ ...last, source: 'the last checkpoint in the database' });
  const noted = attempt(warnings, 'fleet.head', () => readHeadNote(files.head));
  if (noted !== null) claims.push({ ...noted, source: 'the note in fleet.head' });
  const log = attempt(warnings, 'checkpoints.log', () =>
    readCheckpointLog(files.checkpoints, LOG_BYTES_NEWEST),
  );
  const signed = log?.checkpoints.findLast((checkpoint) => isSignatureGood(origin, checkpoint));
  if (signed !== undefined) claims.push({ ...signed, source: 'the last checkpoint in checkpoints.log' });

  const from = last !== undefined && hashAt(db, last.seq) === last.hash ? last.seq + 1 : 1;
  const walk = walkChain(db, { origin, from, claims });
  let step = walk.next();
  while (step.done !== true) step = walk.next();
  if (step.value.problem !== null)
    throw new StoreError('CORRUPT', `${step.value.problem.message} ${RESTORE_ADVICE}`);
}

/** What stands beside the database may be damaged without harm to the events. */
function attempt<T>(warnings: Warnings, name: 'fleet.head' | 'checkpoints.log', read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    warnings.set(
      name,
      `${name} could not be read (${(error as Error).message}); the log is kept without it. Move it away, and a new one is made.`,
    );
    return null;
  }
}

function firstBytes(file: string): string {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(SQLITE_MAGIC.length);
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}
