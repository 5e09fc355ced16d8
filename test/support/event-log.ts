/** A real event log in a folder of its own, and events to put into it. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { FleetEvent } from '../../source/core/event.ts';
import { type NewEvent, openStore, type Store, type StoreOptions } from '../../source/io/store/store.ts';

/** A fixed moment, so that failures read the same every time. */
export const START = Date.UTC(2026, 0, 5, 9);

export interface EventLog {
  readonly home: string;
  readonly file: string;
  readonly backups: string;
  readonly options: StoreOptions;
  /** Wall clock the store sees. */
  clock: number;
  open(more?: Partial<StoreOptions>): Store;
  /** Runs SQL on the closed log as somebody with the file would, its guards taken away. */
  tamper(...statements: readonly string[]): void;
  /** The files as they are at this moment, as after a power cut: another log in another folder. */
  copy(): EventLog;
  remove(): void;
}

export function eventLog(home = join(mkdtempSync(join(tmpdir(), 'fleet-log-')), 'home')): EventLog {
  const file = join(home, 'fleet.db');
  const backups = join(home, 'backups');
  const opened: Store[] = [];
  const copies: EventLog[] = [];
  const log: EventLog = {
    home,
    file,
    backups,
    clock: START,
    options: { file, backups, host: 'box', bootId: 'boot-1', now: () => log.clock },
    open(more) {
      const store = openStore({ ...log.options, ...more });
      opened.push(store);
      return store;
    },
    tamper(...statements) {
      const db = new Database(file);
      try {
        const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
        for (const name of names) db.exec(`DROP TRIGGER ${String(name)}`);
        for (const statement of statements) db.exec(statement);
      } finally {
        db.close();
      }
    },
    copy() {
      const other = eventLog();
      cpSync(home, other.home, { recursive: true });
      copies.push(other);
      return other;
    },
    remove() {
      for (const copy of copies) copy.remove();
      for (const store of opened) store.close();
      rmSync(join(home, '..'), { recursive: true, force: true });
    },
  };
  return log;
}

/** The nth of many different events: four agents, ten runs, five types. */
export function nthEvent(n: number, more: Partial<NewEvent> = {}): NewEvent {
  const run = `run-${n % 10}`;
  return {
    id: `event-${n}`,
    at: START + n * 1_000,
    actor: n % 3 === 0 ? 'person:ada' : 'daemon',
    agent: `agent-${n % 4}`,
    project: 'shop',
    run,
    session: `session-${n % 10}`,
    monotonicNs: 1_000_000n * BigInt(n),
    event: eventOf(n, run),
    ...more,
  };
}

export function someEvents(count: number, from = 1): NewEvent[] {
  return Array.from({ length: count }, (_, index) => nthEvent(from + index));
}

function eventOf(n: number, run: string): FleetEvent {
  const session = `session-${n % 10}`;
  const call = { id: `call-${n}`, tool: 'Bash', input: { command: `echo ${n} "ünï\u0000"` }, subagent: null };
  switch (n % 5) {
    case 0:
      return { type: 'run-refused', run, reason: `reason ${n}` };
    case 1:
      return { type: 'activity-changed', run, session, activity: 'working' };
    case 2:
      return { type: 'text-sent', run, session, characters: n, delivery: 'submitted' };
    case 3:
      return { type: 'tool-finished', run, session, call, outcome: 'succeeded' };
    default:
      return { type: 'tool-judged', run, session, call, verdict: 'ask', reason: 'no rule allows it' };
  }
}
