/** The schema, as the steps that led to it. Forward only; each step is one transaction: old or new, never between. */
import type { Database } from 'better-sqlite3';
import { StoreError } from './store-error.ts';

export interface Migration {
  readonly version: number;
  /** Oldest schema version whose program still understands the database after this step. */
  readonly minReader: number;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    minReader: 1,
    // Columns no event fills yet (task, blob_ref) stand here because the hash covers them: adding them later
    // would be another hash. Everything but events, checkpoints and meta may be dropped and made again.
    sql: `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  ts_wall_ms INTEGER NOT NULL,
  ts_mono_ns INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  host TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  actor TEXT NOT NULL,
  agent TEXT,
  project TEXT,
  run TEXT,
  session TEXT,
  task TEXT,
  trace_id TEXT,
  span_id TEXT NOT NULL,
  parent_span_id TEXT,
  kind TEXT NOT NULL,
  kind_v INTEGER NOT NULL,
  payload TEXT NOT NULL,
  blob_ref TEXT,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_agent ON events (agent) WHERE agent IS NOT NULL;
CREATE INDEX events_by_run ON events (run) WHERE run IS NOT NULL;
CREATE INDEX events_by_kind ON events (kind);

-- Also stands in the way of INSERT OR REPLACE, which deletes without asking a delete trigger.
CREATE TRIGGER events_in_order BEFORE INSERT ON events
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
BEGIN SELECT RAISE(ABORT, 'events are only added at the end'); END;
CREATE TRIGGER events_kept_as_written BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_kept BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TABLE checkpoints (
  seq INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  latest_wall_ms INTEGER NOT NULL,
  key TEXT NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE INDEX checkpoints_by_time ON checkpoints (latest_wall_ms);
CREATE TRIGGER checkpoints_kept_as_written BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are never changed'); END;
CREATE TRIGGER checkpoints_kept BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;

CREATE TABLE projections (name TEXT PRIMARY KEY, seq INTEGER NOT NULL, sum TEXT NOT NULL, state TEXT NOT NULL) STRICT;
`,
  },
];

/** What keeps SQL from changing history; missing ones are reported. */
export const GUARDS = [
  'events_in_order',
  'events_kept_as_written',
  'events_kept',
  'checkpoints_kept_as_written',
  'checkpoints_kept',
] as const;

export function schemaVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** Refuses a database that a later version wrote and that this one would misread. */
export function refuseNewer(db: Database, migrations: readonly Migration[]): void {
  const own = migrations.at(-1)?.version ?? 0;
  const found = schemaVersion(db);
  if (found <= own) return;
  const minReader = Number(readMeta(db, 'min_reader') ?? found);
  if (minReader <= own) return;
  throw new StoreError(
    'NEWER',
    `The event log was written by a newer fleet (schema ${found}; this program knows ${own}). Nothing was changed. ` +
      `Install that version again, or a later one; or set FLEET_HOME to another folder.`,
  );
}

/** Takes every step the database has not taken; `before` runs once, if there is anything to take. */
export function migrate(
  db: Database,
  migrations: readonly Migration[],
  before: (from: number) => void,
): void {
  const from = schemaVersion(db);
  const steps = migrations.filter((step) => step.version > from);
  if (steps.length === 0) return;
  before(from);
  for (const step of steps) {
    db.transaction(() => {
      db.exec(step.sql);
      writeMeta(db, 'min_reader', `${step.minReader}`);
      db.pragma(`user_version = ${step.version}`);
    }).immediate();
  }
}

export function readMeta(db: Database, name: string): string | undefined {
  return db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?').get(name)?.value;
}

export function writeMeta(db: Database, name: string, value: string): void {
  db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value').run(
    name,
    value,
  );
}
