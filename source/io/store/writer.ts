/** The one that writes: events in, one transaction, on disk when it returns. */
import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import type { FleetEvent, Recorded } from '../../core/event.ts';
import { type ChainHead, eventHash, genesisHash, spanIdOf, traceIdOf } from './chain.ts';
import { type Checkpoints, CHECKPOINT_MS, newestCheckpoint } from './checkpoints.ts';
import { lastEvent, prepareInsert } from './event-rows.ts';
import type { HeadNote } from './head-note.ts';
import { writeMeta } from './migrations.ts';
import { EVENTS_PER_APPEND_MAX, type NewEvent, payloadOf } from './new-event.ts';
import { asStoreError, StoreError } from './store-error.ts';
import type { StoreFiles } from './store-files.ts';
import type { Warnings } from './warnings.ts';

/** Version of how events are written down as JSON. */
const EVENT_VERSION = 1;

/** Runs whose trace is remembered; more than are ever live at once. */
const TRACES_MAX = 1_024;

export interface Writer {
  readonly epoch: number;
  takeEpoch(above?: number): number;
  head(): ChainHead;
  append(events: readonly NewEvent[]): readonly Recorded[];
  /** Runs something else that writes under the same rules: after a failure of the disk, nothing is tried again. */
  guarded<T>(tried: string, work: () => T): T;
  /** Signs what is not signed yet. */
  checkpoint(): void;
  close(): void;
}

interface Trace {
  readonly traceId: string;
  /** Span of the run's first event: the parent of all its others. */
  readonly rootSpanId: string;
}

