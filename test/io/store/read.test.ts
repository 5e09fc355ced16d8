import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { READ_EVENTS_MAX, type ReadQuery } from '../../../source/io/store/read.ts';
import { type EventLog, eventLog, nthEvent, someEvents, START } from '../../support/event-log.ts';

let log: EventLog;
beforeEach(() => {
  log = eventLog();
});
afterEach(() => log.remove());

test.each<[string, ReadQuery, (n: number) => boolean]>([
  ['all', { limit: 5_000 }, () => true],
  ['after a number', { limit: 5_000, after: 990 }, (n) => n > 990],
  ['of an agent', { limit: 5_000, agent: 'agent-2' }, (n) => n % 4 === 2],
  ['of a type', { limit: 5_000, type: 'text-sent' }, (n) => n % 5 === 2],
  ['of a run', { limit: 5_000, run: 'run-7' }, (n) => n % 10 === 7],
  ['since a time', { limit: 5_000, since: START + 700_000 }, (n) => n >= 700],
  [
    'of a type and run since a time, after a number',
    { limit: 5_000, type: 'text-sent', run: 'run-7', since: START + 500_000, after: 600 },
    (n) => n % 5 === 2 && n % 10 === 7 && n > 600,
  ],
])('AU2 events %s come in the order they were recorded', (_name, query, belongs) => {
  const store = log.open();
  const all = Array.from({ length: 10 }, (_, index) => store.append(someEvents(100, index * 100 + 1))).flat();
  expect(store.read(query)).toEqual(all.filter(({ seq }) => belongs(seq)));
  expect(store.read({ ...query, limit: 3 })).toEqual(all.filter(({ seq }) => belongs(seq)).slice(0, 3));
});

test('AU2 "since" misses nothing when the wall clock jumps ahead and back', () => {
  const store = log.open();
  const hour = 3_600_000;
  const clockAt = (n: number): number => START + n + (n > 300 && n <= 500 ? hour : n > 900 ? -hour : 0);
  for (let from = 1; from <= 1_100; from += 100) {
    store.append(someEvents(100, from).map((event, index) => ({ ...event, at: clockAt(from + index) })));
  }
  for (const since of [START, START + 250, START + 600, START + hour, START + hour + 400, START - hour]) {
    const expected = Array.from({ length: 1_100 }, (_, index) => index + 1).filter(
      (n) => clockAt(n) >= since,
    );
    expect(store.read({ limit: 5_000, since }).map(({ seq }) => seq)).toEqual(expected);
  }
});

test('AU2 one answer is bounded, and asking on from its last event gives the rest', () => {
  const store = log.open();
  for (let from = 1; from < 3 * 4_000; from += 4_000) store.append(someEvents(4_000, from));
  const first = store.read({ limit: 1_000_000 });
  expect(first).toHaveLength(READ_EVENTS_MAX);
  expect(store.read({ limit: 1_000_000, after: first.at(-1)!.seq })).toHaveLength(2_000);
});

test.each(['agent', 'run', 'kind'])('AU2 looking for one %s uses an index', (column) => {
  log.open().append(someEvents(10));
  const db = new Database(log.file, { readonly: true });
  const plan = db
    .prepare(`EXPLAIN QUERY PLAN SELECT * FROM events WHERE seq > 1 AND ${column} = ? ORDER BY seq LIMIT 5`)
    .all('x');
  db.close();
  expect(JSON.stringify(plan)).toMatch(new RegExp(`SEARCH events USING INDEX events_by_${column} .*rowid>`));
});

test('AU4 an event that is not what was recorded is never handed out', () => {
  const store = log.open();
  store.append(someEvents(20));
  store.close();
  // Past the last checkpoint's own end, so that start-up has no reason to look at it again.
  log.tamper(`UPDATE events SET payload = replace(payload, 'working', 'resting') WHERE seq = 6`);
  const again = log.open();
  expect(again.read({ limit: 5 })).toHaveLength(5);
  expect(() => again.read({ limit: 6 })).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
});

test('AU1 a saved state comes back, until it is dropped', () => {
  const store = log.open();
  store.append([nthEvent(1)]);
  expect(store.loadProjection('fleet')).toBeNull();
  store.saveProjection('fleet', 1, { agents: ['ada'] });
  store.close();
  const again = log.open();
  expect(again.loadProjection('fleet')).toEqual({ seq: 1, state: { agents: ['ada'] } });
  again.dropProjections();
  expect(again.loadProjection('fleet')).toBeNull();
  expect(again.verify().ok).toBe(true);
});

test('AU1 a saved state that was damaged, or knows of events there are not, is not used', () => {
  const store = log.open();
  store.append([nthEvent(1)]);
  store.saveProjection('ahead', 2, {});
  store.saveProjection('damaged', 1, { on: true });
  store.close();
  log.tamper(`UPDATE projections SET state = '{"on":false}' WHERE name = 'damaged'`);
  const again = log.open();
  expect(again.loadProjection('ahead')).toBeNull();
  expect(again.loadProjection('damaged')).toBeNull();
});
