/** Where a project is, and what its files say: fleet.yaml, and an AGENT.md for each agent that has one. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseAgentFile } from '../../core/config/agent-file.ts';
import { parseFleetFile } from '../../core/config/fleet-file.ts';
import { mergeProject } from '../../core/config/merge-project.ts';
import type { Problem } from '../../core/config/problem.ts';
import type { ProjectConfig } from '../../core/agent.ts';

export const FLEET_FILE = 'fleet.yaml';
export const AGENT_FILE = 'AGENT.md';
/** Folders that hold one folder per agent, each with its AGENT.md. */
export const AGENT_FOLDERS = ['agents', '.fleet/agents'] as const;

/** A file of agents is a few kilobytes; one past this is something else. */
const FILE_BYTES_MAX = 1024 * 1024;
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

export class ProjectFileError extends Error {
  readonly code = 'PROJECT_FILE';
}

/** The nearest folder upwards with a fleet.yaml, else with a .git, else the folder itself. */
export async function projectRootOf(cwd: string): Promise<string> {
  for (const name of [FLEET_FILE, '.git']) {
    for (let folder = resolve(cwd); ; folder = dirname(folder)) {
      if (await isThere(join(folder, name))) return folder;
      if (folder === dirname(folder)) break;
    }
  }
  return resolve(cwd);
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
    const names = await readdir(join(root, folder)).catch(() => []);
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
    const { size } = await stat(file);
    if (size > FILE_BYTES_MAX)
      throw new ProjectFileError(`${file} has ${size} bytes; a file of agents has at most ${FILE_BYTES_MAX}`);
    texts[path] = await readFile(file, 'utf8');
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

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
