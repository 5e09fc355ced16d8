/**
 * The words of a command as far as a description needs them: quotes removed, cut at everything that separates
 * commands. Nothing is allowed because of it; verdicts come from a real parser.
 */

export type Piece =
  | { readonly type: 'word'; readonly text: string }
  /** `;`, `|`, `&&`, a line end, a bracket, `$(` … */
  | { readonly type: 'end'; readonly text: string }
  /** `>`, `>>`, `<` …: the next word is a file. */
  | { readonly type: 'redirection'; readonly text: string };

const BLANK = /[ \t\r]/;
const END = /[;|&()\n]/;

export function piecesOf(command: string): Piece[] {
  const pieces: Piece[] = [];
  let word: string | null = null;
  let quote: '' | '"' | "'" = '';
  const flush = () => {
    if (word !== null) pieces.push({ type: 'word', text: word });
    word = null;
  };
  for (let at = 0; at < command.length; at++) {
    const character = command[at]!;
    if (quote === "'") {
      if (character === "'") quote = '';
      else word += character;
    } else if (character === '\\') {
      // A line that goes on has no word of its own.
      if (command[at + 1] !== '\n') word = (word ?? '') + (command[at + 1] ?? '');
      at++;
    } else if (character === '`' || (character === '$' && command[at + 1] === '(')) {
      // What runs inside another word is a command like any other.
      flush();
      if (character === '$') at++;
      pieces.push({ type: 'end', text: '$(' });
      quote = '';
    } else if (quote === '"') {
      if (character === '"') quote = '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '#' && word === null) {
      while (at + 1 < command.length && command[at + 1] !== '\n') at++;
    } else if (BLANK.test(character)) flush();
    else if (character === '>' || character === '<') {
      // `2>`: the number is no word.
      if (word !== null && /^\d$/.test(word)) word = null;
      flush();
      let text = character;
      while (/[<>|&]/.test(command[at + 1] ?? '')) text += command[++at]!;
      pieces.push({ type: 'redirection', text });
    } else if (END.test(character)) {
      flush();
      const isTwice = character !== '\n' && command[at + 1] === character;
      if (isTwice) at++;
      pieces.push({ type: 'end', text: isTwice ? character + character : character });
    } else word = (word ?? '') + character;
  }
  flush();
  return pieces;
}

export interface SimpleCommand {
  /** Program and arguments; assignments before it are left out. */
  readonly words: readonly string[];
  readonly writesTo: readonly string[];
  /** What it writes is read by the next one. */
  readonly isPiped: boolean;
}

export function simpleCommands(command: string): SimpleCommand[] {
  const commands: SimpleCommand[] = [];
  let words: string[] = [];
  let writesTo: string[] = [];
  let redirection: string | null = null;
  const finish = (end: string) => {
    if (words.length > 0 || writesTo.length > 0) commands.push({ words, writesTo, isPiped: end === '|' });
    words = [];
    writesTo = [];
    redirection = null;
  };
  for (const { type, text } of piecesOf(command)) {
    if (type === 'end') finish(text);
    else if (type === 'redirection') redirection = text;
    else if (redirection !== null) {
      if (redirection.includes('>') && !/^\d$/.test(text) && text !== '-') writesTo.push(text);
      redirection = null;
    } else if (words.length > 0 || !/^\w+=/.test(text)) words.push(text);
  }
  finish('');
  return commands;
}
