/**
 * A recorded history, one JSON object a line, read twice: once to learn how it tells its story, once to tell it
 * minute by minute. However long it is, only one minute of it and a buffer for each piece are in memory.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { newSurvey, type Dialect } from '../core/risk/rows/dialect.ts';
import type { FaultRow } from '../core/risk/rows/fault.ts';
import { addFacts, newMinutes, type Minutes } from '../core/risk/rows/minutes.ts';
import { rowOf, type Facts, type Row } from '../core/risk/rows/row.ts';
import type { Seen } from '../core/risk/risk.ts';
import type { Fault } from '../core/risk/validation/replay.ts';

export interface History {
  readonly dialect: Dialect;
  readonly faults: readonly Fault[];
  readonly rows: number;
  readonly lastMinute: number;
  /** Kinds that mean nothing to us, and how often they came. */
  readonly unknownKinds: Readonly<Record<string, number>>;
  /** Every minute of every fleet in which something was seen, and those between. */
  minutes(): Generator<{ readonly fleet: string; readonly minute: number; readonly seen: readonly Seen[] }>;
}

/** The file cannot be used; the message says where and why. */
export class HistoryError extends Error {}

/** Read at once, for each piece: few calls for long files, little memory for many pieces. */
const CHUNK_BYTES = 64 * 1024;
/** A file may be several histories one after the other, each in order; one that is not in order at all is none. */
const PIECES_MAX = 2_000;
/** A row is some dozen fields. */
const LINE_BYTES_MAX = 1024 * 1024;
/** Kinds that are counted by name; the rest are counted together. */
const UNKNOWN_KINDS_MAX = 50;

/** A stretch of the file whose times do not go back. */
interface Piece {
  readonly from: number;
  to: number;
  /** Number of its first line. */
  readonly line: number;
  readonly first: number;
  last: number;
  readonly agents: Set<string>;
}

interface FoundFault {
  readonly row: FaultRow;
  readonly piece: number;
  readonly line: number;
}

export function readHistory(file: string): History {
  const survey = newSurvey();
  const pieces: Piece[] = [];
  const found: FoundFault[] = [];
  const unknown = new Map<string, number>();
  let rows = 0;
  let hasFleets = false;
  for (const { row, line, offset, end } of rowsOf(file, { from: 0, to: Infinity, line: 1 })) {
    rows += 1;
    if (row.type === 'fault') {
      found.push({ row, piece: Math.max(0, pieces.length - 1), line });
      continue;
    }
    if (row.type === 'remark') {
      survey.remark(row.unit);
      continue;
    }
    if (row.type === 'unknown') {
      const kind = unknown.size < UNKNOWN_KINDS_MAX ? row.kind : 'others';
      unknown.set(kind, (unknown.get(kind) ?? 0) + 1);
      continue;
    }
    survey.add(row);
    hasFleets ||= row.fleet !== null;
    let piece = pieces.at(-1);
    if (!piece || row.t < piece.last) {
      if (pieces.length >= PIECES_MAX)
        throw new HistoryError(
          `${file}:${line}: the time goes back to ${row.t} once more; a history is in order of t (sort -t, or one agent after the other)`,
        );
      // The rows before the first are part of its piece: faults at the top of a file belong to what follows.
      piece = { from: offset, to: end, line, first: row.t, last: row.t, agents: new Set() };
      pieces.push(piece);
    }
    piece.to = end;
    piece.last = row.t;
    piece.agents.add(row.agent);
  }
  if (pieces.length === 0) throw new HistoryError(`${file} has no row that says anything of an agent`);
  const dialect = survey.dialect();
  const isApart = !hasFleets && areApart(pieces);
  const fleetOf = (fleet: string | null, piece: number): string =>
    fleet ?? (isApart ? `part ${piece + 1}` : '');
  const lastMinute = Math.max(...pieces.map(({ last }) => minuteOf(last, dialect)));
  return {
    dialect,
    rows,
    lastMinute,
    unknownKinds: Object.fromEntries(unknown),
    faults: found.map(({ row, piece, line }) => {
      const at = nearestPiece(row, piece, { pieces, isApart });
      const onset = exactMinute(row.onset, dialect);
      const end = row.end === null ? lastMinute + 1 : exactMinute(row.end, dialect);
      if (onset > lastMinute)
        throw new HistoryError(
          `${file}:${line}: the fault's onset ${row.onset} is after the last row (${pieces.at(-1)!.last}); onset, end and t are in the same unit`,
        );
      const { agent, name, worth } = row;
      return { fleet: fleetOf(row.fleet, at), agent, name, worth, onset, end };
    }),
    minutes: () => minutesOf(file, { pieces, dialect, fleetOf }),
  };
}

