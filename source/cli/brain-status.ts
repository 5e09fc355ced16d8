import { connectDaemon, DaemonError } from '../wire/daemon-client.ts';
import { EXIT, type Command } from './command.ts';
import { placesFor } from './daemon-ask.ts';
import { age } from './print.ts';

export const command: Command = {
  name: 'brain status',
  summary: 'say whether the daemon runs, and since when',
  usage: 'fleet brain status',
  arguments: [],
  options: [],
  async run({ stdout, ...invocation }) {
    const places = placesFor({ stdout, ...invocation });
    try {
      const daemon = await connectDaemon({
        socket: places.daemonSocket,
        version: invocation.version,
        client: 'cli',
      });
      const { pid, version, epoch, startedAt, warnings } = daemon.daemon;
      daemon.close();
      stdout.write(
        `running since ${age(Date.now() - startedAt)} (version ${version}, pid ${pid}, epoch ${epoch})\n`,
      );
      stdout.write('risk is not watched yet: there is no auto-quarantine\n');
      for (const warning of warnings) stdout.write(`! ${warning}\n`);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof DaemonError) || error.code !== 'GONE') throw error;
      stdout.write('not running; the next command that needs it starts it\n');
      return EXIT.failed;
    }
  },
};
