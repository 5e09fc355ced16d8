/** What would be lost if a worktree and its branch were deleted now. */
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitText } from './git.ts';
import type { GitOptions } from './git.ts';
import { commitOf } from './repository.ts';
import type { Repository } from './repository.ts';
import { statusIn } from './status.ts';
import type { GitStatus } from './status.ts';
import { gitDirOf, realPlace, worktreesOf } from './worktree-list.ts';
import type { ListedWorktree } from './worktree-list.ts';

export interface WorktreeState {
  readonly path: string;
  readonly branch: string;
  /** git has a worktree at this path. */
  readonly isKnown: boolean;
  /** Its folder is gone. */
  readonly isMissing: boolean;
  readonly isDirty: boolean;
  /** null when the folder is gone or is no worktree of the repository. */
  readonly status: GitStatus | null;
  /** Where the worktree stands; another branch or commit than `branch` when the agent moved it. */
  readonly head: string | null;
  /** Where the branch stands; null when there is no such branch. */
  readonly tip: string | null;
  /** Commits that no other branch, tag, remote or worktree holds: gone for good with this one. Counted up to 1000. */
  readonly unmergedCommits: number;
  /** Commits that no remote holds; null in a repository without remotes. Counted up to 1000. */
  readonly unpushedCommits: number | null;
  /** A merge, rebase or the like that was begun and not ended. */
  readonly operation: string | null;
  /** Repositories inside the worktree (submodules too): their commits are nowhere else. */
  readonly nestedRepositories: readonly string[];
  /** Another worktree has the branch: it stays when this worktree goes. */
  readonly isBranchElsewhere: boolean;
}

/** Beyond this the exact number tells a person no more. */
const COMMITS_COUNTED_MAX = 1_000;

const OPERATIONS: Readonly<Record<string, string>> = {
  'rebase-merge': 'rebase',
  'rebase-apply': 'rebase',
  MERGE_HEAD: 'merge',
  CHERRY_PICK_HEAD: 'cherry-pick',
  REVERT_HEAD: 'revert',
  BISECT_LOG: 'bisect',
};

/** `folder` is where the files are, when they were moved aside. */
export async function stateIn(
  repository: Repository,
  given: { readonly path: string; readonly branch: string; readonly folder?: string },
): Promise<WorktreeState> {
  const { path, branch } = given;
  const folder = given.folder ?? path;
  const gitDir = await gitDirOf(repository, path);
  const isThere = await exists(folder);
  const tip = await commitOf(repository, `refs/heads/${branch}`);
  const others = await worktreesBeside(repository, path);
  const isBranchElsewhere = others.some((worktree) => worktree.branch === branch);

  const inside = gitDir === null || !isThere ? null : insideOf(repository, gitDir, folder);
  const status = inside === null ? null : await statusIn(inside);
  const head = status?.head ?? (gitDir === null ? null : await headOf(repository, gitDir));
  const tips = [...new Set([head, isBranchElsewhere ? null : tip])].filter((commit) => commit !== null);
  const detached = others.flatMap((worktree) =>
    worktree.branch === null && worktree.head !== null ? [worktree.head] : [],
  );
  const hasRemotes = (await gitText(['remote'], { cwd: repository.root })) !== '';
  const excluded = isBranchElsewhere ? [] : [`--exclude=${branch}`];
  return {
    path,
    branch,
    isKnown: gitDir !== null,
    isMissing: !isThere,
    isDirty: status?.isDirty ?? false,
    status,
    head,
    tip,
    unmergedCommits: await count(repository, tips, [
      ...detached,
      ...excluded,
      '--branches',
      '--remotes',
      '--tags',
    ]),
    unpushedCommits: hasRemotes ? await count(repository, tips, ['--remotes']) : null,
    operation: gitDir === null ? null : await operationOf(gitDir),
    nestedRepositories: inside === null ? [] : await nestedIn(inside, folder),
    isBranchElsewhere,
  };
}

