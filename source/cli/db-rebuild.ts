import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';

export const command: Command = {
  name: 'db rebuild',
  summary: 'fold the state anew from the events and compare',
  usage: 'fleet db rebuild',
  arguments: [],
  options: [],
  async run(invocation) {
    const { words } = await askDaemon(invocation, { type: 'rebuild' });
    invocation.stdout.write(`${words}\n`);
    return EXIT.ok;
  },
};
