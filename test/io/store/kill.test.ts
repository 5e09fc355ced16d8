import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listBackups } from '../../../source/io/store/backup-files.ts';
import { verifyBackup } from '../../../source/io/store/backup.ts';
import { type EventLog, eventLog, someEvents } from '../../support/event-log.ts';
import { reliabilityCount } from '../../support/reliability-count.ts';
import { seeded } from '../../support/seeded.ts';

const WORKER = new URL('../../support/log-worker.ts', import.meta.url).pathname;

let log: EventLog;
const workers: ChildProcess[] = [];
beforeEach(() => {
  log = eventLog();
});
afterEach(() => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
  log.remove();
});

/** Starts a worker, kills it so long after its first word, and returns all it said. */
async function killed(what: string, afterMs: number): Promise<string> {
  const worker = spawn(process.execPath, [WORKER, what, log.home], { stdio: ['ignore', 'pipe', 'inherit'] });
  workers.push(worker);
  const closed = once(worker, 'close');
  let said = '';
  worker.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (said === '') setTimeout(() => worker.kill('SIGKILL'), afterMs);
    said += text;
  });
  await closed;
  workers.splice(workers.indexOf(worker), 1);
  return said;
}

test(
  'R2 killed at any moment, the log has every acknowledged event once, and starts at once',
  { timeout: 600_000 },
  async () => {
    const count = reliabilityCount({ reduced: 15, full: 500 });
    const random = seeded(2);
    const acknowledged: string[] = [];
    const startsMs: number[] = [];
    for (let kill = 0; kill < count; kill += 1) {
      const said = await killed('append', random(61));
      // A last line without its end was cut off in the pipe: acknowledged, but not known to be.
      acknowledged.push(...said.split('\n').slice(0, -1));
      const before = performance.now();
      const store = log.open();
      startsMs.push(performance.now() - before);
      const { seq } = store.head();
      expect(seq).toBeGreaterThanOrEqual(acknowledged.length);
      store.close();
    }
    const store = log.open();
    const recorded: string[] = [];
    for (
      let page = store.read({ limit: 5_000 });
      page.length > 0;
      page = store.read({ limit: 5_000, after: recorded.length })
    ) {
      recorded.push(...page.map(({ id }) => id));
    }
    expect(new Set(recorded).size).toBe(recorded.length);
    const known = new Set(recorded);
    expect(acknowledged.filter((id) => !known.has(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(count);
    expect(store.verify()).toMatchObject({ ok: true, checked: recorded.length });
    expect(store.warnings()).toEqual([]);
    // A hundredth of a few starts is the worst of them, which says more about the machine than about the log.
    if (count >= 100) {
      startsMs.sort((a, b) => a - b);
      expect(startsMs[Math.floor(startsMs.length * 0.99)]).toBeLessThanOrEqual(300);
    }
  },
);

test(
  'R11 killed in the middle of backing up, every finished copy verifies',
  { timeout: 600_000 },
  async () => {
    const count = reliabilityCount({ reduced: 4, full: 50 });
    const random = seeded(11);
    const store = log.open();
    store.append(someEvents(3_000));
    store.close();
    for (let kill = 0; kill < count; kill += 1) {
      await killed('back-up', random(120));
      for (const { file } of listBackups(log.backups)) expect(verifyBackup(file).ok).toBe(true);
    }
    expect(log.open().verify().ok).toBe(true);
  },
);

test(
  'R12 killed in the middle of a migration, the log is old or new, never between',
  { timeout: 600_000 },
  async () => {
    const count = reliabilityCount({ reduced: 4, full: 50 });
    const random = seeded(12);
    const store = log.open();
    for (let from = 1; from <= 12_000; from += 4_000) store.append(someEvents(4_000, from));
    const head = store.head();
    store.close();
    const original = log;
    for (let kill = 0; kill < count; kill += 1) {
      log = original.copy();
      await killed('migrate', random(250));
      const again = log.open();
      expect(again.head()).toEqual(head);
      expect(again.verify({ against: [head] }).ok).toBe(true);
      again.close();
      const db = new Database(log.file, { readonly: true });
      const isNew = db.pragma('user_version', { simple: true }) === 2;
      const words = db.prepare("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'words%'").pluck().get();
      expect(words).toBe(isNew ? 2 : 0);
      db.close();
      log.remove();
    }
    log = original;
  },
);
