import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventHash, type EventRow } from '../../../source/io/store/chain.ts';
import { EVENT_COLUMNS } from '../../../source/io/store/event-rows.ts';
import { verifyClosedLog } from '../../../source/io/store/verify-closed.ts';
import { type EventLog, eventLog, nthEvent, someEvents } from '../../support/event-log.ts';
import { reliabilityCount } from '../../support/reliability-count.ts';
import { seeded } from '../../support/seeded.ts';

let log: EventLog;
beforeEach(() => {
  log = eventLog();
});
afterEach(() => log.remove());

/** A closed log of so many events; returns its head. */
function recorded(count: number): { seq: number; hash: string } {
  const store = log.open();
  for (let from = 1; from <= count; from += 100)
    store.append(someEvents(Math.min(100, count - from + 1), from));
  const head = store.head();
  store.close();
  return head;
}

/** Takes away everything beside the database that knows of its events, as an able attacker would. */
function forgetWitnesses(): void {
  for (const name of ['fleet.head', 'checkpoints.log']) rmSync(`${log.home}/${name}`, { force: true });
  log.tamper('DELETE FROM checkpoints');
}

/** Makes the chain agree with itself again from an event on, as an able attacker would. */
function rehash(from: number): void {
  const db = new Database(log.file);
  try {
    const rows = db.prepare<[number], EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE seq >= ? ORDER BY seq`,
    );
    const update = db.prepare('UPDATE events SET prev_hash = ?, hash = ? WHERE seq = ?');
    let previous = db
      .prepare('SELECT hash FROM events WHERE seq = ?')
      .pluck()
      .get(from - 1) as string | undefined;
    for (const row of rows.all(from)) {
      previous ??= row.prev_hash;
      const hash = eventHash({ ...row, prev_hash: previous });
      update.run(previous, hash, row.seq);
      previous = hash;
    }
  } finally {
    db.close();
  }
}

/** Everything the attacks below do to events, as SQL around event `n`. */
const ATTACKS = {
  edit: (n: number) => [`UPDATE events SET payload = replace(payload, 'run', 'ran') WHERE seq = ${n}`],
  'edit of the person': (n: number) => [`UPDATE events SET actor = 'person:eve' WHERE seq = ${n}`],
  delete: (n: number) => [`DELETE FROM events WHERE seq = ${n}`],
  'delete and renumber': (n: number) => [
    `DELETE FROM events WHERE seq = ${n}`,
    `UPDATE events SET seq = -(seq - 1) WHERE seq > ${n}`,
    'UPDATE events SET seq = -seq WHERE seq < 0',
  ],
  insert: (n: number) => [
    `UPDATE events SET seq = -(seq + 1) WHERE seq >= ${n}`,
    'UPDATE events SET seq = -seq WHERE seq < 0',
    `INSERT INTO events SELECT ${n}, 'forged', ts_wall_ms, ts_mono_ns, boot_id, host, epoch, 'person:eve', agent, project, run,
      session, task, trace_id, span_id, parent_span_id, kind, kind_v, payload, blob_ref, hash, prev_hash
      FROM events WHERE seq = ${n - 1}`,
  ],
  reorder: (n: number) => [
    `UPDATE events SET seq = -1 WHERE seq = ${n}`,
    `UPDATE events SET seq = ${n} WHERE seq = ${n + 3}`,
    `UPDATE events SET seq = ${n + 3} WHERE seq = -1`,
  ],
} as const;

describe('AU4 verify finds what was done to the log', () => {
  test('AU4 an untouched log verifies, and says what that proves and what it does not', () => {
    const head = recorded(600);
    const result = log.open().verify();
    expect(result).toMatchObject({ ok: true, checked: 600, head, problem: null });
    expect(result.checkpoints).toMatchObject({ own: 2, other: 0, newest: { seq: 600 } });
    expect(result.sentences.join('\n')).toMatch(/local only.*cut-off end does not show.*holds fleet\.key/);
    expect(result.sentences.at(-1)).toContain(`${head.seq} ${head.hash}`);
  });

  test('AU4 an empty log verifies', () => {
    expect(log.open().verify()).toMatchObject({ ok: true, checked: 0, head: { seq: 0 } });
  });

  test.each([
    ['edit', 'edited', 40],
    ['edit of the person', 'edited', 40],
    ['delete', 'missing', 40],
    ['delete and renumber', 'missing', 40],
    ['insert', 'inserted', 40],
    ['reorder', 'reordered', 40],
  ] as const)('AU4 %s is found as what it is, at the event it began with', (attack, type, seq) => {
    recorded(100);
    log.tamper(...ATTACKS[attack](40));
    const result = verifyClosedLog(log);
    expect(result.ok).toBe(false);
    expect(result.problem).toMatchObject({ type, seq });
    expect(result.sentences[0]).toMatch(/The chain holds from event 1 to 39\.$/);
  });

  test('AU4 an inserted event with a hash of its own is found as inserted', () => {
    recorded(100);
    log.tamper(...ATTACKS.insert(40));
    const db = new Database(log.file);
    const rows = db.prepare<[number], EventRow>(`SELECT ${EVENT_COLUMNS} FROM events WHERE seq = ?`);
    const before = rows.get(39)!;
    const forged = { ...rows.get(40)!, prev_hash: before.hash };
    db.prepare('UPDATE events SET prev_hash = ?, hash = ? WHERE seq = 40').run(
      before.hash,
      eventHash(forged),
    );
    db.close();
    expect(verifyClosedLog(log).problem).toMatchObject({ type: 'inserted', seq: 40 });
  });

  test('AU4 an edited event with its hash made anew is found by the one after it', () => {
    recorded(100);
    log.tamper(...ATTACKS.edit(40));
    const db = new Database(log.file);
    const row = db.prepare<[], EventRow>(`SELECT ${EVENT_COLUMNS} FROM events WHERE seq = 40`).get()!;
    db.prepare('UPDATE events SET hash = ? WHERE seq = 40').run(eventHash(row));
    db.close();
    expect(log.open().verify().problem).toMatchObject({ type: 'edited', seq: 40 });
  });

  test('AU4 a rewritten log is found by the signed checkpoints', () => {
    recorded(600);
    log.tamper(...ATTACKS.edit(310));
    rehash(310);
    rmSync(`${log.home}/fleet.head`);
    expect(() => log.open()).toThrow(/event 600 is not the one that the last checkpoint/i);
    expect(verifyClosedLog(log).problem).toMatchObject({ type: 'rewritten', seq: 600 });
    log.tamper('DELETE FROM checkpoints WHERE seq > 300');
    rmSync(`${log.home}/checkpoints.log`);
    // Whoever also takes the later checkpoints away is found out only by a head that was kept elsewhere.
    const store = log.open();
    expect(store.verify().ok).toBe(true);
  });

  test('AU4 a cut-off end is found by the note beside the database and by checkpoints.log', () => {
    recorded(600);
    log.tamper('DELETE FROM events WHERE seq > 550', 'DELETE FROM checkpoints WHERE seq > 550');
    expect(() => log.open()).toThrow(/fleet\.head knows of event 600: 50 events are missing/);
    rmSync(`${log.home}/fleet.head`);
    expect(() => log.open()).toThrow(/checkpoints\.log knows of event 600/);
  });

  test('AU4 without any witness a cut-off end is not provable, and verify says so; a kept head proves it', () => {
    const head = recorded(600);
    log.tamper('DELETE FROM events WHERE seq > 550');
    forgetWitnesses();
    const store = log.open();
    const alone = store.verify();
    expect(alone.ok).toBe(true);
    expect(alone.sentences.join('\n')).toContain('A cut-off end does not show');
    const anchored = store.verify({ against: [head] });
    expect(anchored.problem).toMatchObject({ type: 'truncated', seq: 551 });
    expect(anchored.sentences[0]).toContain('50 events are missing at the end');
  });

  test('AU4 a kept head anchors what came before it', () => {
    const head = recorded(100);
    const store = log.open();
    store.append([nthEvent(101)]);
    expect(store.verify({ against: [head] }).sentences.join('\n')).toContain('anchored at event 100');
    expect(store.verify({ against: [{ seq: 50, hash: head.hash }] }).problem).toMatchObject({
      type: 'rewritten',
      seq: 50,
    });
  });

  test('AU4 a checkpoint with a forged signature is found', () => {
    recorded(100);
    log.tamper("UPDATE checkpoints SET note = replace(note, 'latest', 'latest ')");
    expect(log.open().verify().problem).toMatchObject({ type: 'forged-checkpoint', seq: 100 });
  });

  test('AU4 a checkpoint made with a stranger’s key is counted as such', () => {
    recorded(100);
    rmSync(`${log.home}/fleet.key`);
    const store = log.open();
    expect(store.warnings().join()).toContain('fleet.key was missing');
    store.append([nthEvent(101)]);
    store.close();
    const result = log.open().verify();
    expect(result).toMatchObject({ ok: true, checkpoints: { own: 1, other: 1 } });
    expect(result.sentences.join('\n')).toContain('1 with a key it does not have');
  });

  test('AU4 guards that were taken away are reported', () => {
    recorded(10);
    log.tamper();
    expect(log.open().warnings().join()).toContain('events_kept_as_written');
  });

  test('AU4 unreadable lines of checkpoints.log are kept, and said', () => {
    recorded(100);
    appendFileSync(`${log.home}/checkpoints.log`, 'half a li');
    const store = log.open();
    store.append([nthEvent(101)]);
    store.close();
    const text = readFileSync(`${log.home}/checkpoints.log`, 'utf8');
    expect(text).toContain('\nhalf a li\n');
    const again = log.open();
    expect(again.warnings().join()).toContain('1 unreadable lines');
    expect(again.verify()).toMatchObject({ ok: true, checkpoints: { own: 2 } });
  });

  test('AU4 a part can be checked alone, and slowly without standing in the way', async () => {
    recorded(600);
    const store = log.open();
    expect(store.verify({ from: 501 })).toMatchObject({ ok: true, checked: 100 });
    const seen: number[] = [];
    const slow = store.verifySlowly({ onProgress: (checked) => seen.push(checked) });
    store.append(someEvents(10, 601));
    expect(await slow).toMatchObject({ ok: true, checked: 600 });
    expect(seen).toEqual([256, 512, 600]);
  });

  test('AU4 a damaged index is found, which would leave events out of answers', () => {
    recorded(200);
    const page = Buffer.from('agent-3');
    const bytes = readFileSync(log.file);
    const db = new Database(log.file, { readonly: true });
    const root = db
      .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_agent'")
      .pluck()
      .get() as number;
    db.close();
    const at = bytes.indexOf(page, (root - 1) * 4_096);
    bytes.write('agent-8', at);
    writeFileSync(log.file, bytes);
    const store = log.open();
    expect(store.verify().problem).toMatchObject({ type: 'damaged' });
  });
});

test(
  'R10 every kind of tampering anywhere is found against a head kept elsewhere',
  { timeout: 600_000 },
  () => {
    const count = reliabilityCount({ reduced: 30, full: 600 });
    const events = count > 100 ? 10_000 : 500;
    const head = recorded(events);
    const kinds = [...Object.keys(ATTACKS), 'truncate', 'rewrite all'] as const;
    for (let seed = 0; seed < count; seed += 1) {
      const random = seeded(seed);
      const kind = kinds[seed % kinds.length]!;
      const n = 2 + random(events - 10);
      const victim = log.copy();
      const original = log;
      log = victim;
      try {
        if (kind === 'truncate') log.tamper(`DELETE FROM events WHERE seq > ${n}`);
        else if (kind === 'rewrite all') {
          log.tamper(...ATTACKS.edit(n));
          rehash(1);
        } else log.tamper(...ATTACKS[kind as keyof typeof ATTACKS](n));
        forgetWitnesses();
        let verdict: string;
        try {
          const store = log.open();
          verdict = store.verify({ against: [head] }).problem?.type ?? 'nothing found';
          store.close();
        } catch (error) {
          verdict = (error as { code?: string }).code ?? String(error);
        }
        expect({ seed, kind, verdict }).not.toMatchObject({ verdict: 'nothing found' });
      } finally {
        log = original;
        victim.remove();
      }
    }
  },
);
