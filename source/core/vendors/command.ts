/**
 * Any other program: it runs as it is, in its own terminal and worktree. Its tool calls cannot be
 * intercepted, and the screen says so.
 */
import { nestedNames } from './environment.ts';
import { deny } from './hook-json.ts';
import type { VendorAdapter } from './vendor.ts';

/** A plain command finds its task in FLEET_TASK; what it does with it is its own affair. */
export const command: VendorAdapter = {
  name: 'command',
  protection: 'contained only',
  limits: ['Nothing it does passes the gate.'],
  launch({ agent, task, environment, session }) {
    if (agent.command.length === 0)
      return { type: 'refused', reason: `agent ${agent.name} has no command; add "command:" to it` };
    const env = { FLEET_SESSION: session, FLEET_TASK: task };
    return {
      type: 'launch',
      command: agent.command,
      env,
      unsetEnv: nestedNames(environment).filter((name) => !(name in env)),
    };
  },
  parseHook: () => ({ type: 'garbage', reason: 'a plain command has no hooks' }),
  actionOf: ({ tool }) => ({
    type: 'unknown',
    tool,
    detail: 'what a call of a plain command does is not known',
  }),
  answer: () => deny('fleet: a plain command has no hooks'),
};
