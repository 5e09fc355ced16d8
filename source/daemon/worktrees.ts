/** The worktrees of runs: listed with what stands in the way of discarding them, discarded when nothing does. */
import { isEnded, type Fleet, type Run } from '../core/fleet.ts';
import { removeWorktree, worktreeState } from '../io/git/worktrees.ts';
import type { WorktreeRow } from '../wire/daemon-protocol.ts';
import { AskRefused } from './clients.ts';

export async function listRunWorktrees(fleet: Fleet, project: string | null): Promise<WorktreeRow[]> {
  const runs = Object.values(fleet.runs).filter(
    (run) => run.worktree && (project === null || run.project === project),
  );
  const rows: WorktreeRow[] = [];
  for (let at = 0; at < runs.length; at += LOOKED_AT_ONCE)
    rows.push(...(await Promise.all(runs.slice(at, at + LOOKED_AT_ONCE).map(rowOf))));
  return rows;
}

/** Each look is some ten processes of git: side by side as many as a small machine has use for. */
const LOOKED_AT_ONCE = 4;

async function rowOf(run: Run): Promise<WorktreeRow> {
  const { repository, path, branch } = run.worktree!;
  const row = { run: run.id, agent: run.agent, path, branch, isLive: !isEnded(run) };
  try {
    const { isDirty, unmergedCommits, isMissing } = await worktreeState({ repository, path, branch });
    return { ...row, isDirty, unmerged: unmergedCommits, isMissing, problem: null };
  } catch (error) {
    // One repository that git cannot read says nothing about the others.
    const problem = error instanceof Error ? error.message : String(error);
    return { ...row, isDirty: false, unmerged: 0, isMissing: false, problem };
  }
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
