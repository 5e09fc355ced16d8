/** What a call would change in files, in lines: against what the files hold now. */
import type { FileDiff } from '../../../core/approvals/diff-of.ts';
import { harmless, span } from '../../text.ts';
import { markedLines, type Line } from './request-lines.ts';

/** Members of an input that a whole diff says, line for line. A patch of the agent's own making is not among them. */
const TEXTS = ['content', 'old_string', 'new_string', 'edits', 'replace_all'];

/** Whether diffs can stand in the place of the texts: nothing is left out of them, and there is such a text. */
export const hasWholeDiff = (input: Readonly<Record<string, unknown>>, files: readonly FileDiff[]): boolean =>
  files.length > 0 &&
  files.every(({ problem }) => problem === null) &&
  ['content', 'new_string', 'edits'].some((name) => name in input);

const rests = new WeakMap<object, Readonly<Record<string, unknown>>>();

/** The input without the texts; the same object each time, since its lines are kept by it. */
export function withoutTexts(input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let rest = rests.get(input);
  if (!rest) {
    rest = Object.fromEntries(Object.entries(input).filter(([name]) => !TEXTS.includes(name)));
    rests.set(input, rest);
  }
  return rest;
}

const CHANGES: Readonly<Record<FileDiff['change'], string>> = {
  new: 'a new file',
  changed: 'changes',
  deleted: 'is deleted',
  unchanged: 'stays as it is',
};

const known = new WeakMap<FileDiff, { readonly width: number; readonly lines: readonly Line[] }>();

/** `isNamed`: the file is one of several, so the input above does not say which. */
export function fileLines(file: FileDiff, width: number, isNamed: boolean): readonly Line[] {
  const kept = known.get(file);
  if (kept?.width === width) return kept.lines;
  const lines: Line[] = [
    [
      ...(isNamed ? [span(`${harmless(file.path)}  `, 'strong')] : []),
      span(`${CHANGES[file.change]}  `, 'dim'),
      span(`+${file.added}`, 'added'),
      span(' '),
      span(`−${file.removed}`, 'removed'),
    ],
  ];
  for (const [at, hunk] of file.hunks.entries()) {
    if (at > 0 || hunk.newStart > 1) lines.push([span(`  ⋯ line ${hunk.newStart}`, 'dim')]);
    lines.push(...hunk.lines.flatMap((line) => hunkLine(line, width)));
  }
  known.set(file, { width, lines });
  return lines;
}

function hunkLine(line: string, width: number): Line[] {
  const text = line.slice(1);
  if (line.startsWith('+')) return markedLines('+ ', text, 'added', width);
  if (line.startsWith('-')) return markedLines('- ', text, 'removed', width);
  if (line.startsWith('\\')) return [[span(`  ${harmless(text.trim())}`, 'dim')]];
  return markedLines('  ', text, 'dim', width);
}
