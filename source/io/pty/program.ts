/**
 * Finds out before a fork what execvp and chdir would say after it: a child that cannot start only prints a
 * line into its own terminal and exits 1, which nobody can tell from a program that did the same.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What execvp searches when the environment has no PATH. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

class CannotStartError extends Error {
  readonly code = 'CANNOT_START';
}

/** The file that would run. Throws CannotStartError that says what is missing. */
export function checkProgram(start: {
  readonly program: string;
  readonly cwd: string;
  readonly path: string | undefined;
}): string {
  const { program, cwd } = start;
  checkFolder(cwd);
  if (program.includes('/')) {
    const file = resolve(cwd, program);
    const fault = faultOf(file);
    if (fault !== null) throw new CannotStartError(`cannot start ${program}: ${file} ${fault}`);
    return file;
  }
  const path = start.path ?? DEFAULT_PATH;
  let nearly = '';
  for (const folder of path.split(':')) {
    const file = join(folder === '' ? cwd : resolve(cwd, folder), program);
    const fault = faultOf(file);
    if (fault === null) return file;
    if (fault !== ABSENT) nearly ||= ` (${file} ${fault})`;
  }
  throw new CannotStartError(
    `cannot start ${program}: no such program on the PATH of this run${nearly}; install it or name it by its full path. PATH was ${path}`,
  );
}

const ABSENT = 'does not exist';

function checkFolder(cwd: string): void {
  let isFolder: boolean;
  try {
    isFolder = statSync(cwd).isDirectory();
    accessSync(cwd, constants.X_OK);
  } catch (cause) {
    throw new CannotStartError(
      `cannot start in ${cwd}: ${(cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such folder' : 'not allowed to enter it'}`,
      { cause },
    );
  }
  if (!isFolder) throw new CannotStartError(`cannot start in ${cwd}: it is not a folder`);
}

function faultOf(file: string): string | null {
  try {
    if (!statSync(file).isFile()) return 'is not a file';
    accessSync(file, constants.X_OK);
    return null;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EACCES' ? 'may not be executed' : ABSENT;
  }
}
