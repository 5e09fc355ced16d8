import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { command } from '../../source/cli/policy-test.ts';
import { invoke } from '../support/invoke.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-policy-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const READ = { id: 'read', tier: 'restricted', rules: [], tool: 'Read', cwd: '/repo' };

test('PE10 policy test counts what is too lax and what is too strict, and exits with 1', async () => {
  const { code, stdout } = await run(
    { ...READ, id: 'fine', input: { path: 'README.md' }, expect: 'allow' },
    { ...READ, id: 'lax', input: { path: 'README.md' }, expect: 'deny' },
    { ...READ, id: 'strict', input: { path: '.env' }, expect: 'allow' },
    { ...READ, id: 'soft', input: { path: '../x' }, expect: 'allow', soft: true },
  );
  expect(code).toBe(1);
  const report = JSON.parse(stdout) as Record<string, unknown>;
  expect(report).toMatchObject({
    total: 4,
    unsafe: 1,
    overAsk: 1,
    soft: 1,
    failures: [
      { id: 'lax', line: 2, expect: 'deny', got: 'allow', kind: 'unsafe' },
      { id: 'strict', line: 3, expect: 'allow', got: 'ask', kind: 'overAsk' },
      { id: 'soft', line: 4, expect: 'allow', got: 'ask', kind: 'soft', direction: 'overAsk' },
    ],
  });
  expect(report['p50Micros']).toBeTypeOf('number');
  expect(report['p99Micros']).toBeTypeOf('number');
});

test('PE10 policy test takes a denial where asking will do, but not the other way round', async () => {
  const deny = [{ effect: 'deny', rule: 'Read' }];
  const input = { path: 'README.md' };
  const { code } = await run({ ...READ, rules: deny, input, expect: 'ask' });
  expect(code).toBe(0);
  const asked = await run({ ...READ, input: { path: '.env' }, expect: 'deny' });
  expect(JSON.parse(asked.stdout)).toMatchObject({ unsafe: 1, failures: [{ got: 'ask', kind: 'unsafe' }] });
});

test('PE10 policy test fails on soft cases only by telling them', async () => {
  expect(await run({ ...READ, input: { path: '/etc/hosts' }, expect: 'allow', soft: true })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"soft": 1'),
  });
});

test.each([
  ['a text is a file', { 'notes/x.md': 'hello' }, 'notes/x.md', 'allow'],
  ['a link inside leads inside', { here: { link: 'README.md' } }, 'here', 'allow'],
  ['a link may lead out', { out: { symlink: '/etc/passwd' } }, 'out', 'ask'],
  ['a link may lead to a secret', { 'a/b': { '->': '../.env' } }, 'a/b', 'ask'],
  ['a folder may be a link', { lib: { link: '/usr/lib' } }, 'lib/x', 'ask'],
  ['the usual files are there without a word', undefined, 'link-ssh', 'ask'],
  ['links in a circle lead nowhere', { a: { link: 'b' }, b: { link: 'a' } }, 'a', 'ask'],
])('PE10 policy test has the files of a case: %s', async (_, fixture, path, got) => {
  const { stdout } = await run({ ...READ, fixture, input: { path }, expect: 'deny' });
  expect(JSON.parse(stdout)).toMatchObject({ failures: [{ got }] });
});

test('PE10 policy test plays in the root a case names, where nothing else lies', async () => {
  const inside = { ...READ, root: '/srv/app', cwd: '/srv/app/src', input: { path: '../link-ssh' } };
  expect(await run({ ...inside, expect: 'allow' })).toMatchObject({ code: 0 });
  const outside = { ...READ, root: '/srv/app', cwd: '/srv/app', input: { path: '/repo/README.md' } };
  expect(await run({ ...outside, expect: 'ask' })).toMatchObject({ code: 0 });
});

test('PE10 policy test runs nothing when a line is broken, and says which', async () => {
  const file = join(folder, 'cases.jsonl');
  const good = JSON.stringify({ ...READ, input: { path: 'x' }, expect: 'allow' });
  const bad = [
    '{"id": "half"',
    '[]',
    JSON.stringify({ ...READ, input: 'x', expect: 'allow' }),
    JSON.stringify({ ...READ, input: {}, expect: 'perhaps' }),
    JSON.stringify({ ...READ, tier: 'root', input: {}, expect: 'ask' }),
    JSON.stringify({ ...READ, rules: [3], input: {}, expect: 'ask' }),
    JSON.stringify({ ...READ, fixture: { x: { link: 3 } }, input: {}, expect: 'ask' }),
  ];
  writeFileSync(file, [good, '', ...bad].join('\n'));
  const { code, stdout, stderr } = await invoke(command, { cwd: folder, positionals: ['cases.jsonl'] });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  const lines = stderr.split('\n');
  expect(lines[0]).toMatch(/^cases\.jsonl:3: is no JSON: /);
  expect(lines.slice(1)).toEqual([
    'cases.jsonl:4: is no JSON object',
    'cases.jsonl:5: lacks "input", an object',
    'cases.jsonl:6: lacks "expect", one of allow, ask, deny',
    'cases.jsonl:7: lacks "tier", one of restricted, read_only, read_write',
    'cases.jsonl:8: rules[0] is no {"effect": "allow", "rule": "Tool(pattern)"}; an effect is one of allow, ask, deny',
    'cases.jsonl:9: fixture: x is neither a text (the content of a file) nor {"link": "where it leads"}',
    'no case was run',
    '',
  ]);
});

test('PE10 policy test says when there is no file, or nothing in it', async () => {
  const missing = await invoke(command, { cwd: folder, positionals: ['none.jsonl'] });
  expect(missing).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('none.jsonl: there is no such file'),
  });
  const directory = await invoke(command, { cwd: folder, positionals: ['.'] });
  expect(directory).toMatchObject({ code: 2, stderr: expect.stringContaining('.: cannot be read (EISDIR)') });
  writeFileSync(join(folder, 'empty.jsonl'), '\n\n');
  const empty = await invoke(command, { cwd: folder, positionals: ['empty.jsonl'] });
  expect(empty).toMatchObject({ code: 2, stderr: 'empty.jsonl: holds no case\nno case was run\n' });
});

async function run(...cases: readonly unknown[]) {
  const file = join(folder, 'cases.jsonl');
  // As another system might have written it: with a mark in front and its own line ends.
  writeFileSync(file, `\uFEFF${cases.map((each) => JSON.stringify(each)).join('\r\n')}\r\n`);
  return invoke(command, { cwd: folder, positionals: [file], options: { json: true } });
}

test('PE10 policy test takes rules and files as people write them', async () => {
  const about = { tier: 'restricted', tool: 'Bash', cwd: '/repo' };
  const cases = [
    {
      ...about,
      id: 'short',
      rules: ['Bash(make)', { deny: 'Bash(make all)' }],
      input: { command: 'make' },
      expect: 'allow',
    },
    {
      ...about,
      id: 'deny',
      rules: [{ deny: 'Bash(make all)' }],
      input: { command: 'make all' },
      expect: 'deny',
    },
    { ...about, id: 'arrow', fixture: { a: '-> /etc/shadow' }, input: { command: 'cat a' }, expect: 'ask' },
    { ...about, id: 'names', fixture: ['a'], input: { command: 'cat a' }, expect: 'allow' },
  ];
  writeFileSync(join(folder, 'cases.jsonl'), cases.map((each) => JSON.stringify(each)).join('\n'));
  const { code, stdout } = await invoke(command, { cwd: folder, positionals: ['cases.jsonl'] });
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('4 cases: 0 unsafe') });
});
