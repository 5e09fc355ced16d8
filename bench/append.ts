/**
 * append: durable events a second at synchronous=FULL, one by one and in groups of 128, next to bare
 * better-sqlite3 inserting the same rows into the same table and indexes in the same run: what chain, canonical
 * JSON, checks and checkpoints cost. And, as the floor, next to the same bytes in a table of one column.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Bench, compare } from './support/row.ts';
import type { EventRow } from '../source/io/store/chain.ts';
import { prepareInsert } from '../source/io/store/event-rows.ts';
import { GUARDS, MIGRATIONS } from '../source/io/store/migrations.ts';
import { type NewEvent, openStore } from '../source/io/store/store.ts';

/** Odd, so that a median is one of the measured values. */
const ROUNDS = 7;
const SINGLE_EVENTS = 1_000;
const GROUPS = 60;
const GROUP_EVENTS = 128;

/** Events a second of our own, one a commit. */
const SINGLE_TARGET = 1_000;

export async function run(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-bench-append-'));
  const store = openStore({
    file: join(folder, 'ours', 'fleet.db'),
    backups: join(folder, 'ours', 'backups'),
    host: 'bench',
    bootId: 'bench',
    now: Date.now,
  });
  const same = openSame(join(folder, 'same.db'));
  const bare = openBare(join(folder, 'bare.db'));
  try {
    const next = counter();
    const append = (groups: readonly NewEvent[][]): void => {
      for (const events of groups) store.append(events);
    };
    append(groupsOf(next, 1, GROUP_EVENTS));
    const rows = store.readRows({ limit: GROUP_EVENTS });
    const bytes = sizeOf(rows[0]!);
    const texts = rows.map(() => 'x'.repeat(bytes));

    const single = inTurns(SINGLE_EVENTS, {
      prepare: () => groupsOf(next, SINGLE_EVENTS, 1),
      ours: append,
      peer: () => times(SINGLE_EVENTS, () => same.insert(rows.slice(0, 1))),
    });
    const grouped = inTurns(GROUPS * GROUP_EVENTS, {
      prepare: () => groupsOf(next, GROUPS, GROUP_EVENTS),
      ours: append,
      peer: () => times(GROUPS, () => same.insert(rows)),
    });
    const floor = inTurns(GROUPS * GROUP_EVENTS, {
      prepare: () => groupsOf(next, GROUPS, GROUP_EVENTS),
      ours: append,
      peer: () => times(GROUPS, () => bare.insert(texts)),
    });
    return {
      id: 'append',
      rows: [
        compare({
          name: `append: events/s, 1 a commit, ${bytes} B; peer: same rows and indexes`,
          ...single,
          limit: { value: SINGLE_TARGET, unit: '/s' },
          isHigherBetter: true,
        }),
        compare({
          name: `append: events/s, ${GROUP_EVENTS} a commit; peer: same rows and indexes`,
          ...grouped,
          target: 0.5,
          isHigherBetter: true,
        }),
        // No target: what indexes and columns cost is not what the chain costs.
        compare({
          name: `append: events/s, ${GROUP_EVENTS} a commit; peer: same bytes, one column, no index`,
          ...floor,
          isHigherBetter: true,
        }),
      ],
    };
  } finally {
    store.close();
    same.close();
    bare.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Turns<T> {
  /** Makes what `ours` is to record, while no clock runs. */
  readonly prepare: () => T;
  readonly ours: (prepared: T) => void;
  readonly peer: () => void;
}

/** Rates by round, who goes first changing, so that what else the machine does hits both. */
function inTurns<T>(events: number, { prepare, ours, peer }: Turns<T>): { ours: number[]; peer: number[] } {
  const rates = { ours: [] as number[], peer: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const prepared = prepare();
    if (round % 2 === 0) rates.ours.push(rate(events, () => ours(prepared)));
    rates.peer.push(rate(events, peer));
    if (round % 2 === 1) rates.ours.push(rate(events, () => ours(prepared)));
  }
  return rates;
}

function rate(events: number, work: () => void): number {
  const before = performance.now();
  work();
  return Math.round(events / ((performance.now() - before) / 1_000));
}

function times(count: number, work: () => void): void {
  for (let index = 0; index < count; index += 1) work();
}

interface Peer<T> {
  insert(rows: readonly T[]): void;
  close(): void;
}

/** The program's own tables without its triggers, rows made beforehand but for number and id. */
function openSame(file: string): Peer<EventRow> {
  const db = openDurable(file);
  db.exec(MIGRATIONS[0]!.sql);
  for (const guard of GUARDS) db.exec(`DROP TRIGGER ${guard}`);
  const insert = prepareInsert(db);
  let seq = 0;
  const insertAll = db.transaction((rows: readonly EventRow[]) => {
    for (const row of rows) {
      seq += 1;
      insert({ ...row, seq, id: idOf(seq) });
    }
  });
  return { insert: (rows) => insertAll.immediate(rows), close: () => void db.close() };
}

/** The least that is as durable. */
function openBare(file: string): Peer<string> {
  const db = openDurable(file);
  db.exec('CREATE TABLE rows (seq INTEGER PRIMARY KEY, row TEXT NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO rows (row) VALUES (?)');
  const insertAll = db.transaction((rows: readonly string[]) => {
    for (const row of rows) insert.run(row);
  });
  return { insert: (rows) => insertAll.immediate(rows), close: () => void db.close() };
}

function openDurable(file: string): Database.Database {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  return db;
}

/** What the row holds, without what SQLite adds. */
function sizeOf(row: EventRow): number {
  return Object.values(row).reduce<number>((sum, value) => sum + Buffer.byteLength(String(value ?? '')), 0);
}

function counter(): () => number {
  let next = 0;
  return () => (next += 1);
}

function groupsOf(next: () => number, groups: number, events: number): NewEvent[][] {
  return Array.from({ length: groups }, () => Array.from({ length: events }, () => judged(next())));
}

function idOf(n: number): string {
  return `0199c0de-f00d-7000-8000-${String(n).padStart(12, '0')}`;
}

/** The most frequent event of a busy fleet: a tool call and what the rules said to it. */
function judged(n: number): NewEvent {
  const run = `0199c0de-7a11-7000-8000-${String(n % 20).padStart(12, '0')}`;
  return {
    id: idOf(n),
    at: 1_767_600_000_000 + n,
    actor: 'daemon',
    agent: `agent-${n % 8}`,
    project: 'shop',
    run,
    session: run,
    monotonicNs: 1_000_000n * BigInt(n),
    event: {
      type: 'tool-judged',
      run,
      session: run,
      call: {
        id: `toolu_${n}`,
        tool: 'Bash',
        input: { command: `grep -rn checkout src | head -${n}` },
        subagent: null,
      },
      verdict: 'allow',
      reason: 'searching inside the worktree is allowed',
    },
  };
}

if (import.meta.main) {
  const { id, rows } = await run();
  for (const { name, ours, peer, ratio, target, pass } of rows) {
    process.stdout.write(
      `${id}  ${name}: ${ours} ours, ${peer} peer, ${ratio.toFixed(2)}×, ${target}: ${pass ? 'met' : 'MISSED'}\n`,
    );
  }
}
