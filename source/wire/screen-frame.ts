/**
 * The binary frame in which a screen travels: where the cursor is, which modes the application asked for,
 * how far the lines moved, and the rows that changed as runs of one style. A row is sent whole, trailing
 * default blanks left out; a 200x50 screen is about 5 KB.
 */
import { BLANK, glyphOf, glyphText, isCluster, Row, WIDE_TAIL, type Grid } from './cells.ts';

export const ScreenMode = {
  Alternate: 1,
  BracketedPaste: 2,
  ApplicationCursor: 4,
  FocusEvents: 8,
  /** Bits 4–6: 0 none, 1 x10, 2 press and release, 3 drag, 4 any motion. */
  MouseShift: 4,
  MouseMask: 0x70,
  MouseSgr: 0x80,
  /** The application is inside a synchronized update (DEC 2026): hold what is shown. */
  Synchronized: 0x100,
  ApplicationKeypad: 0x200,
  /** The session's process has ended; this is its last screen. */
  Ended: 0x400,
} as const;

export const CursorShape = { Block: 0, Underline: 1, Bar: 2, Blinking: 4 } as const;

export interface ScreenFrame {
  readonly pane: number;
  /** Every row is here; what the pane showed before does not matter. */
  readonly isFull: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Offset in the session's output this screen stands at. */
  readonly offset: number;
  /** Lines of history above the screen. */
  readonly history: number;
  readonly cursor: {
    readonly x: number;
    readonly y: number;
    readonly isVisible: boolean;
    readonly shape: number;
  };
  readonly modes: number;
  /** Lines of [top, bottom] moved up by `count` before the changed rows apply. */
  readonly scroll: { readonly count: number; readonly top: number; readonly bottom: number };
  readonly title?: string | undefined;
  readonly changed: readonly { readonly y: number; readonly row: Row }[];
}

const Run = { Text: 0, Wide: 1, Cluster: 2, Blank: 3 } as const;
const Flag = { Full: 1, CursorVisible: 2, Title: 4 } as const;
const HEAD_BYTES = 34;

/** A 1000x500 screen; rows are allocated before their cells are read, so a lie must not become memory. */
const CELLS_MAX = 500_000;

/** Grows as it is written to; frames are built many times a second. */
class Writer {
  #bytes = Buffer.allocUnsafe(8192);
  at = 0;

  reserve(count: number): Buffer {
    if (this.at + count > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.at + count));
      this.#bytes.copy(larger, 0, 0, this.at);
      this.#bytes = larger;
    }
    return this.#bytes;
  }

  u8(value: number): void {
    this.reserve(1)[this.at++] = value;
  }

  u16(value: number): void {
    this.at = this.reserve(2).writeUInt16BE(value, this.at);
  }

  u32(value: number): void {
    this.at = this.reserve(4).writeUInt32BE(value >>> 0, this.at);
  }

  text(text: string): void {
    const length = Buffer.byteLength(text);
    this.u16(length);
    this.reserve(length).write(text, this.at);
    this.at += length;
  }

  patchU16(at: number, value: number): void {
    this.#bytes.writeUInt16BE(value, at);
  }

  done(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.at));
  }
}

export function encodeScreenFrame(frame: ScreenFrame): Buffer {
  const out = new Writer();
  out.u16(frame.pane);
  out.u8(
    (frame.isFull ? Flag.Full : 0) |
      (frame.cursor.isVisible ? Flag.CursorVisible : 0) |
      (frame.title === undefined ? 0 : Flag.Title),
  );
  out.u8(frame.cursor.shape);
  out.u16(frame.columns);
  out.u16(frame.rows);
  out.u32(Math.floor(frame.offset / 0x100000000));
  out.u32(frame.offset % 0x100000000);
  out.u32(frame.history);
  out.u16(frame.cursor.x);
  out.u16(frame.cursor.y);
  out.u16(frame.modes);
  out.u16(frame.scroll.count & 0xffff);
  out.u16(frame.scroll.top);
  out.u16(frame.scroll.bottom);
  out.u16(frame.changed.length);
  if (frame.title !== undefined) out.text(frame.title.slice(0, 512));
  for (const { y, row } of frame.changed) {
    out.u16(y);
    encodeRow(out, row);
  }
  return out.done();
}

function encodeRow(out: Writer, row: Row): void {
  const { glyphs, foregrounds, backgrounds, attributes } = row;
  let end = row.columns;
  while (
    end > 0 &&
    glyphs[end - 1] === BLANK &&
    !foregrounds[end - 1] &&
    !backgrounds[end - 1] &&
    !attributes[end - 1]
  )
    end--;
  const countAt = out.at;
  out.u16(0);
  let runs = 0;
  for (let x = 0; x < end;) {
    const kind = kindAt(row, x);
    const foreground = foregrounds[x]!;
    const background = backgrounds[x]!;
    const attribute = attributes[x]!;
    const step = kind === Run.Wide || (kind === Run.Cluster && glyphs[x + 1] === WIDE_TAIL) ? 2 : 1;
    let next = x + step;
    if (kind !== Run.Cluster) {
      while (
        next < end &&
        kindAt(row, next) === kind &&
        foregrounds[next] === foreground &&
        backgrounds[next] === background &&
        attributes[next] === attribute
      )
        next += step;
    }
    out.u8(kind);
    out.u16(next - x);
    out.u32(foreground);
    out.u32(background);
    out.u16(attribute);
    if (kind !== Run.Blank) {
      let text = '';
      for (let i = x; i < next; i += step) text += glyphText(glyphs[i]!);
      out.text(text);
    }
    runs++;
    x = next;
  }
  out.patchU16(countAt, runs);
}

