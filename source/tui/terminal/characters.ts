/** Keys that are single characters, with or without an Escape before them for Alt. */
import { makeKey } from './csi-event.ts';
import type { Found, KeyEvent } from './input-event.ts';

/** ESC and one ASCII byte. */
export const altKey = (raw: Buffer): KeyEvent => asciiKey(raw[1]!, raw, true);

export function asciiKey(byte: number, raw: Buffer, isAlt: boolean): KeyEvent {
  const ctrl = 4;
  switch (byte) {
    case 0x00:
      return makeKey('space', ctrl, raw, isAlt);
    case 0x08:
    case 0x7f:
      return makeKey('backspace', 0, raw, isAlt);
    case 0x09:
      return makeKey('tab', 0, raw, isAlt);
    case 0x0d:
      return makeKey('enter', 0, raw, isAlt);
    case 0x1b:
      return makeKey('escape', 0, raw, isAlt);
    case 0x20:
      return makeKey('space', 0, raw, isAlt);
    default:
      // Ctrl takes the upper bits off: 0x01 is ctrl+a, 0x1d ctrl+].
      return byte < 0x20
        ? makeKey(String.fromCharCode(byte + 0x40).toLowerCase(), ctrl, raw, isAlt)
        : makeKey(String.fromCharCode(byte), 0, raw, isAlt);
  }
}

/** A character outside ASCII, behind an Escape when `isAlt`. Bytes that are no UTF-8 become U+FFFD one by one. */
export function character(bytes: Buffer, at: number, isAlt: boolean): Found {
  const start = isAlt ? at + 1 : at;
  const first = bytes[start]!;
  const wanted = first >= 0xf5 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  let length = 1;
  while (length < wanted && start + length < bytes.length && (bytes[start + length]! & 0xc0) === 0x80)
    length++;
  if (length < wanted && start + length >= bytes.length) return 'incomplete';
  const text = bytes.toString('utf8', start, start + length);
  const isWhole = length === wanted && wanted > 1 && !text.includes('\uFFFD');
  const end = start + (isWhole ? length : 1);
  return {
    length: end - at,
    events: [makeKey(isWhole ? text : '\uFFFD', 0, bytes.subarray(at, end), isAlt)],
  };
}
