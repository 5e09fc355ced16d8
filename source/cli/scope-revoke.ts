import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { scopeNamed } from './scope-named.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'scope revoke',
  summary: 'take a scope from a run that goes on',
  usage: 'fleet scope revoke RUN SCOPE [--reason TEXT]',
  details:
    'It counts at once: calls that wait and need it are refused, and so are approved ones the agent has not come for.',
  arguments: [
    { name: 'RUN', description: 'id of the run, the beginning of it, or the agent where it has only one' },
    { name: 'SCOPE', description: 'what it may no longer reach' },
  ],
  options: [{ flags: '-r, --reason <text>', description: 'why, for the record' }],
  async run(invocation) {
    const [run = '', named = ''] = invocation.positionals;
    const scope = scopeNamed(named);
    const reason = textOption(invocation.options, 'reason') ?? '';
    await askDaemon(invocation, { type: 'revoke-scope', run, scope, reason });
    invocation.stdout.write(`${run} no longer has the scope ${scope}\n`);
    return EXIT.ok;
  },
};
