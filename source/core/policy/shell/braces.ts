/**
 * `{a,b}` and `{1..3}` as bash expands them: on the raw text, before anything else. Braces with expansions in
 * them, and more words than anybody would write, come back as null: nobody knows then.
 */

/** `{1..99999}` written by a person is a mistake; every word costs time. */
const WORDS_MAX = 4096;

export function expandBraces(text: string): readonly string[] | null {
  if (/[$`]/.test(text)) return null;
  return expand(text, 0);
}

function expand(text: string, depth: number): readonly string[] | null {
  // As deep as the parser goes.
  if (depth > 256) return null;
  const brace = firstBrace(text);
  if (!brace) return [text];
  const { before, inner, after } = brace;
  const choices: string[] = [];
  for (const piece of inner) {
    const words = expand(piece, depth + 1);
    if (!words) return null;
    choices.push(...words);
  }
  const tails = expand(after, depth + 1);
  if (!tails || choices.length * tails.length > WORDS_MAX) return null;
  return choices.flatMap((choice) => tails.map((tail) => `${before}${choice}${tail}`));
}

interface Brace {
  readonly before: string;
  readonly inner: readonly string[];
  readonly after: string;
}

function firstBrace(text: string): Brace | null {
  for (let at = 0; at < text.length; at = skip(text, at)) {
    if (text[at] !== '{') continue;
    const brace = braceAt(text, at);
    if (brace) return brace;
  }
  return null;
}

function braceAt(text: string, start: number): Brace | null {
  const commas: number[] = [];
  let depth = 0;
  for (let at = start; at < text.length; at = skip(text, at)) {
    if (text[at] === '{') depth++;
    else if (text[at] === ',' && depth === 1) commas.push(at);
    else if (text[at] === '}' && --depth === 0) {
      const before = text.slice(0, start);
      const after = text.slice(at + 1);
      if (commas.length === 0) {
        const inner = sequence(text.slice(start + 1, at));
        return inner && { before, inner, after };
      }
      const edges = [start, ...commas, at];
      return {
        before,
        inner: edges.slice(1).map((edge, index) => text.slice(edges[index]! + 1, edge)),
        after,
      };
    }
  }
  return null;
}

/** One character further, or past what is quoted. */
function skip(text: string, at: number): number {
  if (text[at] === '\\') return at + 2;
  if (text[at] === "'") return end(text.indexOf("'", at + 1), text);
  if (text[at] !== '"') return at + 1;
  let next = at + 1;
  while (next < text.length && text[next] !== '"') next += text[next] === '\\' ? 2 : 1;
  return next + 1;
}

function end(found: number, text: string): number {
  return found < 0 ? text.length : found + 1;
}

function sequence(inner: string): readonly string[] | null {
  const numbers = /^([+-]?\d{1,9})\.\.([+-]?\d{1,9})(?:\.\.([+-]?\d{1,9}))?$/.exec(inner);
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.([+-]?\d{1,9}))?$/.exec(inner);
  const found = numbers ?? letters;
  if (!found) return null;
  const [, first = '', last = '', step = '1'] = found;
  const from = numbers ? Number(first) : first.codePointAt(0)!;
  const to = numbers ? Number(last) : last.codePointAt(0)!;
  const by = Math.abs(Number(step)) || 1;
  const count = Math.floor(Math.abs(to - from) / by) + 1;
  // Too long to write out: one more than fits, so that the caller gives up.
  if (count > WORDS_MAX) return Array.from({ length: WORDS_MAX + 1 }, () => '');
  const isPadded = numbers !== null && [first, last].some((each) => /^[+-]?0\d/.test(each));
  const width = isPadded ? Math.max(first.length, last.length) : 0;
  return Array.from({ length: count }, (_, index) => {
    const value = from <= to ? from + index * by : from - index * by;
    if (!numbers) return String.fromCodePoint(value);
    const digits = String(Math.abs(value));
    return value < 0 ? `-${digits.padStart(width - 1, '0')}` : digits.padStart(width, '0');
  });
}
