import type { Command } from './command.ts';
import { refuse } from './refuse.ts';

export const command: Command = {
  name: 'reject',
  summary: 'refuse a call and tell the agent why',
  usage: 'fleet reject ID -m TEXT',
  arguments: [{ name: 'ID', description: 'id of the approval' }],
  options: [{ flags: '-m, --message <text>', description: 'what the agent is told' }],
  run: (invocation) =>
    refuse(invocation, {
      name: 'reject',
      example: 'use the staging server',
      isResponse: false,
      done: 'rejected',
    }),
};
