/**
 * Brings what an agent committed from its own repository into the project's. The agent's repository is never
 * opened by a git of ours: inside the sandbox it is written into one stream (bundleScript), outside every object
 * of that stream is checked before it is taken. Nothing the agent wrote is run or believed on the way.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChangedFile } from '../../core/containment/review-flags.ts';
import { git, GitError, gitText } from './git.ts';
import { commitOf, type Repository } from './repository.ts';
import { gitDirOf } from './worktree-list.ts';

/** A shell's answer that there is nothing new; git itself ends with 1, 128 or 129. */
export const NOTHING_NEW = 74;

/** Fetching and checking a large first import takes minutes. */
const FETCH_TIMEOUT_MS = 600_000;

/** A change of more files than this is not reviewed one by one. */
const FILES_MAX = 50_000;

/** A link that leads further than any path may be long is no link. */
const LINK_BYTES_MAX = 4_096;

/** Run inside, with the commit the run started from as $1: all branches and HEAD, as a bundle on stdout. */
export const BUNDLE_SCRIPT = `
[ -n "$(git rev-list -n 1 --branches HEAD --not "$1")" ] || exit ${NOTHING_NEW}
exec git bundle create --quiet - --branches HEAD --not "$1"
`;

export interface Collected {
  /** Where the run's branch stands now; null when nothing was committed on it. */
  readonly head: string | null;
  /** Refs in the project that keep it all: refs/fleet/<run>/heads/… and …/HEAD. */
  readonly refs: string;
}

/**
 * `bundle` is a file nobody but us could write. Throws GitError when an object in it is not sound; then none of
 * it is taken. Before 2.46 git does not check what it takes from a bundle, so that goes into a repository of its own
 * first, and from there through a fetch that checks.
 */
export async function takeBundle(given: {
  readonly repository: Repository;
  readonly bundle: string;
  readonly run: string;
  readonly branch: string;
}): Promise<Collected> {
  const { repository, bundle, run, branch } = given;
  const refs = `refs/fleet/${run}`;
  const aside = await mkdtemp(`${bundle}.`);
  try {
    await makeQuarantine(repository, aside);
    await fetchInto(aside, bundle, ['+refs/heads/*:refs/heads/*', '+HEAD:refs/collected/HEAD']);
    await fetchInto(repository.root, aside, [
      `+refs/heads/*:${refs}/heads/*`,
      `+refs/collected/HEAD:${refs}/HEAD`,
    ]);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return { head: await commitOf(repository, `${refs}/heads/${branch}`), refs };
}

/** Ours, empty, and borrowing from the project what the bundle builds on. */
async function makeQuarantine(repository: Repository, aside: string): Promise<void> {
  const cwd = repository.root;
  const format = await gitText(['rev-parse', '--show-object-format'], { cwd });
  const objects = await gitText(['rev-parse', '--path-format=absolute', '--git-path', 'objects'], { cwd });
  await git(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, aside], { cwd });
  await writeFile(join(aside, 'objects', 'info', 'alternates'), `${objects}\n`);
}

async function fetchInto(cwd: string, from: string, refspecs: readonly string[]): Promise<void> {
  const checks = ['-c', 'fetch.fsckObjects=true', '-c', 'transfer.fsckObjects=true'];
  const quietly = [
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
  ];
  await git([...checks, 'fetch', ...quietly, '--', from, ...refspecs], { cwd, timeoutMs: FETCH_TIMEOUT_MS });
}

/**
 * Moves the run's branch, and the worktree's index with it, to what was collected: then the person's own git
 * shows the agent's commits, too. Files are not touched. Not for a commit that adds a repository inside the
 * repository: git would enter it and obey its settings.
 */
export async function showCollected(given: {
  readonly repository: Repository;
  readonly worktree: string;
  readonly branch: string;
  readonly head: string;
}): Promise<void> {
  const { repository, worktree, branch, head } = given;
  const before = await commitOf(repository, `refs/heads/${branch}`);
  const gitDir = await gitDirOf(repository, worktree);
  if (before === head || before === null || gitDir === null) return;
  const cwd = repository.root;
  await git(['update-ref', '-m', 'fleet: collected', `refs/heads/${branch}`, head, before], { cwd });
  await git(['read-tree', head], {
    cwd,
    worktree: { gitDir, commonDir: repository.commonDir, path: worktree },
  });
}

/** What the run changed since it started, for reviewFlags. Links are read from the objects, not from the disk. */
export async function changedFiles(
  repository: Repository,
  base: string,
  head: string,
): Promise<readonly ChangedFile[]> {
  const cwd = repository.root;
  const { stdout } = await git(
    ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--full-index', base, head],
    { cwd },
  );
  const fields = stdout.toString('utf8').split('\0');
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [modeBefore = '', modeAfter = '', , object = ''] = fields[at]!.replace(/^:/, '').split(' ');
    if (files.length >= FILES_MAX)
      throw new GitError({
        code: 'output-too-large',
        message: `more than ${FILES_MAX} files changed since ${base}`,
      });
    const isLink = modeAfter === '120000';
    const linkTarget = isLink
      ? await gitText(['cat-file', 'blob', object], { cwd, outputBytesMax: LINK_BYTES_MAX })
      : null;
    files.push({ path: fields[at + 1]!, modeBefore, modeAfter, linkTarget });
  }
  return files;
}

/** Refs of a run that is gone, but for those that alone keep a commit. */
export async function forgetCollected(repository: Repository, run: string): Promise<void> {
  const cwd = repository.root;
  const listed = await gitText(['for-each-ref', '--format=%(objectname) %(refname)', `refs/fleet/${run}`], {
    cwd,
  });
  for (const line of listed.split('\n').filter((each) => each !== '')) {
    const [object = '', ref = ''] = line.split(/ (.*)/s);
    const others = ['--branches', '--tags', '--remotes', '--glob=refs/fleet/salvage'];
    const alone = await gitText(['rev-list', '--max-count=1', object, '--not', ...others], { cwd });
    if (alone === '') await git(['update-ref', '-d', ref, object], { cwd });
  }
}
