/** What a complete CSI or SS3 sequence means. */
import type { InputEvent, KeyEvent, MouseButton, WheelDirection } from './input-event.ts';
import { isCharacter, KEYPAD_KEYS, LETTER_KEYS, nameOfCode, TILDE_KEYS } from './key-names.ts';
import { csiReply } from './replies.ts';

export interface Csi {
  /** `?`, `>`, `<`, `=` or nothing. */
  readonly prefix: string;
  /** Parameters separated by `;`, each with its `:` parts; missing ones are NaN. */
  readonly parameters: readonly (readonly number[])[];
  readonly intermediates: string;
  readonly final: string;
}

const Modifier = { Shift: 1, Alt: 2, Ctrl: 4 } as const;
/** In a kitty sequence behind the modifiers: 1 press, 2 repeat, 3 release. */
const RELEASE = 3;

export function parseCsi(text: string): Csi {
  const [, prefix = '', parameters = '', intermediates = '', final = ''] =
    /^([<=>?]?)([\d;:]*)([ -/]*)([@-~])$/u.exec(text) ?? [];
  return {
    prefix,
    parameters: parameters
      .split(';')
      .map((one) => one.split(':').map((part) => (part === '' ? NaN : Number(part)))),
    intermediates,
    final,
  };
}

/** `isCursorAsked`: a cursor position was asked for, so `CSI 1;2R` is an answer and not shift+f3. */
export function csiEvent(csi: Csi, raw: Buffer, isAlt: boolean, isCursorAsked: boolean): InputEvent {
  if (csi.prefix === '<' && (csi.final === 'M' || csi.final === 'm')) return mouseEvent(csi, raw);
  const reply = csiReply(csi, isCursorAsked);
  if (reply !== undefined) return { type: 'reply', reply, raw };
  if (csi.prefix === '' && csi.intermediates === '') {
    if (csi.final === 'I' || csi.final === 'O') return { type: 'focus', isFocused: csi.final === 'I', raw };
    const key = keyEvent(csi, raw, isAlt);
    if (key !== undefined) return key;
  }
  return { type: 'unknown', raw };
}

export function ss3Event(final: string, modifiers: number, raw: Buffer, isAlt: boolean): InputEvent {
  const name = LETTER_KEYS[final] ?? KEYPAD_KEYS[final];
  return name === undefined ? { type: 'unknown', raw } : makeKey(name, modifiers, raw, isAlt);
}

function keyEvent(csi: Csi, raw: Buffer, isAlt: boolean): InputEvent | undefined {
  const [first = [], second = [], third = []] = csi.parameters;
  const number = first[0] || 0;
  const modifiers = modifiersOf(second[0]);
  if (second[1] === RELEASE) return { type: 'unknown', raw };
  switch (csi.final) {
    case 'Z':
      return makeKey('tab', modifiers | Modifier.Shift, raw, isAlt);
    case '~': {
      // modifyOtherKeys: CSI 27 ; modifiers ; code ~
      if (number === 27) return codeEvent(third[0] ?? 0, [], modifiers, raw, isAlt);
      const name = TILDE_KEYS[number];
      return name === undefined ? undefined : makeKey(name, modifiers, raw, isAlt);
    }
    case 'u':
      return codeEvent(number, third, modifiers, raw, isAlt, first[1]);
    // rxvt: ctrl and ctrl+shift as the final character, shifted arrows in lower case.
    case '^':
    case '@': {
      const name = TILDE_KEYS[number];
      const shift = csi.final === '@' ? Modifier.Shift : 0;
      return name === undefined ? undefined : makeKey(name, Modifier.Ctrl | shift, raw, isAlt);
    }
    case 'a':
    case 'b':
    case 'c':
    case 'd':
      return makeKey(LETTER_KEYS[csi.final.toUpperCase()]!, Modifier.Shift, raw, isAlt);
    default: {
      const name = LETTER_KEYS[csi.final];
      return name === undefined ? undefined : makeKey(name, modifiers, raw, isAlt);
    }
  }
}

/** A key given by its code point; `texts` are the code points it types, where the terminal tells. */
function codeEvent(
  code: number,
  texts: readonly number[],
  modifiers: number,
  raw: Buffer,
  isAlt: boolean,
  shifted?: number,
): InputEvent {
  const name = nameOfCode(code);
  if (name === undefined) return { type: 'unknown', raw };
  if (!isCharacter(name) || (modifiers & Modifier.Ctrl) !== 0) return makeKey(name, modifiers, raw, isAlt);
  const isShifted = (modifiers & Modifier.Shift) !== 0;
  const asShifted =
    shifted !== undefined && shifted >= 32 ? String.fromCodePoint(shifted) : name.toUpperCase();
  const character = isShifted ? asShifted : name;
  const key = makeKey(character, modifiers & Modifier.Alt, raw, isAlt);
  if (key.alt) return key;
  const typed = texts.filter((one) => one >= 32 && one <= 0x10ffff).map((one) => String.fromCodePoint(one));
  return typed.length > 0 ? { ...key, name: typed.join(''), text: typed.join('') } : key;
}

/** The value is one more than the bits; super, hyper, meta and the locks are left out. */
const modifiersOf = (value: number | undefined): number =>
  value !== undefined && value > 1 ? (value - 1) & (Modifier.Shift | Modifier.Alt | Modifier.Ctrl) : 0;

export function makeKey(name: string, modifiers: number, raw: Buffer, isAlt: boolean): KeyEvent {
  const ctrl = (modifiers & Modifier.Ctrl) !== 0;
  const alt = isAlt || (modifiers & Modifier.Alt) !== 0;
  const shift = (modifiers & Modifier.Shift) !== 0;
  const isTyped = !ctrl && !alt;
  const text = name === 'space' ? ' ' : isCharacter(name) ? name : '';
  return { type: 'key', name, ctrl, alt, shift, text: isTyped ? text : '', raw };
}

const BUTTONS: readonly MouseButton[] = ['left', 'middle', 'right', 'none'];
const WHEELS: readonly WheelDirection[] = ['up', 'down', 'left', 'right'];
const MouseBit = { Shift: 4, Alt: 8, Ctrl: 16, Motion: 32, Wheel: 64, Further: 128 } as const;

function mouseEvent(csi: Csi, raw: Buffer): InputEvent {
  const [code = 0, x = 1, y = 1] = csi.parameters.map(([value]) => value || 0);
  return pointerEvent(code, x - 1, y - 1, csi.final === 'm', raw);
}

/** The code is xterm's: two bits of button, then modifiers, motion and wheel. */
export function pointerEvent(
  code: number,
  x: number,
  y: number,
  isRelease: boolean,
  raw: Buffer,
): InputEvent {
  // Buttons 8 to 11 have no use here.
  if ((code & MouseBit.Further) !== 0 || x < 0 || y < 0) return { type: 'unknown', raw };
  const place = {
    type: 'mouse',
    x,
    y,
    shift: (code & MouseBit.Shift) !== 0,
    alt: (code & MouseBit.Alt) !== 0,
    ctrl: (code & MouseBit.Ctrl) !== 0,
    raw,
  } as const;
  if ((code & MouseBit.Wheel) !== 0)
    return { ...place, action: 'wheel', button: 'none', wheel: WHEELS[code & 3] };
  const button = BUTTONS[code & 3]!;
  if ((code & MouseBit.Motion) !== 0)
    return { ...place, action: button === 'none' ? 'move' : 'drag', button };
  return { ...place, action: isRelease || button === 'none' ? 'release' : 'press', button };
}
