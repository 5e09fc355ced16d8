/** A project as its files say, and what is wrong with them in words. */
import type { ProjectConfig } from '../core/agent.ts';
import { problemLine } from '../core/config/problem.ts';
import { readProject } from '../io/files/project-files.ts';

export async function loadProject(root: string): Promise<{
  readonly project: ProjectConfig | null;
  readonly problems: readonly string[];
  readonly isThere: boolean;
}> {
  const { project, problems, isThere } = await readProject(root);
  if (!isThere)
    return { project: null, problems: [`${root} has no fleet.yaml; write one with: fleet init`], isThere };
  return { project, problems: problems.map(problemLine), isThere };
}
