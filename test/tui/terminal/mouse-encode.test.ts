import { describe, expect, test } from 'vitest';
import { InputDecoder } from '../../../source/tui/terminal/input.ts';
import type { MouseEvent } from '../../../source/tui/terminal/input-event.ts';
import { encodeMouse, wantsMouse } from '../../../source/tui/terminal/mouse-encode.ts';
import { ScreenMode } from '../../../source/wire/screen-frame.ts';

const ESC = '\u001B';

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