function kindAt(row: Row, x: number): number {
  const glyph = row.glyphs[x]!;
  if (isCluster(glyph)) return Run.Cluster;
  if (row.glyphs[x + 1] === WIDE_TAIL) return Run.Wide;
  // A tail without its head (a wide character cut in two) can only be shown as a blank.
  if (glyph === BLANK || glyph === WIDE_TAIL || glyph === 0) return Run.Blank;
  return Run.Text;
}

/** Throws RangeError when the bytes are not a frame; the caller drops the connection and asks anew. */
export function decodeScreenFrame(bytes: Buffer): ScreenFrame {
  const flags = bytes.readUInt8(2);
  const columns = bytes.readUInt16BE(4);
  const count = bytes.readUInt16BE(32);
  let at = HEAD_BYTES;
  let title: string | undefined;
  if (flags & Flag.Title) {
    const length = bytes.readUInt16BE(at);
    title = textAt(bytes, at + 2, length);
    at += 2 + length;
  }
  if (columns * count > CELLS_MAX) throw new RangeError(`a frame of ${count} rows of ${columns} columns`);
  const changed: { y: number; row: Row }[] = [];
  for (let i = 0; i < count; i++) {
    const y = bytes.readUInt16BE(at);
    const row = new Row(columns);
    at = decodeRow(bytes, at + 2, row);
    changed.push({ y, row });
  }
  return {
    pane: bytes.readUInt16BE(0),
    isFull: (flags & Flag.Full) !== 0,
    columns,
    rows: bytes.readUInt16BE(6),
    offset: bytes.readUInt32BE(8) * 0x100000000 + bytes.readUInt32BE(12),
    history: bytes.readUInt32BE(16),
    cursor: {
      x: bytes.readUInt16BE(20),
      y: bytes.readUInt16BE(22),
      isVisible: (flags & Flag.CursorVisible) !== 0,
      shape: bytes.readUInt8(3),
    },
    // Sixteen bits of modes; the scroll distance may be negative (lines moved down).
    modes: bytes.readUInt16BE(24),
    scroll: { count: bytes.readInt16BE(26), top: bytes.readUInt16BE(28), bottom: bytes.readUInt16BE(30) },
    title,
    changed,
  };
}

function decodeRow(bytes: Buffer, start: number, row: Row): number {
  const runs = bytes.readUInt16BE(start);
  let at = start + 2;
  let x = 0;
  for (let run = 0; run < runs; run++) {
    const kind = bytes.readUInt8(at);
    const cells = bytes.readUInt16BE(at + 1);
    const foreground = bytes.readUInt32BE(at + 3);
    const background = bytes.readUInt32BE(at + 7);
    const attributes = bytes.readUInt16BE(at + 11);
    at += 13;
    const end = x + cells;
    if (end > row.columns) throw new RangeError(`run ends at ${end} in a row of ${row.columns}`);
    row.foregrounds.fill(foreground, x, end);
    row.backgrounds.fill(background, x, end);
    row.attributes.fill(attributes, x, end);
    if (kind !== Run.Blank) {
      const length = bytes.readUInt16BE(at);
      const text = textAt(bytes, at + 2, length);
      at += 2 + length;
      if (kind === Run.Cluster) {
        row.glyphs[x] = glyphOf(text);
        if (cells === 2) row.glyphs[x + 1] = WIDE_TAIL;
      } else {
        let cell = x;
        for (const character of text) {
          if (cell >= end) throw new RangeError('a text is longer than its run');
          row.glyphs[cell++] = character.codePointAt(0)!;
          if (kind === Run.Wide) row.glyphs[cell++] = WIDE_TAIL;
        }
      }
    }
    x = end;
  }
  return at;
}

function textAt(bytes: Buffer, start: number, length: number): string {
  // toString would quietly give what there is.
  if (start + length > bytes.length) throw new RangeError(`a text of ${length} bytes ends beyond its frame`);
  return bytes.toString('utf8', start, start + length);
}

/** Lays a frame over the grid it continues. The grid must have the frame's size. */
export function applyScreenFrame(grid: Grid, frame: ScreenFrame): void {
  if (frame.isFull) for (const line of grid.lines) line.clear();
  else if (frame.scroll.count !== 0) grid.scroll(frame.scroll.count, frame.scroll.top, frame.scroll.bottom);
  for (const { y, row } of frame.changed) if (y < grid.rows) grid.lines[y] = row;
}
