import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { command as init } from '../../source/cli/init.ts';
import { command as check } from '../../source/cli/config-check.ts';
import { readProject } from '../../source/io/files/project-files.ts';
import { invoke } from '../support/invoke.ts';
import { testRepository } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';

let project: TestRepository;
beforeEach(() => {
  project = testRepository({ name: 'acme api "2"' });
});
afterEach(() => project.remove());

function install(...programs: readonly string[]): { readonly PATH: string } {
  const bin = project.beside('bin');
  for (const program of programs) {
    project.write({ [program]: '#!/bin/sh\n' }, bin);
    chmodSync(join(bin, program), 0o755);
  }
  return { PATH: bin };
}

const runInit = (env: Readonly<Record<string, string>>, options = {}, cwd = project.root) =>
  invoke(init, { cwd, env, options });

test('AG1 init writes an agent for each CLI it finds, and what it writes passes the check', async () => {
  project.write({
    'package.json': '{"scripts": {"test": "vitest", "deploy": "x", "lint": "y"}}',
    'src/x': '',
  });
  expect(await runInit(install('codex', 'claude'), {}, join(project.root, 'src'))).toEqual({
    code: 0,
    stderr: '',
    stdout: `wrote ${project.root}/fleet.yaml
  git          a repository, on branch main
  agent CLIs   claude, codex
  package.json scripts: test, deploy, lint
next:
  fleet start claude "what it is to do"
  fleet
`,
  });
  const { project: found, problems } = await readProject(project.root);
  expect(problems).toEqual([]);
  expect(found).toMatchObject({
    name: 'acme api "2"',
    agents: ['claude', 'codex'].map((name) => ({
      name,
      vendor: name,
      command: [name],
      tier: 'read_only',
      rules: [
        { effect: 'allow', rule: 'Bash(npm test)' },
        { effect: 'allow', rule: 'Bash(npm run lint)' },
      ],
      worktree: true,
      maxConcurrent: 4,
    })),
  });
  expect(await invoke(check, { cwd: project.root })).toMatchObject({ code: 0, stderr: '' });
});

test('AG1 init without an agent CLI writes a shell to try with', async () => {
  expect(await runInit(install())).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('none on the PATH'),
  });
  expect((await readProject(project.root)).project?.agents).toMatchObject([
    { name: 'shell', vendor: 'command', command: ['bash', '-i'] },
  ]);
});

test('AG1 init outside of git lets agents work in the folder, and without a commit asks for one', async () => {
  rmSync(join(project.root, '.git'), { recursive: true });
  await runInit(install('claude'));
  expect((await readProject(project.root)).project?.agents[0]).toMatchObject({
    worktree: false,
    maxConcurrent: 1,
  });
  rmSync(join(project.root, 'fleet.yaml'));
  project.git(['init', '-q']);
  expect((await runInit(install('claude'))).stdout).toContain('git add -A && git commit');
});

test('AG1 init never overwrites: refused, and forced the old one is kept', async () => {
  project.write({ 'fleet.yaml': 'agents: mine\n' });
  expect(await runInit(install('claude'))).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('is there already and stays as it is'),
  });
  expect(readFileSync(join(project.root, 'fleet.yaml'), 'utf8')).toBe('agents: mine\n');
  expect((await runInit(install('claude'), { force: true })).code).toBe(0);
  expect((await runInit(install('claude'), { force: true })).code).toBe(0);
  expect(readFileSync(join(project.root, 'fleet.yaml.old-1'), 'utf8')).toBe('agents: mine\n');
  expect(readdirSync(project.root).filter((name) => name.startsWith('fleet'))).toEqual([
    'fleet.yaml',
    'fleet.yaml.old-1',
    'fleet.yaml.old-2',
  ]);
});

test('AG1 init says when an AGENT.md that was there before is wrong', async () => {
  project.write({ 'agents/docs/AGENT.md': 'no front matter\n' });
  expect(await runInit(install('claude'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('agents/docs/AGENT.md:1:1: has no front matter'),
  });
});
