/** Where a project is, and what its files say: fleet.yaml, and an AGENT.md for each agent that has one. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseAgentFile } from '../../core/config/agent-file.ts';
import { parseFleetFile } from '../../core/config/fleet-file.ts';
import { mergeProject } from '../../core/config/merge-project.ts';
import type { Problem } from '../../core/config/problem.ts';
import type { ProjectConfig } from '../../core/agent.ts';
import { ConfigFileError, readConfigFile, stampOf } from './config-file.ts';

export const FLEET_FILE = 'fleet.yaml';
const AGENT_FILE = 'AGENT.md';
/** Folders that hold one folder per agent, each with its AGENT.md. */
const AGENT_FOLDERS = ['agents', '.fleet/agents'] as const;

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

/** Reads and merges the project's files. Throws ConfigFileError when a file cannot be read. */
export async function readProject(root: string): Promise<ProjectFiles> {
  const texts: Record<string, string> = {};
  const read = async (path: string): Promise<string | null> => {
    const text = await readConfigFile(join(root, path));
    if (text !== null) texts[path] = text;
    return text;
  };
  const fleetText = await read(FLEET_FILE);
  const agentFiles = [];
  for (const path of await agentFilesOf(root)) {
    const text = await read(path);
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

/** Differs when any of the project's files was changed, added or taken away; cheap enough for every tool call. */
export async function stampOfProject(root: string): Promise<string> {
  const files = [FLEET_FILE, ...(await agentFilesOf(root))];
  const stamps = await Promise.all(files.map((path) => stampOf(join(root, path))));
  return files.map((path, index) => `${path} ${stamps[index]}`).join('\n');
}

async function agentFilesOf(root: string): Promise<string[]> {
  const files: string[] = [];
  for (const folder of AGENT_FOLDERS) {
    const names = await readdir(join(root, folder)).catch((): string[] => []);
    for (const name of names.sort()) files.push(`${folder}/${name}/${AGENT_FILE}`);
  }
  if (files.length > AGENT_FILES_MAX)
    throw new ConfigFileError(`${root} has ${files.length} agent folders, more than ${AGENT_FILES_MAX}`);
  return files;
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
