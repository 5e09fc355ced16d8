/** A worktree and a branch for one run (WT1). */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { git, GitError } from './git.ts';
import { commitOf } from './repository.ts';
import type { Repository } from './repository.ts';
import { withRepositoryLock } from './repository-lock.ts';
import { gitDirOf } from './worktree-list.ts';

export interface AddedWorktree {
  readonly path: string;
  readonly branch: string;
  /** Commit the branch starts at. */
  readonly base: string;
}

/** A checkout of a large tree through a filter for large files takes minutes. */
const CHECKOUT_TIMEOUT_MS = 600_000;

/** Only a git that does not know our lock can be in the way, and only for the moment it writes. */
const ATTEMPTS = 6;
const RETRY_AFTER_MS = 100;

/**
 * Makes the worktree at `path` on the new `branch`, which starts at `base` (a commit, branch or tag; HEAD of
 * the repository when nothing is said). All of it or nothing: a failure leaves neither branch nor folder.
 */
export async function addWorktreeTo(
  repository: Repository,
  given: {
    readonly path: string;
    readonly branch: string;
    readonly base?: string;
  },
): Promise<AddedWorktree> {
  const { path, branch } = given;
  await requireBranchName(repository, branch);
  return withRepositoryLock(repository.commonDir, async () => {
    const base = await requireCommit(repository, given.base ?? 'HEAD');
    await requireNew(repository, path, branch);
    await mkdir(dirname(path), { recursive: true });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await git(['worktree', 'add', '--quiet', '--no-track', '-b', branch, path, base], {
          cwd: repository.root,
          timeoutMs: CHECKOUT_TIMEOUT_MS,
        });
        return { path, branch, base };
      } catch (error) {
        await undo(repository, path, branch, base);
        if (!(error instanceof GitError) || error.code !== 'busy' || attempt >= ATTEMPTS) throw error;
        await delay(RETRY_AFTER_MS * attempt);
      }
    }
  });
}

async function requireBranchName(repository: Repository, branch: string): Promise<void> {
  const { code } = await git(['check-ref-format', '--branch', branch], {
    cwd: repository.root,
    answers: [1, 128, 129],
  });
  // `@{-1}` passes the check, as the branch before; a name is wanted.
  if (code === 0 && !branch.startsWith('@{')) return;
  throw new GitError({ code: 'bad-branch', message: `"${branch}" cannot be the name of a branch` });
}

async function requireCommit(repository: Repository, base: string): Promise<string> {
  const commit = await commitOf(repository, base);
  if (commit !== null) return commit;
  throw new GitError({
    code: 'no-commit',
    message:
      base === 'HEAD'
        ? `${repository.root} has no commit yet, and a worktree starts from one; make a first commit, or set worktree: false`
        : `"${base}" names no commit of ${repository.root}`,
  });
}

async function requireNew(repository: Repository, path: string, branch: string): Promise<void> {
  if ((await commitOf(repository, `refs/heads/${branch}`)) !== null) {
    throw new GitError({ code: 'branch-exists', message: `the branch ${branch} exists already` });
  }
  const taken = await entriesOf(path);
  if (taken > 0)
    throw new GitError({ code: 'path-exists', message: `${path} exists already, and is not empty` });
  if ((await gitDirOf(repository, path)) !== null) {
    throw new GitError({
      code: 'path-exists',
      message: `git still has a worktree at ${path}, whose folder is gone; discard that one first`,
    });
  }
}

async function entriesOf(path: string): Promise<number> {
  try {
    return (await readdir(path)).length;
  } catch (error) {
    // A file in the place of the folder is as much in the way as a full folder.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 0 : 1;
  }
}

/** What a failed attempt may have left. It was all made by it: nothing of this was there before. */
async function undo(repository: Repository, path: string, branch: string, base: string): Promise<void> {
  const cwd = repository.root;
  const answers = [1, 128, 129, 255];
  await git(['worktree', 'remove', '--force', '--force', path], { cwd, answers });
  await rm(path, { recursive: true, force: true });
  await git(['update-ref', '-d', `refs/heads/${branch}`, base], { cwd, answers });
}
