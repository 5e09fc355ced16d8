import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine, restoreEngine } from '../../source/screens/engine.ts';
import type { TerminalEngine } from '../../source/screens/terminal-engine.ts';
import { Attribute, Row } from '../../source/wire/cells.ts';
import { CursorShape, ScreenMode } from '../../source/wire/screen-frame.ts';
import { hostileOutput } from '../support/hostile-output.ts';
import { reliabilityCount } from '../support/reliability-count.ts';

function engineOf(
  text = '',
  size = { columns: 20, rows: 6, scrollback: 10 },
): TerminalEngine & { said: string[] } {
  const said: string[] = [];
  const engine = createEngine({ ...size, onReply: (reply) => said.push(reply) });
  engine.write(Buffer.from(text));
  return Object.assign(engine, { said });
}

function rowsOf(engine: TerminalEngine): string[] {
  const row = new Row(engine.columns);
  return Array.from({ length: engine.rows }, (_, y) => {
    engine.readRow(y, row);
    return row.text();
  });
}

function rowOf(engine: TerminalEngine, y = 0): Row {
  const row = new Row(engine.columns);
  engine.readRow(y, row);
  return row;
}

describe('the terminal engine', () => {
  it('has parsed everything when write returns', () => {
    expect(rowsOf(engineOf('one\r\n\x1b[31mtwo\x1b[m\r\n日本'))).toEqual(['one', 'two', '日本', '', '', '']);
  });

  it('reads colours and attributes as they were written', () => {
    const row = rowOf(engineOf('\x1b[1;3;4:3;31;48;5;200ma\x1b[0;2;7;9;53;38;2;1;2;3mb\x1b[m \x1b[44mc'));
    expect(Array.from(row.foregrounds.subarray(0, 2))).toEqual([0x0100_0001, 0x0201_0203]);
    expect(Array.from(row.backgrounds.subarray(0, 4))).toEqual([0x0100_00c8, 0, 0, 0x0100_0004]);
    expect(row.attributes[0]).toBe(Attribute.Bold | Attribute.Italic | (3 << Attribute.UnderlineShift));
    expect(row.attributes[1]).toBe(Attribute.Dim | Attribute.Inverse | Attribute.Strike | Attribute.Overline);
  });

  it('tells cursor and modes', () => {
    const engine = engineOf(
      '\x1b[5 q\x1b[?25l\x1b[?1049h\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?1h\x1b=\x1b[?1004h\x1b[3;4H',
    );
    expect(engine.cursor()).toEqual({
      x: 3,
      y: 2,
      isVisible: false,
      shape: CursorShape.Bar | CursorShape.Blinking,
    });
    expect(engine.modes()).toBe(
      ScreenMode.Alternate |
        ScreenMode.BracketedPaste |
        ScreenMode.ApplicationCursor |
        ScreenMode.ApplicationKeypad |
        ScreenMode.FocusEvents |
        ScreenMode.MouseSgr |
        (3 << ScreenMode.MouseShift),
    );
    engine.write(Buffer.from('\x1b[?2026h'));
    expect(engine.modes() & ScreenMode.Synchronized).not.toBe(0);
  });

  it('keeps a character whole whose bytes come one at a time, those ending in 0x80 too', () => {
    const engine = engineOf();
    for (const byte of Buffer.from('“—…” \u3000日 é 🙂')) engine.write(Buffer.from([byte]));
    expect(rowsOf(engine)[0]).toBe('“—…” \u3000日 é 🙂');
    expect(engine.isAtRest()).toBe(true);
    engine.write(Buffer.from([0xe2, 0x80]));
    expect(engine.isAtRest()).toBe(false);
  });

  it('counts lines above the screen that it does not keep any more', () => {
    const engine = engineOf(Array.from({ length: 50 }, (_, i) => `${i}\r\n`).join(''));
    expect(engine.kept).toBe(10);
    expect(engine.history).toBe(45);
    expect(rowOf(engine, -10).text()).toBe('35');
    engine.write(Buffer.from('\x1b[3J'));
    expect(engine.history).toBe(0);
  });

  it('never lets a mark that turns the direction of text out', () => {
    expect(rowsOf(engineOf('a\u202eb\u2066c'))[0]).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });
});

