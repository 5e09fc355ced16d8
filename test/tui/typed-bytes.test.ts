/** What is typed at the terminal against what reaches the agent, byte by byte, through decoder and room. */
import { describe, expect, it } from 'vitest';
import { InputDecoder } from '../../source/tui/terminal/input.ts';
import { ScreenMode } from '../../source/wire/screen-frame.ts';
import { keymapOf } from '../../source/tui/keys.ts';
import { AFleet, ARoom } from './a-fleet.ts';

const ESC = '\u001B';

function reaches(typed: string, modes = 0, prefix?: string): string {
  const keymap = keymapOf(prefix === undefined ? {} : { prefix: [prefix] });
  const room = new ARoom(new AFleet().project('docs').runs('docs'), { setting: { keymap } }).press('t');
  room.screens.set('run-docs-1', { columns: 80, rows: 24, history: 0, modes });
  for (const event of new InputDecoder().feed(Buffer.from(typed)))
    if (event.type !== 'reply') room.does(event);
  return Buffer.concat(room.wanted('type').map(({ bytes }) => Buffer.from(bytes))).toString();
}

describe('what reaches an agent that is typed to', () => {
  it('UI1 is everything typed, as it came', () => {
    const typed = `hé\r\u0003${ESC}[A${ESC}[1;5C${ESC}a${ESC}OP${ESC}[24~漢\u0000`;
    expect(reaches(typed)).toBe(typed);
  });

  it('UI1 is not the prefix in any spelling, and nothing after it', () => {
    for (const prefix of ['\u001D', `${ESC}[93;5u`, `${ESC}[27;5;93~`])
      expect(reaches(`a${prefix}h`)).toBe('a');
    expect(reaches('\u001D\u0002h', 0, 'ctrl+b')).toBe('\u001D');
  });

  it('UI5 is no answer of the terminal, no mouse and no focus report', () => {
    expect(reaches(`a${ESC}[0n${ESC}[<0;60;10M${ESC}[I${ESC}[?62c${ESC}]11;rgb:0/0/0\u0007b`)).toBe('ab');
  });

  it('UI1 is a paste with its brackets only if the application asked for them', () => {
    const paste = `${ESC}[200~two\rlines\u001D${ESC}[201~`;
    expect(reaches(paste)).toBe('two\rlines\u001D');
    expect(reaches(paste, ScreenMode.BracketedPaste)).toBe(paste);
  });

  it('UI1 is cursor keys spelled as the application asked', () => {
    const sent = reaches(`${ESC}[A${ESC}[1;5A${ESC}[H`, ScreenMode.ApplicationCursor);
    expect(sent).toBe(`${ESC}OA${ESC}[1;5A${ESC}OH`);
  });
});
