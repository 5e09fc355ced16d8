/** What a session is sent for a key, a paste or a mouse event: its application may have asked for another spelling. */
import { ScreenMode } from '../wire/screen-frame.ts';
import type { Mouse } from './ui-input.ts';

const APPLICATION_CURSOR: Readonly<Record<string, string>> = {
  up: '\x1bOA',
  down: '\x1bOB',
  right: '\x1bOC',
  left: '\x1bOD',
  home: '\x1bOH',
  end: '\x1bOF',
};

const NORMAL_CURSOR: Readonly<Record<string, string>> = {
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
};

/** Cursor keys are spelled as the session's application asked, everything else as the terminal sent it. */
export function keyBytes(key: string, raw: Uint8Array, modes: number): Uint8Array {
  const spelling = (modes & ScreenMode.ApplicationCursor ? APPLICATION_CURSOR : NORMAL_CURSOR)[key];
  return spelling === undefined ? raw : Buffer.from(spelling);
}

/** A pasted text cannot end the paste itself, nor be anything but text. */
export function pasteBytes(text: string, modes: number): Uint8Array {
  // Terminals send line ends of a paste as carriage returns.
  const typed = text.replace(/\r?\n/g, '\r');
  if (!(modes & ScreenMode.BracketedPaste)) return Buffer.from(typed);
  return Buffer.from(`\x1b[200~${typed.replaceAll('\x1b', '')}\x1b[201~`);
}

const MouseLevel = { None: 0, PressOnly: 1, PressRelease: 2, Drag: 3, Motion: 4 } as const;

export const mouseLevel = (modes: number): number => (modes & ScreenMode.MouseMask) >> ScreenMode.MouseShift;

/** A mouse event at cell (x, y) of the session's own screen; undefined when its application did not ask for it. */
export function mouseBytes(mouse: Mouse, x: number, y: number, modes: number): Uint8Array | undefined {
  const level = mouseLevel(modes);
  if (level === MouseLevel.None) return undefined;
  if (mouse.kind === 'release' && level < MouseLevel.PressRelease) return undefined;
  if (mouse.kind === 'drag' && level < MouseLevel.Drag) return undefined;
  if (mouse.kind === 'move' && level < MouseLevel.Motion) return undefined;
  const code = buttonCode(mouse);
  if (modes & ScreenMode.MouseSgr)
    return Buffer.from(`\x1b[<${code};${x + 1};${y + 1}${mouse.kind === 'release' ? 'm' : 'M'}`);
  // The old form has one byte for each, from 32; further out it cannot be said.
  if (x > 222 || y > 222) return undefined;
  const old = mouse.kind === 'release' ? (code & ~3) | 3 : code;
  return Buffer.from([0x1b, 0x5b, 0x4d, 32 + old, 33 + x, 33 + y]);
}

function buttonCode({ kind, button, shift, alt, ctrl }: Mouse): number {
  const modifiers = (shift ? 4 : 0) | (alt ? 8 : 0) | (ctrl ? 16 : 0);
  switch (kind) {
    case 'wheel-up':
      return 64 | modifiers;
    case 'wheel-down':
      return 65 | modifiers;
    case 'drag':
      return 32 | button | modifiers;
    case 'move':
      return 35 | modifiers;
    case 'press':
    case 'release':
      return button | modifiers;
    default:
      return kind satisfies never;
  }
}
