import { durationMs } from '../core/duration.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';

export const command: Command = {
  name: 'snooze',
  summary: 'put a request aside for a while',
  usage: 'fleet snooze ID TIME',
  details:
    'It comes back by itself. It still expires when its time is up, and that is a no. TIME "0s" wakes it.',
  arguments: [
    { name: 'ID', description: 'id of the approval' },
    { name: 'TIME', description: 'how long: 90s, 10m, 2h' },
  ],
  options: [],
  async run(invocation) {
    const [approval = '', time = ''] = invocation.positionals;
    const span = durationMs(time);
    if (span === undefined) {
      invocation.stderr.write(`fleet snooze: ${time} is no span; write 90s, 10m or 2h\n`);
      return EXIT.usage;
    }
    const until = span === 0 ? null : Date.now() + span;
    await askDaemon(invocation, { type: 'snooze', approval, until });
    invocation.stdout.write(
      until === null ? `${approval} is awake\n` : `${approval} comes back in ${time}\n`,
    );
    return EXIT.ok;
  },
};
