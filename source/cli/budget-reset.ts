import { projectRootOf } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'budget reset',
  summary: 'give an agent all of its run time again',
  usage: 'fleet budget reset AGENT -m REASON',
  arguments: [{ name: 'AGENT', description: 'name of an agent of this project' }],
  options: [{ flags: '-m, --message <text>', description: 'why, for the record' }],
  run: (invocation) =>
    withDaemon(invocation, async (daemon) => {
      const [agent = ''] = invocation.positionals;
      const project = await projectRootOf(invocation.cwd);
      await daemon.ask({ type: 'configure', project });
      const reason = textOption(invocation.options, 'message') ?? '';
      await daemon.ask({ type: 'reset-budget', project, agent, reason });
      invocation.stdout.write(`${agent} has all of its run time again\n`);
      return EXIT.ok;
    }),
};
