/** The words of a command written as one text, the way a shell would split them, without being a shell. */

export type CommandWords =
  | { readonly type: 'words'; readonly words: readonly string[] }
  | { readonly type: 'refused'; readonly why: string };

/**
 * Splits at blanks; quotes and backslashes hold words together. What only a shell can do (variables,
 * pipes, redirection) is refused rather than passed on as letters, which would look right and do wrong.
 */
export function commandWords(text: string): CommandWords {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;

  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (quote === "'") {
      if (character === "'") quote = null;
      else word += character;
    } else if (character === '\\') {
      const next = text[at + 1];
      if (next === undefined) return refused('ends in a backslash');
      // Within double quotes a backslash only escapes these, as in a shell.
      word = (word ?? '') + (quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next);
      at += 1;
    } else if (character === '$' || character === '`') {
      return refused(`has an unquoted ${character}, which only a shell expands`);
    } else if (quote === '"') {
      if (character === '"') quote = null;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if ('|&;<>()'.includes(character)) {
      return refused(`has an unquoted ${character}, which only a shell understands`);
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== null) return refused(`has an opening ${quote} and no closing one`);
  if (word !== null) words.push(word);
  if (words.length === 0 || words[0] === '') return refused('names no program');
  return { type: 'words', words };
}

function refused(why: string): CommandWords {
  return { type: 'refused', why };
}
