/** Chance, and what it does to a text: quotes it in one of bash's ways, or garbles it. */

/** Yields a whole number from 0 up to, and without, `below`. */
export type Random = (below: number) => number;

export function choose<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)]!;
}

/** The text as one word that bash takes apart again, quoted in one of its ways. */
export function quoted(random: Random, text: string): string {
  const single = `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return choose(random, [
    single,
    single,
    `"${text.replaceAll(/["$`\\]/g, String.raw`\$&`)}"`,
    `$'${text
      .replaceAll('\\', '\\\\')
      .replaceAll("'", String.raw`\'`)
      .replaceAll('\n', String.raw`\n`)}'`,
  ]);
}

/** One to three characters taken out, put in, doubled or swapped. */
export function garbled(random: Random, script: string): string {
  let text = script;
  for (let count = 1 + random(3); count > 0; count--) {
    const at = random(text.length + 1);
    const added = choose(random, [
      ...Array.from('\'"`$(){};&|<>\n\\#!*? \t=[]~-.'),
      '$(',
      '$((',
      '${',
      '<<',
      '<(',
      "$'",
      ')',
      'EOF\n',
    ]);
    text = choose(random, [
      () => text.slice(0, at) + added + text.slice(at),
      () => text.slice(0, at) + text.slice(at + 1),
      () => text.slice(0, at) + text.slice(at, at + 1) + text.slice(at),
      () => text.slice(0, at) + text.slice(at + 1, at + 2) + text.slice(at, at + 1) + text.slice(at + 2),
    ])();
  }
  return text;
}
