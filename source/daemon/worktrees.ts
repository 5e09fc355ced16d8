/** The worktrees of runs: listed with what stands in the way of discarding them, discarded when nothing does. */
import { isEnded, type Fleet, type Run } from '../core/fleet.ts';
import { removeWorktree, worktreeState } from '../io/git/worktrees.ts';
import type { WorktreeRow } from '../wire/daemon-protocol.ts';
import { AskRefused } from './clients.ts';

export async function listRunWorktrees(fleet: Fleet, project: string | null): Promise<WorktreeRow[]> {
  const runs = Object.values(fleet.runs).filter(
    (run) => run.worktree && (project === null || run.project === project),
  );
  return Promise.all(runs.map(rowOf));
}

async function rowOf(run: Run): Promise<WorktreeRow> {
  const { repository, path, branch } = run.worktree!;
  const state = await worktreeState({ repository, path, branch });
  return {
    run: run.id,
    agent: run.agent,
    path,
    branch,
    isLive: !isEnded(run),
    isDirty: state.isDirty,
    unmerged: state.unmergedCommits,
    isMissing: state.isMissing,
  };
}

/** Yields the ref the work was salvaged to; null when there was nothing to salvage. Throws AskRefused. */
export async function discardWorktree(run: Run, isForced: boolean): Promise<string | null> {
  if (!run.worktree) throw new AskRefused('NO_WORKTREE', `run ${run.id} has no worktree`);
  if (!isEnded(run))
    throw new AskRefused(
      'LIVE',
      `run ${run.id} is live in its worktree; stop it first: fleet stop ${run.id}`,
    );
  const { repository, path, branch } = run.worktree;
  const removed = await removeWorktree({ repository, path, branch, run: run.id, isForced });
  if (removed.type === 'removed') return removed.salvage;
  throw new AskRefused(
    'HAS_WORK',
    `the worktree of ${run.id} is not discarded: ${removed.reasons.join(', ')}; merge it, or discard with --force (the work is salvaged first)`,
  );
}
