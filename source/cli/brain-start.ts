import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';

export const command: Command = {
  name: 'brain start',
  summary: 'start the daemon (every command does when it needs it)',
  usage: 'fleet brain start',
  arguments: [],
  options: [],
  run: (invocation) =>
    withDaemon(invocation, async ({ daemon }) => {
      invocation.stdout.write(`running (version ${daemon.version}, pid ${daemon.pid})\n`);
      return EXIT.ok;
    }),
};
