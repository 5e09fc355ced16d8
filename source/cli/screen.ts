import { connectScreens } from '../wire/screens-client.ts';
import { EXIT, type Command } from './command.ts';
import { placesFor, withDaemon } from './daemon-ask.ts';
import { printJson } from './print.ts';
import { sessionOf } from './session-of.ts';

const TIMEOUT_MS = 5_000;

export const command: Command = {
  name: 'screen',
  summary: 'print what is on the screen of a run now',
  usage: 'fleet screen RUN [--json]',
  arguments: [{ name: 'RUN', description: 'id of the run' }],
  options: [{ flags: '--json', description: 'rows, cursor, size and title' }],
  async run(invocation) {
    const [name = ''] = invocation.positionals;
    const session = await withDaemon(invocation, async (daemon) =>
      sessionOf((await daemon.ask({ type: 'fleet' })).fleet, name),
    );
    const screens = await connectScreens({
      socket: placesFor(invocation).screensSocket,
      timeoutMs: TIMEOUT_MS,
    });
    try {
      const screen = await screens.screen(session);
      if (invocation.options['json']) printJson(invocation.stdout, screen);
      else invocation.stdout.write(`${screen.rows.join('\n')}\n`);
    } finally {
      screens.close();
    }
    return EXIT.ok;
  },
};
