import { formatProblem } from '../core/config/problem.ts';
import { projectRootOf, readProject } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { printJson } from './print.ts';

export const command: Command = {
  name: 'config check',
  summary: 'check fleet.yaml and every AGENT.md of the project',
  usage: 'fleet config check [--json]',
  details: 'Exits with 1 when there is an error; warnings alone exit with 0.',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run({ options, stdout, stderr, cwd }) {
    const root = await projectRootOf(cwd);
    const { project, problems, texts } = await readProject(root);
    if (options['json'] === true) {
      printJson(stdout, { root, isSound: project !== null, problems });
      return project === null ? EXIT.failed : EXIT.ok;
    }
    for (const problem of problems) stderr.write(`${formatProblem(problem, texts[problem.file] ?? '')}\n`);
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    const counts = [counted(errors, 'error'), counted(problems.length - errors, 'warning')];
    const found = counts.filter((part) => part !== '').join(', ');
    if (project === null) {
      stderr.write(`${found} in ${root}; nothing is loaded until the errors are mended\n`);
      return EXIT.failed;
    }
    const agents = counted(project.agents.length, 'agent') || 'no agents';
    stdout.write(`${root} is sound: ${agents}${found === '' ? '' : `, ${found}`}\n`);
    return EXIT.ok;
  },
};

function counted(number: number, noun: string): string {
  if (number === 0) return '';
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
