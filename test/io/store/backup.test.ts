import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listBackups } from '../../../source/io/store/backup-files.ts';
import { verifyBackup } from '../../../source/io/store/backup.ts';
import { restoreLog } from '../../../source/io/store/restore.ts';
import { type EventLog, eventLog, nthEvent, someEvents } from '../../support/event-log.ts';

let log: EventLog;
beforeEach(() => {
  log = eventLog();
});
afterEach(() => log.remove());

const restore = (allowEmpty = false) => restoreLog({ ...log.options, allowEmpty });

test('AU5 a backup is one private file that verifies on its own, and holds what was recorded when it was done', async () => {
  const store = log.open();
  store.append(someEvents(600));
  const backup = await store.backup();
  expect(backup).toEqual({ file: join(log.backups, 'fleet-000001-20260105T090000Z.db'), events: 600 });
  expect(readdirSync(log.backups)).toEqual(['fleet-000001-20260105T090000Z.db']);
  expect(statSync(backup.file).mode & 0o777).toBe(0o600);
  expect(verifyBackup(backup.file)).toMatchObject({ ok: true, head: store.head() });
});

test('AU5 events are recorded while a backup is made, and the copy is whole', async () => {
  const store = log.open();
  for (let from = 1; from <= 20_000; from += 4_000) store.append(someEvents(4_000, from));
  const progress = { isDone: false };
  const backup = store.backup().finally(() => {
    progress.isDone = true;
  });
  let next = 20_001;
  while (!progress.isDone) {
    store.append([nthEvent(next)]);
    next += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { file, events } = await backup;
  expect(events).toBeGreaterThanOrEqual(20_000);
  expect(next).toBeGreaterThan(20_010);
  expect(verifyBackup(file).ok).toBe(true);
  expect(store.verify()).toMatchObject({ ok: true, checked: next - 1 });
});

test('AU5 the 24 newest backups are kept, whatever the clock says; who asks twice gets one', async () => {
  const store = log.open();
  store.append([nthEvent(1)]);
  for (let hour = 0; hour < 26; hour += 1) {
    log.clock -= 3_600_000;
    const [one, other] = await Promise.all([store.backup(), store.backup()]);
    expect(one).toEqual(other);
  }
  expect(listBackups(log.backups).map(({ number }) => number)).toEqual(
    Array.from({ length: 24 }, (_, n) => n + 3),
  );
});

test('AU5 what an interrupted backup left is cleared away by the next', async () => {
  const store = log.open();
  store.append([nthEvent(1)]);
  mkdirSync(log.backups, { recursive: true });
  writeFileSync(join(log.backups, 'fleet-000009-20260105T090000Z.db.partial'), 'half');
  writeFileSync(join(log.backups, 'notes.txt'), 'mine');
  await store.backup();
  expect(readdirSync(log.backups)).toEqual(['fleet-000001-20260105T090000Z.db', 'notes.txt']);
});

test('AU5 a copy of a damaged log is not kept as a backup', async () => {
  const store = log.open();
  store.append(someEvents(20));
  store.close();
  log.tamper("UPDATE events SET actor = 'eve' WHERE seq = 5");
  const again = log.open();
  await expect(again.backup()).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringContaining('Event 5'),
  });
  expect(readdirSync(log.backups)).toEqual([]);
});

test('AU5 a backup that cannot be written says where and why', async () => {
  const store = log.open();
  store.append([nthEvent(1)]);
  writeFileSync(log.backups, 'a file where the folder should be');
  await expect(store.backup()).rejects.toThrow(/back up the log to .*backups: .*EEXIST/);
  expect(store.append([nthEvent(2)])).toHaveLength(1);
});

test('AU5 a damaged log is refused until it is restored; the newest good backup comes back and nothing is deleted', async () => {
  const store = log.open();
  store.append(someEvents(300));
  await store.backup();
  store.append(someEvents(100, 301));
  const second = await store.backup();
  store.append(someEvents(50, 401));
  store.close();
  const bytes = readFileSync(log.file);
  writeFileSync(log.file, bytes.fill(0xaa, 8_192, 40_000));
  expect(() => log.open()).toThrow(/damaged.*fleet db restore/);

  const result = restore();
  expect(result).toMatchObject({ from: 'backup', backup: second.file, events: 400 });
  expect(result.rejected[0]).toContain(log.file);
  expect(readFileSync(join(result.movedTo, 'fleet.db'))).toEqual(bytes);
  expect(readdirSync(result.movedTo)).toEqual(
    expect.arrayContaining(['checkpoints.log', 'fleet.db', 'fleet.head']),
  );

  const restored = log.open();
  expect(restored.head().seq).toBe(400);
  restored.append(someEvents(10, 500));
  expect(restored.verify()).toMatchObject({ ok: true, checked: 410 });
  expect(statSync(log.file).mode & 0o777).toBe(0o600);
});

test('AU5 a backup that rotted is passed over', async () => {
  const store = log.open();
  store.append(someEvents(100));
  const good = await store.backup();
  store.append(someEvents(100, 101));
  const rotten = await store.backup();
  store.close();
  chmodSync(rotten.file, 0o600);
  writeFileSync(rotten.file, readFileSync(rotten.file).fill(0x55, 12_288, 16_384));
  rmSync(log.file);
  expect(() => log.open()).toThrow(/missing or empty.*there are 2 backups/);
  expect(restore()).toMatchObject({ from: 'backup', backup: good.file, events: 100 });
  expect(log.open().head().seq).toBe(100);
});

test('AU5 what is left of a log is preferred to an older backup', async () => {
  const store = log.open();
  store.append(someEvents(100));
  await store.backup();
  store.append(someEvents(400, 101));
  store.close();
  log.tamper('DELETE FROM events WHERE seq > 450', 'DELETE FROM checkpoints');
  expect(() => log.open()).toThrow(/50 events are missing at the end/);
  expect(restore()).toMatchObject({ from: 'what was left', backup: null, events: 450 });
  const restored = log.open();
  expect(restored.head().seq).toBe(450);
  expect(restored.verify().ok).toBe(true);
});

test('AU5 with nothing to restore from, only an explicit word starts an empty log', () => {
  const store = log.open();
  store.append(someEvents(10));
  store.close();
  writeFileSync(log.file, 'not a database, not any more');
  expect(() => restore()).toThrow(/Nothing was changed.*--empty/);
  expect(readFileSync(log.file, 'utf8')).toBe('not a database, not any more');
  const result = restore(true);
  expect(result).toMatchObject({ from: 'nothing', events: 0 });
  expect(readFileSync(join(result.movedTo, 'fleet.db'), 'utf8')).toBe('not a database, not any more');
  expect(log.open().append([nthEvent(1)])).toHaveLength(1);
});
