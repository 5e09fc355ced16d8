/**
 * One daemon per FLEET_HOME. Node has no flock, but SQLite holds a kernel lock on a file for as long as an
 * exclusive transaction is open: it is gone the moment the process is, however it dies.
 */
import Database from 'better-sqlite3';
import { StoreError } from './store-error.ts';

export interface Lock {
  release(): void;
}

/** null when another process holds it. Throws DENIED when the file is not one that can be locked. */
export function takeLock(file: string): Lock | null {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { timeout: 0 });
    const opened = database;
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => void opened.close() };
  } catch (error) {
    database?.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return null;
    throw new StoreError(
      'DENIED',
      `Could not lock ${file}: ${(error as Error).message}. It holds nothing: move it away (no daemon runs if "fleet brain status" says so), or see who may write there.`,
      error,
    );
  }
}
