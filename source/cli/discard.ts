import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';

export const command: Command = {
  name: 'discard',
  summary: 'remove the worktree and branch of an ended run',
  usage: 'fleet discard RUN [--force]',
  details:
    'Refuses what is dirty, unmerged or live. --force salvages uncommitted and unmerged work to a ref first.',
  arguments: [{ name: 'RUN', description: 'id of the run' }],
  options: [{ flags: '--force', description: 'discard it although there is work in it' }],
  async run(invocation) {
    const [run = ''] = invocation.positionals;
    const isForced = invocation.options['force'] === true;
    const { salvage } = await askDaemon(invocation, { type: 'discard-worktree', run, isForced });
    invocation.stdout.write(salvage ? `discarded; its work is kept at ${salvage}\n` : 'discarded\n');
    return EXIT.ok;
  },
};