export function openWriter(options: {
  readonly db: Database;
  readonly files: StoreFiles;
  readonly origin: string;
  readonly host: string;
  readonly bootId: string;
  readonly checkpoints: Checkpoints;
  readonly headNote: HeadNote | null;
  readonly warnings: Warnings;
}): Writer {
  const { db, files, host, bootId, checkpoints, warnings } = options;
  const insert = prepareInsert(db);
  const storedEpoch = db.prepare<[], string>("SELECT value FROM meta WHERE name = 'epoch'").pluck();
  const rootSpan = db
    .prepare<[string], string>('SELECT span_id FROM events WHERE run = ? ORDER BY seq LIMIT 1')
    .pluck();
  const hasMoved = watchFiles([files.database, files.wal]);
  const traces = new Map<string, Trace>();

  let headNote = options.headNote;
  let head = lastEvent(db) ?? { seq: 0, hash: genesisHash(options.origin) };
  let latestWallMs = latestWallClock(db);
  let epoch = Number(storedEpoch.get());
  let broken: StoreError | null = null;
  let timer: NodeJS.Timeout | null = null;

  const guarded = <T>(tried: string, work: () => T): T => {
    if (broken !== null) throw broken;
    try {
      const moved = hasMoved();
      if (moved !== null) {
        throw new StoreError(
          'IO',
          `${moved} was removed or replaced while in use; what is written now would be lost. Put it back, and start again.`,
        );
      }
      return work();
    } catch (error) {
      const failure = asStoreError(error, tried);
      traces.clear();
      if (isFinal(failure)) broken = failure;
      throw failure;
    }
  };

  const demandOwnEpoch = (): void => {
    if (Number(storedEpoch.get()) === epoch) return;
    throw new StoreError(
      'FENCED',
      `Another daemon has taken over this log (epoch ${storedEpoch.get()}, ours is ${epoch}). This one must stop.`,
    );
  };

  const traceOf = (run: string, spanId: string): { trace: Trace; isRoot: boolean } => {
    const known = traces.get(run);
    if (known !== undefined) return { trace: known, isRoot: false };
    const recorded = rootSpan.get(run);
    const trace = { traceId: traceIdOf(host, run), rootSpanId: recorded ?? spanId };
    if (traces.size >= TRACES_MAX) traces.clear();
    traces.set(run, trace);
    return { trace, isRoot: recorded === undefined };
  };

  const record = db.transaction((events: readonly NewEvent[]) => {
    demandOwnEpoch();
    const recorded: Recorded[] = [];
    let end = head;
    let latest = latestWallMs;
    for (const given of events) {
      const payload = payloadOf(given);
      const spanId = spanIdOf(host, given.id);
      const { trace, isRoot } =
        given.run === null ? { trace: null, isRoot: true } : traceOf(given.run, spanId);
      const row = {
        seq: end.seq + 1,
        id: given.id,
        ts_wall_ms: given.at,
        ts_mono_ns: `${given.monotonicNs}`,
        boot_id: bootId,
        host,
        epoch,
        actor: given.actor,
        agent: given.agent,
        project: given.project,
        run: given.run,
        session: given.session,
        task: null,
        trace_id: trace?.traceId ?? null,
        span_id: spanId,
        parent_span_id: isRoot || trace === null ? null : trace.rootSpanId,
        kind: given.event.type,
        kind_v: EVENT_VERSION,
        payload,
        blob_ref: null,
        prev_hash: end.hash,
      };
      const hash = eventHash(row);
      insert({ ...row, hash });
      end = { seq: row.seq, hash };
      latest = Math.max(latest, given.at);
      // Parsed back, so that what is applied now is what a replay will apply, and nobody can change it meanwhile.
      const event = JSON.parse(payload) as FleetEvent;
      recorded.push({
        seq: row.seq,
        id: given.id,
        at: given.at,
        actor: given.actor,
        agent: given.agent,
        event,
      });
    }
    const isSigned = checkpoints.isDue(end) && checkpoints.hasUnsigned(end);
    if (isSigned) checkpoints.insert(end, latest);
    return { recorded, end, latest, isSigned };
  });

  const sign = db.transaction(() => {
    demandOwnEpoch();
    checkpoints.insert(head, latestWallMs);
  });

  const checkpoint = (): void => {
    if (!checkpoints.hasUnsigned(head)) return;
    guarded('sign a checkpoint', () => sign.immediate());
    checkpoints.committed();
  };

  /** Signs the last events of a burst when nothing follows them. */
  const signSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      try {
        checkpoint();
      } catch (error) {
        // Nobody called. The next append says it again, if it was the disk.
        warnings.set('checkpoint timer', (error as Error).message);
      }
    }, CHECKPOINT_MS).unref();
  };

  const noteHead = (): void => {
    try {
      headNote?.write(head);
    } catch (error) {
      headNote?.close();
      headNote = null;
      warnings.set(
        'fleet.head',
        `fleet.head could not be written (${(error as Error).message}): a lost end of the log is found by checkpoints only.`,
      );
    }
  };
  noteHead();

  return {
    get epoch() {
      return epoch;
    },
    takeEpoch(above = 0) {
      return guarded('take over the log', () => {
        epoch = db
          .transaction(() => {
            const next = Math.max(Number(storedEpoch.get()), above) + 1;
            writeMeta(db, 'epoch', `${next}`);
            return next;
          })
          .immediate();
        return epoch;
      });
    },
    head: () => head,
    append(events) {
      if (events.length === 0) return [];
      if (events.length > EVENTS_PER_APPEND_MAX) {
        throw new StoreError(
          'INVALID',
          `${events.length} events at once; ${EVENTS_PER_APPEND_MAX} are the most.`,
        );
      }
      const tried = events.length === 1 ? `record event ${events[0]!.id}` : `record ${events.length} events`;
      const { recorded, end, latest, isSigned } = guarded(tried, () => record.immediate(events));
      head = end;
      latestWallMs = latest;
      noteHead();
      if (isSigned) checkpoints.committed();
      else signSoon();
      return recorded;
    },
    guarded,
    checkpoint,
    close() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      try {
        if (broken === null) checkpoint();
      } finally {
        broken ??= new StoreError('CLOSED', 'The event log is closed.');
        headNote?.close();
        headNote = null;
        checkpoints.close();
      }
    },
  };
}

/** After these the process must not write again: what the disk, or another process, did since is unknown. */
function isFinal({ code }: StoreError): boolean {
  return code === 'IO' || code === 'CORRUPT' || code === 'FENCED' || code === 'DENIED';
}

function latestWallClock(db: Database): number {
  const checkpoint = newestCheckpoint(db);
  const since = db
    .prepare<[number], number>('SELECT coalesce(max(ts_wall_ms), 0) FROM events WHERE seq > ?')
    .pluck()
    .get(checkpoint?.seq ?? 0);
  return Math.max(checkpoint?.latestWallMs ?? 0, since ?? 0);
}

/** Names a file that is no longer the one SQLite has open: its writes would go where nobody finds them. */
function watchFiles(files: readonly string[]): () => string | null {
  const inodes = files.map((file) => statSync(file, { throwIfNoEntry: false })?.ino);
  return () => {
    for (const [index, file] of files.entries()) {
      const inode = statSync(file, { throwIfNoEntry: false })?.ino;
      if (inodes[index] === undefined) inodes[index] = inode;
      else if (inode !== inodes[index]) return file;
    }
    return null;
  };
}
