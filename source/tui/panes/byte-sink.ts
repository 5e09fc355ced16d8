import { BLANK, glyphText, isCluster } from '../../wire/cells.ts';

/** A first frame of a large screen; grows when a frame needs more. */
const FIRST_BYTES = 32 * 1024;
/** Longest thing written between two checks of the room left: a style with two colours, or one cluster head. */
const SLACK_BYTES = 64;
/** No application puts one into a cell; if a broken peer did, it would be obeyed. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * Collects the bytes of one frame. Bytes and not strings, because a frame is thousands of single characters
 * and escape sequences, and joining strings costs several times more than the comparison of the cells.
 */
export class ByteSink {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  length = 0;

  #room(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.length + count));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }

  byte(value: number): void {
    if (this.length + SLACK_BYTES > this.#bytes.length) this.#room(SLACK_BYTES);
    this.#bytes[this.length++] = value;
  }

  /** Text of ASCII characters only. */
  ascii(text: string): void {
    this.#room(text.length + SLACK_BYTES);
    for (let i = 0; i < text.length; i++) this.#bytes[this.length++] = text.charCodeAt(i);
  }

  /** A whole number of at most five digits, in decimal. */
  decimal(value: number): void {
    if (value >= 10_000) this.byte(0x30 + Math.floor(value / 10_000));
    if (value >= 1000) this.byte(0x30 + (Math.floor(value / 1000) % 10));
    if (value >= 100) this.byte(0x30 + (Math.floor(value / 100) % 10));
    if (value >= 10) this.byte(0x30 + (Math.floor(value / 10) % 10));
    this.byte(0x30 + (value % 10));
  }

  glyph(glyph: number): void {
    if (glyph < 0x80) {
      // A control character in a cell would be obeyed by the terminal; it can only be shown as a blank.
      this.byte(glyph < BLANK || glyph === 0x7f ? BLANK : glyph);
      return;
    }
    if (isCluster(glyph)) {
      const text = glyphText(glyph).replaceAll(CONTROLS, '');
      this.#room(text.length * 3 + SLACK_BYTES);
      this.length += this.#bytes.write(text, this.length);
      return;
    }
    // C1 controls are obeyed by some terminals even in UTF-8.
    if (glyph < 0xa0) this.byte(BLANK);
    else this.#codePoint(glyph);
  }

  #codePoint(code: number): void {
    if (code < 0x800) {
      this.byte(0xc0 | (code >> 6));
    } else if (code < 0x10000) {
      this.byte(0xe0 | (code >> 12));
      this.byte(0x80 | ((code >> 6) & 0x3f));
    } else {
      this.byte(0xf0 | (code >> 18));
      this.byte(0x80 | ((code >> 12) & 0x3f));
      this.byte(0x80 | ((code >> 6) & 0x3f));
    }
    this.byte(0x80 | (code & 0x3f));
  }

  /** The bytes so far as a copy of their own, optionally between a head and a tail; the sink starts anew. */
  take(head = '', tail = ''): Buffer {
    const taken = Buffer.allocUnsafe(head.length + this.length + tail.length);
    taken.write(head, 0, 'latin1');
    this.#bytes.copy(taken, head.length, 0, this.length);
    taken.write(tail, head.length + this.length, 'latin1');
    this.length = 0;
    return taken;
  }
}
