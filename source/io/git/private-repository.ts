/**
 * A repository of one run's own: it borrows the project's objects and shares nothing else with it. The agent
 * works in it; the project's repository stays out of its reach, so nothing it writes is ever run or believed by
 * a git of ours. What it commits is fetched from there (collect.ts).
 */
import { access, copyFile, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { git, GitError, gitText } from './git.ts';
import type { Repository } from './repository.ts';
import { gitDirOf } from './worktree-list.ts';

export interface PrivateRepository {
  /** Its git directory. */
  readonly directory: string;
  /** Inside, this file stands in the place of the worktree's `.git`. */
  readonly pointer: string;
  /** Object folders it reads from; they must be visible at these places. */
  readonly borrowed: readonly string[];
}

/** A repository with more branches than this has them for machines; the agent sees the latest. */
const BRANCHES_MAX = 500;

/** A chain of repositories that borrow from each other; longer ones git itself refuses. */
const BORROWED_MAX = 5;

/** Settings of the project without which the same files would look changed. */
const COPIED_SETTINGS = [
  'core.autocrlf',
  'core.eol',
  'core.filemode',
  'core.ignorecase',
  'core.precomposeunicode',
  'core.symlinks',
  'user.name',
  'user.email',
];

/** `worktree` is a linked worktree of the repository, on `branch`; it stays one for the host. */
export async function makePrivateRepository(given: {
  readonly repository: Repository;
  readonly worktree: string;
  readonly branch: string;
  readonly folder: string;
}): Promise<PrivateRepository> {
  const { repository, worktree, branch, folder } = given;
  const directory = join(folder, 'git');
  const pointer = join(folder, 'gitfile');
  const cwd = repository.root;
  const objects = await gitText(['rev-parse', '--path-format=absolute', '--git-path', 'objects'], { cwd });
  const borrowed = await objectFolders(await realpath(objects));
  // Made before: what the agent has in it stays.
  if (await isThere(directory)) return { directory, pointer, borrowed };
  const unfinished = `${directory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  const linked = await gitDirOf(repository, worktree);
  if (linked === null)
    throw new GitError({ code: 'failed', message: `${worktree} is no worktree of ${repository.root}` });
  const [head, format, settings, branches] = await Promise.all([
    gitText(['rev-parse', '--verify', `refs/heads/${branch}^{commit}`], { cwd }),
    gitText(['rev-parse', '--show-object-format'], { cwd }),
    copiedSettings(cwd),
    projectBranches(cwd),
  ]);
  for (const name of [
    'hooks',
    'info',
    'objects/info',
    'objects/pack',
    `refs/heads/${dirname(branch)}`,
    'refs/tags',
  ])
    await mkdir(join(unfinished, name), { recursive: true });
  await Promise.all([
    writeFile(join(unfinished, 'config'), configText(format, settings)),
    writeFile(join(unfinished, 'HEAD'), `ref: refs/heads/${branch}\n`),
    writeFile(join(unfinished, 'refs', 'heads', branch), `${head}\n`),
    writeFile(join(unfinished, 'packed-refs'), branches),
    writeFile(join(unfinished, 'objects', 'info', 'alternates'), `${borrowed[0]}\n`),
    writeFile(pointer, `gitdir: ${directory}\n`),
    copyIfThere(join(linked, 'index'), join(unfinished, 'index')),
    copyIfThere(join(repository.commonDir, 'info', 'exclude'), join(unfinished, 'info', 'exclude')),
    copyIfThere(join(repository.commonDir, 'shallow'), join(unfinished, 'shallow')),
  ]);
  // Whole or not at all: a daemon may be killed at any step.
  await rename(unfinished, directory);
  return { directory, pointer, borrowed };
}

async function copiedSettings(cwd: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await git(['config', '--list', '-z'], { cwd });
  const found = new Map<string, string>();
  for (const entry of stdout.toString('utf8').split('\0')) {
    const lineEnd = entry.indexOf('\n');
    const name = entry.slice(0, lineEnd);
    // Of several the last one holds.
    if (COPIED_SETTINGS.includes(name)) found.set(name, entry.slice(lineEnd + 1));
  }
  return found;
}

/** `project/NAME` for each branch of the project, to compare with and to rebase onto; agents' own are left out. */
async function projectBranches(cwd: string): Promise<string> {
  const words = ['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', '--sort=-committerdate'];
  const listed = await gitText(
    [...words, `--count=${BRANCHES_MAX}`, '--exclude=refs/heads/fleet', 'refs/heads'],
    { cwd },
  ).catch(
    // --exclude came with git 2.42.
    () => gitText([...words, `--count=${BRANCHES_MAX}`, 'refs/heads'], { cwd }),
  );
  const refs = listed
    .split('\n')
    .flatMap((line) => {
      const [object = '', name = ''] = line.split(/ (.*)/s);
      return name === '' || name.startsWith('fleet/') ? [] : [`${object} refs/remotes/project/${name}`];
    })
    .sort((a, b) => (a.slice(a.indexOf(' ')) < b.slice(b.indexOf(' ')) ? -1 : 1));
  return ['# pack-refs with: sorted', ...refs, ''].join('\n');
}

/** The folder and those it borrows from in turn. */
async function objectFolders(first: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const waiting = [first]; waiting.length > 0 && found.length < BORROWED_MAX;) {
    const folder = waiting.shift()!;
    if (found.includes(folder)) continue;
    found.push(folder);
    const text = await readFile(join(folder, 'info', 'alternates'), 'utf8').catch(() => '');
    for (const line of text.split('\n'))
      if (line !== '' && !line.startsWith('#')) waiting.push(await realpath(resolve(folder, line)));
  }
  return found;
}

function configText(format: string, settings: ReadonlyMap<string, string>): string {
  const isPlain = format === 'sha1';
  const all = new Map([
    ['core.repositoryformatversion', isPlain ? '0' : '1'],
    // Whoever has no name of their own still lets agents commit.
    ['user.name', 'fleet agent'],
    ['user.email', 'agent@localhost'],
    ...settings,
    ['core.bare', 'false'],
    ['core.logallrefupdates', 'true'],
    // Borrowed objects must not be packed again and again by each run.
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ...(isPlain ? [] : ([['extensions.objectformat', format]] as const)),
  ]);
  return [...all]
    .map(([name, value]) => {
      const [section, key] = name.split('.');
      return `[${section}]\n\t${key} = ${quoted(value)}\n`;
    })
    .join('');
}

const quoted = (value: string): string =>
  `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
