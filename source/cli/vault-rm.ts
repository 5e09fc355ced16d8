import { projectRootOf } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';

export const command: Command = {
  name: 'vault rm',
  summary: 'forget a secret of this project',
  usage: 'fleet vault rm NAME',
  arguments: [{ name: 'NAME', description: 'see: fleet vault list' }],
  options: [],
  async run(invocation) {
    const [name = ''] = invocation.positionals;
    const project = await projectRootOf(invocation.cwd);
    const { wasThere } = await askDaemon(invocation, { type: 'vault-remove', project, name });
    invocation.stdout.write(wasThere ? `${name} is forgotten\n` : `there was no secret ${name}\n`);
    return wasThere ? EXIT.ok : EXIT.failed;
  },
};
