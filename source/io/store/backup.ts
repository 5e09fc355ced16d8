/** Copies of the log that were proved to be good ones. */
import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { nextBackup, pruneBackups } from './backup-files.ts';
import { connectReadOnly } from './connect.ts';
import { readMeta } from './migrations.ts';
import { StoreError } from './store-error.ts';
import { syncFile } from './store-files.ts';
import { verifyLog, verifyLogSlowly, type VerifyResult } from './verify.ts';

export interface BackupResult {
  readonly file: string;
  /** Events in the copy, all of them verified. */
  readonly events: number;
}

/** Copies while events are recorded, verifies the copy, and only then gives it its name. */
export async function backUp(
  db: Database.Database,
  { folder, at, publicKey }: { folder: string; at: number; publicKey: string | null },
): Promise<BackupResult> {
  const { file, partial } = nextBackup(folder, at);
  closeSync(openSync(partial, 'wx', 0o600));
  try {
    await db.backup(partial);
    const copy = new Database(partial);
    let result: VerifyResult;
    try {
      // One file that needs no other beside it.
      copy.pragma('journal_mode = DELETE');
      const origin = readMeta(copy, 'origin') ?? '';
      result = await verifyLogSlowly({ db: copy, origin, files: null, publicKey });
    } finally {
      copy.close();
    }
    finish(partial, file, result);
    pruneBackups(folder);
    return { file, events: result.head.seq };
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** The same at once, before a change of schema; nothing else runs yet. */
export function backUpNow(
  db: Database.Database,
  { folder, at, schema }: { folder: string; at: number; schema: number },
): BackupResult {
  const { file, partial } = nextBackup(folder, at, schema);
  closeSync(openSync(partial, 'wx', 0o600));
  try {
    db.prepare('VACUUM INTO ?').run(partial);
    const result = verifyBackup(partial);
    finish(partial, file, result);
    pruneBackups(folder);
    return { file, events: result.head.seq };
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Walks a copy from its first event to its last. Throws what SQLite throws if it is no database. */
export function verifyBackup(file: string): VerifyResult {
  const copy = connectReadOnly(file);
  try {
    const origin = readMeta(copy, 'origin') ?? '';
    return verifyLog({ db: copy, origin, files: null, publicKey: null });
  } finally {
    copy.close();
  }
}

function finish(partial: string, file: string, { ok, problem }: VerifyResult): void {
  if (!ok) {
    throw new StoreError(
      'CORRUPT',
      `The backup ${file} was not kept, as its copy of the log does not verify: ${problem?.message} Older backups are untouched; run "fleet log verify".`,
    );
  }
  syncFile(partial);
  renameSync(partial, file);
  syncFile(file);
}
