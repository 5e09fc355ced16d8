import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { command } from '../../source/cli/policy-check.ts';
import { invoke } from '../support/invoke.ts';
import { testRepository, type TestRepository } from '../support/git-repository.ts';

let project: TestRepository;
let home: string;
beforeEach(() => {
  project = testRepository({ isEmpty: true, name: 'acme' });
  home = mkdtempSync(join(tmpdir(), 'fleet-check-'));
});
afterEach(() => {
  project.remove();
  rmSync(home, { recursive: true, force: true });
});

test('PE10 policy check names file, line and rule of each finding, and what to do', async () => {
  project.write({
    'fleet.yaml': `agents:
  - name: docs
    permissions:
      rules:
        - Bash(npm*)
        - Bash(git push origin main)
        - Bash(npm test && npm run build)
`,
  });
  writeFileSync(join(home, 'policy.yaml'), 'rules:\n  - deny: Bash(git push *)\n');
  expect(await check()).toEqual({
    code: 1,
    stderr: '',
    stdout: `fleet.yaml:5: warning: allow Bash(npm*): it is met by every word that begins like its last one, as in npmx
    write Bash(npm *), which is met by npm with and without arguments
fleet.yaml:6: warning: allow Bash(git push origin main): deny Bash(git push *) (policy.yaml:2) covers it, and deny wins
    take it out, or make the other one narrower
fleet.yaml:7: error: allow Bash(npm test && npm run build): nothing is ever met by it
    a rule is about one simple command: write one for each part; files behind > are a matter of Write rules
4 rules: 1 error, 2 warnings
`,
  });
});

test('PE10 policy check is content with sound rules, and says how many there are', async () => {
  project.write({
    'fleet.yaml': 'agents:\n  - name: docs\n    permissions: {rules: [Bash(npm test), Edit(src/**)]}\n',
  });
  expect(await check()).toEqual({
    code: 0,
    stderr: '',
    stdout: '2 rules, nothing to say against them\n',
  });
});

test('PE10 policy check tells a rule once, however many agents it holds for', async () => {
  project.write({ 'fleet.yaml': 'agents:\n  - name: a\n  - name: b\n  - name: c\n' });
  writeFileSync(join(home, 'policy.yaml'), 'rules: [Bash]\n');
  const { code, stdout } = await check({ json: true });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    root: project.root,
    rules: 1,
    findings: [{ source: 'policy.yaml:1', effect: 'allow', rule: 'Bash', kind: 'wide', severity: 'warning' }],
  });
});

test('PE10 policy check of files that cannot be loaded says why and exits with 1', async () => {
  project.write({ 'fleet.yaml': 'agents: 3\n' });
  writeFileSync(join(home, 'policy.yaml'), 'rulez: []\n');
  const { code, stderr } = await check();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^fleet\.yaml:1:9 agents: is 3/m);
  expect(stderr).toMatch(/^policy\.yaml:1:1 rulez: unknown key, did you mean "rules"\?/m);
});

test('PE10 policy check without any file has nothing to look at', async () => {
  expect(await check()).toEqual({ code: 0, stderr: '', stdout: '0 rules, nothing to say against them\n' });
});

const check = (options: Record<string, unknown> = {}) =>
  invoke(command, { cwd: project.root, env: { FLEET_HOME: home }, options });
