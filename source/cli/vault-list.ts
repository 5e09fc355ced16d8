import { projectRootOf } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { printJson } from './print.ts';

export const command: Command = {
  name: 'vault list',
  summary: "names of this project's secrets, and where they are kept",
  usage: 'fleet vault list [--json]',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run(invocation) {
    const { stdout, options } = invocation;
    const project = await projectRootOf(invocation.cwd);
    const status = await askDaemon(invocation, { type: 'vault-status', project });
    if (options['json']) {
      printJson(stdout, status);
      return EXIT.ok;
    }
    const { label, why, isLocked, isMade, names } = status;
    const state = isMade
      ? isLocked
        ? ', locked: fleet vault unlock'
        : ''
      : ', no passphrase yet: fleet vault unlock';
    stdout.write(`${label}${state}\n`);
    if (why !== '') stdout.write(`not the system's own vault: ${why}\n`);
    for (const name of names) stdout.write(`  ${name}\n`);
    if (names.length === 0) stdout.write('  no secrets; put one in: fleet vault set NAME\n');
    return EXIT.ok;
  },
};
