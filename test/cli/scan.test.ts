import { afterEach, beforeEach, expect, test } from 'vitest';
import { command } from '../../source/cli/scan.ts';
import { testRepository, type TestRepository } from '../support/git-repository.ts';
import { invoke } from '../support/invoke.ts';

const TOKEN = ['ghp_', 'aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0dF2gJ4'].join('');

let project: TestRepository;
beforeEach(() => {
  project = testRepository({ isEmpty: true, name: 'acme' });
});
afterEach(() => project.remove());

const scan = async (options = {}) => invoke(command, { cwd: project.root, options });

test('SE5 nothing is found where there is nothing', async () => {
  project.write({ 'a.ts': 'const port = 8080;\n', 'fleet.yaml': 'agents: []\n' });
  project.commit('first');
  const { code, stdout } = await scan();
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'nothing found in 2 files and 1 commits\n' });
});

test('SE5 a secret is found in a file, in what is staged and in a commit that was undone, and never printed', async () => {
  project.write({
    '.gitignore': '.env\n',
    'fleet.yaml': 'agents: []\n',
    'old.ts': `\n\nconst t = "${TOKEN}";\n`,
  });
  project.commit('leak');
  project.write({ 'old.ts': 'const t = process.env.T;\n', '.env': `A=${TOKEN}\n` });
  project.commit('undone');
  project.write({ 'new.yaml': `key: ${TOKEN}\n` });
  project.git(['add', 'new.yaml']);
  project.write({ 'new.yaml': 'key: none\n' });
  const { code, stdout } = await scan({ json: true });
  expect(code).toBe(1);
  const { found } = JSON.parse(stdout) as {
    found: { where: string; path: string; line: number; kind: string }[];
  };
  expect(found.map(({ where, path, line, kind }) => `${where} ${path}:${line} ${kind}`)).toEqual([
    'worktree .env:1 environment file',
    'worktree .env:1 GitHub token',
    'staged new.yaml:1 GitHub token',
    'history old.ts:3 GitHub token',
  ]);
  expect(stdout + (await scan()).stdout).not.toContain(TOKEN.slice(0, 8));
});

test('SE5 a folder without git is told so', async () => {
  const { code, stderr } = await invoke(command, { cwd: '/', options: {} });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^fleet scan: .*git/);
});
