/** Reads events in the order in which they were recorded, by index whatever the question. */
import type { Database, Statement } from 'better-sqlite3';
import type { Recorded } from '../../core/event.ts';
import type { EventRow } from './chain.ts';
import { EVENT_COLUMNS, recordedOf } from './event-rows.ts';

export interface ReadQuery {
  /** Events after this sequence number. */
  readonly after?: number;
  readonly limit: number;
  readonly agent?: string;
  readonly type?: string;
  readonly run?: string;
  /** Wall clock, milliseconds: events from then on. */
  readonly since?: number;
}

/** Most events in one answer; who wants more asks again from the last one. */
export const READ_EVENTS_MAX = 10_000;

export interface Reader {
  read(query: ReadQuery): Recorded[];
  /** Whole rows: with trace, epoch, host and hash. */
  readRows(query: ReadQuery): EventRow[];
}

export function openReader(db: Database): Reader {
  // One statement for each combination of filters: sixteen at most.
  const statements = new Map<string, Statement<[Record<string, unknown>], EventRow>>();
  // Wall clocks jump, so events are not in their order; but whatever lies before a checkpoint is no later
  // than the latest time it names, and those only grow.
  const before = db
    .prepare<[number], number>(
      'SELECT seq FROM checkpoints WHERE latest_wall_ms < ? ORDER BY latest_wall_ms DESC, seq DESC LIMIT 1',
    )
    .pluck();

  const readRows = (query: ReadQuery): EventRow[] => {
    const { agent, type, run, since } = query;
    const filters = [
      agent === undefined ? '' : ' AND agent = @agent',
      type === undefined ? '' : ' AND kind = @type',
      run === undefined ? '' : ' AND run = @run',
      since === undefined ? '' : ' AND ts_wall_ms >= @since',
    ].join('');
    let statement = statements.get(filters);
    if (statement === undefined) {
      statement = db.prepare(
        `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > @after${filters} ORDER BY seq LIMIT @limit`,
      );
      statements.set(filters, statement);
    }
    const start = since === undefined ? 0 : (before.get(since) ?? 0);
    return statement.all({
      agent,
      type,
      run,
      since,
      after: Math.max(query.after ?? 0, start),
      limit: Math.max(0, Math.min(query.limit, READ_EVENTS_MAX)),
    });
  };

  return { readRows, read: (query) => readRows(query).map((row) => recordedOf(row)) };
}
