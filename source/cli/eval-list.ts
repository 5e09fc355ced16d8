import { DIMENSIONS } from '../core/quality/dimensions.ts';
import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { printJson, printTable } from './print.ts';
import { textOption } from './text-option.ts';
import { workDone } from './work-done.ts';

/** A screenful; more with --limit. */
const LIMIT = 20;

export const command: Command = {
  name: 'eval list',
  summary: 'how good the work of each agent is, by what is recorded',
  usage: 'fleet eval list [--agent A] [--limit N] [--json]',
  arguments: [],
  options: [
    { flags: '--agent <name>', description: 'only this agent' },
    { flags: '--limit <n>', description: `so many agents (${LIMIT})` },
    { flags: '--json', description: 'for programs' },
  ],
  run(invocation) {
    const { stdout, stderr, options } = invocation;
    const agent = textOption(options, 'agent');
    const limit = Number(textOption(options, 'limit') ?? LIMIT);
    if (!Number.isInteger(limit) || limit < 1) {
      stderr.write('fleet eval list: --limit is a whole number from 1 up\n');
      return Promise.resolve(EXIT.usage);
    }
    return withDaemon(invocation, async (daemon) => {
      const all = await workDone(daemon, Date.now());
      const found = all.filter((work) => agent === undefined || work.agent === agent).slice(0, limit);
      if (options['json']) {
        printJson(stdout, found);
        return EXIT.ok;
      }
      if (found.length === 0) {
        stdout.write(
          agent === undefined
            ? 'no task has been finished in the last fortnight; start one: fleet start AGENT TASK\n'
            : `${agent} has finished no task in the last fortnight\n`,
        );
        return EXIT.ok;
      }
      printTable(
        stdout,
        ['AGENT', 'ROLE', '>TASKS', ...DIMENSIONS.map((name) => `>${name.toUpperCase()}`), '>OVERALL'],
        found.map((work) => [
          work.agent,
          work.role || '-',
          String(work.tasks),
          ...DIMENSIONS.map((name) => scoreText(work.dimensions[name])),
          work.overall === null ? 'n/a' : String(work.overall),
        ]),
      );
      stdout.write('~ not enough work to say by itself; n/a: nothing recorded tells of it\n');
      return EXIT.ok;
    });
  },
};

function scoreText({
  score,
  isTooLittle,
}: {
  readonly score: number | null;
  readonly isTooLittle: boolean;
}): string {
  if (score === null) return 'n/a';
  return isTooLittle ? `~${score}` : String(score);
}
