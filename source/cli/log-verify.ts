import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';

export const command: Command = {
  name: 'log verify',
  summary: 'check that no recorded event was changed, removed or moved',
  usage: 'fleet log verify [--json]',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run(invocation) {
    const result = await askDaemon(invocation, { type: 'verify-log' });
    invocation.stdout.write(invocation.options['json'] ? `${JSON.stringify(result)}\n` : `${result.words}\n`);
    return result.isIntact ? EXIT.ok : EXIT.failed;
  },
};
