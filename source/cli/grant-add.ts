import { GRANT_DAYS_MAX } from '../core/approvals/grants.ts';
import { projectRootOf } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'grant add',
  summary: 'stop asking about one kind of call, for some days',
  usage: 'fleet grant add RULE (--run RUN | --agent A) [--days N] --reason TEXT',
  details: `A grant answers questions that a tier or a rule asks; it opens nothing that is denied, no scope, and nothing of high risk. It ends after at most ${GRANT_DAYS_MAX} days, or with: fleet grant revoke ID`,
  arguments: [{ name: 'RULE', description: "what it covers, as in 'Bash(npm run e2e:*)'" }],
  options: [
    { flags: '--run <run>', description: 'only in this run' },
    { flags: '--agent <name>', description: 'in every run of this agent of the project' },
    { flags: '--days <n>', description: 'for how long (7)' },
    { flags: '-r, --reason <text>', description: 'why, for the record' },
  ],
  async run(invocation) {
    const { options, positionals, cwd, stdout, stderr } = invocation;
    const [run, agent] = [textOption(options, 'run'), textOption(options, 'agent')];
    if ((run === undefined) === (agent === undefined)) {
      stderr.write('fleet grant add: say for whom: --run RUN or --agent NAME\n');
      return EXIT.usage;
    }
    const days = Number(textOption(options, 'days') ?? '7');
    const { grant } = await askDaemon(invocation, {
      type: 'grant',
      rule: positionals[0] ?? '',
      holder:
        run === undefined
          ? { type: 'agent', project: await projectRootOf(cwd), agent: agent! }
          : { type: 'run', run },
      days: Number.isFinite(days) ? days : 0,
      reason: textOption(options, 'reason') ?? '',
      approval: null,
    });
    stdout.write(`grant ${grant} holds for ${days} days; fleet grant revoke ${grant}\n`);
    return EXIT.ok;
  },
};
