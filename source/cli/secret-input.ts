/** A value that must not be an argument: typed where nobody sees it, or piped in. */
import type { Invocation } from './command.ts';

interface TypingStream {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): void;
}

const ENTER = /[\r\n]/;
const CTRL_C = '\u0003';
const BACKSPACE = '\u007f';
/** More than any vault takes; keeps a wrong file on stdin from filling the memory. */
const VALUE_CHARACTERS_MAX = 128 * 1024;

/** One line at a terminal, everything that is piped in else, without the last line end. null: broken off. */
export async function secretInput(
  { stdin, stderr }: Pick<Invocation, 'stdin' | 'stderr'>,
  prompt: string,
): Promise<string | null> {
  const terminal = stdin as TypingStream;
  if (!terminal.isTTY) return (await all(stdin)).replace(/\r?\n$/, '');
  stderr.write(prompt);
  terminal.setRawMode?.(true);
  try {
    return await typed(stdin);
  } finally {
    terminal.setRawMode?.(false);
    stderr.write('\n');
  }
}

async function all(stdin: Invocation['stdin']): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > VALUE_CHARACTERS_MAX) break;
  }
  return text;
}

async function typed(stdin: Invocation['stdin']): Promise<string | null> {
  let line = '';
  stdin.resume();
  try {
    for (;;) {
      const chunk = await new Promise<string>((done) =>
        stdin.once('data', (bytes: Buffer) => done(bytes.toString('utf8'))),
      );
      for (const character of chunk) {
        if (character === CTRL_C) return null;
        if (ENTER.test(character)) return line;
        if (character === BACKSPACE) line = Array.from(line).slice(0, -1).join('');
        else line += character;
      }
    }
  } finally {
    stdin.pause();
  }
}
