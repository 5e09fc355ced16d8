/** The folder of backups: which there are, in which order, and which are old enough to go. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A day of hourly ones. */
const BACKUPS_KEPT = 24;

/** Those made before a change of schema are kept beside them, as an hourly one would be gone after a day. */
const SCHEMA_BACKUPS_KEPT = 3;

const NAME = /^fleet-(\d{6,})-[\dTZ]+(-schema-\d+)?\.db$/;

export interface BackupFile {
  readonly file: string;
  readonly number: number;
  /** Made before a migration. */
  readonly isSchema: boolean;
}

/** Oldest first. By number, not by clock or by event, as clocks jump and a restored log is shorter. */
export function listBackups(folder: string): readonly BackupFile[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    // No folder, or none we may look into: no backups to be had.
    return [];
  }
  return names
    .flatMap((name) => {
      const [, number, schema] = NAME.exec(name) ?? [];
      return number === undefined
        ? []
        : [{ file: join(folder, name), number: Number(number), isSchema: schema !== undefined }];
    })
    .sort((a, b) => a.number - b.number);
}

/** Path of the next backup. Clears away what an interrupted one left unfinished. */
export function nextBackup(folder: string, at: number, schema?: number): { file: string; partial: string } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) {
    if (name.startsWith('fleet-') && /\.partial(-journal|-wal|-shm)?$/.test(name)) {
      rmSync(join(folder, name), { force: true });
    }
  }
  const number = (listBackups(folder).at(-1)?.number ?? 0) + 1;
  const time = new Date(at)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  const suffix = schema === undefined ? '' : `-schema-${schema}`;
  const file = join(folder, `fleet-${String(number).padStart(6, '0')}-${time}${suffix}.db`);
  return { file, partial: `${file}.partial` };
}

export function pruneBackups(folder: string): void {
  const backups = listBackups(folder);
  const old = [
    ...backups.filter((backup) => !backup.isSchema).slice(0, -BACKUPS_KEPT),
    ...backups.filter((backup) => backup.isSchema).slice(0, -SCHEMA_BACKUPS_KEPT),
  ];
  for (const { file } of old) rmSync(file, { force: true });
}
