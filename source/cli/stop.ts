import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'stop',
  summary: 'end a run: its whole process group, within five seconds',
  usage: 'fleet stop RUN [-m REASON]',
  arguments: [
    { name: 'RUN', description: 'id of the run, the beginning of it, or the agent where it has only one' },
  ],
  options: [{ flags: '-m, --message <reason>', description: 'why, for the record' }],
  async run(invocation) {
    const [run = ''] = invocation.positionals;
    const reason = textOption(invocation.options, 'message') ?? 'asked by a person';
    await askDaemon(invocation, { type: 'stop', run, reason });
    invocation.stdout.write(`stopping ${run}; its worktree and its output stay\n`);
    return EXIT.ok;
  },
};
