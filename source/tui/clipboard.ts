/** Copying through the terminal (OSC 52), which also works over SSH and inside tmux. */
import { pastTmux } from '../core/notice-sequence.ts';

/** Many terminals drop longer ones without a word. */
export const COPY_BYTES_MAX = 64 * 1024;

/** The sequence that hands a text to the terminal's clipboard; whether it takes it nobody tells. */
export function copySequence(text: string, isInTmux: boolean): string {
  const sequence = `\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`;
  // tmux itself takes the plain form when set-clipboard is on; the wrapped one goes past it where passthrough is.
  return isInTmux ? sequence + pastTmux(sequence) : sequence;
}
