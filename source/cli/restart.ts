import { agentEnvironment } from '../wire/agent-environment.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';

export const command: Command = {
  name: 'restart',
  summary: 'start a run again in its own worktree; a live one is stopped first',
  usage: 'fleet restart RUN',
  arguments: [{ name: 'RUN', description: 'id of the run' }],
  options: [],
  async run(invocation) {
    const [run = ''] = invocation.positionals;
    await askDaemon(invocation, { type: 'restart', run, environment: agentEnvironment(invocation.env) });
    invocation.stdout.write(`restarting ${run}\n`);
    return EXIT.ok;
  },
};
