import { connectDaemon, DaemonError } from '../wire/daemon-client.ts';
import { EXIT, type Command } from './command.ts';
import { placesFor } from './daemon-ask.ts';

export const command: Command = {
  name: 'brain stop',
  summary: 'end the daemon; agents keep running, nothing is approved meanwhile',
  usage: 'fleet brain stop',
  arguments: [],
  options: [],
  async run(invocation) {
    const socket = placesFor(invocation).daemonSocket;
    try {
      const daemon = await connectDaemon({ socket, version: invocation.version, client: 'cli' });
      const gone = new Promise<void>((done) => daemon.onClose(() => done()));
      await daemon.ask({ type: 'shutdown' });
      await gone;
      invocation.stdout.write('stopped; agents keep running, what needs a yes waits\n');
    } catch (error) {
      if (!(error instanceof DaemonError) || error.code !== 'GONE') throw error;
      invocation.stdout.write('it was not running\n');
    }
    return EXIT.ok;
  },
};
