import { renameSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { spanIdOf, traceIdOf } from '../../../source/io/store/chain.ts';
import { EVENT_CHARACTERS_MAX, EVENTS_PER_APPEND_MAX } from '../../../source/io/store/new-event.ts';
import type { Store } from '../../../source/io/store/store.ts';
import { type EventLog, eventLog, nthEvent, someEvents } from '../../support/event-log.ts';

let log: EventLog;
beforeEach(() => {
  log = eventLog();
});
afterEach(() => log.remove());

describe('AU1 what append returns is recorded', () => {
  test('AU1 an event comes back as it was given, numbered from 1', () => {
    const store = log.open();
    const given = someEvents(12);
    const recorded = store.append(given);
    expect(recorded.map(({ seq }) => seq)).toEqual(given.map((_, index) => index + 1));
    expect(recorded.map(({ event }) => event)).toEqual(given.map(({ event }) => event));
    store.close();
    expect(log.open().read({ limit: 100 })).toEqual(recorded);
  });

  test('AU1 another connection sees it the moment append returns', () => {
    const store = log.open();
    const reader = new Database(log.file, { readonly: true });
    for (const event of someEvents(5)) {
      store.append([event]);
      expect(reader.prepare('SELECT id FROM events ORDER BY seq DESC').pluck().get()).toBe(event.id);
    }
    reader.close();
  });

  test('AU1 every event says who, where, when and in which trace', () => {
    const store = log.open({ host: 'my host', bootId: 'boot-7' });
    store.takeEpoch();
    store.append([
      nthEvent(1),
      nthEvent(11),
      nthEvent(2, { run: null, session: null, monotonicNs: 2n ** 62n }),
    ]);
    const [root, child, outside] = store.readRows({ limit: 3 });
    expect(root).toMatchObject({
      ts_wall_ms: nthEvent(1).at,
      ts_mono_ns: '1000000',
      boot_id: 'boot-7',
      host: 'my host',
      epoch: 1,
      actor: 'daemon',
      agent: 'agent-1',
      project: 'shop',
      run: 'run-1',
      session: 'session-1',
      kind: 'activity-changed',
      trace_id: traceIdOf('my host', 'run-1'),
      span_id: spanIdOf('my host', 'event-1'),
      parent_span_id: null,
    });
    expect(child).toMatchObject({ trace_id: root?.trace_id, parent_span_id: root?.span_id });
    expect(outside).toMatchObject({ trace_id: null, parent_span_id: null, ts_mono_ns: `${2n ** 62n}` });
  });

  test('AU1 a run keeps its trace over a restart', () => {
    log.open().append([nthEvent(1)]);
    const again = log.open();
    again.append([nthEvent(11)]);
    const [root, child] = again.readRows({ limit: 2 });
    expect(child?.parent_span_id).toBe(root?.span_id);
  });

  test('AU1 an id that is recorded already is refused, and nothing of its batch is recorded', () => {
    const store = log.open();
    store.append(someEvents(3));
    const before = store.head();
    expect(() => store.append([nthEvent(4), nthEvent(2), nthEvent(5)])).toThrow(
      expect.objectContaining({ code: 'DUPLICATE' }),
    );
    expect(store.head()).toEqual(before);
    store.append(someEvents(2, 4));
    expect(store.read({ limit: 10 }).map(({ id }) => id)).toEqual(someEvents(5).map(({ id }) => id));
    expect(store.verify().ok).toBe(true);
  });

  test.each([
    ['a time between milliseconds', { at: 1.5 }],
    ['no id', { id: '' }],
    ['a monotonic time past 64 bits', { monotonicNs: 2n ** 63n }],
    [
      'more text than can be sent',
      { event: { type: 'run-refused', run: 'r', reason: 'x'.repeat(EVENT_CHARACTERS_MAX) } as const },
    ],
  ])('AU1 %s is refused, and the store goes on', (_name, wrong) => {
    const store = log.open();
    expect(() => store.append([nthEvent(1), nthEvent(2, wrong)])).toThrow(
      expect.objectContaining({ code: 'INVALID' }),
    );
    expect(store.head().seq).toBe(0);
    expect(store.append([nthEvent(1)])).toHaveLength(1);
  });

  test('AU1 one append is bounded', () => {
    const store = log.open();
    expect(() => store.append(someEvents(EVENTS_PER_APPEND_MAX + 1))).toThrow(
      expect.objectContaining({ code: 'INVALID' }),
    );
    expect(store.append([])).toEqual([]);
  });

  test('AU1 text that is no valid Unicode and text with zeroes keep the chain whole', () => {
    const store = log.open();
    store.append([
      nthEvent(1, {
        actor: 'person:\ud800',
        agent: 'a\0b',
        event: { type: 'run-refused', run: '\udfff', reason: '\0' },
      }),
    ]);
    expect(store.verify().ok).toBe(true);
    expect(store.read({ limit: 1 })[0]?.event).toEqual({ type: 'run-refused', run: '\udfff', reason: '\0' });
  });
});

describe('AU1 the log only grows', () => {
  test.each([
    ["UPDATE events SET actor = 'nobody' WHERE seq = 2", 'never changed'],
    ['DELETE FROM events WHERE seq = 3', 'never deleted'],
    ['INSERT OR REPLACE INTO events SELECT * FROM events WHERE seq = 2', 'only added at the end'],
    ['UPDATE OR IGNORE events SET seq = 9 WHERE seq = 3', 'never changed'],
    ["UPDATE checkpoints SET note = ''", 'never changed'],
    ['DELETE FROM checkpoints', 'never deleted'],
  ])('AU1 SQL is told no: %s', (statement, reason) => {
    const store = log.open();
    store.append(someEvents(3));
    store.close();
    const db = new Database(log.file);
    try {
      expect(() => db.exec(statement)).toThrow(reason);
    } finally {
      db.close();
    }
    expect(log.open().verify().ok).toBe(true);
  });
});

describe('AU1 one writer', () => {
  let first: Store;
  beforeEach(() => {
    first = log.open();
    first.takeEpoch();
    first.append([nthEvent(1)]);
  });

  test('AU1 a daemon that was replaced cannot write any more, nor ever again', () => {
    const second = log.open();
    expect(second.takeEpoch()).toBe(2);
    const refusal = expect.objectContaining({ code: 'FENCED' });
    expect(() => first.append([nthEvent(2)])).toThrow(refusal);
    second.append([nthEvent(3)]);
    expect(() => first.append([nthEvent(4)])).toThrow(refusal);
    expect(() => first.saveProjection('fleet', 1, {})).toThrow(refusal);
    expect(second.read({ limit: 9 }).map(({ id }) => id)).toEqual(['event-1', 'event-3']);
    expect(second.readRows({ limit: 9 }).map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  test('AU1 an epoch is never given twice', () => {
    first.close();
    const epochs = Array.from({ length: 3 }, () => {
      const store = log.open();
      const epoch = store.takeEpoch();
      store.close();
      return epoch;
    });
    expect(epochs).toEqual([2, 3, 4]);
  });

  test('AU1 somebody else’s event at the end fences too', () => {
    log.open().append([nthEvent(2)]);
    expect(() => first.append([nthEvent(3)])).toThrow(expect.objectContaining({ code: 'FENCED' }));
  });

  test.each(['fleet.db', 'fleet.db-wal'])('AU1 writing stops when %s is taken away underneath', (name) => {
    renameSync(`${log.home}/${name}`, `${log.home}/elsewhere`);
    expect(() => first.append([nthEvent(2)])).toThrow(/removed or replaced/);
    renameSync(`${log.home}/elsewhere`, `${log.home}/${name}`);
    expect(() => first.append([nthEvent(2)])).toThrow(expect.objectContaining({ code: 'IO' }));
  });
});

describe('AU1 where it lies', () => {
  test('AU1 files are the owner’s only, and commits are flushed', () => {
    const store = log.open();
    store.append(someEvents(300));
    for (const name of [
      'fleet.db',
      'fleet.db-wal',
      'fleet.db-shm',
      'fleet.key',
      'checkpoints.log',
      'fleet.head',
    ]) {
      expect([name, statSync(`${log.home}/${name}`).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(statSync(log.home).mode & 0o777).toBe(0o700);
    expect(store.warnings()).toEqual([]);
  });

  test('AU1 a closed store says so', () => {
    const store = log.open();
    store.close();
    store.close();
    expect(() => store.append([nthEvent(1)])).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });
});
