/** The end of a run of bytes, in memory: added to behind, taken from in front, read anywhere. */

/** The most buffers one writev takes (IOV_MAX). */
const BUFFERS_MAX = 1_024;

export class Tail {
  #buffers: Buffer[] = [];
  #from = 0;
  #to = 0;

  get from(): number {
    return this.#from;
  }

  get to(): number {
    return this.#to;
  }

  get bytes(): number {
    return this.#to - this.#from;
  }

  push(bytes: Buffer): void {
    this.#buffers.push(bytes);
    this.#to += bytes.length;
  }

  /** The first buffers, uncopied, as many as one write takes and `count` bytes at most. */
  first(count: number): Buffer[] {
    const batch: Buffer[] = [];
    let room = count;
    for (const bytes of this.#buffers) {
      if (room === 0 || batch.length === BUFFERS_MAX) break;
      const part = bytes.length <= room ? bytes : bytes.subarray(0, room);
      batch.push(part);
      room -= part.length;
    }
    return batch;
  }

  read(offset: number, count: number): Buffer {
    const parts: Buffer[] = [];
    let start = this.#from;
    let left = Math.min(count, this.#to - offset);
    for (const bytes of this.#buffers) {
      if (left === 0) break;
      const skip = Math.max(0, offset - start);
      start += bytes.length;
      if (skip >= bytes.length) continue;
      const part = bytes.subarray(skip, skip + left);
      parts.push(part);
      left -= part.length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** Forgets everything before the offset. */
  dropTo(offset: number): void {
    let left = Math.min(offset, this.#to) - this.#from;
    if (left <= 0) return;
    this.#from += left;
    let whole = 0;
    while (left > 0 && this.#buffers[whole]!.length <= left) left -= this.#buffers[whole++]!.length;
    this.#buffers.splice(0, whole);
    if (left > 0) this.#buffers[0] = this.#buffers[0]!.subarray(left);
  }

  keepLast(count: number): void {
    this.dropTo(this.#to - count);
  }
}
