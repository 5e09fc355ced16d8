/**
 * Keeps what a worktree holds before it is deleted: a commit below refs/fleet/salvage/, beside the person's
 * branches, with every change, staged or not, and every new file.
 *
 * Files go into the repository as they are, through `git fast-import`: `git add` would run the filters and
 * watchers that configuration inside the tree names, and the tree is an agent's.
 */
import { join } from 'node:path';
import { git, GitError } from './git.ts';
import type { GitOptions } from './git.ts';
import { commitOf } from './repository.ts';
import type { Repository } from './repository.ts';
import { importStream } from './salvage-stream.ts';
import type { Changes, IndexEntry, Name } from './salvage-stream.ts';
import type { WorktreeState } from './worktree-state.ts';

/** Copying four gigabytes on a slow disk. */
const TIMEOUT_MS = 600_000;

const GITLINK = '160000';

const NO_CHANGES: Changes = { staged: new Map(), touched: new Set(), nested: [] };

/** A name no salvage has yet: `<run>`, `<run>-2` … */
export async function freeSalvageName(repository: Repository, run: string): Promise<string> {
  for (let again = 1; ; again += 1) {
    const name = again === 1 ? run : `${run}-${again}`;
    if ((await commitOf(repository, refOf(name))) === null) return name;
  }
}

/** Yields the ref that now keeps everything. */
export async function salvageWorktree(given: {
  readonly repository: Repository;
  readonly state: WorktreeState;
  /** How git is run on the files; null where their folder is gone. */
  readonly inside: GitOptions | null;
  readonly name: string;
}): Promise<string> {
  const { repository, state, inside, name } = given;
  const folder = inside?.cwd ?? state.path;
  const ref = refOf(name);
  const changes = inside === null ? NO_CHANGES : await changesIn(inside);
  const parents = [...new Set([state.head, state.tip])].filter((commit) => commit !== null);
  const isOnlyCommits =
    changes.touched.size === 0 && changes.staged.size === 0 && changes.nested.length === 0;
  if (isOnlyCommits && parents.length === 1) {
    await git(['update-ref', ref, parents[0]!], { cwd: repository.root });
    return ref;
  }
  await git(['fast-import', '--quiet', '--done', '--date-format=raw'], {
    cwd: repository.root,
    input: importStream({
      ref,
      name,
      parents,
      head: state.head,
      folder,
      changes,
      counted: { files: 0, bytes: 0 },
    }),
    timeoutMs: TIMEOUT_MS,
  });
  if ((await commitOf(repository, ref)) === null) {
    throw new GitError({ code: 'failed', message: `${folder} was not salvaged: ${ref} is not there` });
  }
  return ref;
}

/**
 * Commits of repositories inside, below refs/fleet/salvage-nested/; fetching runs nothing that the other side
 * configured. Before the folder is moved: a submodule knows its place and cannot be read anywhere else.
 */
export async function salvageNested(given: {
  readonly repository: Repository;
  readonly folder: string;
  readonly nested: readonly string[];
  readonly name: string;
}): Promise<void> {
  for (const [index, nested] of given.nested.entries()) {
    const to = `refs/fleet/salvage-nested/${given.name}/${index + 1}`;
    await fetchAll(given.repository, join(given.folder, nested), to);
  }
}

/** What a fetch says of a repository that holds no commit, or that is none after all: its files are kept anyway. */
const NOTHING_TO_FETCH = /couldn't find remote ref HEAD|does not appear to be a git repository/;

async function fetchAll(repository: Repository, from: string, to: string): Promise<void> {
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', from];
  const options = { cwd: repository.root, timeoutMs: TIMEOUT_MS };
  try {
    await git([...fetch, `+refs/heads/*:${to}/branch/*`], options);
    await git([...fetch, `+HEAD:${to}/head`], options);
  } catch (error) {
    if (!(error instanceof GitError) || !NOTHING_TO_FETCH.test(error.stderr)) throw error;
  }
}

function refOf(name: string): string {
  return `refs/fleet/salvage/${name}`;
}

async function changesIn(inside: GitOptions): Promise<Changes> {
  const hasHead =
    (await git(['rev-parse', '--verify', '--quiet', 'HEAD'], { ...inside, answers: [1, 128] })).code === 0;
  const index = (await names(['ls-files', '-z', '--stage'], inside)).map(indexEntry);
  const gitlinks = index.filter((entry) => entry.mode === GITLINK).map((entry) => entry.name);
  const staged = new Map<Name, IndexEntry | null>();
  if (hasHead) {
    const raw = await names(
      ['diff-index', '-z', '--cached', '--raw', '--no-renames', '--no-abbrev', 'HEAD'],
      inside,
    );
    for (let at = 0; at + 1 < raw.length; at += 2) {
      const [, mode, , object, kind] = raw[at]!.split(' ');
      const name = raw[at + 1]!;
      // A conflict has no one staged content; what stands in the folder is kept below.
      if (kind !== 'U') staged.set(name, kind === 'D' ? null : { mode: mode!, object: object!, name });
    }
  } else for (const entry of index) staged.set(entry.name, entry);

  const others = await names(['ls-files', '-z', '--others', '--exclude-standard'], inside);
  const folders = others.filter((name) => name.endsWith('/')).map((name) => name.slice(0, -1));
  const touched = new Set([
    ...others.filter((name) => !name.endsWith('/')),
    ...(await names(['diff-files', '-z', '--name-only'], inside)),
  ]);
  const nested = [...new Set([...folders, ...gitlinks])];
  return { staged, touched, nested };
}

async function names(args: readonly string[], inside: GitOptions): Promise<readonly Name[]> {
  const { stdout } = await git(args, inside);
  return stdout
    .toString('latin1')
    .split('\0')
    .filter((name) => name !== '');
}

function indexEntry(entry: string): IndexEntry {
  const tab = entry.indexOf('\t');
  const [mode, object] = entry.slice(0, tab).split(' ');
  return { mode: mode!, object: object!, name: entry.slice(tab + 1) };
}
