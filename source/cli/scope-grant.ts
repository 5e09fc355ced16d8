import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { scopeNamed } from './scope-named.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'scope grant',
  summary: 'let one run reach more than it may, until it ends',
  usage: 'fleet scope grant RUN SCOPE --reason TEXT',
  details:
    'Scopes: network, vault, deploy, other-projects. Calls that wait for it are judged again at once. Who granted it, when and why stays in the log; policy.yaml may name who can.',
  arguments: [
    { name: 'RUN', description: 'id of the run, the beginning of it, or the agent where it has only one' },
    { name: 'SCOPE', description: 'what it is to reach' },
  ],
  options: [{ flags: '-r, --reason <text>', description: 'why, for the record' }],
  async run(invocation) {
    const [run = '', named = ''] = invocation.positionals;
    const scope = scopeNamed(named);
    const reason = textOption(invocation.options, 'reason') ?? '';
    await askDaemon(invocation, { type: 'grant-scope', run, scope, reason });
    invocation.stdout.write(
      `${run} has the scope ${scope} until it ends; fleet scope revoke ${run} ${scope}\n`,
    );
    return EXIT.ok;
  },
};
