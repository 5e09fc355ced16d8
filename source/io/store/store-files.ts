/** The files of one log, how they may be read, and on which disks they may live. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from './store-error.ts';

export interface StoreFiles {
  readonly database: string;
  readonly wal: string;
  readonly shm: string;
  /** Rollback journal: only there if the very first start was cut off. */
  readonly journal: string;
  /** Private Ed25519 key that signs checkpoints. */
  readonly key: string;
  /** Signed checkpoints, one JSON object a line, oldest first. */
  readonly checkpoints: string;
  /** Last acknowledged event, noted outside the database. */
  readonly head: string;
  readonly backups: string;
}

export function storeFilesOf(database: string, backups: string): StoreFiles {
  const folder = dirname(database);
  return {
    database,
    wal: `${database}-wal`,
    shm: `${database}-shm`,
    journal: `${database}-journal`,
    key: join(folder, 'fleet.key'),
    checkpoints: join(folder, 'checkpoints.log'),
    head: join(folder, 'fleet.head'),
    backups,
  };
}

/** Makes the folder (0700), on a disk that can hold a log. */
export function prepareFolder(files: StoreFiles): void {
  const folder = dirname(files.database);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const network = networkFileSystem(statfsSync(folder).type);
  if (network === null) return;
  throw new StoreError(
    'DENIED',
    `${folder} is on a network disk (${network}), where SQLite's log cannot be kept safely. Set FLEET_HOME to a folder on a local disk.`,
  );
}

/** Makes an empty file (0600) if there is none: SQLite gives -wal and -shm the mode of the database. */
export function prepareDatabase(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  makePrivate(file);
}

/** Takes away what others may do with the file, if it is ours to change. */
export function makePrivate(file: string): void {
  const { mode, uid } = statSync(file);
  if ((mode & 0o077) !== 0 && (process.getuid?.() ?? uid) === uid) chmodSync(file, mode & 0o700);
}

/** Bytes of a file; 0 if there is none. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Makes a new file's content and its name in the folder survive a power cut. */
export function syncFile(file: string): void {
  for (const path of [file, dirname(file)]) {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }
}

/** Name of a network file system by its statfs magic number (linux/magic.h), null for a local one. */
export function networkFileSystem(type: number): string | null {
  switch (type) {
    case 0x6969:
      return 'NFS';
    case 0x517b:
    case 0xff534d42:
    case 0xfe534d42:
      return 'SMB';
    case 0x01021997:
      return '9P';
    default:
      return null;
  }
}
