import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { actionFrom } from '../../../source/core/policy/vocabulary.ts';
import { lookUpWorld } from '../../../source/io/files/world.ts';

let top: string;
let root: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-world-')));
  root = join(top, 'repo');
  for (const file of ['README.md', '.env', 'config/prod.key', 'node_modules/x/test.pem', 'src/a.ts'])
    put(join(root, file));
  put(join(top, 'outside/x'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

test('PE12 a worktree that is itself reached through a link is known by its real path', async () => {
  symlinkSync(root, join(top, 'by-link'));
  const world = await look('Read', { path: 'README.md' }, { root: join(top, 'by-link') });
  expect(world).toMatchObject({ root, cwd: join(top, 'by-link') });
});

test.each([
  ['a link out', 'link', '../outside', 'link/new', 'outside/new'],
  [
    'a link to nothing leads where writing would make a file',
    'link',
    '../outside/none',
    'link',
    'outside/none',
  ],
  ['a link to a link', 'link', 'other', 'link/x', 'outside/x'],
])('PE12 where a path leads: %s', async (_, name, target, path, leads) => {
  symlinkSync('../outside', join(root, 'other'));
  symlinkSync(target, join(root, name));
  const { real } = await look('Read', { path });
  expect(real[join(root, path)]).toBe(join(top, leads));
});

test('PE12 links in a circle end the search', async () => {
  symlinkSync('b', join(root, 'a'));
  symlinkSync('a', join(root, 'b'));
  const { real } = await look('Read', { path: 'a' });
  expect(Object.keys(real)).toContain(join(root, 'a'));
});

test('PE4 secrets are looked for where a command may come across them unnamed', async () => {
  const found = [join(root, '.env'), join(root, 'config/prod.key')];
  for (const command of ['grep -r x .', 'cat *', 'git diff', 'find . | xargs cat']) {
    const { secrets } = await look('Bash', { command });
    expect(secrets?.toSorted()).toEqual(found);
  }
  expect((await look('Grep', { pattern: 'x' })).secrets).toHaveLength(2);
  expect((await look('Bash', { command: 'ls src && npm test' })).secrets).toBeNull();
  expect((await look('Read', { path: 'README.md' })).secrets).toBeNull();
});

test('PE4 a link that leads to a secret or out of the worktree is known by its own name', async () => {
  symlinkSync('README.md', join(root, 'server.pem'));
  symlinkSync('.env', join(root, 'settings'));
  symlinkSync('/etc', join(root, 'system'));
  symlinkSync('README.md', join(root, 'read-me'));
  const { secrets } = await look('Bash', { command: 'cat *' });
  for (const name of ['server.pem', 'settings', 'system']) expect(secrets).toContain(join(root, name));
  expect(secrets).not.toContain(join(root, 'read-me'));
});

const look = (tool: string, input: Record<string, unknown>, given: { readonly root?: string } = {}) => {
  const from = given.root ?? root;
  return lookUpWorld(actionFrom(tool, input), { root: from, home: join(top, 'home'), cwd: from });
};

function put(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
}
