/**
 * The one framing on every socket of the program: `[u32 length][u8 kind][payload]`, big endian, the
 * length counting kind and payload. What a kind means is the business of each protocol.
 */

/** No honest frame comes near this; a peer that claims more is broken or hostile, and is hung up on. */
export const FRAME_BYTES_MAX = 16 * 1024 * 1024;

const HEADER_BYTES = 5;

export interface Frame {
  readonly kind: number;
  readonly payload: Buffer;
}

export class FrameError extends Error {
  readonly code = 'FRAME';
}

/** One frame, ready to write. Several parts are joined without the caller having to copy them first. */
export function encodeFrame(kind: number, ...parts: readonly Uint8Array[]): Buffer {
  let length = 1;
  for (const part of parts) length += part.length;
  if (length > FRAME_BYTES_MAX) throw new FrameError(`frame of ${length} bytes is over ${FRAME_BYTES_MAX}`);
  const frame = Buffer.allocUnsafe(4 + length);
  frame.writeUInt32BE(length, 0);
  frame[4] = kind;
  let at = HEADER_BYTES;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

export function encodeJsonFrame(kind: number, message: unknown): Buffer {
  return encodeFrame(kind, Buffer.from(JSON.stringify(message)));
}

/** Cuts a byte stream, however it was chunked, into frames. Throws FrameError on an impossible length. */
export class FrameReader {
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  push(chunk: Buffer): Frame[] {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    const frames: Frame[] = [];
    let length = this.#nextLength();
    while (length !== undefined && this.#pendingBytes >= 4 + length) {
      const whole = this.#take(4 + length);
      frames.push({ kind: whole[4]!, payload: whole.subarray(HEADER_BYTES) });
      length = this.#nextLength();
    }
    return frames;
  }

  #nextLength(): number | undefined {
    if (this.#pendingBytes < 4) return undefined;
    if (this.#pending[0]!.length < 4) this.#join();
    const length = this.#pending[0]!.readUInt32BE(0);
    if (length < 1 || length > FRAME_BYTES_MAX) throw new FrameError(`impossible frame length ${length}`);
    return length;
  }

  #take(bytes: number): Buffer {
    if (this.#pending[0]!.length < bytes) this.#join();
    const first = this.#pending[0]!;
    const whole = first.subarray(0, bytes);
    if (first.length === bytes) this.#pending.shift();
    else this.#pending[0] = first.subarray(bytes);
    this.#pendingBytes -= bytes;
    return whole;
  }

  #join(): void {
    this.#pending = [Buffer.concat(this.#pending, this.#pendingBytes)];
  }
}
