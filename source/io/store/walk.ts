/** Walks the chain, a page at a time, to the first event that is not as it was recorded. */
import type { Database } from 'better-sqlite3';
import { type ChainHead, eventHash, type EventRow, genesisHash } from './chain.ts';
import { EVENT_COLUMNS, hashAt, lastEvent } from './event-rows.ts';

/** What something other than the events says about them. */
export interface Claim extends ChainHead {
  /** Who says so, as part of a sentence: "the checkpoint signed at …". */
  readonly source: string;
}

export interface ChainProblem {
  readonly type:
    | 'edited'
    | 'missing'
    | 'inserted'
    | 'reordered'
    /** The end is gone: something outside the events knows of later ones. */
    | 'truncated'
    /** The chain holds, and is not the one that was signed or noted. */
    | 'rewritten'
    | 'forged-checkpoint'
    /** SQLite itself cannot read it. */
    | 'damaged';
  /** First event concerned. */
  readonly seq: number;
  readonly message: string;
}

export interface WalkResult {
  readonly checked: number;
  /** Last event there was when the walk began. */
  readonly head: ChainHead;
  readonly problem: ChainProblem | null;
}

/** Events read at once: some 5 ms of work, which is what a caller that shares its thread can spare. */
const PAGE_EVENTS = 256;

/** How many events somebody may have dropped or added, renumbering the rest, for us to still say which it was. */
const SHIFT_MAX = 64;

/** Yields how many events were checked so far. Claims before `from` are compared with the stored hash only. */
export function* walkChain(
  db: Database,
  { origin, from, claims }: { origin: string; from: number; claims: readonly Claim[] },
): Generator<number, WalkResult> {
  const genesis: ChainHead = { seq: 0, hash: genesisHash(origin) };
  const head = lastEvent(db) ?? genesis;
  const first = Math.max(1, from);
  let checked = 0;
  const end = (problem: ChainProblem | null): WalkResult => ({ checked, head, problem });

  const claimsBySeq = Map.groupBy(claims, (claim) => claim.seq);
  for (const claim of claims) {
    if (claim.seq >= first || claim.seq === 0) continue;
    if (hashAt(db, claim.seq) !== claim.hash) return end(disagreement(claim));
  }

  const page = db.prepare<[number, number], EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ${PAGE_EVENTS}`,
  );
  let previous: ChainHead =
    first === 1 ? genesis : { seq: first - 1, hash: hashAt(db, first - 1) ?? 'no such event' };
  while (previous.seq < head.seq) {
    for (const row of page.all(previous.seq, head.seq)) {
      if (row.seq !== previous.seq + 1 || row.prev_hash !== previous.hash || eventHash(row) !== row.hash) {
        return end(diagnose(db, previous, row));
      }
      previous = { seq: row.seq, hash: row.hash };
      const claim = claimsBySeq.get(row.seq)?.find((claim) => claim.hash !== row.hash);
      if (claim !== undefined) return end(disagreement(claim));
      checked += 1;
    }
    yield checked;
  }

  const beyond = claims.filter((claim) => claim.seq > head.seq).sort((a, b) => b.seq - a.seq)[0];
  if (beyond === undefined) return end(null);
  return end({
    type: 'truncated',
    seq: head.seq + 1,
    message: `The log ends at event ${head.seq}, but ${beyond.source} knows of event ${beyond.seq}: ${counted(beyond.seq - head.seq, 'missing')} at the end.`,
  });
}

function disagreement(claim: Claim): ChainProblem {
  return {
    type: 'rewritten',
    seq: claim.seq,
    message: `Event ${claim.seq} is not the one that ${claim.source} names: it, or events before it, were replaced and their hashes made anew.`,
  };
}

/** What was most likely done, given that `row` does not follow `previous`. */
function diagnose(db: Database, previous: ChainHead, row: EventRow): ChainProblem {
  const seq = previous.seq + 1;
  const successor = db
    .prepare<[string, number], EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE prev_hash = ? AND seq <> ? LIMIT 1`,
    )
    .get(previous.hash, seq);
  if (successor !== undefined && eventHash({ ...successor, seq }) === successor.hash) {
    const isOneOfOurs = homeOf(row, successor.seq) !== undefined;
    return isOneOfOurs
      ? {
          type: 'reordered',
          seq,
          message: `Event ${seq} was moved: what belongs there stands at ${successor.seq}.`,
        }
      : {
          type: 'inserted',
          seq,
          message: `Something was added at ${seq}: the event that belongs there stands at ${successor.seq}.`,
        };
  }
  if (row.seq !== seq) {
    return { type: 'missing', seq, message: `Events are missing: ${row.seq} comes after ${previous.seq}.` };
  }
  if (eventHash(row) === row.hash) {
    return {
      type: 'edited',
      seq: Math.max(1, previous.seq),
      message: `Event ${seq} does not follow the one before it, which was replaced and its hash made anew.`,
    };
  }
  const home = homeOf(row, seq);
  if (home !== undefined && home > seq) {
    return {
      type: 'missing',
      seq,
      message: `${counted(home - seq, 'missing')} after event ${previous.seq}; those that followed were renumbered.`,
    };
  }
  if (home !== undefined) {
    return {
      type: 'inserted',
      seq: home,
      message: `${counted(seq - home, 'too many')} at ${home}; those that followed were renumbered.`,
    };
  }
  return {
    type: 'edited',
    seq,
    message: `Event ${seq} was changed: its hash is not the hash of what it says.`,
  };
}

/** The number under which the row is what was recorded: `guess`, or one near its own. */
function homeOf(row: EventRow, guess: number): number | undefined {
  if (eventHash({ ...row, seq: guess }) === row.hash) return guess;
  for (let shift = 1; shift <= SHIFT_MAX; shift += 1) {
    for (const seq of [row.seq + shift, row.seq - shift]) {
      if (eventHash({ ...row, seq }) === row.hash) return seq;
    }
  }
  return undefined;
}

function counted(events: number, what: string): string {
  return events === 1 ? `1 event is ${what}` : `${events} events are ${what}`;
}
