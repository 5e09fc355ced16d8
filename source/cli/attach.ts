import { EXIT, type Command } from './command.ts';
import { placesFor, withDaemon } from './daemon-ask.ts';
import { sessionOf } from './session-of.ts';

export const command: Command = {
  name: 'attach',
  summary: 'open a run full-screen and type to it; Ctrl-] leaves it running',
  usage: 'fleet attach RUN',
  arguments: [{ name: 'RUN', description: 'id of the run' }],
  options: [],
  async run(invocation) {
    const [name = ''] = invocation.positionals;
    const attach = await withDaemon(invocation, async (daemon) => {
      const { fleet } = await daemon.ask({ type: 'fleet' });
      const session = sessionOf(fleet, name);
      return Object.values(fleet.runs).find((run) => run.session === session)?.id;
    });
    if (attach === undefined) return EXIT.failed;
    return invocation.openControlRoom({ places: placesFor(invocation), attach });
  },
};
