import { connectDaemon, DaemonError } from '../wire/daemon-client.ts';
import { EXIT, type Command } from './command.ts';
import { placesFor } from './daemon-ask.ts';
import { age, printJson } from './print.ts';

export const command: Command = {
  name: 'brain status',
  summary: 'say whether the daemon runs, and since when',
  usage: 'fleet brain status [--json]',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run({ stdout, ...invocation }) {
    const isJson = invocation.options['json'] === true;
    const places = placesFor({ stdout, ...invocation });
    try {
      const daemon = await connectDaemon({
        socket: places.daemonSocket,
        version: invocation.version,
        client: 'cli',
      });
      const { pid, version, epoch, startedAt, warnings } = daemon.daemon;
      daemon.close();
      if (isJson) {
        printJson(stdout, { isRunning: true, pid, version, epoch, startedAt, warnings });
        return EXIT.ok;
      }
      stdout.write(
        `running since ${age(Date.now() - startedAt)} (version ${version}, pid ${pid}, epoch ${epoch})\n`,
      );
      stdout.write('it watches the risk of every agent: fleet brain insights\n');
      for (const warning of warnings) stdout.write(`! ${warning}\n`);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof DaemonError) || error.code !== 'GONE') throw error;
      if (isJson) printJson(stdout, { isRunning: false });
      else
        stdout.write('NOT RUNNING: there is no auto-quarantine; the next command that needs it starts it\n');
      return EXIT.failed;
    }
  },
};
