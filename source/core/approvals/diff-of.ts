/**
 * What a call would change in files, as hunks. The text a file holds now comes in from outside, so a diff is
 * against what is there and not against what the agent says is there.
 */
import { structuredPatch } from 'diff';
import { actionOf, shownAs, type Subject } from './subject.ts';

export interface FileDiff {
  /** As the call names it. */
  readonly path: string;
  readonly change: 'new' | 'changed' | 'deleted' | 'unchanged';
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly Hunk[];
  /** Why there is no diff, or not a whole one; null when it is whole. */
  readonly problem: string | null;
}

export interface Hunk {
  /** First line of each side, from 1; 0 where the change itself does not say. */
  readonly oldStart: number;
  readonly newStart: number;
  /** Each begins with ` `, `-`, `+` or `\`. */
  readonly lines: readonly string[];
}

/** What a file holds; null: there is none; `problem`: it was not read, and why. */
export type CurrentText = string | null | { readonly problem: string };

/** Beyond this many changed lines a person reads the new text, and comparing takes longer than a glance. */
const EDITS_MAX = 4_000;
const CONTEXT_LINES = 3;

/** Paths whose present text `diffOf` needs. */
export function changedPaths(subject: Subject): readonly string[] {
  const action = actionOf(subject);
  return action && (action.type === 'write' || action.type === 'edit' || action.type === 'delete')
    ? action.paths
    : [];
}

/** One for each file the call would change; none for calls that change no file by themselves. */
export function diffOf(
  subject: Subject,
  current: Readonly<Record<string, CurrentText>>,
): readonly FileDiff[] {
  const { input } = shownAs(subject);
  const patch = [input['patch'], input['input'], input['patchText']].find(isPatch);
  if (patch !== undefined) return diffsInPatch(patch);
  return changedPaths(subject).map((path) => {
    const now = current[path] ?? null;
    if (now !== null && typeof now !== 'string') return without(path, now.problem);
    const next = isDeletion(subject) ? null : textAfter(input, now);
    if (next !== null && typeof next !== 'string') return without(path, next.problem);
    return compare(path, now, next);
  });
}

const isDeletion = (subject: Subject): boolean => actionOf(subject)?.type === 'delete';

/** What the file would hold. */
function textAfter(input: Readonly<Record<string, unknown>>, now: string | null): CurrentText {
  if (typeof input['content'] === 'string') return input['content'];
  const edits = Array.isArray(input['edits']) ? (input['edits'] as unknown[]) : [input];
  let text = now ?? '';
  for (const [at, edit] of edits.entries()) {
    const { old_string: old, new_string: young, replace_all: all } = (edit ?? {}) as Record<string, unknown>;
    const which = edits.length > 1 ? `edit ${at + 1}` : 'the edit';
    if (typeof old !== 'string' || typeof young !== 'string')
      return { problem: 'how it changes the file cannot be told from its input' };
    if (old === '' && text === '') text = young;
    else if (old === '' || !text.includes(old))
      return { problem: `the text that ${which} replaces is not in the file` };
    // A function, because a text would have its $ signs interpreted.
    else text = all === true ? text.replaceAll(old, () => young) : text.replace(old, () => young);
  }
  return text;
}

function compare(path: string, now: string | null, next: string | null): FileDiff {
  if (now === next) return { ...without(path, null), change: 'unchanged' };
  const change = now === null ? 'new' : next === null ? 'deleted' : 'changed';
  const patch = structuredPatch(path, path, now ?? '', next ?? '', '', '', {
    context: CONTEXT_LINES,
    maxEditLength: EDITS_MAX,
  });
  if (!patch) {
    const [removed, added] = [lineCount(now), lineCount(next)];
    const problem = `more than ${EDITS_MAX} lines differ: read the whole input`;
    return { path, change, added, removed, hunks: [], problem };
  }
  const hunks = patch.hunks.map(({ oldStart, newStart, lines }) => ({ oldStart, newStart, lines }));
  return { path, change, ...counted(hunks), hunks, problem: null };
}

const without = (path: string, problem: string | null): FileDiff => ({
  path,
  change: 'changed',
  added: 0,
  removed: 0,
  hunks: [],
  problem,
});

function counted(hunks: readonly Hunk[]): { readonly added: number; readonly removed: number } {
  let added = 0;
  let removed = 0;
  for (const { lines } of hunks)
    for (const line of lines) {
      if (line.startsWith('+')) added++;
      if (line.startsWith('-')) removed++;
    }
  return { added, removed };
}

const lineCount = (text: string | null): number => (text === null ? 0 : text.split('\n').length);

const isPatch = (value: unknown): value is string =>
  typeof value === 'string' && value.trimStart().startsWith('*** Begin Patch');

const PATCH_HEADS = [
  ['*** Add File: ', 'new'],
  ['*** Update File: ', 'changed'],
  ['*** Delete File: ', 'deleted'],
] as const;

/** The patches of Codex and its kin: already a diff, with context instead of line numbers. */
function diffsInPatch(patch: string): FileDiff[] {
  const files: { path: string; change: FileDiff['change']; hunks: { lines: string[] }[] }[] = [];
  for (const line of patch.split('\n')) {
    const head = PATCH_HEADS.find(([start]) => line.startsWith(start));
    const file = files.at(-1);
    if (head) files.push({ path: line.slice(head[0].length), change: head[1], hunks: [] });
    else if (!file || line === '*** End Patch' || line === '*** End of File') continue;
    else if (line.startsWith('*** Move to: ')) file.path += ` → ${line.slice('*** Move to: '.length)}`;
    else if (line.startsWith('@@') || file.hunks.length === 0)
      file.hunks.push({
        lines: /^[-+ ]/.test(line) ? [line] : line.length > 2 ? [` ${line.slice(2).trim()}`] : [],
      });
    else file.hunks.at(-1)!.lines.push(line === '' ? ' ' : line);
  }
  return files.map(({ path, change, hunks }) => {
    const shown = hunks.map(({ lines }) => ({ oldStart: 0, newStart: 0, lines }));
    return { path, change, ...counted(shown), hunks: shown, problem: null };
  });
}
