/**
 * Keeps a character whose bytes arrive in two chunks whole. The engine's own decoder loses such characters
 * when the part that came first ends in 0x80 (all of U+2000 to U+203F: quotes, dashes, the ellipsis).
 */

/** Bytes a character may still miss: its first byte says how many follow. */
const lengthOf = (first: number): number => (first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1);

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

export class Utf8Boundary {
  #held: number[] = [];

  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  reset(): void {
    this.#held = [];
  }

  /** The chunk in at most two pieces that end between characters; what is incomplete waits for the next. */
  split(chunk: Uint8Array): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let from = 0;
    if (this.#held.length > 0) {
      const length = lengthOf(this.#held[0]!);
      while (this.#held.length < length && from < chunk.length && isContinuation(chunk[from]!)) {
        this.#held.push(chunk[from++]!);
      }
      // Still incomplete, and nothing came that would end it: wait on.
      if (this.#held.length < length && from === chunk.length) return pieces;
      // What turned out not to be a character is dropped, as the decoder does within a chunk.
      if (this.#held.length === length) pieces.push(Uint8Array.from(this.#held));
      this.#held = [];
    }
    const end = from + wholeLength(chunk.subarray(from));
    if (end > from) pieces.push(chunk.subarray(from, end));
    for (let i = end; i < chunk.length; i++) this.#held.push(chunk[i]!);
    return pieces;
  }
}

function wholeLength(chunk: Uint8Array): number {
  // Only the last three bytes can belong to a character that goes on.
  for (let back = 1; back <= Math.min(3, chunk.length); back++) {
    const byte = chunk[chunk.length - back]!;
    if (isContinuation(byte)) continue;
    return lengthOf(byte) > back ? chunk.length - back : chunk.length;
  }
  return chunk.length;
}