describe('questions of an application', () => {
  const asks: readonly (readonly [string, string, string | RegExp])[] = [
    ['what it is (DA1)', '\x1b[c', '\x1b[?62;22c'],
    ['which version (DA2)', '\x1b[>c', '\x1b[>84;0;0c'],
    ['its unit (DA3)', '\x1b[=c', '\x1bP!|00000000\x1b\\'],
    ['its name (XTVERSION)', '\x1b[>q', '\x1bP>|fleet-tui\x1b\\'],
    ['whether it works (DSR 5)', '\x1b[5n', '\x1b[0n'],
    ['where the cursor is (DSR 6)', '\x1b[3;7H\x1b[6n', '\x1b[3;7R'],
    ['the foreground (OSC 10)', '\x1b]10;?\x07', '\x1b]10;rgb:d8d8/d8d8/d8d8\x1b\\'],
    ['the background (OSC 11)', '\x1b]11;?\x1b\\', '\x1b]11;rgb:1010/1010/1010\x1b\\'],
    ['the cursor (OSC 12)', '\x1b]12;?\x07', '\x1b]12;rgb:d8d8/d8d8/d8d8\x1b\\'],
    ['a colour of the palette (OSC 4)', '\x1b]4;196;?\x07', '\x1b]4;196;rgb:ffff/0000/0000\x1b\\'],
    ['a colour it has set', '\x1b]11;#123456\x07\x1b]11;?\x07', '\x1b]11;rgb:1212/3434/5656\x1b\\'],
    ['a mode (DECRQM)', '\x1b[?2026$p', '\x1b[?2026;2$y'],
    ['whether light and dark are told (DECRQM 2031)', '\x1b[?2031h\x1b[?2031$p', '\x1b[?2031;1$y'],
    ['light or dark (DSR 996)', '\x1b[?996n', '\x1b[?997;1n'],
    ['keyboard flags (kitty)', '\x1b[>1u\x1b[?u', '\x1b[?0u'],
    ['a capability (XTGETTCAP)', '\x1bP+q436f\x1b\\', '\x1bP1+r436f=323536\x1b\\'],
    ['a capability it has not', '\x1bP+q5858\x1b\\', '\x1bP0+r5858\x1b\\'],
    ['a setting (DECRQSS)', '\x1bP$qr\x1b\\', '\x1bP1$r1;6r\x1b\\'],
    ['its size (XTWINOPS 18)', '\x1b[18t', '\x1b[8;6;20t'],
  ];
  it.each(asks)('%s is answered', (_what, question, answer) => {
    const { said } = engineOf(question);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(answer);
  });

  it('a title is never read back, it would be typed', () => {
    expect(engineOf('\x1b]2;rm -rf /\x07\x1b[21t\x1b[20t').said).toEqual([]);
  });

  it('light and dark are told to who asked when they change', () => {
    const engine = engineOf('\x1b[?2031h');
    engine.setColours({ foreground: 0, background: 0xffffff, cursor: 0 });
    engine.setColours({ foreground: 0, background: 0xfffff0, cursor: 0 });
    expect(engine.said).toEqual(['\x1b[?997;2n']);
  });
});

