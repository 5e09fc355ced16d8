/** Where a project is, and what its files say: fleet.yaml, and an AGENT.md for each agent that has one. */
import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseAgentFile } from '../../core/config/agent-file.ts';
import { parseFleetFile } from '../../core/config/fleet-file.ts';
import { mergeProject } from '../../core/config/merge-project.ts';
import type { Problem } from '../../core/config/problem.ts';
import type { ProjectConfig } from '../../core/agent.ts';

export const FLEET_FILE = 'fleet.yaml';
const AGENT_FILE = 'AGENT.md';
/** Folders that hold one folder per agent, each with its AGENT.md. */
const AGENT_FOLDERS = ['agents', '.fleet/agents'] as const;

/** A file of agents is a few kilobytes; one past this is something else. */
const FILE_BYTES_MAX = 256 * 1024;
/** As many agents as a control room can list; the rest is a mistake. */
const AGENT_FILES_MAX = 500;

export interface ProjectFiles {
  readonly root: string;
  readonly project: ProjectConfig | null;
  readonly problems: readonly Problem[];
  /** Text of each file that was read, by its path below the root, for showing the line that is wrong. */
  readonly texts: Readonly<Record<string, string>>;
  /** There is a fleet.yaml or an AGENT.md at all. */
  readonly isThere: boolean;
}

class ProjectFileError extends Error {
  readonly code = 'PROJECT_FILE';
}

/**
 * The nearest folder upwards with a fleet.yaml, else with a .git, else the folder itself. The search ends at
 * a repository's top, and at a folder everybody may write in (/tmp): a fleet.yaml there names programs to
 * start, and anybody may have put it there.
 */
export async function projectRootOf(cwd: string): Promise<string> {
  const start = resolve(cwd);
  for (let folder = start; ; folder = dirname(folder)) {
    if (folder !== start && (await isForEverybody(folder))) return start;
    if (await isThere(join(folder, FLEET_FILE))) return folder;
    if (await isThere(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return start;
  }
}

/** Reads and merges the project's files. Throws ProjectFileError when a file cannot be read. */
export async function readProject(root: string): Promise<ProjectFiles> {
  const texts: Record<string, string> = {};
  const fleetText = await readIfThere(root, FLEET_FILE, texts);
  const agentFiles = [];
  for (const path of await agentFilesOf(root)) {
    const text = await readIfThere(root, path, texts);
    if (text !== null) agentFiles.push(parseAgentFile(text, path));
  }
  const fleet = fleetText === null ? null : parseFleetFile(fleetText, FLEET_FILE);
  return {
    root,
    texts,
    isThere: Object.keys(texts).length > 0,
    ...mergeProject({ root, fleet, agentFiles }),
  };
}

async function agentFilesOf(root: string): Promise<string[]> {
  const files: string[] = [];
  for (const folder of AGENT_FOLDERS) {
    const names = await readdir(join(root, folder)).catch((): string[] => []);
    for (const name of names.sort()) files.push(`${folder}/${name}/${AGENT_FILE}`);
  }
  if (files.length > AGENT_FILES_MAX)
    throw new ProjectFileError(`${root} has ${files.length} agent folders, more than ${AGENT_FILES_MAX}`);
  return files;
}

async function readIfThere(
  root: string,
  path: string,
  texts: Record<string, string>,
): Promise<string | null> {
  const file = join(root, path);
  try {
    texts[path] = await readText(file);
    return texts[path];
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (cause instanceof ProjectFileError) throw cause;
    throw new ProjectFileError(`${file} cannot be read (${code ?? String(cause)}); check its permissions`, {
      cause,
    });
  }
}

/** Not waiting on a pipe that somebody named fleet.yaml, and never more than a file of agents may have. */
async function readText(file: string): Promise<string> {
  const opened = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await opened.stat()).isFile()) throw new ProjectFileError(`${file} is not a file`);
    const buffer = Buffer.alloc(FILE_BYTES_MAX + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await opened.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) break;
    }
    if (length > FILE_BYTES_MAX) {
      throw new ProjectFileError(`${file} has more than ${FILE_BYTES_MAX} bytes; a file of agents has fewer`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new ProjectFileError(`${file} is not UTF-8 text; save it as UTF-8`, { cause });
  } finally {
    await opened.close();
  }
}

/** Others than the owner and the group may make files in it. */
async function isForEverybody(folder: string): Promise<boolean> {
  try {
    return ((await stat(folder)).mode & 0o002) !== 0;
  } catch {
    return true;
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
