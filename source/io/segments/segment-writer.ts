/**
 * Keeps a session's output: appended to segment files in order, without holding up whoever prints, and bounded
 * on disk and in memory. What is not on disk yet is served from memory, so a reader sees one unbroken run of
 * bytes. A disk that is full or broken costs history, never the session.
 */
import { close, closeSync, openSync, readSync, unlink, write, writev } from 'node:fs';
import { join } from 'node:path';

import {
  encodeRecord,
  INDEX_RECORDS_MAX,
  indexName,
  SEGMENT_BYTES,
  segmentName,
  SEGMENTS_KEPT,
  type IndexRecord,
} from './segment-format.ts';
import { SizeHistory } from './size-history.ts';
import { Tail } from './tail.ts';

export interface SegmentWriterOptions {
  /** An existing folder without segments. */
  readonly directory: string;
  readonly columns: number;
  readonly rows: number;
  readonly segmentBytes?: number;
  readonly segmentsKept?: number;
  /** The disk has caught up after `isBehind`. */
  readonly onCaughtUp?: () => void;
}

/** With a disk that fails, the last of the output is kept here; a full screen is a hundredth of it. */
const MEMORY_BYTES_MAX = 1024 * 1024;

/** Unwritten output past which the disk counts as behind, and below which it has caught up again. */
const BACKLOG_BYTES_MAX = 4 * 1024 * 1024;
const BACKLOG_BYTES_LOW = 1024 * 1024;

/**
 * What may wait goes to disk this often, or when it has become so much: writing each redraw of a hundred agents by
 * itself costs as much as reading it. Only the death of this very process loses what waits; readers get it from memory.
 */
const GATHER_MS = 1_000;
const GATHER_BYTES_MAX = 64 * 1024;

/** How long a disk that failed is left alone before the next attempt. */
const RETRY_AFTER_MS = 1_000;

/** The time of output is known to this much; a burst is one moment, so few bytes need no record of their own. */
const RECORD_EVERY_MS = 250;
const RECORD_AFTER_BYTES_MIN = 64;
/** A trickle of single bytes still gets a time this often: two megabytes of index a day. */
const RECORD_TRICKLE_MS = 1_000;
const RECORD_EVERY_BYTES = 64 * 1024;

const NOTHING = Buffer.alloc(0);

/** The last one takes the next byte; its files are open but while the disk fails. */
interface Segment {
  readonly start: number;
  bytes: number;
  records: number;
  files: { readonly out: number; readonly index: number } | undefined;
}

export class SegmentWriter {
  readonly sizes: SizeHistory;
  readonly #directory: string;
  readonly #segmentBytes: number;
  readonly #segmentsKept: number;
  readonly #onCaughtUp: () => void;

  /** Output not yet on disk or, while the disk fails, the last of it. */
  readonly #tail = new Tail();
  /** What is on disk, oldest first. */
  readonly #segments: Segment[] = [];

  #pendingRecords: IndexRecord[] = [];
  #recordAt = 0;
  #recordOffset = 0;

  #working: Promise<void> | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #diskError: string | undefined;
  #isBehind = false;
  #isClosed = false;

  constructor(options: SegmentWriterOptions) {
    this.#directory = options.directory;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#segmentsKept = options.segmentsKept ?? SEGMENTS_KEPT;
    this.#onCaughtUp = options.onCaughtUp ?? (() => {});
    this.sizes = new SizeHistory(options.columns, options.rows);
    this.#record(0);
    this.#schedule();
  }

  /** First offset that can be read, and the one after the last byte. */
  get from(): number {
    return this.#segments[0]?.start ?? this.#tail.from;
  }

  get to(): number {
    return this.#tail.to;
  }

  /** Why the disk takes nothing, in words, while that is so. */
  get diskError(): string | undefined {
    return this.#diskError;
  }

