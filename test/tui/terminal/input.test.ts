import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keySpelling, type InputEvent } from '../../../source/tui/terminal/input-event.ts';
import { InputDecoder, PASTE_PART_BYTES_MAX } from '../../../source/tui/terminal/input.ts';

const ESC = '\u001B';
const decode = (bytes: string | Buffer): InputEvent[] => new InputDecoder().feed(Buffer.from(bytes));

/** Events in words. */
const words = (events: readonly InputEvent[]): string[] =>
  events.map((event) => {
    switch (event.type) {
      case 'key':
        return keySpelling(event);
      case 'mouse':
        return `${event.action} ${event.wheel ?? event.button} ${event.x},${event.y}${event.ctrl ? ' ctrl' : ''}${event.alt ? ' alt' : ''}${event.shift ? ' shift' : ''}`;
      case 'paste':
        return `paste ${event.text}`;
      case 'focus':
        return event.isFocused ? 'focus in' : 'focus out';
      case 'reply':
        return `reply ${JSON.stringify(event.reply)}`;
      default:
        return `unknown ${event.raw.toString('latin1')}`;
    }
  });

/** What terminals send for keys. The modifiers are one more than shift 1, alt 2, ctrl 4. */
const KEYS: readonly (readonly [string, string])[] = [
  ['a', 'a'],
  ['A', 'A'],
  ['?', '?'],
  [' ', 'space'],
  ['é', 'é'],
  ['漢', '漢'],
  ['😀', '😀'],
  ['\r', 'enter'],
  ['\t', 'tab'],
  ['\u007F', 'backspace'],
  ['\b', 'backspace'],
  ['\n', 'ctrl+j'],
  ['\u0000', 'ctrl+space'],
  ['\u0001', 'ctrl+a'],
  ['\u001A', 'ctrl+z'],
  ['\u001C', 'ctrl+\\'],
  ['\u001D', 'ctrl+]'],
  ['\u001E', 'ctrl+^'],
  ['\u001F', 'ctrl+_'],
  [`${ESC}a`, 'alt+a'],
  [`${ESC}A`, 'alt+A'],
  [`${ESC}é`, 'alt+é'],
  [`${ESC}\r`, 'alt+enter'],
  [`${ESC}\u007F`, 'alt+backspace'],
  [`${ESC}\u0001`, 'ctrl+alt+a'],
  [`${ESC}X`, 'alt+X'],
  [`${ESC}Px`.slice(0, 2), 'alt+P'],
  [`${ESC}[A`, 'up'],
  [`${ESC}[B`, 'down'],
  [`${ESC}[C`, 'right'],
  [`${ESC}[D`, 'left'],
  [`${ESC}[H`, 'home'],
  [`${ESC}[F`, 'end'],
  [`${ESC}[Z`, 'shift+tab'],
  [`${ESC}OA`, 'up'],
  [`${ESC}OH`, 'home'],
  [`${ESC}OP`, 'f1'],
  [`${ESC}OQ`, 'f2'],
  [`${ESC}OR`, 'f3'],
  [`${ESC}OS`, 'f4'],
  [`${ESC}[11~`, 'f1'],
  [`${ESC}[[A`, 'f1'],
  [`${ESC}[[E`, 'f5'],
  [`${ESC}[15~`, 'f5'],
  [`${ESC}[17~`, 'f6'],
  [`${ESC}[18~`, 'f7'],
  [`${ESC}[19~`, 'f8'],
  [`${ESC}[20~`, 'f9'],
  [`${ESC}[21~`, 'f10'],
  [`${ESC}[23~`, 'f11'],
  [`${ESC}[24~`, 'f12'],
  [`${ESC}[1;2P`, 'shift+f1'],
  [`${ESC}[1;2R`, 'shift+f3'],
  [`${ESC}[1;5S`, 'ctrl+f4'],
  [`${ESC}[24;8~`, 'ctrl+alt+shift+f12'],
  [`${ESC}[1~`, 'home'],
  [`${ESC}[2~`, 'insert'],
  [`${ESC}[3~`, 'delete'],
  [`${ESC}[4~`, 'end'],
  [`${ESC}[5~`, 'pageup'],
  [`${ESC}[6~`, 'pagedown'],
  [`${ESC}[3;5~`, 'ctrl+delete'],
  [`${ESC}[5^`, 'ctrl+pageup'],
  [`${ESC}[a`, 'shift+up'],
  [`${ESC}${ESC}[A`, 'alt+up'],
  [`${ESC}[97;5u`, 'ctrl+a'],
  [`${ESC}[97;6u`, 'ctrl+shift+a'],
  [`${ESC}[97;4u`, 'alt+A'],
  [`${ESC}[97:65;2u`, 'A'],
  [`${ESC}[93;5u`, 'ctrl+]'],
  [`${ESC}[27;5;93~`, 'ctrl+]'],
  [`${ESC}[27u`, 'escape'],
  [`${ESC}[13;2u`, 'shift+enter'],
  [`${ESC}[57376;1u`, 'f13'],
  [`${ESC}[57414u`, 'enter'],
  [`${ESC}[97;1:2u`, 'a'],
  [`${ESC}Oj`, '*'],
];

