import { projectRootOf } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { secretInput } from './secret-input.ts';

export const command: Command = {
  name: 'vault set',
  summary: 'keep a secret of this project',
  usage: 'fleet vault set NAME',
  details:
    'The value is typed unseen or piped in, never an argument. Agents see its name only; in what sessions print that are started from now on, its value is replaced by its name.',
  arguments: [{ name: 'NAME', description: 'letters, digits and _' }],
  options: [],
  async run(invocation) {
    const [name = ''] = invocation.positionals;
    const project = await projectRootOf(invocation.cwd);
    const value = await secretInput(invocation, `value of ${name}: `);
    if (value === null) return EXIT.failed;
    await askDaemon(invocation, { type: 'vault-set', project, name, value });
    invocation.stdout.write(`${name} is kept\n`);
    return EXIT.ok;
  },
};
