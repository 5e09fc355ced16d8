import { describe, expect, test } from 'vitest';
import { InputDecoder } from '../../../source/tui/terminal/input.ts';
import type { MouseEvent } from '../../../source/tui/terminal/input-event.ts';
import { encodeMouse, wantsMouse } from '../../../source/tui/terminal/mouse-encode.ts';
import { RawForwarder, type Routed } from '../../../source/tui/terminal/raw-forwarder.ts';
import { ScreenMode } from '../../../source/wire/screen-frame.ts';

const ESC = '\u001B';
const route = (bytes: string, modes = 0, forwarder = new RawForwarder()): Routed[] =>
  forwarder.route(new InputDecoder().feed(Buffer.from(bytes)), modes);
const words = (routed: readonly Routed[]): string[] =>
  routed.map((one) => (one.type === 'forward' ? `> ${one.bytes.toString()}` : one.type));

describe('typing mode', () => {
  test('UI1 everything typed reaches the agent as it came', () => {
    const typed = `hé\r\u0003${ESC}[A${ESC}[1;5C${ESC}a${ESC}OP${ESC}[24~漢\u0000`;
    expect(words(route(typed))).toEqual([`> ${typed}`]);
  });

  test('UI1 the prefix is kept back, twice it is sent, else the next key is a command', () => {
    const forwarder = new RawForwarder();
    expect(words(route('ab\u001D', 0, forwarder))).toEqual(['> ab', 'prefix']);
    expect(forwarder.isAfterPrefix).toBe(true);
    expect(words(route('\u001Dc', 0, forwarder))).toEqual(['> \u001Dc']);
    expect(words(route('\u001Dd', 0, forwarder))).toEqual(['prefix', 'command']);
  });

  test('UI1 the prefix is the prefix in every spelling, and another one can be chosen', () => {
    expect(words(route(`${ESC}[93;5u`))).toEqual(['prefix']);
    expect(words(route(`${ESC}[27;5;93~`))).toEqual(['prefix']);
    expect(words(route('\u001D\u0002', 0, new RawForwarder('ctrl+b')))).toEqual(['> \u001D', 'prefix']);
  });

  test('UI5 answers of the terminal, mouse and focus reports are not typed at the agent', () => {
    expect(words(route(`a${ESC}[0n${ESC}[<0;1;1M${ESC}[I${ESC}[?62c${ESC}]11;rgb:0/0/0\u0007b`))).toEqual([
      '> a',
      'reply',
      'mouse',
      'focus',
      'reply',
      'reply',
      '> b',
    ]);
  });

  test('UI1 a paste keeps its brackets only if the application asked for them', () => {
    const paste = `${ESC}[200~two\rlines\u001D${ESC}[201~`;
    expect(words(route(paste))).toEqual(['> two\rlines\u001D']);
    expect(words(route(paste, ScreenMode.BracketedPaste))).toEqual([`> ${paste}`]);
  });

  test('UI1 cursor keys are spelled as the application asked', () => {
    expect(words(route(`${ESC}[A${ESC}[1;5A${ESC}[H`, ScreenMode.ApplicationCursor))).toEqual([
      `> ${ESC}OA${ESC}[1;5A${ESC}OH`,
    ]);
  });
});

describe('mouse for applications that ask', () => {
  const event = (part: Partial<MouseEvent>): MouseEvent => ({
    type: 'mouse',
    action: 'press',
    button: 'left',
    x: 50,
    y: 20,
    ctrl: false,
    alt: false,
    shift: false,
    raw: Buffer.alloc(0),
    ...part,
  });
  const mode = (level: number, isSgr: boolean): number =>
    (level << ScreenMode.MouseShift) | (isSgr ? ScreenMode.MouseSgr : 0);
  const encode = (part: Partial<MouseEvent>, modes: number, x = 3, y = 4): string | undefined =>
    encodeMouse(event(part), x, y, modes)?.toString('latin1');

  test('UI1 in cells of the pane, in the encoding it chose', () => {
    expect(encode({}, mode(2, true))).toBe(`${ESC}[<0;4;5M`);
    expect(encode({ action: 'release' }, mode(2, true))).toBe(`${ESC}[<0;4;5m`);
    expect(encode({ action: 'wheel', wheel: 'down', ctrl: true }, mode(2, true))).toBe(`${ESC}[<81;4;5M`);
    expect(encode({ action: 'drag', button: 'right' }, mode(3, true))).toBe(`${ESC}[<34;4;5M`);
    expect(encode({ action: 'move', button: 'none' }, mode(4, true))).toBe(`${ESC}[<35;4;5M`);
    expect(encode({}, mode(2, false))).toBe(`${ESC}[M $%`);
    expect(encode({ action: 'release' }, mode(2, false))).toBe(`${ESC}[M#$%`);
  });

  test('UI1 only what it asked for', () => {
    expect(wantsMouse(0)).toBe(false);
    expect(encode({}, 0)).toBeUndefined();
    expect(encode({ action: 'release' }, mode(1, false))).toBeUndefined();
    expect(encode({ shift: true }, mode(1, false))).toBe(`${ESC}[M $%`);
    expect(encode({ action: 'drag' }, mode(2, true))).toBeUndefined();
    expect(encode({ action: 'move' }, mode(3, true))).toBeUndefined();
    expect(encode({}, mode(2, false), 223, 0)).toBeUndefined();
    expect(encode({}, mode(2, true), -1, 0)).toBeUndefined();
  });

  test('UI1 what is encoded is what a decoder reads', () => {
    for (const isSgr of [true, false]) {
      const bytes = encodeMouse(event({ alt: true, button: 'middle' }), 9, 7, mode(4, isSgr))!;
      expect(new InputDecoder().feed(bytes)[0]).toMatchObject({
        action: 'press',
        button: 'middle',
        x: 9,
        y: 7,
        alt: true,
      });
    }
  });
});