  /** The disk is so far behind that the printing should stop until onCaughtUp. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** `canWait`: nobody looks, so it may be gathered for a while before it goes to disk. */
  append(bytes: Buffer, canWait = false): void {
    const offset = this.to;
    this.#tail.push(bytes);
    const bytesSince = this.to - this.#recordOffset;
    const elapsed = Date.now() - this.#recordAt;
    if (
      bytesSince >= RECORD_EVERY_BYTES ||
      (elapsed >= RECORD_EVERY_MS && bytesSince >= RECORD_AFTER_BYTES_MIN) ||
      elapsed >= RECORD_TRICKLE_MS
    )
      this.#record(offset);
    if (this.#diskError === undefined) {
      this.#isBehind ||= this.#tail.bytes > BACKLOG_BYTES_MAX;
      if (canWait && this.#tail.bytes < GATHER_BYTES_MAX && this.#segments.length > 0) this.#scheduleLater();
      else this.#schedule();
    } else this.#tail.keepLast(MEMORY_BYTES_MAX);
  }

  resize(columns: number, rows: number): void {
    this.sizes.change({ offset: this.to, columns, rows });
    // Of several sizes without a byte between them only the last can be seen.
    if (this.#pendingRecords.at(-1)?.offset === this.to) this.#pendingRecords.pop();
    this.#record(this.to);
    if (this.#diskError === undefined) this.#schedule();
  }

  /**
   * Up to `count` bytes from an offset on, from disk or memory. Where output is missing they start at a later
   * offset; null at the end.
   */
  read(offset: number, count: number): { readonly offset: number; readonly bytes: Buffer } | null {
    let position = Math.max(offset, this.from);
    while (position < this.#tail.from) {
      const at = this.#segments.findLastIndex(({ start }) => start <= position);
      const segment = this.#segments[at]!;
      const left = segment.start + segment.bytes - position;
      const bytes = left > 0 ? this.#readDisk(segment.start, position, Math.min(count, left)) : NOTHING;
      if (bytes.length > 0) return { offset: position, bytes };
      position = this.#segments[at + 1]?.start ?? this.#tail.from;
    }
    return position >= this.to ? null : { offset: position, bytes: this.#tail.read(position, count) };
  }

  /** Writes what is left. Resolves also when the disk fails; `diskError` then says so. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#gathering);
    clearImmediate(this.#immediate);
    await this.#working;
    await this.#work();
    this.#closeFiles();
  }

  #schedule(): void {
    if (this.#isClosed || this.#working !== undefined || this.#immediate !== undefined) return;
    // At the end of the loop's turn, so that clients are served first and a turn's output is one write.
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined;
      this.#begin();
    });
  }

  #scheduleLater(): void {
    if (this.#isClosed || this.#working !== undefined || this.#immediate !== undefined) return;
    this.#gathering ??= setTimeout(() => this.#begin(), GATHER_MS);
  }

  #begin(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#isClosed || this.#working !== undefined) return;
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
      if (this.#tail.bytes > 0 && this.#diskError === undefined) this.#schedule();
    });
  }

  async #work(): Promise<void> {
    try {
      while (this.#tail.bytes > 0 || this.#pendingRecords.length > 0) {
        const segment = this.#segmentForNextByte();
        if (this.#tail.bytes > 0) await this.#writeTail(segment);
        if (this.#pendingRecords.length > 0) await this.#writeRecords(segment);
        this.#diskError = undefined;
      }
    } catch (cause) {
      this.#fail(cause as NodeJS.ErrnoException);
    }
    this.#noteCaughtUp();
  }

  /** Begins a new segment when the last one is full, or output after it was lost while the disk failed. */
  #segmentForNextByte(): Segment {
    const last = this.#segments.at(-1);
    if (last !== undefined && this.#isKept(last)) {
      last.files ??= this.#openFiles(last.start);
      return last;
    }
    this.#closeFiles();
    const start = this.#tail.from;
    const segment: Segment = { start, bytes: 0, records: 0, files: this.#openFiles(start) };
    this.#segments.push(segment);
    while (this.#segments.length > this.#segmentsKept) this.#drop(this.#segments.shift()!.start);
    this.sizes.forgetBefore(this.from);
    // Each index stands alone: it begins with the size its segment begins with.
    const { columns, rows } = this.sizes.at(start).size;
    this.#pendingRecords.unshift({ offset: start, at: Date.now(), columns, rows });
    return segment;
  }

  #isKept(last: Segment): boolean {
    const isNext = last.start + last.bytes === this.#tail.from;
    const isFull = last.bytes >= this.#segmentBytes || last.records >= INDEX_RECORDS_MAX;
    // A storm of resizes without any output would begin the same segment again: an empty one is never full.
    return isNext && (!isFull || last.bytes === 0);
  }

  #openFiles(start: number): NonNullable<Segment['files']> {
    const out = openSync(join(this.#directory, segmentName(start)), 'a', 0o600);
    try {
      return { out, index: openSync(join(this.#directory, indexName(start)), 'a', 0o600) };
    } catch (cause) {
      closeSync(out);
      throw cause;
    }
  }

  async #writeTail(segment: Segment): Promise<void> {
    const offset = this.#tail.from;
    const batch = this.#tail.first(this.#segmentBytes - segment.bytes);
    const written = await new Promise<number>((resolve, reject) =>
      writev(segment.files!.out, batch, (error, count) => (error ? reject(error) : resolve(count))),
    );
    // A write of nothing would be tried for ever.
    if (written === 0) throw new Error('a write took nothing');
    segment.bytes += written;
    // While the disk failed some of it may have been given up in the meantime.
    this.#tail.dropTo(offset + written);
    this.#noteCaughtUp();
  }

  /** Records of output that goes into the next segment wait for it. */
  async #writeRecords(segment: Segment): Promise<void> {
    const end = segment.start + segment.bytes;
    const isStorm = segment.records >= INDEX_RECORDS_MAX;
    const due = this.#pendingRecords.filter(({ offset }) => offset <= end);
    this.#pendingRecords = this.#pendingRecords.filter(({ offset }) => offset > end);
    if (due.length === 0 || isStorm) return;
    segment.records += due.length;
    const bytes = Buffer.concat(due.map(encodeRecord));
    // A record cut short by a full disk is found by its check; it is not worth a second attempt.
    await new Promise<void>((resolve, reject) =>
      write(segment.files!.index, bytes, (error) => (error ? reject(error) : resolve())),
    );
  }

  #noteCaughtUp(): void {
    if (!this.#isBehind) return;
    if (this.#diskError === undefined && this.#tail.bytes > BACKLOG_BYTES_LOW) return;
    this.#isBehind = false;
    this.#onCaughtUp();
  }

  #fail(cause: NodeJS.ErrnoException): void {
    const reason =
      cause.code === 'ENOSPC' || cause.code === 'EDQUOT' ? 'no space left on its disk' : cause.message;
    this.#diskError = `cannot keep output in ${this.#directory}: ${reason}; the last ${MEMORY_BYTES_MAX} bytes are kept in memory, and writing is tried again each second`;
    this.#closeFiles();
    this.#pendingRecords = [];
    this.#tail.keepLast(MEMORY_BYTES_MAX);
    if (this.#isClosed) return;
    this.#retry = setTimeout(() => {
      // Something to write, so that a disk that works again is noticed without any output.
      this.#record(this.to);
      this.#schedule();
    }, RETRY_AFTER_MS);
    this.#retry.unref();
  }

  #record(offset: number): void {
    const { columns, rows } = this.sizes.last;
    this.#recordAt = Date.now();
    this.#recordOffset = offset;
    this.#pendingRecords.push({ offset, at: this.#recordAt, columns, rows });
  }

  #closeFiles(): void {
    const last = this.#segments.at(-1);
    if (last?.files === undefined) return;
    close(last.files.out, () => {});
    close(last.files.index, () => {});
    last.files = undefined;
  }

  /** Old output goes in the background; should it fail, the file is left over and does no harm. */
  #drop(start: number): void {
    unlink(join(this.#directory, segmentName(start)), () => {});
    unlink(join(this.#directory, indexName(start)), () => {});
  }

  #readDisk(start: number, position: number, count: number): Buffer {
    try {
      const file = openSync(join(this.#directory, segmentName(start)), 'r');
      try {
        const bytes = Buffer.allocUnsafe(count);
        return bytes.subarray(0, readSync(file, bytes, 0, count, position - start));
      } finally {
        closeSync(file);
      }
    } catch {
      // Deleted or unreadable: the reader goes on after it.
      return NOTHING;
    }
  }
}
