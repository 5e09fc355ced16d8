import { randomUUID } from 'node:crypto';
import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'reject',
  summary: 'refuse a call and tell the agent why',
  usage: 'fleet reject ID -m TEXT',
  arguments: [{ name: 'ID', description: 'id of the approval' }],
  options: [{ flags: '-m, --message <text>', description: 'what the agent is told' }],
  async run(invocation) {
    const { positionals, options, stdout, stderr } = invocation;
    const [id = ''] = positionals;
    const message = textOption(options, 'message') ?? '';
    if (message.trim() === '') {
      stderr.write(
        'fleet reject: say why, the agent reads it: fleet reject ID -m "use the staging server"\n',
      );
      return EXIT.usage;
    }
    return withDaemon(invocation, async (daemon) => {
      const { fleet } = await daemon.ask({ type: 'fleet' });
      // A no is safe whatever it was about, so it is bound to what the daemon holds now.
      const hash = fleet.approvals[id]?.hash ?? '';
      const decision = randomUUID();
      await daemon.ask({
        type: 'decide',
        approval: id,
        verdict: 'rejected',
        hash,
        decision,
        editedInput: null,
        message,
      });
      stdout.write('rejected\n');
      return EXIT.ok;
    });
  },
};
