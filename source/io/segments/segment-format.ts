/**
 * How a session's output lies on disk. `out.<offset>` holds raw output from that offset on, so its name says
 * where its bytes belong even when everything else is lost; `index.<offset>` beside it holds fixed records of
 * when an offset was reached and what size the terminal had there. Both are only ever appended to.
 */
import { readdirSync } from 'node:fs';

/** A segment is dropped whole, so this is the grain in which old output goes. */
export const SEGMENT_BYTES = 8 * 1024 * 1024;

/** 64 MiB of output a session: days of an agent's work, and a flood stays within it. */
export const SEGMENTS_KEPT = 8;

/** u64 offset, u64 wall clock in ms, u16 columns, u16 rows, u32 check of the twenty bytes before. */
const RECORD_BYTES = 24;

/** A storm of resizes prints nothing, so an index has a bound of its own: 2 MiB, then a new segment begins. */
export const INDEX_RECORDS_MAX = 87_381;

export interface IndexRecord {
  readonly offset: number;
  readonly at: number;
  readonly columns: number;
  readonly rows: number;
}

export const segmentName = (start: number): string => `out.${start}`;
export const indexName = (start: number): string => `index.${start}`;

/** Offsets at which the segments in a folder start, ascending; none when the folder cannot be read. */
export function listSegments(directory: string): number[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .filter((name) => /^out\.\d{1,15}$/.test(name))
    .map((name) => Number(name.slice('out.'.length)))
    .sort((one, other) => one - other);
}

export function encodeRecord(record: IndexRecord): Buffer {
  const bytes = Buffer.alloc(RECORD_BYTES);
  bytes.writeBigUInt64BE(BigInt(record.offset), 0);
  bytes.writeBigUInt64BE(BigInt(record.at), 8);
  bytes.writeUInt16BE(record.columns, 16);
  bytes.writeUInt16BE(record.rows, 18);
  bytes.writeUInt32BE(checkOf(bytes, 0), 20);
  return bytes;
}

/**
 * Every record that is whole and unharmed, in order; the rest is passed over byte by byte, because a record
 * that a full disk cut short moves all that follow it.
 */
export function decodeRecords(bytes: Buffer): IndexRecord[] {
  const records: IndexRecord[] = [];
  let last = 0;
  for (let at = 0; at + RECORD_BYTES <= bytes.length;) {
    if (bytes.readUInt32BE(at + 20) !== checkOf(bytes, at)) {
      at++;
      continue;
    }
    const offset = Number(bytes.readBigUInt64BE(at));
    const columns = bytes.readUInt16BE(at + 16);
    const rows = bytes.readUInt16BE(at + 18);
    if (offset >= last && columns > 0 && rows > 0) {
      last = offset;
      records.push({ offset, at: Number(bytes.readBigUInt64BE(at + 8)), columns, rows });
    }
    at += RECORD_BYTES;
  }
  return records;
}

/** FNV-1a over the twenty bytes before the check; finds torn and overwritten records, not an attacker. */
function checkOf(bytes: Buffer, start: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < start + 20; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}
