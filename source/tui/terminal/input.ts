/**
 * Bytes from the person's terminal become events. The same bytes give the same events however they are cut
 * into chunks: what is not complete waits. Only a lone Escape is ambiguous; whoever owns the clock calls
 * `flush` when nothing followed it for a while (ESCAPE_WAIT_MS).
 */
import { altKey, asciiKey, character } from './characters.ts';
import { csiEvent, makeKey, parseCsi, pointerEvent, ss3Event } from './csi-event.ts';
import type { Found, InputEvent } from './input-event.ts';
import { dcsReply, oscReply } from './replies.ts';
import {
  characterStart,
  isDigit,
  isInsideCsi,
  isStringBody,
  isStringStart,
  partialEnd,
  PASTE_END,
  stringEnd,
} from './strings.ts';

/** Long enough for the rest of a sequence to arrive over SSH, short enough for Escape to feel immediate. */
export const ESCAPE_WAIT_MS = 30;
/** A paste in parts of this size: a whole file may be pasted, and no buffer may grow without end. */
export const PASTE_PART_BYTES_MAX = 1024 * 1024;
/** Keys and mouse reports are under 32 bytes; longer is not for us, and is skipped to its end. */
const CSI_BYTES_MAX = 256;
/** The longest answer asked for (XTVERSION, a colour) is under 100 bytes. */
const STRING_BYTES_MAX = 4096;

const ESC = 0x1b;
const NONE = Buffer.alloc(0);

export class InputDecoder {
  #pending: Buffer = NONE;
  #paste: { isFirst: boolean } | undefined;
  /** A sequence too long to keep is skipped up to its end. */
  #skipping: 'string' | 'csi' | undefined;
  /** The Escape before these bytes was taken for a key; a sequence it belonged to may still arrive. */
  #wasEscapeFlushed = false;
  #cursorQuestions = 0;

  /** Say so before asking the terminal where the cursor is: the answer can look like a function key. */
  expectCursorPosition(): void {
    this.#cursorQuestions++;
  }