describe('hostile output', () => {
  it('R19 amounts out of all proportion cost nothing', () => {
    const engine = engineOf();
    const started = performance.now();
    for (const final of '@ABCDEFGHIJKLMPSTXZ`abdefg') engine.write(Buffer.from(`x\x1b[2147483647${final}`));
    engine.write(Buffer.from(`\x1b[${'1;'.repeat(100_000)}m\x1b[${'9'.repeat(100_000)}b`));
    expect(performance.now() - started).toBeLessThan(500);
    expect(engine.faults).toBe(0);
  });

  it('R19 strings and clusters without an end stay small', () => {
    const engine = engineOf();
    for (let i = 0; i < 200; i++) engine.write(Buffer.from(i === 0 ? '\x1b]0;' : 'x'.repeat(65_536)));
    engine.write(Buffer.from(`\x07e${'\u0301'.repeat(100_000)}`));
    expect(engine.title.length).toBe(4096);
    expect(rowOf(engine).text().length).toBeLessThan(40);
  });

  it('R19 a link for each character leaves nothing behind', () => {
    const engine = engineOf();
    const links = Buffer.from(
      Array.from({ length: 20_000 }, (_, i) => `\r\x1b]8;;http://a/${i}\x07x`).join(''),
    );
    const started = performance.now();
    engine.write(links);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('R19 erasing above from the last cell of a new screen is no fault', () => {
    const engine = engineOf('abc\x1b[99;99H\x1b[1J');
    expect(engine.faults).toBe(0);
    expect(rowsOf(engine).join('')).toBe('');
  });

  it('R19 the alternate screen keeps what fits when it is made narrower', () => {
    const engine = engineOf('\x1b[?1049h0123456789');
    engine.resize(6, 4);
    expect(rowsOf(engine)[0]).toBe('012345');
    expect(engine.faults).toBe(0);
  });

  const once: readonly { what: string; text: string; size?: { columns: number; rows: number } }[] = [
    { what: 'a quote whose bytes come apart', text: '“quoted”' },
    {
      what: 'a wide character that does not fit, joined to the next',
      text: '\x1b[?7l\x1b[1;19Ha👨\u200d👩\u200d👧',
    },
    {
      what: 'a family in the middle of which the size changes',
      text: '👨\u200d👩\u200d👧',
      size: { columns: 2, rows: 1 },
    },
    {
      what: 'the alternate screen after the size has changed',
      text: 'a\x1b[?47hb\r\n\r\n\r\nc',
      size: { columns: 4, rows: 2 },
    },
    { what: 'DEL within a control string', text: '\x1bP+q544e\x7f\x1b[?1h' },
  ];
  it.each(once)('R19 $what: the same in one piece and byte by byte', ({ text, size }) => {
    const bytes = Buffer.from(text);
    const half = bytes.length >> 1;
    const whole = engineOf();
    const single = engineOf();
    whole.write(bytes.subarray(0, half));
    if (size) whole.resize(size.columns, size.rows);
    whole.write(bytes.subarray(half));
    for (let at = 0; at < bytes.length; at++) {
      if (size && at === half) single.resize(size.columns, size.rows);
      single.write(bytes.subarray(at, at + 1));
    }
    expect(single.state()).toEqual(whole.state());
    expect(single.said).toEqual(whole.said);
    expect(whole.faults).toBe(0);
  });

  it('R19 any stream, cut anywhere, resized anywhere, saved and restored anywhere, ends in the same screen', () => {
    const resize = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }));
    const property = fc.property(
      hostileOutput,
      fc.array(resize, { maxLength: 2 }),
      fc.nat(),
      (bytes, resizes, saveAt) => {
        const sizes = resizes
          .map(([at, columns, rows]) => ({ at: at % (bytes.length + 1), columns, rows }))
          .sort((one, other) => one.at - other.at);
        const whole = engineOf();
        let from = 0;
        for (const { at, columns, rows } of sizes) {
          whole.write(bytes.subarray(from, at));
          whole.resize(columns, rows);
          from = at;
        }
        whole.write(bytes.subarray(from));

        const said: string[] = [];
        const onReply = (text: string): void => void said.push(text);
        let single: TerminalEngine = createEngine({ columns: 20, rows: 6, scrollback: 10, onReply });
        let isRestored = false;
        for (let at = 0; at <= bytes.length; at++) {
          for (const size of sizes) if (size.at === at) single.resize(size.columns, size.rows);
          if (!isRestored && at >= saveAt % (bytes.length + 1) && single.isAtRest()) {
            isRestored = true;
            const state = single.state();
            single.dispose();
            single = restoreEngine(deserialize(serialize(state)), { scrollback: 10, onReply });
            expect(single.state()).toEqual(state);
          }
          if (at < bytes.length) single.write(bytes.subarray(at, at + 1));
        }
        expect(whole.faults + single.faults).toBe(0);
        expect(said).toEqual(whole.said);
        expect(single.isAtRest()).toBe(whole.isAtRest());
        if (whole.isAtRest()) expect(isDeepStrictEqual(single.state(), whole.state())).toBe(true);
        whole.dispose();
        single.dispose();
      },
    );
    fc.assert(property, { numRuns: reliabilityCount({ reduced: 400, full: 100_000 }) });
  });
});
