/** A line for the desktop, by way of the terminal: it shows a notification where the person may be elsewhere. */
import { visible } from './visible-text.ts';

/** `osc9`: iTerm2, Windows Terminal, kitty, Ghostty, WezTerm. `osc777`: urxvt, foot, Ghostty, WezTerm. */
export const NOTICE_PROTOCOLS = ['none', 'osc9', 'osc777'] as const;
export type NoticeProtocol = (typeof NOTICE_PROTOCOLS)[number];

/** Desktops show a line; what is longer they cut, and some terminals drop. */
const WORDS_CHARACTERS = 100;

/** Empty when the person wants none. Words with a semicolon would be taken for fields. */
export function noticeSequence(words: string, protocol: NoticeProtocol, isInTmux: boolean): string {
  const text = visible(words).replaceAll(';', ',').slice(0, WORDS_CHARACTERS);
  const sequence =
    protocol === 'osc9'
      ? `\u001B]9;${text}\u0007`
      : protocol === 'osc777'
        ? `\u001B]777;notify;fleet;${text}\u0007`
        : '';
  return isInTmux && sequence !== '' ? pastTmux(sequence) : sequence;
}

/** A sequence tmux hands on as it is, where its allow-passthrough is on. */
export const pastTmux = (sequence: string): string =>
  `\u001BPtmux;${sequence.replaceAll('\u001B', '\u001B\u001B')}\u001B\\`;
