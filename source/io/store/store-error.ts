/** What the store says when the world fails: a code to act on, and a sentence that says what was tried and what to do. */

export type StoreErrorCode =
  /** No space left. Nothing was recorded; the caller may try again once there is room. */
  | 'FULL'
  /** Reading or writing failed. The store is closed to writing: a page cache that failed once is not asked again. */
  | 'IO'
  /** The database is not what was written. It is left as it is. */
  | 'CORRUPT'
  /** Written by a later version of fleet. */
  | 'NEWER'
  /** An event with this id is recorded already. */
  | 'DUPLICATE'
  /** Another process has taken over the log. */
  | 'FENCED'
  /** Another process holds the database. */
  | 'BUSY'
  /** The file system does not allow it. */
  | 'DENIED'
  /** The caller's mistake. */
  | 'INVALID'
  | 'CLOSED';

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}

/** How to get out of a damaged log. */
export const RESTORE_ADVICE =
  'Nothing was changed. "fleet db restore" moves the damaged files aside and brings back the newest backup that verifies.';

/** Turns what SQLite or the file system threw into a StoreError; `tried` completes "Could not …". */
export function asStoreError(error: unknown, tried: string): StoreError {
  if (error instanceof StoreError) return error;
  const { code, said } = described(error);
  const failed = `Could not ${tried}: ${said}.`;
  switch (storeCode(code)) {
    case 'FULL':
      return new StoreError(
        'FULL',
        `${failed} The disk is full; nothing was recorded. Free some space and try again.`,
        error,
      );
    case 'DUPLICATE':
      return new StoreError('DUPLICATE', `${failed} An event with this id is recorded already.`, error);
    case 'FENCED':
      return new StoreError(
        'FENCED',
        `${failed} Another process has written to this log. This one must stop writing; start it again.`,
        error,
      );
    case 'CORRUPT':
      return new StoreError('CORRUPT', `${failed} The event log is damaged. ${RESTORE_ADVICE}`, error);
    case 'BUSY':
      return new StoreError(
        'BUSY',
        `${failed} Another program holds the database; close it and try again.`,
        error,
      );
    case 'DENIED':
      return new StoreError(
        'DENIED',
        `${failed} Check owner and permissions (files 0600, folder 0700) and that the disk is not mounted read-only.`,
        error,
      );
    case 'INVALID':
      return new StoreError('INVALID', failed, error);
    default:
      return new StoreError(
        'IO',
        `${failed} Nothing is retried, as the disk cannot be trusted now; look at the system log, then start again.`,
        error,
      );
  }
}

function described(error: unknown): { code: string; said: string } {
  if (!(error instanceof Error)) return { code: '', said: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { code, said: code === '' ? error.message : `${error.message} (${code})` };
}

function storeCode(code: string): StoreErrorCode {
  if (code === 'SQLITE_CONSTRAINT_UNIQUE') return 'DUPLICATE';
  // The next sequence number is taken, or the log's end moved: somebody else writes.
  if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_TRIGGER') return 'FENCED';
  if (code.startsWith('SQLITE_CONSTRAINT') || code === 'SQLITE_TOOBIG' || code === 'SQLITE_MISMATCH')
    return 'INVALID';
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return 'FULL';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_FORMAT')
    return 'CORRUPT';
  // SQLITE_ERROR is a missing table or column, and this program's SQL is fixed: the schema is not ours any more.
  if (code === 'SQLITE_ERROR' || code === 'SQLITE_IOERR_SHORT_READ') return 'CORRUPT';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'BUSY';
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) return 'DENIED';
  if (['SQLITE_PERM', 'SQLITE_AUTH', 'EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOTDIR'].includes(code))
    return 'DENIED';
  return 'IO';
}