/** How to run git on a worktree by its parts, so that nothing written inside it can point git elsewhere. */
export function insideOf(repository: Repository, gitDir: string, folder: string): GitOptions {
  return { cwd: folder, worktree: { gitDir, commonDir: repository.commonDir, path: folder } };
}

/** git tells real paths; the one asked for may lead through a link. */
async function worktreesBeside(repository: Repository, path: string): Promise<readonly ListedWorktree[]> {
  const own = await realPlace(path);
  const beside: ListedWorktree[] = [];
  for (const worktree of await worktreesOf(repository)) {
    if ((await realPlace(worktree.path)) !== own) beside.push(worktree);
  }
  return beside;
}

async function count(
  repository: Repository,
  tips: readonly string[],
  without: readonly string[],
): Promise<number> {
  if (tips.length === 0) return 0;
  const answer = await gitText(
    ['rev-list', '--count', `--max-count=${COMMITS_COUNTED_MAX}`, ...tips, '--not', ...without],
    { cwd: repository.root },
  );
  return Number(answer);
}

async function headOf(repository: Repository, gitDir: string): Promise<string | null> {
  const { code, stdout } = await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], {
    cwd: repository.commonDir,
    worktree: { gitDir, commonDir: repository.commonDir, path: repository.commonDir },
    answers: [1, 128],
  });
  return code === 0 ? stdout.toString('utf8').trim() : null;
}

async function operationOf(gitDir: string): Promise<string | null> {
  const names = await readdir(gitDir);
  const found = Object.keys(OPERATIONS).find((name) => names.includes(name));
  return found === undefined ? null : OPERATIONS[found]!;
}

/** New folders with a `.git` of their own, and submodules that were set up. */
async function nestedIn(inside: GitOptions, folder: string): Promise<readonly string[]> {
  const untracked = await git(['ls-files', '-z', '--others', '--exclude-standard'], inside);
  const tracked = await git(['ls-files', '-z', '--stage'], inside);
  const candidates = [
    // git lists new files one by one, and does not look into a nested repository: that one ends with a slash.
    ...fields(untracked.stdout)
      .filter((name) => name.endsWith('/'))
      .map((name) => name.slice(0, -1)),
    ...fields(tracked.stdout)
      .filter((entry) => entry.startsWith('160000 '))
      .map((entry) => entry.slice(entry.indexOf('\t') + 1)),
  ];
  const nested: string[] = [];
  for (const name of candidates) if (await exists(join(folder, name, '.git'))) nested.push(name);
  return nested;
}

function fields(output: Buffer): readonly string[] {
  return output
    .toString('utf8')
    .split('\0')
    .filter((field) => field !== '');
}

/** What would be gone for good, in words. */
export function lossesIn(state: WorktreeState): readonly string[] {
  const { status, unmergedCommits, operation, nestedRepositories } = state;
  const losses: string[] = [];
  if (status?.isDirty === true) losses.push(dirtyWords(status));
  if (unmergedCommits > 0) {
    const commits = unmergedCommits === 1 ? '1 commit is' : `${unmergedCommits} commits are`;
    losses.push(`${commits} on no other branch${state.unpushedCommits === null ? '' : ' and not pushed'}`);
  }
  if (operation !== null && !state.isMissing) losses.push(`a ${operation} was begun and not ended`);
  if (nestedRepositories.length > 0) {
    losses.push(`there is a repository inside it (${nestedRepositories.slice(0, 3).join(', ')})`);
  }
  return losses;
}

function dirtyWords(status: GitStatus): string {
  const changed = new Set([...status.staged, ...status.unstaged]).size;
  const parts = [
    [changed, 'changed'],
    [status.untracked.length, 'new'],
    [status.conflicts.length, 'in conflict'],
  ] as const;
  const words = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return `it has changes that are not committed (${words.join(', ')})`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
