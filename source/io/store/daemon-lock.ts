/**
 * One daemon per FLEET_HOME. Node has no flock, but SQLite holds a kernel lock on a file for as long as an
 * exclusive transaction is open: it is gone the moment the process is, however it dies.
 */
import Database from 'better-sqlite3';

export interface Lock {
  release(): void;
}

/** null when another process holds it. */
export function takeLock(file: string): Lock | null {
  const database = new Database(file, { timeout: 0 });
  try {
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => void database.close() };
  } catch (error) {
    database.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}
