/** What is there to make a first fleet.yaml from: repository, branch, agent CLIs, scripts of the project. */
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';

export interface Surroundings {
  readonly git: {
    /** Top folder of the worktree. */
    readonly root: string;
    /** null on a detached HEAD. */
    readonly branch: string | null;
    /** A worktree starts from a commit; a repository just made has none. */
    readonly hasCommit: boolean;
  } | null;
  /** The programs of those asked for that can be started, in the order asked. */
  readonly programs: readonly string[];
  /** Names of the scripts in package.json. */
  readonly scripts: readonly string[];
}

/** No process is started: a folder just cloned is not trusted yet. */
export async function lookAround(
  cwd: string,
  given: { readonly path: string; readonly programs: readonly string[] },
): Promise<Surroundings> {
  const git = await repositoryAt(resolve(cwd));
  const found = await Promise.all(given.programs.map((program) => isOnPath(program, given.path)));
  return {
    git,
    programs: given.programs.filter((_, index) => found[index]),
    scripts: await scriptsOf(git?.root ?? resolve(cwd)),
  };
}

async function repositoryAt(cwd: string): Promise<Surroundings['git']> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const gitDir = await gitDirAt(folder);
    if (gitDir !== null) {
      const branch = await branchOf(gitDir);
      return { root: folder, branch, hasCommit: await hasCommit(gitDir, branch) };
    }
    if (folder === dirname(folder)) return null;
  }
}

/** A linked worktree has a file in place of the folder, with the way to it. */
async function gitDirAt(folder: string): Promise<string | null> {
  const place = join(folder, '.git');
  try {
    if ((await stat(place)).isDirectory()) return place;
    const pointer = /^gitdir: (.*)$/m.exec(await readFile(place, 'utf8'))?.[1];
    return pointer === undefined ? null : resolve(folder, pointer);
  } catch {
    return null;
  }
}

async function branchOf(gitDir: string): Promise<string | null> {
  try {
    return /^ref: refs\/heads\/(.+)$/m.exec(await readFile(join(gitDir, 'HEAD'), 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}

/** Wherever git keeps its branches: a file each, one file for many, or a table of its own. */
async function hasCommit(gitDir: string, branch: string | null): Promise<boolean> {
  if (branch === null) return true;
  let common = gitDir;
  try {
    common = resolve(gitDir, (await readFile(join(gitDir, 'commondir'), 'utf8')).trim());
  } catch {
    // The repository's own folder, not a linked worktree.
  }
  for (const place of [`refs/heads/${branch}`, 'packed-refs', 'reftable']) {
    try {
      await access(join(common, place));
      return true;
    } catch {
      // Not there.
    }
  }
  return false;
}

async function isOnPath(program: string, path: string): Promise<boolean> {
  for (const folder of path.split(delimiter)) {
    // A relative entry means another folder wherever one stands.
    if (!isAbsolute(folder)) continue;
    const file = join(folder, program);
    try {
      await access(file, constants.X_OK);
      if ((await stat(file)).isFile()) return true;
    } catch {
      // Not in this one.
    }
  }
  return false;
}

async function scriptsOf(root: string): Promise<readonly string[]> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const scripts = (manifest as { scripts?: unknown } | null)?.scripts;
    return scripts !== null && typeof scripts === 'object' ? Object.keys(scripts) : [];
  } catch {
    return [];
  }
}
