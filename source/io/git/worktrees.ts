/**
 * The worktrees of runs (WT1): add, list, look, discard. A repository is named by any folder inside it.
 */
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GitError } from './git.ts';
import { repositoryOf } from './repository.ts';
import type { Repository } from './repository.ts';
import { addWorktreeTo } from './worktree-add.ts';
import type { AddedWorktree } from './worktree-add.ts';
import { worktreesOf } from './worktree-list.ts';
import type { ListedWorktree } from './worktree-list.ts';
import { removeWorktreeOf } from './worktree-remove.ts';
import type { Removal } from './worktree-remove.ts';
import { stateIn } from './worktree-state.ts';
import type { WorktreeState } from './worktree-state.ts';

export async function addWorktree(given: {
  readonly repository: string;
  readonly path: string;
  readonly branch: string;
  /** A commit, branch or tag; HEAD of the repository when nothing is said. */
  readonly base?: string;
}): Promise<AddedWorktree> {
  return addWorktreeTo(await requireRepository(given.repository), { ...given, path: resolve(given.path) });
}

export async function listWorktrees(repository: string): Promise<readonly ListedWorktree[]> {
  return worktreesOf(await requireRepository(repository));
}

/** What stands in the way of discarding it: `lossesIn(state)` says it in words. */
export async function worktreeState(given: {
  readonly repository: string;
  readonly path: string;
  readonly branch: string;
}): Promise<WorktreeState> {
  const path = resolve(given.path);
  const repository = await repositoryOf(given.repository);
  if (repository === null) return stateWithoutRepository(path, given.branch);
  return stateIn(repository, { path, branch: given.branch });
}

/**
 * Deletes worktree and branch. Refused, with the reasons in words, where work would be lost; forced, that
 * work is kept below refs/fleet/salvage/<run> first. Ignored files are never kept. Whether a session still
 * runs in it is the caller's to know.
 */
export async function removeWorktree(given: {
  readonly repository: string;
  readonly path: string;
  readonly branch: string;
  readonly run: string;
  readonly isForced: boolean;
}): Promise<Removal> {
  const path = resolve(given.path);
  const repository = await repositoryOf(given.repository);
  if (repository !== null) {
    return removeWorktreeOf(repository, { ...given, path });
  }
  const state = await stateWithoutRepository(path, given.branch);
  if (state.isMissing) return { type: 'removed', isBranchDeleted: false, salvage: null };
  return {
    type: 'refused',
    reasons: [
      `its repository ${given.repository} is gone, so nothing can be salvaged; delete ${path} by hand`,
    ],
  };
}

async function requireRepository(path: string): Promise<Repository> {
  const repository = await repositoryOf(path);
  if (repository !== null) return repository;
  throw new GitError({
    code: 'not-a-repository',
    message: `${path} is in no git repository; git init makes one`,
  });
}

async function stateWithoutRepository(path: string, branch: string): Promise<WorktreeState> {
  let isMissing = false;
  try {
    await access(path);
  } catch {
    isMissing = true;
  }
  return {
    path,
    branch,
    isKnown: false,
    isMissing,
    isDirty: false,
    status: null,
    head: null,
    tip: null,
    unmergedCommits: 0,
    unpushedCommits: null,
    operation: null,
    nestedRepositories: [],
    isBranchElsewhere: false,
  };
}
