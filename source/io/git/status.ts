/** What differs in a worktree, from `git status --porcelain=v2 -z`. */
import { git } from './git.ts';
import type { GitOptions } from './git.ts';

export interface GitStatus {
  /** null while the worktree is on no branch (a detached HEAD). */
  readonly branch: string | null;
  /** Commit; null in a repository without one. */
  readonly head: string | null;
  readonly upstream: string | null;
  /** Commits beyond and behind the upstream; null without one. */
  readonly ahead: number | null;
  readonly behind: number | null;
  readonly isDirty: boolean;
  readonly staged: readonly string[];
  readonly unstaged: readonly string[];
  /** A folder that is new as a whole ends with a slash. */
  readonly untracked: readonly string[];
  readonly conflicts: readonly string[];
}

const STATUS = [
  'status',
  '--porcelain=v2',
  '-z',
  '--branch',
  '--untracked-files=normal',
  '--no-renames',
] as const;

export async function status(path: string): Promise<GitStatus> {
  return statusIn({ cwd: path });
}

export async function statusIn(options: GitOptions): Promise<GitStatus> {
  const { stdout } = await git(STATUS, options);
  return parseStatus(stdout.toString('utf8'));
}

/** Fields before the path, which is last and may hold blanks; by the first letter of the entry. */
const FIELDS_BEFORE_PATH: Readonly<Record<string, number>> = { '1': 8, u: 10, '?': 1 };

export function parseStatus(output: string): GitStatus {
  const headers = new Map<string, string>();
  const staged: string[] = [];
  const unstaged: string[] = [];
  const untracked: string[] = [];
  const conflicts: string[] = [];
  for (const entry of output.split('\0')) {
    if (entry === '') continue;
    if (entry.startsWith('# ')) {
      const [, name, value] = /^# (\S+) (.*)$/s.exec(entry) ?? [];
      if (name !== undefined && value !== undefined) headers.set(name, value);
      continue;
    }
    const fields = FIELDS_BEFORE_PATH[entry[0]!];
    if (fields === undefined)
      throw new Error(`git status printed an entry that is not known: ${entry.slice(0, 200)}`);
    const path = afterFields(entry, fields);
    if (entry[0] === '?') untracked.push(path);
    else if (entry[0] === 'u') conflicts.push(path);
    else {
      if (entry[2] !== '.') staged.push(path);
      if (entry[3] !== '.') unstaged.push(path);
    }
  }
  const head = headers.get('branch.oid') ?? '(initial)';
  const branch = headers.get('branch.head') ?? '(detached)';
  const [, ahead, behind] = /^\+(\d+) -(\d+)$/.exec(headers.get('branch.ab') ?? '') ?? [];
  return {
    branch: branch === '(detached)' ? null : branch,
    head: head === '(initial)' ? null : head,
    upstream: headers.get('branch.upstream') ?? null,
    ahead: ahead === undefined ? null : Number(ahead),
    behind: behind === undefined ? null : Number(behind),
    isDirty: staged.length + unstaged.length + untracked.length + conflicts.length > 0,
    staged,
    unstaged,
    untracked,
    conflicts,
  };
}

function afterFields(entry: string, count: number): string {
  let at = 0;
  for (let field = 0; field < count; field += 1) at = entry.indexOf(' ', at) + 1;
  return entry.slice(at);
}
