/** Looks for secrets where they would get away from: files of a repository, what is to be committed, what was. */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isEnvironmentFile, secretsIn } from '../../core/secrets/scan.ts';
import { secretsInPatch, type FoundInPatch } from '../../core/secrets/scan-patch.ts';
import { git, GitError, gitText } from './git.ts';

export interface SecretFound extends FoundInPatch {
  readonly where: 'worktree' | 'staged' | 'branch' | 'history';
}

export interface SecretScan {
  readonly found: readonly SecretFound[];
  readonly files: number;
  readonly commits: number;
  /** Sentences about what was not looked at; empty when all was. */
  readonly left: readonly string[];
}

/** A key lies in a text that a person writes; larger files are data. */
const FILE_BYTES_MAX = 1024 * 1024;
const FILES_MAX = 50_000;
const COMMITS_MAX = 2_000;
/** Of one patch; a history that is larger is looked at as far back as this reaches. */
const PATCH_BYTES_MAX = 64 * 1024 * 1024;
/** Nobody reads more, and the first of them are reason enough. */
const FOUND_MAX = 500;

/** No program of the repository's own is run to show a change. */
const PATCH = ['-U0', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames'];

/** Throws GitError where the folder is no repository. */
export async function scanSecrets(root: string): Promise<SecretScan> {
  const left: string[] = [];
  const names = await listed(root, left);
  const found: SecretFound[] = [];
  for (const path of names)
    for (const each of await inFile(root, path)) found.push({ ...each, where: 'worktree' });
  const staged = await patch(root, ['diff', '--cached', ...PATCH], left, 'what is staged');
  found.push(...staged.map((each) => ({ ...each, where: 'staged' }) as const));
  const base = await baseOf(root);
  if (base !== null) {
    const branch = await patch(root, ['diff', ...PATCH, base, 'HEAD'], left, 'the branch');
    found.push(...branch.map((each) => ({ ...each, where: 'branch' }) as const));
  }
  const history = await historyOf(root, left);
  found.push(...history.found.map((each) => ({ ...each, where: 'history' }) as const));
  // The same value of a file is told where it is nearest.
  const unique = new Map<string, SecretFound>();
  for (const each of found) {
    const key = `${each.path}\0${each.kind}\0${each.shown}`;
    if (!unique.has(key)) unique.set(key, each);
  }
  if (unique.size > FOUND_MAX) left.push(`${unique.size - FOUND_MAX} more findings`);
  return {
    found: [...unique.values()].slice(0, FOUND_MAX),
    files: names.length,
    commits: history.commits,
    left,
  };
}

/** What is tracked or could be, and files of environments even where git is told to overlook them. */
async function listed(root: string, left: string[]): Promise<readonly string[]> {
  const list = async (...args: string[]): Promise<string[]> => {
    const text = await gitText(['ls-files', '-z', ...args], { cwd: root });
    return text.split('\0').filter(Boolean);
  };
  const ignored = await list('--others', '--ignored', '--exclude-standard', '--directory');
  const all = new Set([
    ...ignored.filter(isEnvironmentFile),
    ...(await list('--cached', '--others', '--exclude-standard')),
  ]);
  if (all.size > FILES_MAX) left.push(`${all.size - FILES_MAX} of ${all.size} files`);
  return [...all].slice(0, FILES_MAX);
}

async function inFile(root: string, path: string): Promise<readonly FoundInPatch[]> {
  const file = join(root, path);
  const stat = await lstat(file).catch(() => null);
  if (!stat?.isFile()) return [];
  const named: FoundInPatch[] = isEnvironmentFile(path)
    ? [{ path, commit: null, line: 1, kind: 'environment file', shown: '' }]
    : [];
  if (stat.size > FILE_BYTES_MAX) return named;
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.includes('\0')) return named;
  return [...named, ...secretsIn(text).map((each) => ({ ...each, path, commit: null }))];
}

async function patch(
  root: string,
  args: readonly string[],
  left: string[],
  what: string,
): Promise<readonly FoundInPatch[]> {
  try {
    return secretsInPatch(await gitText(args, { cwd: root, outputBytesMax: PATCH_BYTES_MAX }));
  } catch (error) {
    if (!(error instanceof GitError) || error.code !== 'output-too-large') throw error;
    left.push(`${what}: larger than ${PATCH_BYTES_MAX / 1024 / 1024} MB`);
    return [];
  }
}

/** Where this branch left the main one; null on the main one itself, or where there is none. */
async function baseOf(root: string): Promise<string | null> {
  for (const name of ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']) {
    const { code, stdout } = await git(['merge-base', name, 'HEAD'], { cwd: root, answers: [1, 128] });
    if (code === 0) return stdout.toString('utf8').trim();
  }
  return null;
}

/** As far back as fits, newest first. */
async function historyOf(
  root: string,
  left: string[],
): Promise<{ readonly found: readonly FoundInPatch[]; readonly commits: number }> {
  const counted = await git(['rev-list', '--count', 'HEAD'], { cwd: root, answers: [128] });
  const all = Number(counted.stdout.toString('utf8').trim()) || 0;
  for (let commits = Math.min(all, COMMITS_MAX); commits > 0; commits = Math.floor(commits / 2))
    try {
      const args = ['log', '-p', ...PATCH, '--format=commit %H', `--max-count=${commits}`];
      const text = await gitText(args, { cwd: root, outputBytesMax: PATCH_BYTES_MAX });
      if (commits < all) left.push(`${all - commits} of ${all} commits, the oldest`);
      return { found: secretsInPatch(text), commits };
    } catch (error) {
      if (!(error instanceof GitError) || error.code !== 'output-too-large') throw error;
    }
  if (all > 0) left.push(`${all} commits, each larger than ${PATCH_BYTES_MAX / 1024 / 1024} MB`);
  return { found: [], commits: 0 };
}
