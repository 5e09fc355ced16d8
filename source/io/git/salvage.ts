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
import { importStream, kindOf } from './salvage-stream.ts';
import type { Changes, IndexEntry, Name } from './salvage-stream.ts';
import type { WorktreeState } from './worktree-state.ts';

export interface Salvage {
  /** `refs/fleet/salvage/<name>` */
  readonly ref: string;
  readonly commit: string;
  /** Files whose content was kept; 0 when only commits had to be. */
  readonly files: number;
  /** Where commits of repositories inside the worktree were kept. */
  readonly nestedRefs: readonly string[];
}

/** Copying four gigabytes on a slow disk. */
const TIMEOUT_MS = 600_000;

const GITLINK = '160000';

const NO_CHANGES: Changes = { staged: new Map(), touched: new Set(), nested: [] };

export async function salvageWorktree(given: {
  readonly repository: Repository;
  readonly state: WorktreeState;
  /** Where the files are, and how git is run on them; null where the folder is gone. */
  readonly inside: GitOptions | null;
  /** The run's name: last part of the ref. */
  readonly name: string;
}): Promise<Salvage> {
  const { repository, state, inside } = given;
  const folder = inside?.cwd ?? state.path;
  const name = await freeName(repository, given.name);
  const ref = `refs/fleet/salvage/${name}`;
  const changes = inside === null ? NO_CHANGES : await changesIn(inside);
  const nestedRefs = await keepNested({ repository, folder, nested: changes.nested, name });

  const parents = [...new Set([state.head, state.tip])].filter((commit) => commit !== null);
  const isOnlyCommits =
    changes.touched.size === 0 && changes.staged.size === 0 && changes.nested.length === 0;
  if (isOnlyCommits && parents.length === 1) {
    await git(['update-ref', ref, parents[0]!], { cwd: repository.root });
    return { ref, commit: parents[0]!, files: 0, nestedRefs };
  }
  const counted = { files: 0, bytes: 0 };
  await git(['fast-import', '--quiet', '--done', '--date-format=raw'], {
    cwd: repository.root,
    input: importStream({ ref, name, parents, head: state.head, folder, changes, counted }),
    timeoutMs: TIMEOUT_MS,
  });
  const commit = await commitOf(repository, ref);
  if (commit === null)
    throw new GitError({ code: 'failed', message: `${folder} was not salvaged: ${ref} is not there` });
  return { ref, commit, files: counted.files, nestedRefs };
}

async function freeName(repository: Repository, wanted: string): Promise<string> {
  for (let again = 1; ; again += 1) {
    const name = again === 1 ? wanted : `${wanted}-${again}`;
    if ((await commitOf(repository, `refs/fleet/salvage/${name}`)) === null) return name;
  }
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

/** Commits of a repository inside; fetching runs nothing that the other side configured. */
async function keepNested(given: {
  readonly repository: Repository;
  readonly folder: string;
  readonly nested: readonly Name[];
  readonly name: string;
}): Promise<readonly string[]> {
  const refs: string[] = [];
  for (const [index, nested] of given.nested.entries()) {
    const from = join(given.folder, Buffer.from(nested, 'latin1').toString('utf8'));
    if ((await kindOf(Buffer.from(join(from, '.git')))) === 'nothing') continue;
    const to = `refs/fleet/salvage-nested/${given.name}/${index + 1}`;
    await git(
      [
        'fetch',
        '--quiet',
        '--no-tags',
        '--no-write-fetch-head',
        from,
        `+refs/heads/*:${to}/*`,
        `+HEAD:${to}-head`,
      ],
      // A nested repository without a commit has nothing to fetch.
      { cwd: given.repository.root, answers: [1, 128], timeoutMs: TIMEOUT_MS },
    );
    refs.push(to);
  }
  return refs;
}
