import { expect, it } from 'vitest';
import { changedPaths, diffOf } from '../../../source/core/approvals/diff-of.ts';
import type { Subject } from '../../../source/core/approvals/subject.ts';

const subject = (tool: string, input: Record<string, unknown>): Subject => ({
  type: 'tool-call',
  vendor: 'claude',
  call: { id: 'c', tool, input, subagent: null },
});
const LINES = Array.from({ length: 20 }, (_, at) => `line ${at}`);

it('HI4 a write is shown against what the file holds now', () => {
  const content = [...LINES.slice(0, 10), 'new', ...LINES.slice(11)].join('\n');
  const write = subject('Write', { file_path: '/r/a', content });
  expect(changedPaths(write)).toEqual(['/r/a']);
  const [diff] = diffOf(write, { '/r/a': LINES.join('\n') });
  expect(diff).toMatchObject({ path: '/r/a', change: 'changed', added: 1, removed: 1, problem: null });
  expect(diff!.hunks[0]!.lines).toContain('-line 10');
  expect(diff!.hunks[0]!.lines).toContain('+new');
  expect(diff!.hunks[0]!.oldStart).toBe(8);
});

it('HI4 a new file is new, the same text is no change', () => {
  const write = subject('Write', { file_path: 'a', content: 'x\ny\n' });
  expect(diffOf(write, { a: null })[0]).toMatchObject({ change: 'new', added: 2, removed: 0 });
  expect(diffOf(write, { a: 'x\ny\n' })[0]).toMatchObject({ change: 'unchanged', hunks: [] });
});

it('HI4 edits are applied as the agent would, one after the other, dollar signs as they stand', () => {
  const edit = subject('MultiEdit', {
    file_path: 'a',
    edits: [
      { old_string: 'one', new_string: '$& two' },
      { old_string: 'two', new_string: 'three', replace_all: true },
    ],
  });
  expect(diffOf(edit, { a: 'one\ntwo' })[0]!.hunks[0]!.lines.filter((line) => line[0] === '+')).toEqual([
    '+$& three',
    '+three',
  ]);
});

it('HI4 an edit of a text that is not there says so', () => {
  const edit = subject('Edit', { file_path: 'a', old_string: 'x', new_string: 'y' });
  expect(diffOf(edit, { a: 'nothing' })[0]!.problem).toBe(
    'the text that the edit replaces is not in the file',
  );
});

it('HI4 what could not be read is no diff', () => {
  const write = subject('Write', { file_path: 'a', content: 'x' });
  expect(diffOf(write, { a: { problem: 'it lies outside' } })[0]).toMatchObject({
    problem: 'it lies outside',
    hunks: [],
  });
});

it('HI4 a patch that comes as one is shown file by file', () => {
  const input = [
    '*** Begin Patch',
    '*** Update File: src/a.ts',
    '@@ function main()',
    ' const a = 1;',
    '-const b = 2;',
    '+const b = 3;',
    '*** Add File: b.ts',
    '+hello',
    '*** Delete File: c.ts',
    '*** End Patch',
  ].join('\n');
  const files = diffOf(subject('apply_patch', { input }), {});
  expect(files.map(({ path, change, added, removed }) => [path, change, added, removed])).toEqual([
    ['src/a.ts', 'changed', 1, 1],
    ['b.ts', 'new', 1, 0],
    ['c.ts', 'deleted', 0, 0],
  ]);
  expect(files[0]!.hunks[0]!.lines).toEqual([
    ' function main()',
    ' const a = 1;',
    '-const b = 2;',
    '+const b = 3;',
  ]);
});

it('HI4 texts that share nothing are not compared line by line for long', () => {
  const text = (word: string) => Array.from({ length: 8_000 }, (_, at) => `${word} ${at}`).join('\n');
  const started = performance.now();
  const [diff] = diffOf(subject('Write', { file_path: 'a', content: text('new') }), { a: text('old') });
  expect(diff!.problem).toMatch(/lines differ/);
  expect(performance.now() - started).toBeLessThan(3_000);
});
