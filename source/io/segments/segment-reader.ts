/**
 * Reads a session's output back from its folder, while a holder still writes it or after it is gone. What is
 * torn, garbled or missing is passed over: the segments' names alone are enough to place every byte.
 */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { decodeRecords, indexName, listSegments, segmentName, type IndexRecord } from './segment-format.ts';

export type SegmentEvent =
  | { readonly type: 'resize'; readonly offset: number; readonly columns: number; readonly rows: number }
  | { readonly type: 'data'; readonly offset: number; readonly bytes: Buffer };

export interface SegmentReader {
  /** First offset kept, and the one after the last byte there was when it was opened. */
  readonly from: number;
  readonly to: number;
  /** When which offset was reached and with what size, as far as the index could be read. */
  readonly records: readonly IndexRecord[];
  /**
   * Output from an offset on (or from the oldest kept), with the resizes between, beginning with the size
   * it starts at. Offsets jump where output is missing.
   */
  events(fromOffset: number): IterableIterator<SegmentEvent>;
}

/** As large as a Data frame; a reader holds one of these at a time. */
const READ_BYTES = 64 * 1024;

interface Segment {
  readonly start: number;
  readonly end: number;
}

/** A session without any output, or without a folder, is empty: from and to are 0. */
export function openSegments(directory: string): SegmentReader {
  const segments = readSegments(directory);
  const to = segments.at(-1)?.end ?? 0;
  const records = segments
    .flatMap(({ start }) => readRecords(directory, start).filter(({ offset }) => offset <= to))
    .sort((one, other) => one.offset - other.offset);
  return {
    from: segments[0]?.start ?? 0,
    to,
    records,
    events: (fromOffset) => eventsOf({ directory, segments, records, fromOffset }),
  };
}

function readSegments(directory: string): Segment[] {
  const starts = listSegments(directory);
  const segments: Segment[] = [];
  for (const [i, start] of starts.entries()) {
    try {
      const end = start + statSync(join(directory, segmentName(start))).size;
      // Two segments never overlap; should one have grown over the next by a fault, the next one's bytes count.
      segments.push({ start, end: Math.min(end, starts[i + 1] ?? end) });
    } catch {
      // Dropped by the writer between listing and looking: it was the oldest.
    }
  }
  return segments;
}

function readRecords(directory: string, start: number): IndexRecord[] {
  try {
    return decodeRecords(readFileSync(join(directory, indexName(start))));
  } catch {
    return [];
  }
}

function* eventsOf(of: {
  readonly directory: string;
  readonly segments: readonly Segment[];
  readonly records: readonly IndexRecord[];
  readonly fromOffset: number;
}): IterableIterator<SegmentEvent> {
  const resizes = resizesOf(of.records);
  // The last size at or before the beginning is the one it starts with.
  let next = Math.max(
    0,
    resizes.findLastIndex(({ offset }) => offset <= of.fromOffset),
  );
  let position = Math.max(0, of.fromOffset);
  for (const { start, end } of of.segments) {
    position = Math.max(position, start);
    if (position >= end) continue;
    let file: number;
    try {
      file = openSync(join(of.directory, segmentName(start)), 'r');
    } catch {
      continue;
    }
    try {
      while (position < end) {
        for (; next < resizes.length && resizes[next]!.offset <= position; next++)
          yield { type: 'resize', ...resizes[next]!, offset: position };
        const stop = Math.min(end, resizes[next]?.offset ?? end);
        const bytes = Buffer.allocUnsafe(Math.min(READ_BYTES, stop - position));
        const count = readSync(file, bytes, 0, bytes.length, position - start);
        if (count === 0) break;
        yield { type: 'data', offset: position, bytes: bytes.subarray(0, count) };
        position += count;
      }
    } finally {
      closeSync(file);
    }
  }
  for (; next < resizes.length; next++) yield { type: 'resize', ...resizes[next]!, offset: position };
}

/** The records at which the size differs from the one before. */
function resizesOf(records: readonly IndexRecord[]): { offset: number; columns: number; rows: number }[] {
  const resizes: { offset: number; columns: number; rows: number }[] = [];
  for (const { offset, columns, rows } of records) {
    const last = resizes.at(-1);
    if (last?.columns !== columns || last.rows !== rows) resizes.push({ offset, columns, rows });
  }
  return resizes;
}
