/** Which repository a folder belongs to. */
import { stat } from 'node:fs/promises';
import { git, GitError, gitText } from './git.ts';

export interface Repository {
  /** The shared git directory, absolute: what all worktrees of the repository have in common. */
  readonly commonDir: string;
  /** Top folder of the worktree asked about; of a bare repository the git directory itself. */
  readonly root: string;
  readonly isBare: boolean;
}

/** The repository of a folder, or null when it is in none. */
export async function repositoryOf(path: string): Promise<Repository | null> {
  if (!(await isFolder(path))) return null;
  let answer: string;
  try {
    // One path, last: a path may have line ends in it.
    answer = await gitText(
      ['rev-parse', '--is-bare-repository', '--path-format=absolute', '--git-common-dir'],
      {
        cwd: path,
      },
    );
  } catch (error) {
    if (error instanceof GitError && error.code === 'not-a-repository') return null;
    throw error;
  }
  const lineEnd = answer.indexOf('\n');
  const commonDir = answer.slice(lineEnd + 1);
  const isBare = answer.slice(0, lineEnd) === 'true';
  const top = await git(['rev-parse', '--path-format=absolute', '--show-toplevel'], {
    cwd: path,
    answers: [128],
  });
  const root = top.code === 0 ? top.stdout.toString('utf8').replace(/\n$/, '') : '';
  return { commonDir, root: root === '' ? commonDir : root, isBare };
}

/** The commit a name stands for, or null when it stands for none. */
export async function commitOf(repository: Repository, name: string): Promise<string | null> {
  const { code, stdout } = await git(
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`],
    {
      cwd: repository.root,
      answers: [1, 128],
    },
  );
  return code === 0 ? stdout.toString('utf8').trim() : null;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
