/** Patterns with stars, matched in linear time: no regular expression, because people and agents write both sides. */

/** In a text: one unknown piece of any length; of a file name: what `*` and `?` of a shell stand for. */
export const UNKNOWN = '\u0001';
export const ANY = '\u0002';
export const ONE = '\u0003';

/** `*` in the pattern stands for any characters; everything else for itself. */
export function matchesStars(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  let index = 0;
  while (index < text.length) {
    if (pattern[at] === '*') {
      if (at === pattern.length - 1) return true;
      star = at++;
      retry = index;
    } else if (at < pattern.length && pattern[at] === text[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++retry;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/**
 * Whether the unknown pieces of a text could be such that the pattern matches. Two rows of a table, so the time
 * is the product of the lengths; patterns are rules and short.
 */
export function couldMatchStars(pattern: string, text: string): boolean {
  let row = new Uint8Array(pattern.length + 1);
  let next = new Uint8Array(pattern.length + 1);
  row[0] = 1;
  for (let at = 0; at < pattern.length && pattern[at] === '*'; at++) row[at + 1] = 1;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    const isOpen = character === UNKNOWN || character === ANY || character === ONE;
    next[0] = isOpen ? row[0]! : 0;
    for (let at = 0; at < pattern.length; at++) {
      // An unknown piece is empty, or takes any number of the pattern's characters; a star takes any of the text's.
      if (isOpen) next[at + 1] = row[at + 1]! | next[at]!;
      else if (pattern[at] === '*') next[at + 1] = row[at + 1]! | next[at]! | row[at]!;
      else next[at + 1] = pattern[at] === character ? row[at]! : 0;
    }
    [row, next] = [next, row];
  }
  return row[pattern.length] === 1;
}

/**
 * A path against a pattern of names: `**` stands for any number of folders, `*` for any characters of one name.
 */
export function matchesNames(pattern: readonly string[], names: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  let index = 0;
  while (index < names.length) {
    if (pattern[at] === '**') {
      star = at++;
      retry = index;
    } else if (at < pattern.length && matchesStars(pattern[at]!, names[index]!)) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++retry;
    } else return false;
  }
  // `src/**` is what lies below src, not src itself: two stars at the end need a name, unless they are all there is.
  return at === pattern.length || (at === pattern.length - 1 && pattern[at] === '**' && at === 0);
}
