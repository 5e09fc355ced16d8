/**
 * One client's way through the output: from the offset it asked for, out of the segments, until it has caught
 * up; then live. A client that reads too slowly falls back to catching up, so it holds up nobody and costs no
 * more memory than its own bounded buffer.
 */
import type { Socket } from 'node:net';

import type { SegmentWriter } from '../io/segments/segment-writer.ts';
import { encodeData, encodeResized } from '../wire/holder-protocol.ts';
import type { Output, Watcher } from './output.ts';

/**
 * What may wait in a client's socket, beside what the kernel takes. Past it the client is behind, and the rest stays on
 * disk: fifty stalled clients then cost a dozen megabytes.
 */
const UNSENT_BYTES_MAX = 256 * 1024;

const READ_BYTES = 64 * 1024;

/** Sent in one go before the loop may look after others; a fast client comes back for more at once. */
const SLICE_BYTES = 512 * 1024;

export class Feed implements Watcher {
  readonly #socket: Socket;
  readonly #output: Output;
  readonly #segments: SegmentWriter;
  #position = 0;
  #isLive = false;
  #isWaiting = false;
  #sentSize: { readonly columns: number; readonly rows: number } | undefined;
  #next: NodeJS.Immediate | undefined;

  constructor(socket: Socket, output: Output, segments: SegmentWriter) {
    this.#socket = socket;
    this.#output = output;
    this.#segments = segments;
  }

  /** Starts, or starts again, at an offset; one that does not exist yet means from now on. */
  start(offset: number): void {
    this.#output.add(this);
    this.#isLive = false;
    this.#sentSize = undefined;
    this.#position = Math.min(Math.max(offset, this.#segments.from), this.#output.to);
    if (!this.#isWaiting) this.#catchUp();
  }

  stop(): void {
    this.#output.remove(this);
    clearImmediate(this.#next);
    this.#next = undefined;
  }

  output(frame: Buffer, from: number, to: number): void {
    if (!this.#isLive) return;
    // A resize has no length; the size is looked up again should this client fall behind.
    if (from === to) this.#sentSize = undefined;
    this.#position = to;
    this.#socket.write(frame);
    if (this.#socket.writableLength > UNSENT_BYTES_MAX) {
      this.#isLive = false;
      this.#awaitDrain();
    }
  }

  #catchUp(): void {
    let slice = SLICE_BYTES;
    while (!this.#socket.destroyed) {
      this.#sendSize();
      if (this.#position >= this.#output.to) {
        this.#isLive = true;
        return;
      }
      if (this.#socket.writableLength > UNSENT_BYTES_MAX) return this.#awaitDrain();
      if (slice <= 0) return this.#later();
      slice -= this.#sendNext();
    }
  }

  /** Sends the next bytes up to where the size changes; returns how many. */
  #sendNext(): number {
    const stop = Math.min(this.#segments.sizes.at(this.#position).next?.offset ?? Infinity, this.#output.to);
    const read = this.#segments.read(this.#position, Math.min(READ_BYTES, stop - this.#position));
    if (read === null || read.offset >= stop) {
      // Output is missing here; go on behind it.
      this.#position = Math.min(read?.offset ?? this.#output.to, this.#output.to);
      return 0;
    }
    const bytes = read.bytes.subarray(0, stop - read.offset);
    this.#position = read.offset + bytes.length;
    this.#socket.write(encodeData(read.offset, bytes));
    return bytes.length;
  }

  #sendSize(): void {
    const { size } = this.#segments.sizes.at(this.#position);
    if (size.columns === this.#sentSize?.columns && size.rows === this.#sentSize.rows) return;
    this.#sentSize = size;
    this.#socket.write(encodeResized(this.#position, size.columns, size.rows));
  }

  #awaitDrain(): void {
    this.#isWaiting = true;
    this.#socket.once('drain', () => {
      this.#isWaiting = false;
      this.#catchUp();
    });
  }

  #later(): void {
    this.#next ??= setImmediate(() => {
      this.#next = undefined;
      if (!this.#isWaiting) this.#catchUp();
    });
  }
}
