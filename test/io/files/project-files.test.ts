import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { projectRootOf, readProject } from '../../../source/io/files/project-files.ts';
import { lookAround } from '../../../source/io/files/surroundings.ts';
import { testRepository } from '../../support/git-repository.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-files-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

test('AG1 the root is the nearest folder with a fleet.yaml, else the repository, else where one stands', async () => {
  mkdirSync(join(root, 'a/b/c'), { recursive: true });
  const from = () => projectRootOf(join(root, 'a/b/c'));
  expect(await from()).toBe(join(root, 'a/b/c'));
  write({ 'fleet.yaml': '' });
  expect(await from()).toBe(root);
  mkdirSync(join(root, 'a/.git'));
  expect(await from()).toBe(join(root, 'a'));
  write({ 'a/b/fleet.yaml': '' });
  expect(await from()).toBe(join(root, 'a/b'));
});

test('AG1 a fleet.yaml where everybody may write is nobody’s project', async () => {
  write({ 'fleet.yaml': '' });
  mkdirSync(join(root, 'mine/deep'), { recursive: true });
  chmodSync(root, 0o1777);
  expect(await projectRootOf(join(root, 'mine/deep'))).toBe(join(root, 'mine/deep'));
});

test('AG2 every AGENT.md of both folders is read with fleet.yaml to one project', async () => {
  write({
    'fleet.yaml': 'project: acme\nagents:\n  - name: lead\n',
    'agents/docs/AGENT.md': '---\nname: docs\n---\nWrite.\n',
    '.fleet/agents/tests/AGENT.md': '---\nname: tests\nreports_to: lead\n---\n',
    'agents/README.md': 'no agent',
    'agents/empty/notes.md': 'no agent',
  });
  const { project, problems, texts, isThere } = await readProject(root);
  expect(problems).toEqual([]);
  expect(project).toMatchObject({
    root,
    name: 'acme',
    agents: [{ name: 'lead' }, { name: 'docs' }, { name: 'tests' }],
  });
  expect(Object.keys(texts).toSorted()).toEqual([
    '.fleet/agents/tests/AGENT.md',
    'agents/docs/AGENT.md',
    'fleet.yaml',
  ]);
  expect(isThere).toBe(true);
  rmSync(root, { recursive: true });
  expect(await readProject(root)).toMatchObject({ project: null, isThere: false });
});

test('AG1 a file too large, not UTF-8, a folder or a pipe is said to be that, and waited for by nobody', async () => {
  write({ 'fleet.yaml': '#'.repeat(300_000) });
  await expect(readProject(root)).rejects.toThrow('more than 262144 bytes');
  write({ 'fleet.yaml': Uint8Array.of(0x61, 0xff, 0xfe) });
  await expect(readProject(root)).rejects.toThrow('is not UTF-8 text');
  rmSync(join(root, 'fleet.yaml'));
  mkdirSync(join(root, 'fleet.yaml'));
  await expect(readProject(root)).rejects.toThrow('is not a file');
  rmSync(join(root, 'fleet.yaml'), { recursive: true });
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(root, 'fleet.yaml')]);
  await expect(readProject(root)).rejects.toThrow('is not a file');
});

test('AG1 a byte order mark before the text is no mistake', async () => {
  write({ 'fleet.yaml': '\ufeffagents:\n  - name: docs\n' });
  expect((await readProject(root)).problems).toEqual([]);
});

test('UI10 what is around is seen without starting a program', async () => {
  const repository = testRepository();
  try {
    repository.write({
      'package.json': '{"scripts": {"test": "x", "dev": "y"}}',
      'bin/claude': '#!/bin/sh\n',
      'bin/codex': 'no',
    });
    chmodSync(join(repository.root, 'bin/claude'), 0o755);
    const given = { path: `relative:${repository.root}/bin`, programs: ['claude', 'codex'] };
    expect(await lookAround(join(repository.root, 'bin'), given)).toEqual({
      git: { root: repository.root, branch: 'main', hasCommit: true },
      programs: ['claude'],
      scripts: ['test', 'dev'],
    });
    const linked = repository.beside('linked');
    repository.git(['worktree', 'add', '-q', '-b', 'topic/x', linked]);
    expect((await lookAround(linked, given)).git).toEqual({
      root: linked,
      branch: 'topic/x',
      hasCommit: true,
    });
    repository.git(['checkout', '-q', '--detach'], linked);
    expect((await lookAround(linked, given)).git?.branch).toBe(null);
    repository.git(['pack-refs', '--all']);
    expect((await lookAround(repository.root, given)).git?.hasCommit).toBe(true);
  } finally {
    repository.remove();
  }
  expect((await lookAround(root, { path: '', programs: ['claude'] })).programs).toEqual([]);
});
