import { openSegments } from '../io/segments/segment-reader.ts';
import { EXIT, type Command } from './command.ts';
import { placesFor, withDaemon } from './daemon-ask.ts';
import { sessionOf } from './session-of.ts';

export const command: Command = {
  name: 'logs',
  summary: 'print everything a session wrote, as it wrote it',
  usage: 'fleet logs RUN [--from OFFSET]',
  details:
    'The raw bytes, escape sequences included: look at them in a terminal you trust, or pipe them. "fleet screen" shows the present screen.',
  arguments: [{ name: 'RUN', description: 'id of the run' }],
  options: [{ flags: '--from <offset>', description: 'start at this byte of the output' }],
  async run(invocation) {
    const [name = ''] = invocation.positionals;
    const session = await withDaemon(invocation, async (daemon) =>
      sessionOf((await daemon.ask({ type: 'fleet' })).fleet, name),
    );
    const segments = openSegments(placesFor(invocation).session(session));
    const from = Number(invocation.options['from'] ?? 0);
    for (const event of segments.events(Math.max(from, segments.from)))
      if (event.type === 'data' && !invocation.stdout.write(event.bytes))
        await new Promise((drained) => invocation.stdout.once('drain', drained));
    return EXIT.ok;
  },
};