describe('keys', () => {
  test.each(KEYS)('UI5 %j is %s', (bytes, spelling) => {
    const decoder = new InputDecoder();
    const events = [...decoder.feed(Buffer.from(bytes)), ...decoder.flush()];
    expect(words(events)).toEqual([spelling]);
    expect((events[0] as { raw: Buffer }).raw.toString()).toBe(bytes);
  });

  test.each(['up', 'down', 'right', 'left'].map((name, i) => [name, 'ABCD'[i]!] as const))(
    'UI5 %s with every combination of modifiers',
    (name, letter) => {
      for (let bits = 1; bits < 8; bits++)
        expect(words(decode(`${ESC}[1;${bits + 1}${letter}`))).toEqual([
          `${bits & 4 ? 'ctrl+' : ''}${bits & 2 ? 'alt+' : ''}${bits & 1 ? 'shift+' : ''}${name}`,
        ]);
    },
  );

  test('UI5 keys that type have text, others have none', () => {
    expect(decode('aé ').map((event) => (event as { text: string }).text)).toEqual(['a', 'é', ' ']);
    expect(decode(`${ESC}a\u0001\r${ESC}[A`).map((event) => (event as { text: string }).text)).toEqual([
      '',
      '',
      '',
      '',
    ]);
  });

  test('UI5 a released key is no key', () => {
    expect(words(decode(`${ESC}[97;1:3u`))).toEqual([`unknown ${ESC}[97;1:3u`]);
  });
});

describe('a lone Escape', () => {
  test('UI5 waits, and is a key when nothing follows', () => {
    const decoder = new InputDecoder();
    expect(decoder.feed(Buffer.from(ESC))).toEqual([]);
    expect(decoder.isAmbiguous).toBe(true);
    expect(words(decoder.flush())).toEqual(['escape']);
    expect(decoder.isAmbiguous).toBe(false);
    expect(words(decoder.feed(Buffer.from('x')))).toEqual(['x']);
  });

  test('UI5 twice is two keys', () => {
    const decoder = new InputDecoder();
    decoder.feed(Buffer.from(`${ESC}${ESC}`));
    expect(words(decoder.flush())).toEqual(['escape', 'escape']);
  });

  test('UI5 followed in time is part of what follows', () => {
    const decoder = new InputDecoder();
    decoder.feed(Buffer.from(ESC));
    expect(words(decoder.feed(Buffer.from('[A')))).toEqual(['up']);
  });

  test('UI5 half a sequence on a slow link never becomes keys', () => {
    for (const [begin, rest] of [
      [`${ESC}[`, 'A'],
      [`${ESC}[<0;1`, '2;5M'],
      [`${ESC}O`, 'P'],
      [`${ESC}[?69`, ';1$y'],
      [`${ESC}]11;rgb:00`, '00/0000/0000\u0007'],
      [`${ESC}P>|tmux`, ` 3.3a${ESC}\\`],
    ] as const) {
      const decoder = new InputDecoder();
      expect(decoder.feed(Buffer.from(begin))).toEqual([]);
      expect(decoder.flush()).toEqual([]);
      const [event, ...more] = decoder.feed(Buffer.from(rest));
      expect(more).toEqual([]);
      expect(event?.type).not.toBe('unknown');
    }
  });

  test('UI5 taken for a key too early does not turn a mouse report or an answer into text', () => {
    const decoder = new InputDecoder();
    decoder.feed(Buffer.from(ESC));
    decoder.flush();
    expect(words(decoder.feed(Buffer.from('[<0;12;5M')))).toEqual(['press left 11,4']);
    decoder.feed(Buffer.from(ESC));
    decoder.flush();
    expect(words(decoder.feed(Buffer.from('[0nx')))).toEqual(['reply {"type":"status"}', 'x']);
    decoder.feed(Buffer.from(ESC));
    decoder.flush();
    expect(words(decoder.feed(Buffer.from('[x')))).toEqual(['[', 'x']);
  });
});

