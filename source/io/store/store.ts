/**
 * The event store: one SQLite file that only grows, each event chained to the one before. What `append`
 * returned is on disk; everything else the program knows can be folded from it again.
 */
import type { Database } from 'better-sqlite3';
import type { Recorded } from '../../core/event.ts';
import { type BackupResult, backUp, backUpNow } from './backup.ts';
import { type ChainHead, type EventRow } from './chain.ts';
import { keepCheckpoints } from './checkpoints.ts';
import { connect, establish } from './connect.ts';
import { type HeadNote, openHeadNote } from './head-note.ts';
import { inspect } from './inspect.ts';
import { type Migration, MIGRATIONS, refuseNewer } from './migrations.ts';
import type { NewEvent } from './new-event.ts';
import { openProjections } from './projections.ts';
import { openReader, type ReadQuery } from './read.ts';
import { loadOrMakeSigner, type Signer } from './signing-key.ts';
import { asStoreError } from './store-error.ts';
import { prepareDatabase, prepareFolder, type StoreFiles, storeFilesOf } from './store-files.ts';
import { verifyLog, verifyLogSlowly, type VerifyOptions, type VerifyResult } from './verify.ts';
import type { Warnings } from './warnings.ts';
import { openWriter } from './writer.ts';

export type { NewEvent };
export { StoreError } from './store-error.ts';

export interface StoreOptions {
  /** The database; its key, checkpoints and head note lie beside it. */
  readonly file: string;
  readonly backups: string;
  /** Name of this host, part of every event. */
  readonly host: string;
  readonly bootId: string;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  /** Steps of the schema, oldest first; the program's own if not given. */
  readonly migrations?: readonly Migration[];
}

export interface Store {
  /** Grows with every daemon that takes over; writes of an earlier one are refused. */
  readonly epoch: number;
  /** Once, by the daemon that holds the lock: higher than any before, and than `above`. Durable when it returns. */
  takeEpoch(above?: number): number;
  /** One transaction, on disk when it returns. An id that is recorded already throws DUPLICATE, and none is recorded. */
  append(events: readonly NewEvent[]): readonly Recorded[];
  /** Ascending by seq. Throws CORRUPT rather than return an event that is not what was recorded. */
  read(query: ReadQuery): Recorded[];
  /** The same as whole rows: trace and span ids, host, epoch, hash. */
  readRows(query: ReadQuery): EventRow[];
  head(): ChainHead;
  saveProjection(name: string, seq: number, state: unknown): void;
  loadProjection(name: string): { readonly seq: number; readonly state: unknown } | null;
  dropProjections(): void;
  verify(options?: VerifyOptions): VerifyResult;
  /** As `verify` without the indexes, leaving the thread free in between. */
  verifySlowly(options?: VerifyOptions): Promise<VerifyResult>;
  backup(): Promise<BackupResult>;
  /** What is wrong beside the events and does not stop them: sentences to show until they are gone. */
  warnings(): readonly string[];
  close(): void;
}

/** Throws StoreError: CORRUPT and NEWER leave every file as it was. */
export function openStore(options: StoreOptions): Store {
  const files = storeFilesOf(options.file, options.backups);
  try {
    const warnings: Warnings = new Map();
    const migrations = options.migrations ?? MIGRATIONS;
    prepareFolder(files);
    inspect(files, migrations, warnings);
    prepareDatabase(files.database);
    const db = connect(files.database);
    try {
      refuseNewer(db, migrations);
      return assemble(db, { options, files, migrations, warnings });
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw asStoreError(error, `open the event log ${options.file}`);
  }
}

function assemble(
  db: Database,
  parts: { options: StoreOptions; files: StoreFiles; migrations: readonly Migration[]; warnings: Warnings },
): Store {
  const { options, files, migrations, warnings } = parts;
  const { host, bootId, now } = options;
  const origin = establish(db, {
    migrations,
    host,
    before: (from) => {
      if (from > 0) backUpNow(db, { folder: files.backups, at: now(), schema: from });
    },
  });
  const signer = openSigner(db, files, warnings);
  const publicKey = signer?.publicKey ?? null;
  const checkpoints = keepCheckpoints({ db, files, origin, signer, now, warnings });
  const headNote = openNote(files, warnings);
  const writer = openWriter({ db, files, origin, host, bootId, checkpoints, headNote, warnings });
  const reader = openReader(db);
  const projections = openProjections(db);
  const log = { db, origin, files, publicKey };
  let backingUp: Promise<BackupResult> | null = null;
  let isClosed = false;

  return {
    get epoch() {
      return writer.epoch;
    },
    takeEpoch: (above) => writer.takeEpoch(above),
    append: (events) => writer.append(events),
    read: (query) => translated('read events', () => reader.read(query)),
    readRows: (query) => translated('read events', () => reader.readRows(query)),
    head: () => writer.head(),
    saveProjection: (name, seq, state) =>
      writer.guarded(`save the state "${name}"`, () => projections.save(name, seq, state)),
    loadProjection: (name) =>
      translated(`load the state "${name}"`, () => projections.load(name, writer.head().seq)),
    dropProjections: () => writer.guarded('drop the saved states', () => projections.drop()),
    verify: (verifyOptions) => translated('verify the log', () => verifyLog(log, verifyOptions)),
    verifySlowly: (verifyOptions) => verifyLogSlowly(log, verifyOptions),
    async backup() {
      // One at a time: who asks meanwhile gets the one under way.
      backingUp ??= backUp(db, { folder: files.backups, at: now(), publicKey }).finally(() => {
        backingUp = null;
      });
      try {
        return await backingUp;
      } catch (error) {
        throw asStoreError(error, `back up the log to ${files.backups}`);
      }
    },
    warnings: () => [...warnings.values()],
    close() {
      if (isClosed) return;
      isClosed = true;
      try {
        writer.close();
      } finally {
        db.close();
      }
    },
  };
}

function openSigner(db: Database, files: StoreFiles, warnings: Warnings): Signer | null {
  try {
    const { signer, isNew } = loadOrMakeSigner(files.key);
    const hadKey = db.prepare('SELECT 1 FROM checkpoints LIMIT 1').get() !== undefined;
    if (isNew && hadKey) {
      warnings.set(
        'fleet.key',
        'fleet.key was missing, so a new key signs checkpoints from now on. The old ones still verify, but as signed by a key this machine no longer has.',
      );
    }
    return signer;
  } catch (error) {
    warnings.set(
      'fleet.key',
      `fleet.key cannot be used (${(error as Error).message}): checkpoints are not signed. Put the key back, or move the file away to have a new one made.`,
    );
    return null;
  }
}

function openNote(files: StoreFiles, warnings: Warnings): HeadNote | null {
  // Left as it is if it cannot be read: it may be evidence.
  if (warnings.has('fleet.head')) return null;
  try {
    return openHeadNote(files.head);
  } catch (error) {
    warnings.set(
      'fleet.head',
      `fleet.head cannot be written (${(error as Error).message}): a lost end of the log is found by checkpoints only. Move it away, and a new one is made.`,
    );
    return null;
  }
}

function translated<T>(tried: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asStoreError(error, tried);
  }
}
