import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'grant revoke',
  summary: 'ask again about what a grant covered',
  usage: 'fleet grant revoke ID [--reason TEXT]',
  arguments: [{ name: 'ID', description: 'id of the grant' }],
  options: [{ flags: '-r, --reason <text>', description: 'why, for the record' }],
  async run(invocation) {
    const [grant = ''] = invocation.positionals;
    const reason = textOption(invocation.options, 'reason') ?? '';
    await askDaemon(invocation, { type: 'revoke-grant', grant, reason });
    invocation.stdout.write(`grant ${grant} holds no more\n`);
    return EXIT.ok;
  },
};