  /** Bytes wait that could be a whole key: call `flush` after ESCAPE_WAIT_MS without more. */
  get isAmbiguous(): boolean {
    if (this.#paste !== undefined || this.#skipping !== undefined || this.#pending[0] !== ESC) return false;
    if (this.#pending.length === 1) return true;
    const second = this.#pending[1]!;
    return this.#pending.length === 2 && (second === ESC || isStringStart(second));
  }

  /** A paste has begun and not ended: call `endPaste` after a long silence, or the keyboard stays dead. */
  get isInPaste(): boolean {
    return this.#paste !== undefined;
  }

  feed(chunk: Buffer): InputEvent[] {
    const events: InputEvent[] = [];
    if (this.#wasEscapeFlushed && chunk.length > 0) {
      this.#wasEscapeFlushed = false;
      const length = lateSequenceLength(chunk);
      if (length > 0) {
        const late = this.#sequence(Buffer.concat([Buffer.of(ESC), chunk.subarray(0, length)]), 0, false);
        if (late !== 'incomplete')
          for (const event of late.events) events.push(withRaw(event, chunk.subarray(0, length)));
        events.push(...this.feed(chunk.subarray(length)));
        return events;
      }
    }
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#decode(events);
    // The little that waits must not keep a large chunk alive.
    if (this.#paste === undefined) this.#pending = Buffer.from(this.#pending);
    return events;
  }

  /** Nothing followed in time: Escape was a key. Sequences that have clearly begun still wait. */
  flush(): InputEvent[] {
    if (!this.isAmbiguous) return [];
    const pending = this.#pending;
    this.#pending = NONE;
    if (pending.length === 1 || pending[1] === ESC) {
      this.#wasEscapeFlushed = true;
      return Array.from(pending, () => makeKey('escape', 0, Buffer.of(ESC), false));
    }
    return [altKey(pending)];
  }

  /** The end of a paste was lost: what came so far is the paste. */
  endPaste(): InputEvent[] {
    if (this.#paste === undefined) return [];
    const event = pasteEvent(this.#pending, this.#paste.isFirst, true);
    this.#paste = undefined;
    this.#pending = NONE;
    return [event];
  }

  #decode(events: InputEvent[]): void {
    let at = 0;
    while (at < this.#pending.length) {
      if (this.#paste !== undefined) {
        const end = this.#takePaste(at, events);
        if (end === undefined) return;
        at = end;
        continue;
      }
      if (this.#skipping !== undefined) {
        const end = this.#skip(at);
        if (end === undefined) return;
        at = end;
        continue;
      }
      const found = this.#next(this.#pending, at);
      if (found === 'incomplete') break;
      at += found.length;
      for (const event of found.events) events.push(event);
    }
    this.#pending = this.#pending.subarray(at);
  }

  /** Returns where what is skipped ends, or undefined when it goes on. */
  #skip(at: number): number | undefined {
    let end = at;
    if (this.#skipping === 'csi') {
      while (end < this.#pending.length && isInsideCsi(this.#pending[end]!)) end++;
      if (end < this.#pending.length) {
        const isFinal = this.#pending[end]! >= 0x40 && this.#pending[end]! <= 0x7e;
        this.#skipping = undefined;
        return isFinal ? end + 1 : end;
      }
      this.#pending = NONE;
      return undefined;
    }
    const found = stringEnd(this.#pending, at);
    if (found === undefined) {
      // An ESC at the end may be half of the terminator.
      this.#pending = this.#pending.at(-1) === ESC ? Buffer.of(ESC) : NONE;
      return undefined;
    }
    this.#skipping = undefined;
    return found.next;
  }

  #next(bytes: Buffer, at: number): Found {
    const byte = bytes[at]!;
    if (byte === ESC) return this.#escape(bytes, at);
    if (byte >= 0x80) return character(bytes, at, false);
    return { length: 1, events: [asciiKey(byte, bytes.subarray(at, at + 1), false)] };
  }

  #escape(bytes: Buffer, at: number): Found {
    const next = bytes[at + 1];
    if (next === undefined) return 'incomplete';
    if (next === ESC) {
      const third = bytes[at + 2];
      if (third === undefined) return 'incomplete';
      // Option as Meta puts an Escape before the whole sequence of a key.
      if (third === 0x5b || third === 0x4f) {
        const found = this.#sequence(bytes, at + 1, true);
        if (found === 'incomplete') return found;
        const raw = bytes.subarray(at, at + 1 + found.length);
        return { length: raw.length, events: found.events.map((event) => withRaw(event, raw)) };
      }
      return { length: 1, events: [makeKey('escape', 0, bytes.subarray(at, at + 1), false)] };
    }
    return this.#sequence(bytes, at, false);
  }

  /** A sequence whose Escape is at `at` and is not the last byte. */
  #sequence(bytes: Buffer, at: number, isAlt: boolean): Found {
    const kind = bytes[at + 1]!;
    if (kind === 0x5b) return this.#csi(bytes, at, isAlt);
    if (kind === 0x4f) return ss3(bytes, at, isAlt);
    if (isStringStart(kind)) return this.#string(bytes, at);
    if (kind >= 0x80) return character(bytes, at, true);
    return { length: 2, events: [altKey(bytes.subarray(at, at + 2))] };
  }

  #csi(bytes: Buffer, at: number, isAlt: boolean): Found {
    const third = bytes[at + 2];
    if (third === undefined) return 'incomplete';
    // The Linux console sends F1 to F5 as ESC [ [ A to E.
    if (third === 0x5b) {
      const letter = bytes[at + 3];
      if (letter === undefined) return 'incomplete';
      const raw = bytes.subarray(at, at + 4);
      if (letter < 0x41 || letter > 0x45)
        return { length: 3, events: [{ type: 'unknown', raw: bytes.subarray(at, at + 3) }] };
      return { length: 4, events: [makeKey(`f${letter - 0x40}`, 0, raw, isAlt)] };
    }
    // Mouse reports of terminals that do not know mode 1006: three more bytes.
    if (third === 0x4d) {
      if (bytes.length < at + 6) return 'incomplete';
      const raw = bytes.subarray(at, at + 6);
      const [code = 0, x = 0, y = 0] = bytes.subarray(at + 3, at + 6);
      return { length: 6, events: [pointerEvent(code - 32, x - 33, y - 33, false, raw)] };
    }
    let end = at + 2;
    while (end < bytes.length && isInsideCsi(bytes[end]!)) end++;
    const final = bytes[end];
    if (final === undefined) {
      if (end - at <= CSI_BYTES_MAX) return 'incomplete';
      this.#skipping = 'csi';
      return { length: end - at, events: [] };
    }
    // Anything else inside breaks the sequence off; it starts something of its own.
    if (final < 0x40 || final > 0x7e)
      return { length: end - at, events: [{ type: 'unknown', raw: bytes.subarray(at, end) }] };
    const raw = bytes.subarray(at, end + 1);
    if (end - at > CSI_BYTES_MAX) return { length: raw.length, events: [] };
    const csi = parseCsi(raw.toString('latin1', 2));
    if (csi.prefix === '' && csi.final === '~' && csi.parameters[0]?.[0] === 200) {
      this.#paste = { isFirst: true };
      return { length: raw.length, events: [] };
    }
    // The end of a paste that never began, or was ended for it.
    if (csi.prefix === '' && csi.final === '~' && csi.parameters[0]?.[0] === 201)
      return { length: raw.length, events: [{ type: 'unknown', raw }] };
    const event = csiEvent(csi, raw, isAlt, this.#cursorQuestions > 0);
    if (event.type === 'reply' && event.reply.type === 'cursor-position' && this.#cursorQuestions > 0)
      this.#cursorQuestions--;
    return { length: raw.length, events: [event] };
  }

  #string(bytes: Buffer, at: number): Found {
    const third = bytes[at + 2];
    if (third === undefined) return 'incomplete';
    // No answer starts otherwise: it was Alt and a bracket, P or underscore.
    if (!isStringBody(bytes[at + 1]!, third))
      return { length: 2, events: [altKey(bytes.subarray(at, at + 2))] };
    const end = stringEnd(bytes, at + 2);
    if (end === undefined) {
      if (bytes.length - at <= STRING_BYTES_MAX) return 'incomplete';
      this.#skipping = 'string';
      return { length: bytes.length - at - (bytes.at(-1) === ESC ? 1 : 0), events: [] };
    }
    const raw = bytes.subarray(at, end.next);
    if (raw.length > STRING_BYTES_MAX) return { length: raw.length, events: [] };
    const text = bytes.toString('utf8', at + 2, end.at);
    const kind = bytes[at + 1];
    const reply =
      kind === 0x5d ? oscReply(text) : kind === 0x50 ? dcsReply(text) : ({ type: 'other' } as const);
    return { length: raw.length, events: [{ type: 'reply', reply, raw }] };
  }

  /** Takes the paste's bytes from `at` on; returns where it ended, or undefined when it goes on. */
  #takePaste(at: number, events: InputEvent[]): number | undefined {
    const paste = this.#paste!;
    let from = at;
    const end = this.#pending.indexOf(PASTE_END, at);
    const safe = end === -1 ? this.#pending.length - partialEnd(this.#pending, at) : end;
    while (safe - from > PASTE_PART_BYTES_MAX) {
      const cut = characterStart(this.#pending, from + PASTE_PART_BYTES_MAX);
      events.push(pasteEvent(this.#pending.subarray(from, cut), paste.isFirst, false));
      paste.isFirst = false;
      from = cut;
    }
    if (end === -1) {
      this.#pending = this.#pending.subarray(from);
      return undefined;
    }
    events.push(pasteEvent(this.#pending.subarray(from, end), paste.isFirst, true));
    this.#paste = undefined;
    return end + PASTE_END.length;
  }
}

function pasteEvent(bytes: Buffer, isFirst: boolean, isLast: boolean): InputEvent {
  const own = Buffer.from(bytes);
  return { type: 'paste', bytes: own, text: own.toString('utf8'), isFirst, isLast };
}

function ss3(bytes: Buffer, at: number, isAlt: boolean): Found {
  let end = at + 2;
  // Some old terminals put the modifiers between.
  while (end < bytes.length && isDigit(bytes[end]!)) end++;
  const final = bytes[end];
  if (final === undefined && end - at <= 4) return 'incomplete';
  // Alt and a capital O, then something else.
  if (final === undefined || end - at > 4) return { length: 2, events: [altKey(bytes.subarray(at, at + 2))] };
  const raw = bytes.subarray(at, end + 1);
  const modifiers = end > at + 2 ? Number(bytes.toString('latin1', at + 2, end)) - 1 : 0;
  const event = ss3Event(String.fromCharCode(final), modifiers & 7, raw, isAlt);
  if (event.type === 'key') return { length: raw.length, events: [event] };
  return { length: 2, events: [altKey(bytes.subarray(at, at + 2))] };
}

/** The rest of a sequence whose Escape was taken for a key: nobody types `[<0;12;5M` in one go. */
function lateSequenceLength(chunk: Buffer): number {
  const text = chunk.toString('latin1', 0, CSI_BYTES_MAX);
  const sequence =
    /^(?:\[<\d+;\d+;\d+[Mm]|\[[?>]?\d[\d;]*(?:\$y|[A-Za-z~])|[[O][A-Z]$|\](?:\d+;)[^\u0007\u001B]*(?:\u0007|\u001B\\))/u.exec(
      text,
    );
  return sequence?.[0].length ?? 0;
}

function withRaw(event: InputEvent, raw: Buffer): InputEvent {
  return event.type === 'paste' ? event : { ...event, raw };
}
