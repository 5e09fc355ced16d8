/** Discards a run's worktree and branch; refuses what is kept nowhere else, unless forced, and then salvages it. */
import { access, rename, rm } from 'node:fs/promises';
import { git, GitError } from './git.ts';
import type { Repository } from './repository.ts';
import { withRepositoryLock } from './repository-lock.ts';
import { salvageWorktree } from './salvage.ts';
import type { Salvage } from './salvage.ts';
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
  readonly name: string;
  readonly isForced: boolean;
}

export async function removeWorktreeOf(repository: Repository, wanted: Wanted): Promise<Removal> {
  const { path } = wanted;
  return withRepositoryLock(repository.commonDir, async () => {
    const aside = `${path}.discarding`;
    // A discard that was cut short had moved the folder aside: back to where git knows it.
    if (!(await exists(path)) && (await exists(aside))) await rename(aside, path);

    const state = await stateIn(repository, wanted);
    const reasons = [...(await neverRemoved(repository, state)), ...(wanted.isForced ? [] : lossesIn(state))];
    if (reasons.length > 0) return { type: 'refused', reasons };
    if (state.isMissing) {
      return finish(
        repository,
        state,
        await salvageIfLost({ repository, state, inside: null, name: wanted.name }),
      );
    }
    // From here on nobody reaches the files by their path, so what is looked at now is what is deleted.
    await rename(path, aside);
    let isGone = false;
    try {
      const gitDir = (await gitDirOf(repository, path))!;
      const now = await stateIn(repository, { ...wanted, folder: aside });
      const late = wanted.isForced ? [] : lossesIn(now);
      if (late.length > 0) return { type: 'refused', reasons: late };
      const inside = insideOf(repository, gitDir, aside);
      const salvage = await salvageIfLost({ repository, state: now, inside, name: wanted.name });
      const removal = await finish(repository, now, salvage);
      isGone = true;
      return removal;
    } finally {
      if (isGone) await rm(aside, { recursive: true, force: true });
      else await rename(aside, path);
    }
  });
}

async function salvageIfLost(given: Parameters<typeof salvageWorktree>[0]): Promise<Salvage | null> {
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
  salvage: Salvage | null,
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
  return { type: 'removed', isBranchDeleted: tip !== null, salvage: salvage?.ref ?? null };
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
