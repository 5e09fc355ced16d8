/** Opens the database as the log needs it, and makes a new one. */
import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { type Migration, migrate, readMeta, writeMeta } from './migrations.ts';
import { StoreError } from './store-error.ts';

/** How long a write waits for somebody's sqlite3 prompt. The daemon stands still meanwhile, so not long. */
const BUSY_TIMEOUT_MS = 2_000;

/** SQLite's own default, 4 MiB of -wal between checkpoints; stated so that no build option changes it. */
const WAL_CHECKPOINT_PAGES = 1_000;

/** What a burst may leave behind in the -wal file. */
const WAL_BYTES_MAX = 64 * 1024 * 1024;

/** 3.51.3 mended a rare loss when the -wal file starts over. */
const SQLITE_VERSION_MIN = [3, 51, 3] as const;

/** For looking only: leaves database and -wal as they are, also when it closes. */
export function connectReadOnly(file: string): Database.Database {
  return new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
}

/** For writing: WAL, each commit flushed before it returns. Throws if SQLite does not say so itself. */
export function connect(file: string): Database.Database {
  const db = new Database(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    const version = db.prepare('SELECT sqlite_version()').pluck().get() as string;
    if (!isAtLeast(version, SQLITE_VERSION_MIN)) {
      throw new StoreError(
        'IO',
        `SQLite ${version} is too old to keep the log; ${SQLITE_VERSION_MIN.join('.')} or later is needed. Install fleet again.`,
      );
    }
    demand(db, 'journal_mode', 'WAL', 'wal');
    // The driver opens WAL databases with NORMAL, which loses acknowledged events in a power cut.
    demand(db, 'synchronous', 'FULL', 2);
    // macOS leaves data in the drive's cache unless told; elsewhere these do nothing.
    db.pragma('fullfsync = ON');
    db.pragma('checkpoint_fullfsync = ON');
    db.pragma(`wal_autocheckpoint = ${WAL_CHECKPOINT_PAGES}`);
    db.pragma(`journal_size_limit = ${WAL_BYTES_MAX}`);
    // Makes INSERT OR REPLACE ask the delete triggers, too.
    db.pragma('recursive_triggers = ON');
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    // Says now, not at the first event, that nothing can be written.
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Brings the schema up to date and names a log that has no name yet. Returns the name. */
export function establish(
  db: Database.Database,
  options: { migrations: readonly Migration[]; host: string; before: (from: number) => void },
): string {
  migrate(db, options.migrations, options.before);
  return db
    .transaction(() => {
      const known = readMeta(db, 'origin');
      if (known !== undefined) return known;
      // As C2SP asks of a name: no blanks, no plus. Random, so that no two logs of one host are taken for each other.
      const origin = `fleet/${options.host.replaceAll(/[^\w.-]/g, '-')}/${randomBytes(8).toString('hex')}`;
      writeMeta(db, 'origin', origin);
      writeMeta(db, 'epoch', '0');
      return origin;
    })
    .immediate();
}

/** What SQLite finds wrong with the file, on one line; null if nothing. */
export function complaintOf(db: Database.Database, check: 'quick_check' | 'integrity_check'): string | null {
  const verdict = String(db.pragma(`${check}(1)`, { simple: true }));
  if (verdict === 'ok') return null;
  return verdict.replace('*** in database main ***', '').replaceAll(/\s+/g, ' ').trim();
}

function demand(db: Database.Database, pragma: string, value: string, expected: unknown): void {
  db.pragma(`${pragma} = ${value}`);
  const found: unknown = db.pragma(pragma, { simple: true });
  if (found === expected) return;
  throw new StoreError(
    'IO',
    `Asked SQLite for ${pragma} = ${value}, and it answered ${String(found)}: events would not be safe. Is FLEET_HOME on an unusual disk? Use a local one.`,
  );
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, part] of least.entries()) {
    const found = parts[index] ?? 0;
    if (found !== part) return found > part;
  }
  return true;
}