test('UI1 mouse reports: buttons, drags, wheel, modifiers, far columns', () => {
  expect(
    words(
      decode(
        `${ESC}[<0;1;1M${ESC}[<0;1;1m${ESC}[<2;300;40M${ESC}[<32;5;6M${ESC}[<35;5;6M${ESC}[<64;3;4M${ESC}[<65;3;4M${ESC}[<20;3;4M${ESC}[M !!`,
      ),
    ),
  ).toEqual([
    'press left 0,0',
    'release left 0,0',
    'press right 299,39',
    'drag left 4,5',
    'move none 4,5',
    'wheel up 2,3',
    'wheel down 2,3',
    'press left 2,3 ctrl shift',
    'press left 0,0',
  ]);
});

describe('paste', () => {
  const paste = (text: string): string => `${ESC}[200~${text}${ESC}[201~`;

  test('UI1 is one event whatever is in it: escape sequences, newlines, half an end', () => {
    const text = `ls\r${ESC}[A${ESC}[<0;1;1M${ESC}[20${ESC}]11;?\u0007\u0003é漢`;
    expect(words(decode(`a${paste(text)}b`))).toEqual(['a', `paste ${text}`, 'b']);
  });

  test('UI1 long pastes come in parts of bounded size and whole characters', () => {
    const text = '漢'.repeat(PASTE_PART_BYTES_MAX);
    const events = decode(paste(text));
    expect(events.length).toBe(3 + 1);
    const parts = events.map((event) => event as Extract<InputEvent, { type: 'paste' }>);
    expect(parts.map((part) => part.isFirst)).toEqual([true, false, false, false]);
    expect(parts.map((part) => part.isLast)).toEqual([false, false, false, true]);
    for (const part of parts) expect(part.bytes.length).toBeLessThanOrEqual(PASTE_PART_BYTES_MAX);
    expect(parts.map((part) => part.text).join('')).toBe(text);
  });

  test('UI1 whose end was lost can be ended, and the keyboard lives again', () => {
    const decoder = new InputDecoder();
    decoder.feed(Buffer.from(`${ESC}[200~abc`));
    expect(decoder.isInPaste).toBe(true);
    expect(words(decoder.endPaste())).toEqual(['paste abc']);
    expect(words(decoder.feed(Buffer.from('x')))).toEqual(['x']);
  });
});

