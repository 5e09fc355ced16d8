/** The worktrees git knows of. */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { git } from './git.ts';
import type { Repository } from './repository.ts';

export interface ListedWorktree {
  readonly path: string;
  /** null for a bare repository's own entry, and before the first commit. */
  readonly head: string | null;
  /** null while it is on no branch. */
  readonly branch: string | null;
  /** The first one: the repository's own folder. */
  readonly isMain: boolean;
  readonly isBare: boolean;
  readonly isLocked: boolean;
  /** Its folder is gone. */
  readonly isMissing: boolean;
}

export async function worktreesOf(repository: Repository): Promise<readonly ListedWorktree[]> {
  const { stdout } = await git(['worktree', 'list', '--porcelain', '-z'], { cwd: repository.root });
  return parseWorktrees(stdout.toString('utf8'));
}

function parseWorktrees(output: string): readonly ListedWorktree[] {
  return output
    .split('\0\0')
    .filter((block) => block !== '')
    .map((block, index) => {
      const attributes = new Map(
        block
          .split('\0')
          .filter((attribute) => attribute !== '')
          .map((attribute) => {
            const blank = attribute.indexOf(' ');
            return blank === -1 ? [attribute, ''] : [attribute.slice(0, blank), attribute.slice(blank + 1)];
          }),
      );
      const head = attributes.get('HEAD') ?? null;
      return {
        path: attributes.get('worktree') ?? '',
        head: head === null || /^0+$/.test(head) ? null : head,
        branch: attributes.get('branch')?.replace(/^refs\/heads\//, '') ?? null,
        isMain: index === 0,
        isBare: attributes.has('bare'),
        isLocked: attributes.has('locked'),
        isMissing: attributes.has('prunable'),
      };
    });
}

/**
 * git's own folder for the worktree at a path, or null when this repository has none there. Found from the
 * repository's side: the `.git` file inside the worktree is an agent's to write.
 */
export async function gitDirOf(repository: Repository, path: string): Promise<string | null> {
  const folder = join(repository.commonDir, 'worktrees');
  const wanted = await realPlace(path);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return null;
  }
  for (const name of names) {
    try {
      const pointer = (await readFile(join(folder, name, 'gitdir'), 'utf8')).replace(/\n$/, '');
      // Newer git may write it relative to its own folder.
      const place = dirname(resolve(join(folder, name), pointer));
      if (place === path || (await realPlace(place)) === wanted) return join(folder, name);
    } catch {
      // Half made or half removed by another git: not the one asked for.
    }
  }
  return null;
}

/** The real path even of a folder that is gone, as long as the folder it was in is there. */
export async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    try {
      return join(await realpath(dirname(path)), basename(path));
    } catch {
      return path;
    }
  }
}
