/** Discards a run's worktree and branch; refuses what is kept nowhere else, unless forced, and then salvages it. */
import { access, chmod, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { git, GitError } from './git.ts';
import type { Repository } from './repository.ts';
import { withRepositoryLock } from './repository-lock.ts';
import { freeSalvageName, salvageNested, salvageWorktree } from './salvage.ts';
import { gitDirOf, realPlace, worktreesOf } from './worktree-list.ts';
import { insideOf, lossesIn, stateIn } from './worktree-state.ts';
import type { WorktreeState } from './worktree-state.ts';

export type Removal =
  | {
      readonly type: 'removed';
      /** false where another worktree has the branch, or there was none. */
      readonly isBranchDeleted: boolean;
      /** The ref that keeps what would have been lost; null when there was nothing. */
      readonly salvage: string | null;
    }
  | { readonly type: 'refused'; readonly reasons: readonly string[] };

interface Wanted {
  /** Absolute. */
  readonly path: string;
  readonly branch: string;
  /** Last part of the salvage ref: the run. */
  readonly run: string;
  readonly isForced: boolean;
}

export async function removeWorktreeOf(repository: Repository, wanted: Wanted): Promise<Removal> {
  const { path, isForced } = wanted;
  return withRepositoryLock(repository.commonDir, async () => {
    const aside = `${path}.discarding`;
    // A discard that was cut short had moved the folder aside: back to where git knows it.
    if (!(await exists(path)) && (await exists(aside))) await rename(aside, path);

    const state = await stateIn(repository, wanted);
    const reasons = [...(await neverRemoved(repository, state)), ...(isForced ? [] : lossesIn(state))];
    if (reasons.length > 0) return { type: 'refused', reasons };

    const name = await freeSalvageName(repository, wanted.run);
    if (state.isMissing) {
      const salvage = await salvageIfLost({ repository, state, inside: null, name });
      return finish(repository, state, salvage);
    }
    await salvageNested({ repository, folder: path, nested: state.nestedRepositories, name });
    // From here on nobody reaches the files by their path, so what is looked at now is what is deleted.
    await rename(path, aside);
    let isGone = false;
    try {
      const inside = insideOf(repository, (await gitDirOf(repository, path))!, aside);
      const now = await stateIn(repository, { ...wanted, folder: aside });
      const late = isForced ? newlyNested(state, now) : lossesIn(now);
      if (late.length > 0) return { type: 'refused', reasons: late };
      const salvage = await salvageIfLost({ repository, state: now, inside, name });
      const removal = await finish(repository, now, salvage);
      isGone = true;
      return removal;
    } finally {
      if (isGone) await removeFolder(aside);
      else await rename(aside, path);
    }
  });
}

/** Its commits were not kept: it came after they could have been. */
function newlyNested(before: WorktreeState, now: WorktreeState): readonly string[] {
  return now.nestedRepositories
    .filter((nested) => !before.nestedRepositories.includes(nested))
    .map((nested) => `a repository was just made inside it (${nested}); see what still writes there`);
}

async function salvageIfLost(given: Parameters<typeof salvageWorktree>[0]): Promise<string | null> {
  return lossesIn(given.state).length === 0 ? null : salvageWorktree(given);
}

/** What even force cannot ask for: a folder that is not ours to delete. */
async function neverRemoved(repository: Repository, state: WorktreeState): Promise<readonly string[]> {
  const [main] = await worktreesOf(repository);
  if (main !== undefined && (await realPlace(main.path)) === (await realPlace(state.path))) {
    return [`${state.path} is the repository's own folder`];
  }
  return state.isKnown || state.isMissing ? [] : [`${state.path} is no worktree of ${repository.root}`];
}

/**
 * The branch goes first, and only if it still stands where it was looked at: one that moved stops everything
 * while the files are still there. Then git forgets the worktree.
 */
async function finish(
  repository: Repository,
  state: WorktreeState,
  salvage: string | null,
): Promise<Removal> {
  const cwd = repository.root;
  const ref = `refs/heads/${state.branch}`;
  const tip = state.isBranchElsewhere ? null : state.tip;
  if (tip !== null) {
    try {
      await git(['update-ref', '-d', ref, tip], { cwd });
    } catch (cause) {
      throw new GitError({
        code: 'busy',
        message: `the branch ${state.branch} moved while it was being discarded; nothing was deleted, look at it again`,
        cause,
      });
    }
  }
  if (state.isKnown) {
    try {
      await git(['worktree', 'remove', '--force', '--force', state.path], { cwd });
    } catch (error) {
      if (tip !== null) await git(['update-ref', ref, tip], { cwd });
      throw error;
    }
  }
  // What git noted about the branch (an upstream) goes with it; usually there is nothing.
  if (tip !== null) {
    await git(['config', '--local', '--remove-section', `branch.${state.branch}`], {
      cwd,
      answers: [1, 5, 128],
    });
  }
  return { type: 'removed', isBranchDeleted: tip !== null, salvage };
}

/** Package caches are made of folders that nobody may write in, not even to empty them. */
async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await makeWritable(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
