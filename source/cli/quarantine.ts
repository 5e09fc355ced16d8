import { projectRootOf } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'quarantine',
  summary: 'stop an agent for good, until a person releases it',
  usage: 'fleet quarantine AGENT -m REASON',
  details:
    'Its sessions end within five seconds, what it asked is denied, and it starts by no way at all. Screens, changes and the last decisions are kept: fleet quarantine show AGENT.',
  arguments: [{ name: 'AGENT', description: 'name of an agent of this project' }],
  options: [{ flags: '-m, --message <text>', description: 'why, for whoever decides on its release' }],
  async run(invocation) {
    const [agent = ''] = invocation.positionals;
    const project = await projectRootOf(invocation.cwd);
    const reason = textOption(invocation.options, 'message') ?? '';
    await askDaemon(invocation, { type: 'quarantine', project, agent, reason });
    invocation.stdout.write(`${agent} is in quarantine; fleet quarantine show ${agent}\n`);
    return EXIT.ok;
  },
};
