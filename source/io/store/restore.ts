/**
 * `fleet db restore`: the way out of a damaged log. Takes the longest log that verifies, be it what is left
 * or a backup, and moves everything that was there into a folder of its own. Nothing is deleted.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { listBackups } from './backup-files.ts';
import { verifyBackup } from './backup.ts';
import { connect, connectReadOnly, establish } from './connect.ts';
import { MIGRATIONS } from './migrations.ts';
import { asStoreError, StoreError } from './store-error.ts';
import { makePrivate, prepareDatabase, sizeOf, storeFilesOf, syncFile } from './store-files.ts';

export interface RestoreOptions {
  readonly file: string;
  readonly backups: string;
  readonly host: string;
  readonly now: () => number;
  /** Start an empty log if nothing verifies. */
  readonly allowEmpty?: boolean;
}

export interface RestoreResult {
  readonly from: 'what was left' | 'backup' | 'nothing';
  /** The backup taken; null if none was. */
  readonly backup: string | null;
  readonly events: number;
  /** Where the files that were there are now. */
  readonly movedTo: string;
  /** Candidates that did not verify, and why, in sentences. */
  readonly rejected: readonly string[];
}

/** The daemon must not run. Throws CORRUPT if nothing verifies and no empty log is allowed; then nothing was changed. */
export function restoreLog(options: RestoreOptions): RestoreResult {
  const files = storeFilesOf(options.file, options.backups);
  const rejected: string[] = [];
  const replacement = `${options.file}.restoring`;
  rmSync(replacement, { force: true });

  const backup = newestGoodBackup(options.backups, rejected);
  const left = sizeOf(options.file) > 0 ? eventsIn(options.file, rejected) : null;
  let from: RestoreResult['from'];
  let events: number;
  try {
    if (left !== null && left >= (backup?.events ?? 0)) {
      from = 'what was left';
      events = left;
      copyLog(options.file, replacement);
    } else if (backup !== null) {
      from = 'backup';
      events = backup.events;
      copyFileSync(backup.file, replacement);
      makePrivate(replacement);
    } else if (options.allowEmpty === true) {
      from = 'nothing';
      events = 0;
      makeEmpty(replacement, options.host);
    } else {
      throw new StoreError(
        'CORRUPT',
        `Neither the log nor any backup in ${options.backups} verifies (${rejected.join(' ') || 'there is none'}). Nothing was changed. "fleet db restore --empty" starts a new log and keeps the old files aside.`,
      );
    }
    syncFile(replacement);
  } catch (error) {
    rmSync(replacement, { force: true });
    throw asStoreError(error, 'restore the event log');
  }

  const movedTo = damagedFolder(options.file, options.now());
  for (const path of [files.wal, files.shm, files.journal, files.head, files.checkpoints, files.database]) {
    if (existsSync(path)) renameSync(path, join(movedTo, basename(path)));
  }
  renameSync(replacement, options.file);
  syncFile(options.file);
  return { from, backup: from === 'backup' ? (backup?.file ?? null) : null, events, movedTo, rejected };
}

function newestGoodBackup(folder: string, rejected: string[]): { file: string; events: number } | null {
  for (const { file } of listBackups(folder).toReversed()) {
    const events = eventsIn(file, rejected);
    if (events !== null) return { file, events };
  }
  return null;
}

/** Number of events if every one of them verifies. */
function eventsIn(file: string, rejected: string[]): number | null {
  try {
    const result = verifyBackup(file);
    if (result.ok) return result.head.seq;
    rejected.push(`${file}: ${result.problem?.message}`);
  } catch (error) {
    rejected.push(asStoreError(error, `verify ${file}`).message);
  }
  return null;
}

/** Database and -wal as one new file; the ones read are left as they are. */
function copyLog(file: string, copy: string): void {
  const db = connectReadOnly(file);
  try {
    db.prepare('VACUUM INTO ?').run(copy);
  } finally {
    db.close();
  }
  makePrivate(copy);
}

function makeEmpty(file: string, host: string): void {
  prepareDatabase(file);
  const db = connect(file);
  try {
    establish(db, { migrations: MIGRATIONS, host, before: () => undefined });
  } finally {
    db.close();
  }
}

function damagedFolder(file: string, at: number): string {
  const time = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  for (let attempt = 1; ; attempt += 1) {
    const folder = join(dirname(file), attempt === 1 ? `damaged-${time}` : `damaged-${time}-${attempt}`);
    if (existsSync(folder)) continue;
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  }
}
