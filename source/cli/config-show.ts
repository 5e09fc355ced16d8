import { problemLine } from '../core/config/problem.ts';
import type { AgentDefinition, Rule } from '../core/agent.ts';
import { visible } from '../core/visible-text.ts';
import { projectRootOf, readProject } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { printJson } from './print.ts';

export const command: Command = {
  name: 'config show',
  summary: 'show the agents as fleet.yaml, AGENT.md and the defaults make them',
  usage: 'fleet config show [--json]',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run({ options, stdout, stderr, cwd }) {
    const { project, problems } = await readProject(await projectRootOf(cwd));
    if (project === null) {
      for (const problem of problems) stderr.write(`${problemLine(problem)}\n`);
      return EXIT.failed;
    }
    if (options['json'] === true) printJson(stdout, project);
    else {
      stdout.write(`${visible(project.name)}  ${visible(project.root)}\n`);
      for (const agent of project.agents) {
        stdout.write(`\n${agent.name}  ${visible(agent.sources.join(', '))}\n`);
        for (const [key, value] of facts(agent)) stdout.write(`  ${key.padEnd(16)}${visible(value)}\n`);
      }
    }
    return EXIT.ok;
  },
};

/** In the words of the files; what says nothing is left out. */
function facts(agent: AgentDefinition): readonly (readonly [string, string])[] {
  const { rules, allowedSubagents, subscriptionGate, budgetSeconds, instructions } = agent;
  const all: readonly (readonly [string, string | null])[] = [
    ['enabled', agent.isEnabled === false ? 'no' : null],
    ['description', agent.description],
    ['role', agent.role],
    ['department', agent.department],
    ['reports to', agent.reportsTo],
    ['vendor', agent.vendor],
    ['command', agent.command.map((word) => (/[\s'"]/.test(word) ? JSON.stringify(word) : word)).join(' ')],
    ['tier', agent.tier ?? 'as set globally'],
    ...rules.map((rule, index) => [index === 0 ? 'rules' : '', ruleWords(rule)] as const),
    ['sub-agents', allowedSubagents === null ? null : allowedSubagents.join(', ') || 'none'],
    ['worktree', worktreeWords(agent.worktree)],
    ['at a time', String(agent.maxConcurrent)],
    ['budget', budgetSeconds === null ? null : `${budgetSeconds} s`],
    ['subscribes to', agent.subscribesTo.join(', ')],
    ['when', subscriptionGate === null ? null : JSON.stringify(subscriptionGate)],
    ['schedule', agent.schedule],
    ['triggers', agent.triggers.length === 0 ? null : String(agent.triggers.length)],
    ['GitHub app', agent.useGithubApp ? 'yes' : null],
    ['instructions', instructions === '' ? null : `${instructions.split('\n').length} lines`],
  ];
  return all.flatMap(([key, value]) => (value === null || value === '' ? [] : [[key, value] as const]));
}

function ruleWords({ effect, rule }: Rule): string {
  return `${effect.padEnd(5)} ${rule}`;
}

function worktreeWords(worktree: boolean | string): string {
  if (typeof worktree === 'string') return worktree;
  return worktree ? 'its own for each run' : 'the project folder itself';
}
