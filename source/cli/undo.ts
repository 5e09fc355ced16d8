import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';

export const command: Command = {
  name: 'undo',
  summary: 'take a yes back that has not left yet',
  usage: 'fleet undo ID',
  details:
    'A yes given in the control room is held for a few seconds, one of "fleet approve" as long as --undo-window says. What the agent has been told cannot be taken back.',
  arguments: [{ name: 'ID', description: 'id of the approval' }],
  options: [],
  async run(invocation) {
    const [approval = ''] = invocation.positionals;
    await askDaemon(invocation, { type: 'undo', approval });
    invocation.stdout.write(`taken back; ${approval} waits again\n`);
    return EXIT.ok;
  },
};
