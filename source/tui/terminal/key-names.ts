/** Final characters of CSI and SS3 sequences that are keys. */
export const LETTER_KEYS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'clear',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

/** The number before `~`; two spellings of home and end are rxvt's and the Linux console's. */
export const TILDE_KEYS: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
  25: 'f13',
  26: 'f14',
  28: 'f15',
  29: 'f16',
  31: 'f17',
  32: 'f18',
  33: 'f19',
  34: 'f20',
};

/** SS3 finals of the numeric keypad in application mode, with what they type. */
export const KEYPAD_KEYS: Readonly<Record<string, string>> = {
  M: 'enter',
  I: 'tab',
  ' ': 'space',
  X: '=',
  j: '*',
  k: '+',
  l: ',',
  m: '-',
  n: '.',
  o: '/',
  p: '0',
  q: '1',
  r: '2',
  s: '3',
  t: '4',
  u: '5',
  v: '6',
  w: '7',
  x: '8',
  y: '9',
};

/** Kitty's private code points: 57376 is f13, 57399 the keypad's 0. */
const KITTY_F13 = 57_376;
const KITTY_KEYPAD = 57_399;
const KITTY_KEYPAD_NAMES = [
  ...'0123456789./*-+'.split(''),
  'enter',
  '=',
  ',',
  'left',
  'right',
  'up',
  'down',
  'pageup',
  'pagedown',
  'home',
  'end',
  'insert',
  'delete',
  'clear',
] as const;

const CONTROL_NAMES: Readonly<Record<number, string>> = {
  8: 'backspace',
  9: 'tab',
  13: 'enter',
  27: 'escape',
  32: 'space',
  127: 'backspace',
};

/** The key of a code point in a CSI-u or modifyOtherKeys sequence; undefined for keys without a use (caps lock). */
export function nameOfCode(code: number): string | undefined {
  const control = CONTROL_NAMES[code];
  if (control !== undefined) return control;
  if (code >= KITTY_F13 && code < KITTY_F13 + 23) return `f${13 + code - KITTY_F13}`;
  const keypad = KITTY_KEYPAD_NAMES[code - KITTY_KEYPAD];
  if (keypad !== undefined) return keypad;
  // The rest of the private range is modifier and media keys.
  if (code < 32 || (code >= 0xe000 && code <= 0xf8ff) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    return undefined;
  return String.fromCodePoint(code);
}

/** Whether a name is a character rather than the name of a key. */
export const isCharacter = (name: string): boolean =>
  name.length === 1 || (name.length === 2 && name.codePointAt(0)! > 0xffff);
