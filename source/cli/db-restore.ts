/** The one command that opens the store itself: a damaged log has no daemon to ask. */
import { hostname } from 'node:os';
import { EXIT, type Command } from './command.ts';
import { placesFor } from './daemon-ask.ts';

export const command: Command = {
  name: 'db restore',
  summary: 'bring back the longest log that verifies; damaged files are kept aside',
  usage: 'fleet db restore [--empty]',
  details:
    'Nothing is deleted. Agents keep running; sessions the restored log does not know are found again.',
  arguments: [],
  options: [
    { flags: '--empty', description: 'begin an empty log when neither what is left nor a backup verifies' },
  ],
  async run(invocation) {
    // Loaded here: the list of commands, which reads this file, has no use for a database.
    const [{ takeLock }, { restoreLog }] = await Promise.all([
      import('../io/store/daemon-lock.ts'),
      import('../io/store/restore.ts'),
    ]);
    const { stdout, stderr, options } = invocation;
    const { lock: file, database, backups } = placesFor(invocation);
    const lock = takeLock(file);
    if (!lock) {
      stderr.write(
        'fleet db restore: the daemon has the log open; end it first: fleet brain stop (agents keep running)\n',
      );
      return EXIT.failed;
    }
    try {
      const allowEmpty = options['empty'] === true;
      const restored = restoreLog({ file: database, backups, host: hostname(), now: Date.now, allowEmpty });
      for (const sentence of restored.rejected) stdout.write(`${sentence}\n`);
      const source = restored.backup ?? restored.from;
      stdout.write(
        `restored ${restored.events} events from ${source}; the files that were there are in ${restored.movedTo}\n`,
      );
      return EXIT.ok;
    } finally {
      lock.release();
    }
  },
};
