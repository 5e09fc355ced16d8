/** `Bash(…)`: words with stars, matched against the words of one simple command, never against its raw text. */
import { couldMatchStars, matchesStars } from '../pattern.ts';

export interface ShellPattern {
  /** Words joined by NUL, which no word can hold; `*` may reach over it, but never out of the command. */
  readonly text: string;
  /** `npm test *` also covers `npm test`, and only at a word's end. */
  readonly bare: string | null;
  readonly hasStar: boolean;
  readonly name: string;
}

export const BETWEEN = '\u0000';

function joinWords(words: readonly string[]): string {
  return words.join(BETWEEN);
}

export function shellPattern(specifier: string): ShellPattern {
  const words = wordsOf(specifier.replace(/:\*$/, ' *'));
  const isPrefix = words.length > 1 && words.at(-1) === '*';
  return {
    text: joinWords(words),
    bare: isPrefix ? joinWords(words.slice(0, -1)) : null,
    hasStar: specifier.includes('*'),
    name: words[0] ?? '',
  };
}

export function matchesCommand(pattern: ShellPattern, joined: string): boolean {
  if (pattern.bare !== null && pattern.bare === joined) return true;
  return pattern.hasStar ? matchesStars(pattern.text, joined) : pattern.text === joined;
}

/** Whether the unknown pieces of a command could be such that the pattern covers it. */
export function couldMatchCommand(pattern: ShellPattern, joined: string): boolean {
  return (
    couldMatchStars(pattern.text, joined) || (pattern.bare !== null && couldMatchStars(pattern.bare, joined))
  );
}

/** Quotes group and vanish, as in the command; an odd one stands for itself. */
function wordsOf(text: string): readonly string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|\S)+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}
