import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  addWorktree,
  listWorktrees,
  removeWorktree,
  worktreeState,
} from '../../../source/io/git/worktrees.ts';
import { testRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const ADD = join(import.meta.dirname, '../../support/add-worktrees.ts');
const HOLD = join(import.meta.dirname, '../../support/hold-repository-lock.ts');

let repository: TestRepository;
let path: string;
const branch = 'fleet/docs/r1';

beforeEach(() => {
  repository = testRepository();
  path = repository.beside('r 1');
});
afterEach(() => repository.remove());

const add = () => addWorktree({ repository: repository.root, path, branch });
const state = () => worktreeState({ repository: repository.root, path, branch });
const discard = (isForced = false) =>
  removeWorktree({ repository: repository.root, path, branch, run: 'r1', isForced });
const branches = () =>
  repository.git(['for-each-ref', '--format=%(refname:short)', 'refs/heads']).trim().split('\n');
const shown = (ref: string, file: string) => repository.git(['show', `${ref}:${file}`]);

describe('adding', () => {
  test('WT1 a run gets a worktree and a branch of its own, from HEAD or where it is told', async () => {
    const head = repository.git(['rev-parse', 'HEAD']).trim();
    expect(await add()).toEqual({ path, branch, base: head });
    expect(repository.git(['branch', '--show-current'], path).trim()).toBe(branch);
    expect(existsSync(join(path, 'README.md'))).toBe(true);

    repository.write({ later: 'x' });
    const later = repository.commit('later');
    const other = await addWorktree({
      repository: repository.root,
      path: repository.beside('r2'),
      branch: 'fleet/docs/r2',
      base: head.slice(0, 10),
    });
    expect(other.base).toBe(head);
    expect(later).not.toBe(head);
    expect(
      (await listWorktrees(repository.root)).map((each) => [each.path, each.branch, each.isMain]),
    ).toEqual([
      [repository.root, 'main', true],
      [path, branch, false],
      [repository.beside('r2'), 'fleet/docs/r2', false],
    ]);
  });

  test('WT1 twenty added at once from five processes are all there', async () => {
    const folder = repository.beside('runs');
    const processes = [0, 4, 8, 12, 16].map((first) =>
      spawn(process.execPath, [ADD, repository.root, folder, String(first), '4'], {
        stdio: ['ignore', 'inherit', 'inherit'],
      }),
    );
    const codes = await Promise.all(processes.map(async (child) => (await once(child, 'exit'))[0] as number));
    expect(codes).toEqual([0, 0, 0, 0, 0]);
    expect(await listWorktrees(repository.root)).toHaveLength(21);
    expect(readdirSync(folder)).toHaveLength(20);
    repository.git(['fsck', '--no-dangling']);
  });

  test('WT1 a process killed while it held the repository holds up nobody', async () => {
    const holder = spawn(process.execPath, [HOLD, join(repository.root, '.git')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    let isAdded = false;
    const adding = add().then(() => (isAdded = true));
    // The lock does hold while its holder lives: another repository is done long before this one begins.
    const other = testRepository();
    onTestFinished(() => other.remove());
    await addWorktree({ repository: other.root, path: other.beside('w'), branch });
    expect(isAdded).toBe(false);
    holder.kill('SIGKILL');
    await adding;
    expect(isAdded).toBe(true);
  });

  test('WT1 a repository without a commit says that it has none', async () => {
    const empty = testRepository({ isEmpty: true });
    onTestFinished(() => empty.remove());
    await expect(
      addWorktree({ repository: empty.root, path: empty.beside('w'), branch }),
    ).rejects.toMatchObject({ code: 'no-commit', message: expect.stringContaining('has no commit yet') });
    expect(existsSync(empty.beside('w'))).toBe(false);
  });

  test('WT1 a folder without a repository says that it is in none', async () => {
    await expect(addWorktree({ repository: repository.beside('.'), path, branch })).rejects.toMatchObject({
      code: 'not-a-repository',
    });
  });

  test.each(['-x', 'a..b', 'with blank', '', '@{-1}', 'x.lock', 'tab\t'])(
    'WT1 %j is no name of a branch',
    async (name) => {
      await expect(addWorktree({ repository: repository.root, path, branch: name })).rejects.toMatchObject({
        code: 'bad-branch',
      });
    },
  );

  test('WT1 neither a branch nor a folder that is there is ever taken over', async () => {
    repository.git(['branch', branch]);
    await expect(add()).rejects.toMatchObject({ code: 'branch-exists' });
    repository.git(['branch', '-D', branch]);
    repository.write({ mine: 'x' }, path);
    await expect(add()).rejects.toMatchObject({ code: 'path-exists' });
    expect(readdirSync(path)).toEqual(['mine']);
    expect(branches()).toEqual(['main']);
    rmSync(path, { recursive: true });
    repository.git(['branch', 'fleet']);
    await expect(add()).rejects.toMatchObject({ code: 'branch-exists' });
    expect(existsSync(path)).toBe(false);
  });

  test('WT1 a bare repository and a linked worktree serve as well', async () => {
    const bare = repository.beside('bare.git');
    repository.git(['clone', '-q', '--bare', repository.root, bare]);
    await addWorktree({ repository: bare, path, branch });
    expect(await worktreeState({ repository: bare, path, branch })).toMatchObject({
      isKnown: true,
      unmergedCommits: 0,
    });
    const second = repository.beside('second');
    await addWorktree({ repository: path, path: second, branch: 'two' });
    expect(
      await removeWorktree({ repository: path, path: second, branch: 'two', run: 'r', isForced: false }),
    ).toMatchObject({
      type: 'removed',
    });
    expect(await removeWorktree({ repository: bare, path, branch, run: 'r', isForced: false })).toEqual({
      type: 'removed',
      isBranchDeleted: true,
      salvage: null,
    });
  });

  test('WT1 no hook of the repository runs', async () => {
    mkdirSync(join(repository.root, '.git/hooks'), { recursive: true });
    for (const hook of ['post-checkout', 'reference-transaction']) {
      writeFileSync(
        join(repository.root, '.git/hooks', hook),
        `#!/bin/sh\ntouch '${repository.beside('ran')}'\n`,
        {
          mode: 0o755,
        },
      );
    }
    await add();
    expect(await discard()).toMatchObject({ type: 'removed' });
    expect(existsSync(repository.beside('ran'))).toBe(false);
  });
});

describe('discarding', () => {
  test('WT1 what is clean and kept elsewhere goes, worktree and branch', async () => {
    await add();
    expect(await discard()).toEqual({ type: 'removed', isBranchDeleted: true, salvage: null });
    expect(branches()).toEqual(['main']);
    expect(existsSync(path)).toBe(false);
    expect(await listWorktrees(repository.root)).toHaveLength(1);
    // Once more is no error: there is nothing left to do.
    expect(await discard()).toEqual({ type: 'removed', isBranchDeleted: false, salvage: null });
  });

  test('WT1 changes that are not committed refuse it, in words', async () => {
    await add();
    repository.write({ 'README.md': 'changed\n', new: 'x', 'also/new': 'y' }, path);
    expect(await discard()).toEqual({
      type: 'refused',
      reasons: ['it has changes that are not committed (1 changed, 2 new)'],
    });
    expect(branches()).toEqual([branch, 'main']);
    expect(readdirSync(path).toSorted()).toEqual(['.git', 'README.md', 'also', 'new']);
  });

  test('WT1 commits on no other branch refuse it, until they are merged or pushed', async () => {
    await add();
    repository.write({ work: 'x' }, path);
    repository.commit('work', path);
    expect(await discard()).toEqual({ type: 'refused', reasons: ['1 commit is on no other branch'] });
    repository.git(['clone', '-q', '--bare', repository.root, repository.beside('remote.git')]);
    repository.git(['remote', 'add', 'origin', repository.beside('remote.git')]);
    expect(await discard()).toEqual({
      type: 'refused',
      reasons: ['1 commit is on no other branch and not pushed'],
    });
    repository.git(['push', '-q', '-u', 'origin', branch], path);
    expect(await state()).toMatchObject({ unmergedCommits: 0, unpushedCommits: 0 });
    expect(await discard()).toMatchObject({ type: 'removed', isBranchDeleted: true });
    expect(repository.git(['config', '--list'])).not.toContain(branch);
  });

  test('WT1 a merge begun, a detached commit and a repository inside are losses too', async () => {
    await add();
    repository.git(['checkout', '-q', '--detach'], path);
    repository.write({ work: 'x' }, path);
    repository.commit('on no branch', path);
    expect(await state()).toMatchObject({ isDirty: false, unmergedCommits: 1, status: { branch: null } });
    repository.git(['init', '-q', 'inner'], path);
    repository.write({ 'inner/file': 'x' }, path);
    repository.commit('inner', join(path, 'inner'));
    repository.git(['update-ref', 'MERGE_HEAD', 'HEAD'], path);
    expect(await discard()).toEqual({
      type: 'refused',
      reasons: [
        'it has changes that are not committed (1 new)',
        '1 commit is on no other branch',
        'a merge was begun and not ended',
        'there is a repository inside it (inner)',
      ],
    });
  });

  test('WT1 ignored files alone do not stand in the way', async () => {
    repository.write({ '.gitignore': 'build/\n' });
    repository.commit('ignore');
    await add();
    repository.write({ 'build/out': 'x' }, path);
    expect(await discard()).toMatchObject({ type: 'removed', salvage: null });
  });

  test('WT1 folders nobody may write in go as well', async () => {
    repository.write({ '.gitignore': 'cache/\n' });
    repository.commit('ignore');
    await add();
    repository.write({ 'cache/module/file': 'x' }, path);
    chmodSync(join(path, 'cache/module'), 0o555);
    expect(await discard()).toMatchObject({ type: 'removed' });
    expect(existsSync(`${path}.discarding`)).toBe(false);
  });

  test('WT1 a branch that another worktree has stays', async () => {
    await add();
    repository.git(['checkout', '-q', '--detach'], path);
    repository.git(['worktree', 'add', '-q', repository.beside('elsewhere'), branch]);
    repository.write({ work: 'x' }, repository.beside('elsewhere'));
    repository.commit('work', repository.beside('elsewhere'));
    expect(await discard()).toEqual({ type: 'removed', isBranchDeleted: false, salvage: null });
    expect(branches()).toEqual([branch, 'main']);
  });

  test("WT1 the repository's own folder, a stranger's folder and a path through a link are told apart", async () => {
    await add();
    repository.write({ mine: 'x' }, repository.beside('strange'));
    const strange = {
      repository: repository.root,
      path: repository.beside('strange'),
      branch: 'none',
      run: 'r',
      isForced: true,
    };
    expect(await removeWorktree(strange)).toMatchObject({
      type: 'refused',
      reasons: [expect.stringContaining('no worktree of')],
    });
    expect(existsSync(repository.beside('strange/mine'))).toBe(true);
    expect(await removeWorktree({ ...strange, path: repository.root })).toMatchObject({
      type: 'refused',
      reasons: [expect.stringContaining("the repository's own folder")],
    });
    symlinkSync(repository.beside('.'), repository.beside('link'));
    const linked = join(repository.beside('link'), 'r 1');
    repository.write({ work: 'x' }, path);
    repository.commit('work', path);
    expect(await worktreeState({ repository: repository.root, path: linked, branch })).toMatchObject({
      isKnown: true,
      unmergedCommits: 1,
      isBranchElsewhere: false,
    });
  });

  test('WT1 a folder removed by hand leaves its commits to be judged', async () => {
    await add();
    rmSync(path, { recursive: true });
    expect(await state()).toMatchObject({ isKnown: true, isMissing: true, unmergedCommits: 0 });
    expect(await discard()).toEqual({ type: 'removed', isBranchDeleted: true, salvage: null });
    expect(await listWorktrees(repository.root)).toHaveLength(1);

    await add();
    repository.write({ work: 'x' }, path);
    const commit = repository.commit('work', path);
    rmSync(path, { recursive: true });
    expect(await discard()).toEqual({ type: 'refused', reasons: ['1 commit is on no other branch'] });
    expect(await discard(true)).toEqual({
      type: 'removed',
      isBranchDeleted: true,
      salvage: 'refs/fleet/salvage/r1',
    });
    expect(repository.git(['rev-parse', 'refs/fleet/salvage/r1']).trim()).toBe(commit);
  });

  test('WT1 a repository that is gone leaves the files to the person', async () => {
    await add();
    rmSync(repository.root, { recursive: true });
    expect(await state()).toMatchObject({ isKnown: false, isMissing: false });
    expect(await discard(true)).toMatchObject({
      type: 'refused',
      reasons: [expect.stringContaining('by hand')],
    });
    rmSync(path, { recursive: true });
    expect(await discard()).toMatchObject({ type: 'removed' });
  });

  test('WT1 a discard cut short is taken up again', async () => {
    await add();
    repository.write({ work: 'x' }, path);
    renameSync(path, `${path}.discarding`);
    expect(await discard()).toMatchObject({ type: 'refused' });
    expect(existsSync(join(path, 'work'))).toBe(true);
  });

  test("PE12 a worktree's own .git file leads git nowhere", async () => {
    await add();
    repository.git(['init', '-q', repository.beside('evil')]);
    writeFileSync(join(path, '.git'), `gitdir: ${repository.beside('evil/.git')}\n`);
    repository.write({ work: 'x' }, path);
    expect(await state()).toMatchObject({ isKnown: true, isDirty: true, head: expect.any(String) });
    expect(await discard()).toMatchObject({ type: 'refused' });
  });
});

describe('salvaging', () => {
  test('WT1 a forced discard keeps every change and new file, to be checked out again', async () => {
    repository.write({ gone: 'x', kept: 'x', '.gitignore': 'ignored\n' });
    repository.commit('more');
    await add();
    const names = ['new "file"', 'line\nend', 'übung/漢字', 'back\\slash', '-dash'];
    repository.write(Object.fromEntries(names.map((name) => [name, `content of ${name}`])), path);
    repository.write({ 'README.md': 'changed\r\n', ignored: 'secret' }, path);
    writeFileSync(join(path, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(path, 'bytes'), Buffer.from([0, 255, 10, 13, 0]));
    symlinkSync('/etc/passwd', join(path, 'link'));
    rmSync(join(path, 'gone'));
    const before = repository.git(['for-each-ref', 'refs/heads/main']);

    expect(await discard(true)).toEqual({
      type: 'removed',
      isBranchDeleted: true,
      salvage: 'refs/fleet/salvage/r1',
    });
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.discarding`)).toBe(false);
    expect(branches()).toEqual(['main']);
    expect(repository.git(['for-each-ref', 'refs/heads/main'])).toBe(before);
    expect(repository.git(['status', '--porcelain'])).toBe('');

    const again = repository.beside('again');
    repository.git(['worktree', 'add', '-q', '--detach', again, 'refs/fleet/salvage/r1']);
    expect(readdirSync(again).toSorted()).toEqual(
      [
        '.git',
        '.gitignore',
        'README.md',
        'bytes',
        'kept',
        'link',
        'tool',
        'übung',
        ...names.filter((name) => !name.includes('/')),
      ].toSorted(),
    );
    for (const name of names) expect(shown('refs/fleet/salvage/r1', name)).toBe(`content of ${name}`);
    expect(shown('refs/fleet/salvage/r1', 'README.md')).toBe('changed\r\n');
    const modes = repository.git(['ls-tree', 'refs/fleet/salvage/r1', 'tool', 'link', 'bytes']);
    expect(modes.split('\n').map((entry) => entry.slice(0, 6))).toEqual(['100644', '120000', '100755', '']);
    expect(shown('refs/fleet/salvage/r1', 'link')).toBe('/etc/passwd');
    repository.git(['fsck', '--no-dangling']);
  });

  test('WT1 what was staged and then changed again is kept twice', async () => {
    await add();
    repository.write({ work: 'staged' }, path);
    repository.git(['add', 'work'], path);
    repository.write({ work: 'as it stands' }, path);
    await discard(true);
    expect(shown('refs/fleet/salvage/r1', 'work')).toBe('as it stands');
    expect(shown('refs/fleet/salvage/r1^2', 'work')).toBe('staged');
  });

  test('WT1 commits, a conflict and a second salvage of the same run are kept', async () => {
    await add();
    repository.write({ 'README.md': 'theirs\n' }, path);
    const theirs = repository.commit('theirs', path);
    repository.write({ 'README.md': 'ours\n' });
    repository.commit('ours');
    expect(() => repository.git(['merge', 'main'], path)).toThrow();
    expect(await discard(true)).toMatchObject({ salvage: 'refs/fleet/salvage/r1' });
    expect(repository.git(['rev-parse', 'refs/fleet/salvage/r1^']).trim()).toBe(theirs);
    expect(shown('refs/fleet/salvage/r1', 'README.md')).toContain('<<<<<<<');

    await add();
    repository.write({ work: 'x' }, path);
    expect(await discard(true)).toMatchObject({ salvage: 'refs/fleet/salvage/r1-2' });
  });

  test('WT1 both the branch and a detached HEAD are kept, and a branch without a commit too', async () => {
    await add();
    repository.write({ a: '1' }, path);
    const onBranch = repository.commit('on the branch', path);
    repository.git(['checkout', '-q', '--detach', 'main'], path);
    repository.write({ b: '1' }, path);
    const detached = repository.commit('detached', path);
    await discard(true);
    expect(
      repository.git(['rev-parse', 'refs/fleet/salvage/r1^1', 'refs/fleet/salvage/r1^2']).trim().split('\n'),
    ).toEqual([detached, onBranch]);
    expect(repository.git(['ls-tree', '--name-only', 'refs/fleet/salvage/r1']).trim().split('\n')).toEqual([
      'README.md',
      'b',
    ]);

    await add();
    repository.git(['checkout', '-q', '--orphan', 'fresh'], path);
    repository.write({ c: '1' }, path);
    await discard(true);
    expect(repository.git(['ls-tree', '--name-only', 'refs/fleet/salvage/r1-2']).trim().split('\n')).toEqual([
      'README.md',
      'c',
    ]);
  });

  test('WT1 a repository inside is kept with its files and its commits, a submodule likewise', async () => {
    const library = testRepository();
    onTestFinished(() => library.remove());
    repository.git(['submodule', '--quiet', 'add', library.root, 'library']);
    repository.commit('submodule');
    await add();
    repository.git(['submodule', '--quiet', 'update', '--init'], path);
    repository.write({ own: 'x' }, join(path, 'library'));
    const inLibrary = repository.commit('only here', join(path, 'library'));
    repository.git(['init', '-q', 'deep/inner'], path);
    repository.write({ file: 'committed' }, join(path, 'deep/inner'));
    const inInner = repository.commit('inner', join(path, 'deep/inner'));
    repository.write({ late: 'not committed' }, join(path, 'deep/inner'));
    repository.git(['init', '-q', 'hollow'], path);

    expect(await discard()).toMatchObject({ type: 'refused' });
    expect(await discard(true)).toMatchObject({ type: 'removed', salvage: 'refs/fleet/salvage/r1' });
    expect(shown('refs/fleet/salvage/r1', 'deep/inner/late')).toBe('not committed');
    expect(shown('refs/fleet/salvage/r1', 'library/own')).toBe('x');
    const kept = repository
      .git(['for-each-ref', '--format=%(objectname)', 'refs/fleet/salvage-nested/r1'])
      .trim()
      .split('\n');
    expect(kept).toEqual(expect.arrayContaining([inLibrary, inInner]));
    expect(existsSync(path)).toBe(false);
  });

  test('PE12 salvaging runs no filter, hook or watcher that the tree configures', async () => {
    await add();
    const mark = repository.beside('ran');
    repository.git(['init', '-q', 'inner'], path);
    const inner = join(path, 'inner');
    repository.write({ file: 'x', '.gitattributes': '* filter=evil\n' }, inner);
    repository.commit('inner', inner);
    repository.git(['config', 'core.fsmonitor', `touch '${mark}'; false`], inner);
    repository.git(['config', 'filter.evil.clean', `touch '${mark}'; cat`], inner);
    repository.git(['config', 'uploadpack.packObjectsHook', `touch '${mark}'; false`], inner);
    repository.write({ file: 'changed' }, inner);
    expect(await discard(true)).toMatchObject({ type: 'removed' });
    expect(shown('refs/fleet/salvage/r1', 'inner/file')).toBe('changed');
    expect(existsSync(mark)).toBe(false);
  });
});