/** Pieces that are fleets of their own: the same agents live twice, or each piece has a whole fleet of its own. */
function areApart(pieces: readonly Piece[]): boolean {
  if (pieces.length < 2) return false;
  const spans = new Map<string, { first: number; last: number }[]>();
  for (const { agents, first, last } of pieces)
    for (const agent of agents) spans.set(agent, [...(spans.get(agent) ?? []), { first, last }]);
  const livesTwice = [...spans.values()].some((lives) =>
    lives.some((one, index) =>
      lives.slice(index + 1).some((other) => one.first <= other.last && other.first <= one.last),
    ),
  );
  const isDisjoint = [...spans.values()].every((lives) => lives.length === 1);
  return livesTwice || (isDisjoint && pieces.every(({ agents }) => agents.size > 1));
}

/** A fault stands beside the rows of its own fleet: in their piece, or just before it. */
function nearestPiece(
  row: FaultRow,
  piece: number,
  { pieces, isApart }: { readonly pieces: readonly Piece[]; readonly isApart: boolean },
): number {
  if (!isApart) return piece;
  const fits = (index: number): boolean => {
    const found = pieces[index];
    return found !== undefined && found.agents.has(row.agent) && row.onset <= found.last;
  };
  return fits(piece) ? piece : fits(piece + 1) ? piece + 1 : piece;
}

interface Cursor {
  readonly rows: Generator<FoundRow>;
  readonly piece: number;
  next: FoundRow | null;
}

/** All pieces at once, in order of time; each fleet's minutes without gaps, so that its looks come every minute. */
function* minutesOf(
  file: string,
  given: {
    readonly pieces: readonly Piece[];
    readonly dialect: Dialect;
    readonly fleetOf: (fleet: string | null, piece: number) => string;
  },
): ReturnType<History['minutes']> {
  const { pieces, dialect, fleetOf } = given;
  const cursors = pieces.map((piece, index): Cursor => {
    const rows = rowsOf(file, piece);
    return { rows, piece: index, next: rows.next().value ?? null };
  });
  const fleets = new Map<string, { readonly minutes: Minutes; next: number }>();
  const last = Math.max(...pieces.map(({ last: t }) => minuteOf(t, dialect)));
  for (let minute = minuteOf(dialect.start, dialect); minute <= last; minute += 1) {
    const facts = new Map<string, Map<string, Facts>>();
    for (const cursor of cursors) {
      for (; cursor.next; cursor.next = cursor.rows.next().value ?? null) {
        const { row } = cursor.next;
        if (row.type !== 'facts') continue;
        if (minuteOf(row.t, dialect) > minute) break;
        const fleet = fleetOf(row.fleet, cursor.piece);
        let theirs = facts.get(fleet);
        if (!theirs) facts.set(fleet, (theirs = new Map()));
        const known = theirs.get(row.agent);
        if (known) addFacts(known, row.facts);
        else theirs.set(row.agent, row.facts);
      }
    }
    for (const fleet of facts.keys())
      if (!fleets.has(fleet)) fleets.set(fleet, { minutes: newMinutes(dialect), next: minute });
    for (const [fleet, { minutes }] of fleets)
      yield { fleet, minute, seen: minutes.seen(minute, facts.get(fleet) ?? new Map()) };
  }
}

const exactMinute = (t: number, { start, perMinute }: Dialect): number => (t - start) / perMinute;
const minuteOf = (t: number, dialect: Dialect): number => Math.floor(exactMinute(t, dialect));

interface FoundRow {
  readonly row: Row;
  readonly line: number;
  readonly offset: number;
  readonly end: number;
}

function* rowsOf(
  file: string,
  part: { readonly from: number; readonly to: number; readonly line: number },
): Generator<FoundRow> {
  for (const { text, line, offset, end } of linesOf(file, part)) {
    if (text.trim() === '') continue;
    let found: unknown;
    try {
      found = JSON.parse(text);
    } catch (error) {
      throw new HistoryError(
        `${file}:${line}: this is no JSON (${error instanceof Error ? error.message : ''})`,
      );
    }
    const row = rowOf(found);
    if ('problem' in row) throw new HistoryError(`${file}:${line}: ${row.problem}`);
    yield { row, line, offset, end };
  }
}

interface FoundLine {
  readonly text: string;
  readonly line: number;
  readonly offset: number;
  readonly end: number;
}

function* linesOf(
  file: string,
  part: { readonly from: number; readonly to: number; readonly line: number },
): Generator<FoundLine> {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    throw new HistoryError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let rest: Buffer = Buffer.alloc(0);
    let { line, from: offset } = part;
    let at = part.from;
    while (at < part.to) {
      const bytes = readSync(fd, chunk, 0, Math.min(CHUNK_BYTES, part.to - at), at);
      if (bytes === 0) break;
      at += bytes;
      const data =
        rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, bytes)]) : chunk.subarray(0, bytes);
      let begin = 0;
      for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a, begin)) {
        const next = offset + end - begin + 1;
        yield { text: data.toString('utf8', begin, end), line, offset, end: next };
        offset = next;
        line += 1;
        begin = end + 1;
      }
      rest = Buffer.from(data.subarray(begin));
      if (rest.length > LINE_BYTES_MAX)
        throw new HistoryError(
          `${file}:${line}: the line is longer than ${LINE_BYTES_MAX} bytes; is it one JSON object a line?`,
        );
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), line, offset, end: offset + rest.length };
  } finally {
    closeSync(fd);
  }
}
