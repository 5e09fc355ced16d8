import type { Csi } from './csi-event.ts';
import type { TerminalReply } from './input-event.ts';

/** The answer a CSI sequence is, or undefined when it is none. */
export function csiReply(csi: Csi, isCursorAsked: boolean): TerminalReply | undefined {
  const numbers = csi.parameters.map(([value]) => value || 0);
  const [first = 0, second = 0] = numbers;
  switch (`${csi.prefix}${csi.intermediates}${csi.final}`) {
    case '?c':
      return { type: 'attributes', parameters: numbers };
    case 'n':
      // 0: all is well, 3: not; either way the terminal has read up to the question.
      return first === 0 || first === 3 ? { type: 'status' } : { type: 'other' };
    case '?n':
      // 997: colour preference, 1 dark and 2 light.
      return first === 997 ? { type: 'appearance', isDark: second === 1 } : { type: 'other' };
    case '?$y':
    case '$y':
      return { type: 'mode', mode: first, state: second };
    case '?R':
      return { type: 'cursor-position', x: second - 1, y: first - 1 };
    case 'R':
      // The same bytes can be f3 with modifiers, which are 2 to 16 behind a 1.
      return isCursorAsked || first > 1 || second > 16 || (first === 1 && second === 1)
        ? { type: 'cursor-position', x: second - 1, y: first - 1 }
        : undefined;
    case 't':
    case '?u':
    case '>c':
    case '=c':
    case '>m':
    case '?m':
    case '?S':
    case 'x':
      return { type: 'other' };
    default:
      return undefined;
  }
}

/** The answer an OSC string is (the text between `ESC ]` and its terminator). */
export function oscReply(text: string): TerminalReply {
  const colour = /^(1[0-2]);rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/iu.exec(text);
  if (colour === null) return { type: 'other' };
  const [, which, ...channels] = colour;
  const [red = 0, green = 0, blue = 0] = channels.map(channel);
  return { type: 'colour', which: Number(which), rgb: (red << 16) | (green << 8) | blue };
}

/** One to four hexadecimal digits are a part of 15, 255, 4095 or 65535. */
const channel = (hex: string): number => Math.round((parseInt(hex, 16) / (16 ** hex.length - 1)) * 255);

/** The answer a DCS string is. */
export function dcsReply(text: string): TerminalReply {
  return text.startsWith('>|') ? { type: 'version', text: text.slice(2) } : { type: 'other' };
}
