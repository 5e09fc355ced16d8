/** The first fleet.yaml of a project: commented, and with the agents for what was found. */
import { basename } from 'node:path';
import type { Surroundings } from '../io/files/surroundings.ts';

/** Programs `fleet init` looks for; each is a vendor by the same name. */
export const AGENT_PROGRAMS = ['claude', 'codex', 'gemini', 'opencode'] as const;

const PROGRAM_TITLES: Readonly<Record<string, string>> = {
  claude: 'Claude Code',
  codex: 'Codex CLI',
  gemini: 'Gemini CLI',
  opencode: 'opencode',
};

/** Scripts that judge the code and leave it alone: worth allowing without a question. */
const HARMLESS_SCRIPTS = ['test', 'lint', 'typecheck', 'build'];

export function fleetYamlFor(root: string, surroundings: Surroundings): string {
  const { git, programs, scripts } = surroundings;
  const rules = scripts
    .filter((script) => HARMLESS_SCRIPTS.includes(script))
    .map((script) => `Bash(${script === 'test' ? 'npm test' : `npm run ${script}`})`);
  const agents =
    programs.length > 0
      ? programs.map((program) => agentText(program, git !== null))
      : [shellText(git !== null)];
  return `# The agents of this project. Check it with: fleet config check
# Every key is explained in docs/configuration.md of fleet-tui.
# An agent with longer instructions has a file of its own: agents/NAME/AGENT.md

project: ${JSON.stringify(projectName(root))}

# What holds for every agent that says nothing else.
defaults:
  permissions:
    # restricted: look at files. read_only: + search and the web. read_write: + change files.
    # What a tier does not allow is asked in the approval queue.
    execution_tier: read_only
${rulesText(rules)}  # ${git === null ? 'There is no git repository here: agents work in this folder itself.' : 'Each run works in a git worktree and on a branch of its own.'}
  worktree: ${git !== null}

agents:
${agents.join('\n')}`;
}

/** The folder's name, as far as it can stand in a title. */
function projectName(root: string): string {
  const name = basename(root).replace(/\p{C}/gu, '').trim().slice(0, 60);
  return name === '' ? 'project' : name;
}

function rulesText(rules: readonly string[]): string {
  const examples = `    # Rules open or close single actions: Bash(npm test), ask: Bash(git push *), deny: Read(secrets/**)\n`;
  if (rules.length === 0) return `${examples}    rules: []\n`;
  return `${examples}    rules:\n${rules.map((rule) => `      - ${rule}\n`).join('')}`;
}

function agentText(program: string, hasGit: boolean): string {
  return `  - name: ${program}
    description: ${PROGRAM_TITLES[program]} on whatever task it is given
    vendor: ${program}
    # Runs at the same time${hasGit ? ', each in its own worktree' : '; more than one would change the same files'}.
    max_concurrent: ${hasGit ? 4 : 1}
    # role: developer
    # reports_to: somebody-else
    # budget_seconds: 3600
`;
}

function shellText(hasGit: boolean): string {
  return `  # No agent CLI was found on the PATH (looked for ${AGENT_PROGRAMS.join(', ')}), so this is a plain shell to
  # try the control room with. With one installed, an agent is as short as:
  #   - name: claude
  #     vendor: claude
  - name: shell
    description: a shell to try things with; what it does cannot be intercepted
    vendor: command
    command: [bash, -i]
    max_concurrent: ${hasGit ? 4 : 1}
`;
}
