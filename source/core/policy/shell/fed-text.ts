/** What a command prints, where that stands in its words: a shell behind the pipe runs it as a script. */
import type { CommandNode } from 'unbash';
import { argumentsOf, type Bindings } from './argument.ts';

/** Text that `echo`, `printf` or a `cat` of a here document prints; null when that is not known. */
export function fedText(node: CommandNode | undefined, bindings: Bindings): string | null {
  if (node?.type !== 'Command' || !node.name) return null;
  const { value: name } = node.name;
  if (name === 'cat' || name === 'tee') {
    const input = node.redirects.find(({ type }) => type !== 'Redirect');
    if (input?.type === 'HereDoc') return input.body.text;
    return input?.type === 'HereString' ? (input.target?.value ?? null) : null;
  }
  if (name !== 'echo' && name !== 'printf') return null;
  const words = node.suffix.flatMap((each) => (each.type === 'Word' ? argumentsOf(each, bindings) : []));
  // `printf '%s\n' 'rm x'`: each word may be a line of its own.
  const text = words.map((word) => word.text).join(name === 'echo' ? ' ' : '\n');
  return text.replace(/^-[neE]+ /, '').replaceAll(String.raw`\n`, '\n');
}

/** `git ls-files` of `git ls-files -z src`; empty for what is no simple command. */
export function firstWords(node: CommandNode): string {
  if (node.type !== 'Command' || !node.name || node.prefix.length > 0) return '';
  const words = node.suffix.flatMap((each) => (each.type === 'Word' ? [each.value] : []));
  return [node.name.value, ...words.slice(0, 3)].join(' ');
}
