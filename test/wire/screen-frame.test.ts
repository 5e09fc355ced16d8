import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLANK, glyphOf, Grid, Row, WIDE_TAIL } from '../../source/wire/cells.ts';
import {
  applyScreenFrame,
  decodeScreenFrame,
  encodeScreenFrame,
  type ScreenFrame,
} from '../../source/wire/screen-frame.ts';

const still = { count: 0, top: 0, bottom: 0 };

function frameOf(more: Partial<ScreenFrame>): ScreenFrame {
  return {
    pane: 7,
    isFull: true,
    columns: 10,
    rows: 3,
    offset: 5_000_000_000,
    history: 12,
    cursor: { x: 3, y: 2, isVisible: true, shape: 5 },
    modes: 0x8f3,
    scroll: still,
    title: 'a title — ok',
    changed: [],
    ...more,
  };
}

const style = fc.record({
  foreground: fc.constantFrom(0, 0x0100_0001, 0x02ff_8000),
  background: fc.constantFrom(0, 0x0100_00ff, 0x0200_0000),
  attributes: fc.constantFrom(0, 1, 0x7ff, 0x300),
});
const cell = fc.tuple(fc.constantFrom('a', ' ', 'é', '日', '👨‍👩‍👧', 'e\u0301', '🙂', '“'), style);
const WIDE = new Set(['日', '👨‍👩‍👧', '🙂']);

/** A row of whole characters, as the engine makes them. */
const row = fc.array(cell, { maxLength: 12 }).map((cells) => {
  const made = new Row(12);
  let x = 0;
  for (const [text, { foreground, background, attributes }] of cells) {
    const width = WIDE.has(text) ? 2 : 1;
    if (x + width > made.columns) break;
    made.set(x, glyphOf(text), foreground, background, attributes);
    if (width === 2) made.set(x + 1, WIDE_TAIL, foreground, background, attributes);
    x += width;
  }
  return made;
});

describe('a screen frame', () => {
  it('says the same after the wire as before it', () => {
    const frame = frameOf({ scroll: { count: -2, top: 1, bottom: 9 }, isFull: false });
    expect(decodeScreenFrame(encodeScreenFrame(frame))).toEqual(frame);
    const untitled = decodeScreenFrame(encodeScreenFrame(frameOf({ title: undefined })));
    expect(untitled.title).toBeUndefined();
  });

  it('carries any row there can be', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 4 }), (rows) => {
        const changed = rows.map((made, y) => ({ y, row: made }));
        const frame = frameOf({ columns: 12, rows: 4, changed });
        expect(decodeScreenFrame(encodeScreenFrame(frame)).changed).toEqual(changed);
      }),
      { numRuns: 300 },
    );
  });

  it('shows half of a wide character as a blank', () => {
    const cut = new Row(10);
    cut.set(0, WIDE_TAIL, 0, 0, 0);
    cut.set(1, 0x61, 0, 0, 0);
    const [line] = decodeScreenFrame(encodeScreenFrame(frameOf({ changed: [{ y: 0, row: cut }] }))).changed;
    expect(line!.row.glyphs[0]).toBe(BLANK);
    expect(line!.row.text()).toBe(' a');
  });

  it('of a full 200x50 screen of text takes some ten thousand bytes, of one line a fiftieth', () => {
    const rows = Array.from({ length: 50 }, (_, y) => {
      const made = new Row(200);
      for (let x = 0; x < 180; x++) made.set(x, 0x61 + ((x + y) % 26), 0, 0, 0);
      return { y, row: made };
    });
    const full = encodeScreenFrame(frameOf({ columns: 200, rows: 50, changed: rows }));
    expect(full.length).toBeLessThan(12_000);
    expect(encodeScreenFrame(frameOf({ columns: 200, changed: rows.slice(0, 1) })).length).toBeLessThan(280);
  });

  it('cut short or garbled is refused with an error, never with memory', () => {
    const made = new Row(10);
    made.set(0, 0x61, 1, 2, 3);
    const bytes = encodeScreenFrame(frameOf({ changed: [{ y: 0, row: made }] }));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeScreenFrame(bytes.subarray(0, length))).toThrow(RangeError);
    }
    const greedy = Buffer.from(bytes);
    greedy.writeUInt16BE(0xffff, 4);
    greedy.writeUInt16BE(0xffff, 32);
    expect(() => decodeScreenFrame(greedy)).toThrow(RangeError);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(), (noise, at) => {
        const garbled = Buffer.from(bytes);
        garbled.set(noise.subarray(0, garbled.length), at % Math.max(1, garbled.length - noise.length));
        try {
          decodeScreenFrame(garbled);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('moves lines before it lays its rows over them', () => {
    const grid = new Grid(4, 4);
    'abcd'.split('').forEach((letter, y) => grid.lines[y]!.set(0, letter.codePointAt(0)!, 0, 0, 0));
    const fresh = new Row(4);
    fresh.set(0, 0x65, 0, 0, 0);
    applyScreenFrame(
      grid,
      frameOf({
        isFull: false,
        columns: 4,
        rows: 4,
        scroll: { count: 1, top: 1, bottom: 3 },
        changed: [{ y: 3, row: fresh }],
      }),
    );
    expect(grid.text()).toEqual(['a', 'c', 'd', 'e']);
  });
});