describe('answers of the terminal', () => {
  test.each([
    [`${ESC}[?62;22c`, { type: 'attributes', parameters: [62, 22] }],
    [`${ESC}[0n`, { type: 'status' }],
    [`${ESC}[?69;2$y`, { type: 'mode', mode: 69, state: 2 }],
    [`${ESC}[?2026;0$y`, { type: 'mode', mode: 2026, state: 0 }],
    [`${ESC}P>|XTerm(390)${ESC}\\`, { type: 'version', text: 'XTerm(390)' }],
    [`${ESC}]11;rgb:1e1e/1e1e/2e2e${ESC}\\`, { type: 'colour', which: 11, rgb: 0x1e1e2e }],
    [`${ESC}]10;rgb:ff/00/80\u0007`, { type: 'colour', which: 10, rgb: 0xff0080 }],
    [`${ESC}[12;40R`, { type: 'cursor-position', x: 39, y: 11 }],
    [`${ESC}[?997;1n`, { type: 'appearance', isDark: true }],
    [`${ESC}]52;c;aGk=\u0007`, { type: 'other' }],
    [`${ESC}[8;24;80t`, { type: 'other' }],
    [`${ESC}_Gi=1;OK${ESC}\\`, { type: 'other' }],
  ])('UI5 %j is never typed text', (bytes, reply) => {
    const events = decode(`a${bytes}b`);
    expect(events.map((event) => event.type)).toEqual(['key', 'reply', 'key']);
    expect((events[1] as Extract<InputEvent, { type: 'reply' }>).reply).toEqual(reply);
  });

  test('UI5 a cursor position that looks like a key is one when it was asked for', () => {
    const decoder = new InputDecoder();
    decoder.expectCursorPosition();
    expect(words(decoder.feed(Buffer.from(`${ESC}[1;5R${ESC}[1;5R`)))).toEqual([
      'reply {"type":"cursor-position","x":4,"y":0}',
      'ctrl+f3',
    ]);
  });

  test('UI5 an endless one is skipped in bounded memory, and what follows is heard', () => {
    const decoder = new InputDecoder();
    const events: InputEvent[] = [];
    events.push(...decoder.feed(Buffer.from(`${ESC}]11;`)));
    for (let i = 0; i < 100; i++) events.push(...decoder.feed(Buffer.alloc(1000, 0x61)));
    events.push(...decoder.feed(Buffer.from(ESC)), ...decoder.feed(Buffer.from('\\x')));
    events.push(...decoder.feed(Buffer.from(`${ESC}[${'1;'.repeat(300)}`)));
    events.push(...decoder.feed(Buffer.from(`1${ESC}[${'2'.repeat(300)}my`)));
    expect(words(events)).toEqual(['x', 'y']);
  });
});

test('UI5 focus reports', () => {
  expect(words(decode(`${ESC}[I${ESC}[O`))).toEqual(['focus in', 'focus out']);
});

describe('chunks', () => {
  const pieces = [
    ...KEYS.map(([bytes]) => bytes).filter((bytes) => bytes !== `${ESC}P`),
    `${ESC}[<0;10;20M`,
    `${ESC}[200~pasted ${ESC}[A text${ESC}[201~`,
    `${ESC}[0n`,
    `${ESC}[?69;1$y`,
    `${ESC}]11;rgb:0000/1111/2222${ESC}\\`,
    `${ESC}P>|kitty(0.36)${ESC}\\`,
    `${ESC}[I`,
    ESC,
  ];

  test('UI5 cut at any byte, the same bytes give the same events', () => {
    const all = Buffer.from(pieces.join(''));
    const whole = words(decode(all));
    for (let cut = 1; cut < all.length; cut++) {
      const decoder = new InputDecoder();
      const events = [...decoder.feed(all.subarray(0, cut)), ...decoder.feed(all.subarray(cut))];
      expect(words(events)).toEqual(whole);
    }
    const decoder = new InputDecoder();
    expect(words(Array.from(all, (byte) => decoder.feed(Buffer.of(byte))).flat())).toEqual(whole);
  });

  test('UI5 garbage in any chunks neither throws nor depends on the cuts', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .array(
          fc.oneof(
            fc.constantFrom(...pieces),
            fc.string({ maxLength: 3 }),
            fc.constantFrom(`${ESC}[`, `${ESC}]1`, `${ESC}P`),
          ),
          {
            maxLength: 12,
          },
        )
        .map((parts) => Buffer.from(parts.join(''))),
    );
    fc.assert(
      fc.property(garbage, fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 60 }), (bytes, cuts) => {
        const all = Buffer.from(bytes);
        const decoder = new InputDecoder();
        const events: InputEvent[] = [];
        let at = 0;
        for (const length of cuts) {
          events.push(...decoder.feed(all.subarray(at, at + length)));
          at += length;
        }
        events.push(...decoder.feed(all.subarray(at)));
        expect(words(events)).toEqual(words(decode(all)));
      }),
      { numRuns: 2000 },
    );
  });

  test('UI5 no byte is lost: what is typed can be forwarded as it came', () => {
    const all = Buffer.from(pieces.filter((piece) => !piece.includes('[200~') && piece !== ESC).join(''));
    const events = decode(all);
    expect(Buffer.concat(events.map((event) => (event as { raw: Buffer }).raw)).equals(all)).toBe(true);
  });
});
