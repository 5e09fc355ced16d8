import { projectRootOf } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'release',
  summary: 'let an agent out of quarantine, or go on after a tripwire held it',
  usage: 'fleet release AGENT -m REASON [--quarantine ID]',
  details:
    'The id of the quarantine stands in: fleet quarantine show AGENT, below what the agent did last. Its risk is counted anew from here on.',
  arguments: [{ name: 'AGENT', description: 'name of an agent of this project' }],
  options: [
    { flags: '-q, --quarantine <id>', description: 'the quarantine you have looked at' },
    { flags: '-m, --message <text>', description: 'why it may work again, for the record' },
  ],
  async run(invocation) {
    const [agent = ''] = invocation.positionals;
    const project = await projectRootOf(invocation.cwd);
    const reason = textOption(invocation.options, 'message') ?? '';
    const quarantine = textOption(invocation.options, 'quarantine');
    if (quarantine === undefined && (await isHeldOnly(invocation, project, agent)))
      await askDaemon(invocation, { type: 'let-go', project, agent, reason });
    else
      await askDaemon(invocation, { type: 'release', project, agent, quarantine: quarantine ?? '', reason });
    invocation.stdout.write(`${agent} may work again; start it: fleet start ${agent}\n`);
    return EXIT.ok;
  },
};

async function isHeldOnly(
  invocation: Parameters<Command['run']>[0],
  project: string,
  agent: string,
): Promise<boolean> {
  const { fleet } = await askDaemon(invocation, { type: 'fleet' });
  const key = `${project}\n${agent}`;
  return fleet.quarantines[key] === undefined && fleet.holds[key] !== undefined;
}
