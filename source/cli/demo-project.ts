/** The demo's project: a small real repository with a bug, a test that does not see it, and four agents. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Program } from './command.ts';

const FILES: Readonly<Record<string, string>> = {
  'package.json': `${JSON.stringify({ name: 'acme-api', version: '2.1.0', type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'src/session.js': `/** Whether a token is still good. */
export function isAlive(token, now = Date.now()) {
  return token.expires > now;
}
`,
  'test/session.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAlive } from '../src/session.js';

test('a token that ended long ago is dead', () => {
  assert.equal(isAlive({ expires: 1 }), false);
});

test('a token with an hour left is alive', () => {
  const seconds = Math.floor(Date.now() / 1000) + 3600;
  assert.equal(isAlive({ expires: seconds }), true);
});
`,
};

export const DEMO_TASKS: Readonly<Record<string, string>> = {
  'backend-dev': 'fix the login, test it, push it',
  reviewer: 'review what changes',
  'load-tester': 'make some noise',
  migrator: 'migrate the session table',
};

/** Writes the project into an empty folder and commits it. Throws when git is missing. */
export function makeDemoProject(root: string, program: Program): void {
  for (const [name, text] of Object.entries({ ...FILES, 'fleet.yaml': fleetYaml(program) })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const git = (...parameters: string[]) =>
    execFileSync('git', ['-c', 'user.name=fleet demo', '-c', 'user.email=demo@localhost', ...parameters], {
      cwd: root,
      stdio: 'ignore',
      env: { PATH: process.env['PATH'] ?? '', HOME: root, GIT_CONFIG_NOSYSTEM: '1' },
    });
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'fleet demo');
  git('config', 'user.email', 'demo@localhost');
  git('add', '-A');
  git('commit', '-qm', 'the api as it is');
  // A remote to push to, without a network.
  const remote = `${root}.git`;
  git('init', '-q', '--bare', '-b', 'main', remote);
  git('remote', 'add', 'origin', remote);
}

/** Looking and searching need no question, the tests neither; what changes or leaves the worktree does. */
function fleetYaml({ node, script }: Program): string {
  const agents = Object.keys(DEMO_TASKS).map(
    (name) => `  - name: ${name}
    vendor: scripted
    command: ${JSON.stringify([node, script, 'demo-agent', name])}
`,
  );
  return `project: acme-api
defaults:
  permissions:
    execution_tier: read_only
    rules:
      - Bash(node --test)
agents:
${agents.join('')}`;
}
