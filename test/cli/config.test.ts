import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { command as check } from '../../source/cli/config-check.ts';
import { command as show } from '../../source/cli/config-show.ts';
import { invoke } from '../support/invoke.ts';
import { testRepository } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';

let project: TestRepository;
beforeEach(() => {
  project = testRepository({ isEmpty: true, name: 'acme' });
});
afterEach(() => project.remove());

test('AG1 config check names file, line, path and the nearest key, and exits with 1', async () => {
  project.write({ 'fleet.yaml': 'agents:\n  - name: docs\n    worktre: true\n' });
  mkdirSync(join(project.root, 'src'));
  expect(await invoke(check, { cwd: join(project.root, 'src') })).toEqual({
    code: 1,
    stdout: '',
    stderr: `fleet.yaml:3:5 agents[0].worktre: unknown key, did you mean "worktree"?
    3 |     worktre: true
            ^
1 error in ${project.root}; nothing is loaded until the errors are mended
`,
  });
});

test('AG3 config check tells a clash, and exits with 0', async () => {
  project.write({
    'fleet.yaml': 'agents:\n  - name: docs\n    permissions: {execution_tier: read_only}\n',
    'agents/docs/AGENT.md': '---\nname: docs\npermissions: {execution_tier: read_write}\n---\n',
  });
  expect(await invoke(check, { cwd: project.root })).toEqual({
    code: 0,
    stdout: `${project.root} is sound: 1 agent, 1 warning\n`,
    stderr: `agents/docs/AGENT.md:3:31 permissions.execution_tier: warning: says read_write, and fleet.yaml:3 says read_only; the stricter holds: read_only
    3 | permissions: {execution_tier: read_write}
                                      ^
`,
  });
});

test('UI8 config check --json lists the problems for a program', async () => {
  project.write({ 'fleet.yaml': 'agents: 3\n' });
  const { code, stdout } = await invoke(check, { cwd: project.root, options: { json: true } });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    root: project.root,
    isSound: false,
    problems: [
      {
        file: 'fleet.yaml',
        line: 1,
        column: 9,
        path: 'agents',
        severity: 'error',
        message: 'is 3, a number',
        expected: 'a list of agents',
      },
    ],
  });
});

test('AG1 config check without any file says how to write one', async () => {
  expect(await invoke(check, { cwd: project.root })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('`fleet init` writes one'),
  });
});

test('AG3 config show prints what the files and the defaults make of each agent', async () => {
  project.write({
    'fleet.yaml': `defaults:
  permissions: {execution_tier: read_only, rules: [deny: Read(.env)]}
agents:
  - name: docs
    role: writer
    command: claude "a b"
    permissions: {rules: [Bash(npm test)]}
    worktree: false
`,
    'agents/docs/AGENT.md': '---\nname: docs\ndescription: writes\nallowed_subagents: []\n---\none\ntwo\n',
  });
  expect(await invoke(show, { cwd: project.root })).toEqual({
    code: 0,
    stderr: '',
    stdout: `acme  ${project.root}

docs  fleet.yaml:4, agents/docs/AGENT.md:2
  description     writes
  role            writer
  vendor          claude
  command         claude "a b"
  tier            read_only
  rules           allow Bash(npm test)
                  deny  Read(.env)
  sub-agents      none
  worktree        the project folder itself
  at a time       1
  instructions    2 lines
`,
  });
  const { stdout } = await invoke(show, { cwd: project.root, options: { json: true } });
  expect(JSON.parse(stdout)).toMatchObject({ name: 'acme', agents: [{ name: 'docs', tier: 'read_only' }] });
  writeFileSync(join(project.root, 'fleet.yaml'), 'agents: 3');
  expect(await invoke(show, { cwd: project.root })).toMatchObject({ code: 1, stdout: '' });
});
