import type { Command } from './command.ts';
import { refuse } from './refuse.ts';

export const command: Command = {
  name: 'respond',
  summary: 'answer the agent instead of letting the call run',
  usage: 'fleet respond ID -m TEXT',
  details: 'The call does not run. The agent is told that this is an answer, not a reproach.',
  arguments: [{ name: 'ID', description: 'id of the approval' }],
  options: [{ flags: '-m, --message <text>', description: 'the answer' }],
  run: (invocation) =>
    refuse(invocation, {
      name: 'respond',
      example: 'the tests pass, I have just run them',
      isResponse: true,
      done: 'answered; the call does not run',
    }),
};
