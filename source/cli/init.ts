import { access, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrors, problemLine } from '../core/config/problem.ts';
import { FLEET_FILE, readProject } from '../io/files/project-files.ts';
import { lookAround } from '../io/files/surroundings.ts';
import { EXIT, type Command } from './command.ts';
import { AGENT_PROGRAMS, fleetYamlFor } from './init-template.ts';

export const command: Command = {
  name: 'init',
  summary: 'write a fleet.yaml for this project from what is found',
  usage: 'fleet init [--force]',
  details:
    'Looks for the git repository, installed agent CLIs and scripts in package.json. Never overwrites: with --force an older fleet.yaml is kept beside the new one.',
  arguments: [],
  options: [{ flags: '--force', description: 'write a new one, and keep the old one beside it' }],
  async run({ options, stdout, stderr, cwd, env }) {
    const around = await lookAround(cwd, { path: env['PATH'] ?? '', programs: AGENT_PROGRAMS });
    const root = around.git?.root ?? cwd;
    const file = join(root, FLEET_FILE);
    let kept: string | null = null;
    if (await isThere(file)) {
      if (options['force'] !== true) {
        stderr.write(
          `fleet init: ${file} is there already and stays as it is\n  check it  fleet config check\n  start anew, keeping the old one  fleet init --force\n`,
        );
        return EXIT.failed;
      }
      kept = await setAside(file);
    }
    // 'wx': whatever appeared here in the meantime is not overwritten either.
    await writeFile(file, fleetYamlFor(root, around), { flag: 'wx' });

    stdout.write(`wrote ${file}\n`);
    if (kept !== null) stdout.write(`  the old one is ${kept}\n`);
    stdout.write(`  git          ${gitWords(around.git)}\n`);
    stdout.write(`  agent CLIs   ${around.programs.join(', ') || 'none on the PATH; a shell to try with'}\n`);
    if (around.scripts.length > 0) stdout.write(`  package.json scripts: ${around.scripts.join(', ')}\n`);

    const { project, problems } = await readProject(root);
    if (project === null || hasErrors(problems)) {
      stderr.write(`the project has problems that were there before:\n`);
      for (const problem of problems) stderr.write(`  ${problemLine(problem)}\n`);
      return EXIT.failed;
    }
    const commit =
      around.git?.hasCommit === false ? '  git add -A && git commit   # worktrees start from a commit\n' : '';
    stdout.write(`next:\n${commit}  fleet start ${project.agents[0]!.name} "what it is to do"\n  fleet\n`);
    return EXIT.ok;
  },
};

function gitWords(git: { readonly branch: string | null } | null): string {
  if (git === null) return 'none here; agents work in the folder itself';
  return git.branch === null ? 'a repository, on no branch' : `a repository, on branch ${git.branch}`;
}

/** Renames to the first name that is free, as `fleet.yaml.old-1`. */
async function setAside(file: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const aside = `${file}.old-${number}`;
    if (await isThere(aside)) continue;
    await rename(file, aside);
    return aside;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
