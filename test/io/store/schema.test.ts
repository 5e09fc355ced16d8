import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listBackups } from '../../../source/io/store/backup-files.ts';
import { verifyBackup } from '../../../source/io/store/backup.ts';
import { type Migration, MIGRATIONS } from '../../../source/io/store/migrations.ts';
import { type EventLog, eventLog, nthEvent, someEvents } from '../../support/event-log.ts';

/** What a next release might bring: a new column beside the events, a new table. */
const NEXT: Migration = {
  version: MIGRATIONS.at(-1)!.version + 1,
  minReader: MIGRATIONS.at(-1)!.version,
  sql: `CREATE TABLE extras (seq INTEGER PRIMARY KEY, word TEXT) STRICT;
        INSERT INTO extras SELECT seq, kind FROM events;`,
};

let log: EventLog;
beforeEach(() => {
  log = eventLog();
});
afterEach(() => log.remove());

test('AU5 a migration keeps every event and the head’s hash, and a verified backup comes first', () => {
  const store = log.open();
  const events = store.append(someEvents(500));
  const head = store.head();
  store.close();

  const migrated = log.open({ migrations: [...MIGRATIONS, NEXT] });
  expect(migrated.head()).toEqual(head);
  expect(migrated.read({ limit: 1_000 })).toEqual(events);
  expect(migrated.verify({ against: [head] }).ok).toBe(true);
  const [backup, ...others] = listBackups(log.backups);
  expect(others).toEqual([]);
  expect(backup?.file).toMatch(/fleet-000001-20260105T090000Z-schema-1\.db$/);
  expect(statSync(backup!.file).mode & 0o777).toBe(0o600);
  expect(verifyBackup(backup!.file)).toMatchObject({ ok: true, head });
});

test('AU5 a new log takes every step at once and needs no backup', () => {
  log.open({ migrations: [...MIGRATIONS, NEXT] }).append([nthEvent(1)]);
  expect(listBackups(log.backups)).toEqual([]);
});

test('AU5 a migration that fails leaves the log as it was', () => {
  const store = log.open();
  store.append(someEvents(50));
  const head = store.head();
  store.close();
  const broken: Migration = { version: 2, minReader: 1, sql: `${NEXT.sql} INSERT INTO nowhere VALUES (1);` };
  expect(() => log.open({ migrations: [...MIGRATIONS, broken] })).toThrow(/nowhere/);
  const again = log.open();
  expect(again.head()).toEqual(head);
  expect(again.append([nthEvent(51)])).toHaveLength(1);
});

test('AU5 a log whose schema this version still understands is used as before', () => {
  log.open({ migrations: [...MIGRATIONS, NEXT] }).close();
  const store = log.open();
  store.append([nthEvent(1)]);
  expect(store.verify().ok).toBe(true);
});

test('AU5 a newer log is refused in words that say what to do, and not touched', () => {
  const newer = [...MIGRATIONS, { ...NEXT, minReader: NEXT.version }];
  const store = log.open({ migrations: newer });
  store.append(someEvents(30));
  const copy = log.copy();
  const before = contents(copy.home);
  expect(() => copy.open()).toThrow(expect.objectContaining({ code: 'NEWER' }));
  expect(() => copy.open()).toThrow(
    /schema 2; this program knows 1.*Nothing was changed.*Install that version again/,
  );
  expect(contents(copy.home)).toEqual(before);
  expect(copy.open({ migrations: newer }).read({ limit: 100 })).toHaveLength(30);
});

test('AU5 a start that was cut off before the first table is finished by the next', () => {
  mkdirSync(log.home, { mode: 0o700 });
  const db = new Database(log.file);
  db.pragma('journal_mode = WAL');
  db.close();
  expect(log.open().append([nthEvent(1)])).toHaveLength(1);
});

/** All files but SQLite's shared memory, which is no content. */
function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !name.endsWith('-shm') && statSync(`${folder}/${name}`).isFile())
      .map((name) => [name, readFileSync(`${folder}/${name}`, 'latin1')]),
  );
}
