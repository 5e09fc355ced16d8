import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';

export const command: Command = {
  name: 'db backup',
  summary: 'copy the store while it is in use, and verify the copy',
  usage: 'fleet db backup',
  arguments: [],
  options: [],
  async run(invocation) {
    const { file, events } = await askDaemon(invocation, { type: 'backup' });
    invocation.stdout.write(`${events} events in ${file}\n`);
    return EXIT.ok;
  },
};
