/** Folders and files outside the system's own that a program needs to run: itself, and the toolchains on its PATH. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { isWithin } from '../../core/containment/paths.ts';

/** Shown anyway. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/opt', '/nix/store', '/run/current-system'];

/** More folders than this on a PATH are left-overs of shells in shells. */
const PATH_FOLDERS_MAX = 64;

/** Where a folder of programs has its libraries beside it; elsewhere beside it lie keyrings and tokens. */
const PROGRAM_FOLDERS = ['bin', 'shims'];

export function programPlaces(given: {
  readonly program: string;
  readonly path: string;
  readonly cwd: string;
  readonly home: string;
  /** Ours: the gate and what runs it. */
  readonly files: readonly string[];
}): string[] {
  const { program, cwd, home } = given;
  const isElsewhere = (place: string): boolean => ![...SYSTEM, cwd].some((folder) => isWithin(place, folder));
  const folders = [...new Set(given.path.split(delimiter))]
    .filter((folder) => isAbsolute(folder))
    .slice(0, PATH_FOLDERS_MAX);
  const found = program.includes('/')
    ? [resolve(cwd, program)]
    : folders
        .map((folder) => join(folder, program))
        .filter(isProgram)
        .slice(0, 1);
  const places = [
    ...folders.filter(isFolder).flatMap((folder) => toolchain(folder, home)),
    ...found.flatMap((file) => [file, real(file)]).map((file) => installation(file, home)),
    ...given.files.flatMap((file) => [file, real(file)]),
  ];
  return [...new Set(places)].filter(isElsewhere);
}

/** The folder with what belongs to it. */
function toolchain(folder: string, home: string): string[] {
  const parent = dirname(folder);
  const isOfManyThings =
    [home, join(home, '.local'), join(home, '.cargo')].includes(parent) || isWithin(home, parent);
  if (!PROGRAM_FOLDERS.includes(basename(folder)) || isOfManyThings) {
    const rust = join(home, '.rustup');
    return folder === join(home, '.cargo', 'bin') && isFolder(rust) ? [folder, rust] : [folder];
  }
  return [parent];
}

/** What was installed with a program: its packages, or the folder it lies in. */
function installation(file: string, home: string): string {
  const packages = file.indexOf('/node_modules/');
  if (packages >= 0) return file.slice(0, packages + '/node_modules'.length);
  const folder = dirname(file);
  const [place = file] = toolchain(folder, home);
  // A program in the home itself is shown alone.
  return isWithin(home, place) ? file : place;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
