/** When a checkpoint is due, and where it goes: into the database with the events, and into checkpoints.log. */
import type { Database } from 'better-sqlite3';
import type { ChainHead } from './chain.ts';
import {
  type CheckpointWriter,
  LOG_BYTES_NEWEST,
  openCheckpointLog,
  readCheckpointLog,
} from './checkpoint-log.ts';
import { isSignatureGood, type SignedCheckpoint, signCheckpoint, type Signer } from './signing-key.ts';
import type { StoreFiles } from './store-files.ts';
import type { Warnings } from './warnings.ts';

/** Bounds what start-up has to verify, and what a cut-off end can take along unseen. */
const CHECKPOINT_EVENTS = 256;
export const CHECKPOINT_MS = 60_000;

/** Checkpoints copied to checkpoints.log at once: half a megabyte. */
const COPY_PAGE = 1_000;

const COLUMNS = 'seq, hash, at, latest_wall_ms AS latestWallMs, key, note';

export interface Checkpoints {
  isDue(head: ChainHead): boolean;
  /** Events after the last checkpoint. */
  hasUnsigned(head: ChainHead): boolean;
  /** Within a transaction. */
  insert(head: ChainHead, latestWallMs: number): void;
  /** After the commit: the database has it for good, the file may follow. */
  committed(): void;
  close(): void;
}

export function keepCheckpoints(options: {
  readonly db: Database;
  readonly files: StoreFiles;
  readonly origin: string;
  readonly signer: Signer | null;
  readonly now: () => number;
  readonly warnings: Warnings;
}): Checkpoints {
  const { db, files, origin, signer, now, warnings } = options;
  const insert = db.prepare('INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?)');
  const after = db.prepare<[number], SignedCheckpoint>(
    `SELECT ${COLUMNS} FROM checkpoints WHERE seq > ? ORDER BY seq LIMIT ${COPY_PAGE}`,
  );
  let lastSeq = newestCheckpoint(db)?.seq ?? 0;
  let lastAt = now();
  let log: CheckpointWriter | null = null;
  let copiedSeq = 0;

  const copy = (): void => {
    if (log === null) return;
    try {
      for (let page = after.all(copiedSeq); page.length > 0; page = after.all(copiedSeq)) {
        log.add(page);
        copiedSeq = page.at(-1)!.seq;
      }
    } catch (error) {
      // The events are safe, and the lines follow at the next checkpoint or start.
      warnings.set(
        'checkpoints.log',
        `checkpoints.log could not be written (${(error as Error).message}): checkpoints are in the database only.`,
      );
    }
  };

  try {
    const found = readCheckpointLog(files.checkpoints, LOG_BYTES_NEWEST);
    copiedSeq = found?.checkpoints.findLast((line) => isSignatureGood(origin, line))?.seq ?? 0;
    if (found === null && lastSeq > 0) {
      warnings.set(
        'checkpoints.log',
        'checkpoints.log was missing and was written again from the database; it proves no more than the database does.',
      );
    } else if ((found?.damagedLines ?? 0) > 0) {
      warnings.set(
        'checkpoints.log',
        `checkpoints.log has ${found?.damagedLines} unreadable lines. They were left as they are; new checkpoints follow them.`,
      );
    }
    log = openCheckpointLog(files.checkpoints);
    copy();
  } catch (error) {
    warnings.set(
      'checkpoints.log',
      `checkpoints.log cannot be used (${(error as Error).message}): checkpoints are in the database only. Move it away, and a new one is made.`,
    );
  }

  return {
    isDue: (head) => head.seq - lastSeq >= CHECKPOINT_EVENTS || now() - lastAt >= CHECKPOINT_MS,
    hasUnsigned: (head) => signer !== null && head.seq > lastSeq,
    insert(head, latestWallMs) {
      if (signer === null) return;
      const signed = signCheckpoint(signer, origin, { ...head, at: now(), latestWallMs });
      insert.run(signed.seq, signed.hash, signed.at, signed.latestWallMs, signed.key, signed.note);
    },
    committed() {
      lastSeq = newestCheckpoint(db)?.seq ?? 0;
      lastAt = now();
      copy();
    },
    close: () => log?.close(),
  };
}

export function newestCheckpoint(db: Database): SignedCheckpoint | undefined {
  return db
    .prepare<[], SignedCheckpoint>(`SELECT ${COLUMNS} FROM checkpoints ORDER BY seq DESC LIMIT 1`)
    .get();
}

/** All of them, oldest first. */
export function allCheckpoints(db: Database): readonly SignedCheckpoint[] {
  return db.prepare<[], SignedCheckpoint>(`SELECT ${COLUMNS} FROM checkpoints ORDER BY seq`).all();
}
