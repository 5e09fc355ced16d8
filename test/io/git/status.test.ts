import { afterEach, beforeEach, expect, test } from 'vitest';
import { GitError } from '../../../source/io/git/git.ts';
import { repositoryOf } from '../../../source/io/git/repository.ts';
import { parseStatus, status } from '../../../source/io/git/status.ts';
import { testRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';
import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

let repository: TestRepository;
beforeEach(() => {
  repository = testRepository();
});
afterEach(() => repository.remove());

test('WT1 a clean worktree is clean, on its branch and commit', async () => {
  const head = repository.git(['rev-parse', 'HEAD']).trim();
  expect(await status(repository.root)).toEqual({
    branch: 'main',
    head,
    upstream: null,
    ahead: null,
    behind: null,
    isDirty: false,
    staged: [],
    unstaged: [],
    untracked: [],
    conflicts: [],
  });
});

test('WT1 names with blanks, quotes, line ends and letters of any script come through whole', async () => {
  const names = ['a b', 'line\nend', 'übung 漢字', '"quoted"', '-dash', 'tab\there'];
  repository.write(Object.fromEntries(names.map((name) => [name, 'x'])));
  expect((await status(repository.root)).untracked.toSorted()).toEqual(names.toSorted());
  repository.git(['add', '-A']);
  repository.write({ 'a b': 'changed' });
  const after = await status(repository.root);
  expect(after.staged.toSorted()).toEqual(names.toSorted());
  expect(after.unstaged).toEqual(['a b']);
});

test('WT1 a conflict, a detached HEAD and a rename are told apart', async () => {
  repository.git(['checkout', '-q', '-b', 'other']);
  repository.write({ 'README.md': 'theirs\n' });
  repository.commit('theirs');
  repository.git(['checkout', '-q', 'main']);
  repository.write({ 'README.md': 'ours\n' });
  repository.commit('ours');
  expect(() => repository.git(['merge', 'other'])).toThrow();
  expect(await status(repository.root)).toMatchObject({
    conflicts: ['README.md'],
    staged: [],
    isDirty: true,
  });

  repository.git(['merge', '--abort']);
  repository.git(['checkout', '-q', '--detach']);
  repository.git(['mv', 'README.md', 'MOVED.md']);
  const moved = await status(repository.root);
  expect(moved).toMatchObject({ branch: null, isDirty: true });
  expect(moved.staged.toSorted()).toEqual(['MOVED.md', 'README.md']);
});

test('WT1 ahead and behind count from the upstream', async () => {
  repository.git(['clone', '-q', repository.root, repository.beside('clone')]);
  const clone = repository.beside('clone');
  repository.write({ a: '1' });
  repository.commit('theirs');
  repository.write({ b: '1' }, clone);
  repository.commit('ours', clone);
  repository.git(['fetch', '-q'], clone);
  expect(await status(clone)).toMatchObject({ upstream: 'origin/main', ahead: 1, behind: 1 });
});

test('WT1 a repository without a commit has a branch and no head', async () => {
  const empty = testRepository({ isEmpty: true });
  try {
    expect(await status(empty.root)).toMatchObject({ branch: 'main', head: null, isDirty: false });
  } finally {
    empty.remove();
  }
});

test('WT1 an entry git never printed before is an error, not a clean tree', () => {
  expect(() => parseStatus('X something\0')).toThrow('not known');
});

test('PE12 reading the status runs no program that the tree configures', async () => {
  const trap = repository.beside('trap');
  const mark = repository.beside('ran');
  repository.write({ trap: `#!/bin/sh\ntouch '${mark}'\n` }, repository.beside('.'));
  chmodSync(trap, 0o755);
  repository.git(['config', 'core.fsmonitor', trap]);
  repository.git(['config', 'core.hooksPath', repository.beside('.')]);
  repository.git(['init', '-q', 'nested']);
  repository.git(['config', 'core.fsmonitor', trap], join(repository.root, 'nested'));
  await status(repository.root);
  expect(existsSync(mark)).toBe(false);
});

test('WT1 a repository is found from a folder inside it, from a linked worktree, and when bare', async () => {
  mkdirSync(join(repository.root, 'deep'));
  const commonDir = join(repository.root, '.git');
  expect(await repositoryOf(join(repository.root, 'deep'))).toEqual({
    commonDir,
    root: repository.root,
    isBare: false,
  });
  const linked = repository.beside('linked');
  repository.git(['worktree', 'add', '-q', '-b', 'x', linked]);
  expect(await repositoryOf(linked)).toEqual({ commonDir, root: linked, isBare: false });
  const bare = repository.beside('bare.git');
  repository.git(['clone', '-q', '--bare', repository.root, bare]);
  expect(await repositoryOf(bare)).toEqual({ commonDir: bare, root: bare, isBare: true });
  expect(await repositoryOf(repository.beside('.'))).toBe(null);
  expect(await repositoryOf(repository.beside('not there'))).toBe(null);
});

test('WT1 a folder that is gone is said to be gone, not that git is missing', async () => {
  const gone = repository.beside('gone');
  await expect(status(gone)).rejects.toMatchObject({
    code: 'folder-missing',
    message: expect.stringContaining(gone),
  });
  symlinkSync('/dev/null', repository.beside('file'));
  await expect(status(repository.beside('file'))).rejects.toBeInstanceOf(GitError);
});
