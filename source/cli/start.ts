import { agentEnvironment } from '../wire/agent-environment.ts';
import { commandWords } from '../core/config/command-words.ts';
import { askDaemon } from './daemon-ask.ts';
import { EXIT, type Command } from './command.ts';
import { textOption } from './text-option.ts';
import { projectRootOf } from '../io/files/project-files.ts';

/** What a session starts with until a pane tells it its true size. */
const COLUMNS = 120;
const ROWS = 40;

export const command: Command = {
  name: 'start',
  summary: 'start an agent of the project on a task, or any command',
  usage: 'fleet start AGENT [TASK...] | fleet start --command "PROGRAM ARGUMENTS"',
  details:
    'An agent in a git repository works in a worktree and on a branch of its own. A plain command runs where you are, labelled "contained only": its actions cannot be intercepted.',
  arguments: [
    { name: 'AGENT', description: 'name of an agent in fleet.yaml', isOptional: true },
    { name: 'TASK', description: 'what it is to do', isOptional: true, isVariadic: true },
  ],
  options: [
    { flags: '-c, --command <line>', description: 'run this command instead of an agent' },
    { flags: '--worktree', description: 'give it a worktree of its own' },
    { flags: '--here', description: 'let it work in the project folder itself' },
    {
      flags: '--unattended',
      description: 'nobody is asked: what is not allowed is denied; needs a tier of its own',
    },
    { flags: '--json', description: 'print {"run": ID}' },
  ],
  async run(invocation) {
    const { positionals, options, stdout, stderr, cwd, env } = invocation;
    const [agent, ...task] = positionals;
    const line = textOption(options, 'command');
    if ((agent === undefined) === (line === undefined)) {
      stderr.write(
        'fleet start: name an agent, or give a command with --command (see: fleet start --help)\n',
      );
      return EXIT.usage;
    }
    if (options['worktree'] && options['here']) {
      stderr.write('fleet start: --worktree and --here exclude each other\n');
      return EXIT.usage;
    }
    const { run } = await askDaemon(invocation, {
      type: 'start',
      project: await projectRootOf(cwd),
      agent: agent ?? null,
      command: line === undefined ? [] : argvOf(line),
      task: task.join(' '),
      worktree: options['worktree'] ? true : options['here'] ? false : null,
      columns: COLUMNS,
      rows: ROWS,
      isAttended: options['unattended'] !== true,
      environment: agentEnvironment(env),
    });
    if (options['json']) stdout.write(`${JSON.stringify({ run })}\n`);
    else stdout.write(`started run ${run}\n  watch  fleet attach ${run}\n  stop   fleet stop ${run}\n`);
    return EXIT.ok;
  },
};

/** The words of a plain command; what only a shell understands goes to one. */
function argvOf(line: string): readonly string[] {
  const split = commandWords(line);
  return split.type === 'words' && split.words.length > 0 ? split.words : ['/bin/sh', '-c', line];
}
