import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Invocation } from '../../source/cli/command.ts';
import { command } from '../../source/cli/explain.ts';
import { runCommandLine } from '../../source/cli/main.ts';
import { invoke } from '../support/invoke.ts';
import { testRepository, type TestRepository } from '../support/git-repository.ts';

let project: TestRepository;
let home: string;
beforeEach(() => {
  project = testRepository({ isEmpty: true, name: 'acme' });
  project.write({
    'fleet.yaml': `agents:
  - name: docs
    permissions:
      execution_tier: read_write
      rules:
        - Bash(npm test)
        - deny: Bash(git push *)
`,
    'README.md': '',
    '.env': 'KEY=1',
  });
  home = mkdtempSync(join(tmpdir(), 'fleet-explain-'));
});
afterEach(() => {
  project.remove();
  rmSync(home, { recursive: true, force: true });
});

test('PE10 explain shows the verdict, who decided it and where, and every part by itself', async () => {
  const { code, stdout, stderr } = await explain({ agent: 'docs' }, 'Bash', {
    command: 'npm test && git push origin main > log.txt',
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^call {8}Bash \{"command":"npm test && git push origin main > log.txt"\}$/);
  expect(lines[1]).toMatch(/^verdict {5}deny: /);
  expect(lines[2]).toBe('decided by  deny Bash(git push *) (fleet.yaml:7)');
  expect(lines[3]).toBe('tier        read_write (fleet.yaml:4)');
  expect(lines[4]).toBe('rules       2');
  expect(lines[5]).toBe('scopes      project, build; off: network, vault, deploy, other-projects');
  const parts = lines.slice(7, -1).map((line) => line.split(/ {2,}/).filter((_, column) => column !== 2));
  expect(parts).toEqual([
    ['VERDICT', 'PART', 'WHERE'],
    ['allow', 'npm test', 'fleet.yaml:6'],
    ['deny', 'git push origin main', 'fleet.yaml:7'],
    ['allow', '> log.txt', 'tier read_write'],
  ]);
});

test('PE10 explain takes a plain text where a tool has one field that matters', async () => {
  const plain = await explain({ tier: 'restricted', json: true }, 'Bash', 'ls -la');
  const full = await explain({ tier: 'restricted', json: true }, 'Bash', { command: 'ls -la' });
  expect(plain).toEqual(full);
  expect(JSON.parse(plain.stdout)).toMatchObject({
    verdict: 'allow',
    tier: 'restricted',
    tierSource: '--tier',
    rules: [],
    root: project.root,
    cwd: project.root,
  });
});

test('PE10 explain with a tier asks what would be: no file has a say, only the rules named', async () => {
  const rule = ['ask Bash(ls *)', 'Bash(npm test)', 'deny: Bash(rm *)'];
  const asked = async (text: string) =>
    JSON.parse((await explain({ tier: 'read_only', rule, json: true }, 'Bash', text)).stdout) as unknown;
  expect(await asked('npm test')).toMatchObject({
    verdict: 'allow',
    decidedBy: { type: 'rule', effect: 'allow', rule: 'Bash(npm test)', source: '--rule' },
  });
  expect(await asked('ls src')).toMatchObject({ verdict: 'ask', decidedBy: { rule: 'Bash(ls *)' } });
  expect(await asked('rm -rf x')).toMatchObject({ verdict: 'deny', decidedBy: { rule: 'Bash(rm *)' } });
});

test('PE10 explain looks where paths really lead, from the folder it is told', async () => {
  mkdirSync(join(project.root, 'src'));
  const read = async (path: string, options = {}) =>
    (
      JSON.parse((await explain({ agent: 'docs', json: true, ...options }, 'Read', path)).stdout) as {
        verdict: string;
      }
    ).verdict;
  expect(await read('README.md')).toBe('allow');
  expect(await read('.env')).toBe('ask');
  expect(await read('../README.md')).toBe('deny');
  expect(await read('../README.md', { cwd: 'src' })).toBe('allow');
  const elsewhere = { agent: undefined, tier: 'restricted', root: join(project.root, 'src') };
  expect(await read('a.ts', elsewhere)).toBe('allow');
  expect(await read('../README.md', elsewhere)).toBe('deny');
});

test('PE9 explain says what becomes of a call when nobody is there to be asked', async () => {
  const { stdout } = await explain({ agent: 'docs', unattended: true }, 'Bash', 'npm publish');
  expect(stdout).toMatch(/^verdict {5}deny: /m);
  expect(stdout).toMatch(/^unattended {2}what would ask is denied$/m);
});

test('PE6 explain shows which scope is missing, and what would be with it', async () => {
  const rule = ['WebFetch'];
  const given = { tier: 'read_only', rule, json: true };
  const off = await explain(given, 'WebFetch', 'https://example.com/');
  expect(JSON.parse(off.stdout)).toMatchObject({ decidedBy: { type: 'scope', scope: 'network' } });
  const on = await explain({ ...given, scope: ['network'] }, 'WebFetch', 'https://example.com/');
  expect(JSON.parse(on.stdout)).toMatchObject({ verdict: 'allow', scopes: ['project', 'build', 'network'] });
});

test('PE3 explain counts the rules that hold for every project', async () => {
  writeFileSync(join(home, 'policy.yaml'), 'rules:\n  - deny: Bash(ls *)\n');
  const { stdout } = await explain({ agent: 'docs' }, 'Bash', 'ls');
  expect(stdout).toMatch(/^decided by {2}deny Bash\(ls \*\) \(policy\.yaml:2\)$/m);
});

test.each([
  [{ agent: 'nobody' }, 'Bash', 'ls', /there is no agent nobody; there is docs/],
  [{ tier: 'root' }, 'Bash', 'ls', /there is no tier root; it is one of restricted, read_only, read_write/],
  [{ agent: 'docs', tier: 'read_only' }, 'Bash', 'ls', /leave out one of --agent and --tier/],
  [{ scope: ['moon'] }, 'Bash', 'ls', /there is no scope moon/],
  [{}, 'Bash', '{"command": ', /the input of Bash is no JSON/],
  [{}, 'Task', 'x', /the input of Task is no JSON/],
  [{}, 'Bash', '["ls"]', /the input of Bash is no JSON object, as in '\{"command": "…"\}'/],
])('PE10 explain says what it did not understand: %o %s %s', async (options, tool, text, words) => {
  const { code, stdout, stderr } = await explain(options, tool, text);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(words);
});

test('PE10 explain refuses a rule it cannot read, and takes several', async () => {
  await expect(explain({ rule: ['Bash(ls'] }, 'Bash', 'ls')).rejects.toThrow(/closing parenthesis/);
  const line = ['explain', '--tier', 'restricted', '--rule', 'Bash(npm test)', '--rule', 'deny Bash(ls)'];
  const out = await typed([...line, 'Bash', 'npm test && ls', '--json']);
  expect(JSON.parse(out)).toMatchObject({
    verdict: 'deny',
    rules: [{ effect: 'allow' }, { effect: 'deny' }],
  });
});

test('PE10 explain in a project with a mistake says so and judges by what is left', async () => {
  project.write({ 'fleet.yaml': 'agents: 3\n' });
  const { code, stdout, stderr } = await explain({}, 'Bash', 'ls');
  expect(code).toBe(0);
  expect(stderr).toMatch(/^fleet\.yaml:1:9 agents: is 3, a number/);
  expect(stdout).toMatch(/^tier {8}read_only \(built in\)$/m);
});

const explain = (options: Record<string, unknown>, tool: string, input: string | Record<string, unknown>) =>
  invoke(command, {
    cwd: project.root,
    env: { FLEET_HOME: home },
    options,
    positionals: [tool, typeof input === 'string' ? input : JSON.stringify(input)],
  });

/** Through the parser of the command line. */
async function typed(words: readonly string[]): Promise<string> {
  const line = { ...command, run: (invocation: Invocation) => runCommandLine(words, invocation) };
  return (await invoke(line, { cwd: project.root, env: { FLEET_HOME: home } })).stdout;
}
