/**
 * Any other program: it runs as it is, in its own terminal and worktree. Its tool calls cannot be
 * intercepted, and the screen says so.
 */
import type { Vendor } from '../agent.ts';
import { nestedNames } from './environment.ts';
import { deny } from './hook-json.ts';
import type { VendorAdapter } from './vendor.ts';

export interface ContainedProgram {
  readonly name: Vendor;
  /** Started when the agent names no command; empty when there is no such thing. */
  readonly program: readonly string[];
  /** How the program takes a task as arguments; a plain command has no such way. */
  readonly taskArguments: (task: string) => readonly string[];
}

export function contained({ name, program, taskArguments }: ContainedProgram): VendorAdapter {
  return {
    name,
    protection: 'contained only',
    limits: ['Nothing it does passes the gate.'],
    launch: ({ agent, task, environment, session }) => {
      const command = agent.command.length > 0 ? agent.command : program;
      if (command.length === 0)
        return { type: 'refused', reason: `agent ${agent.name} has no command; add "command:" to it` };
      const env = { FLEET_SESSION: session, FLEET_TASK: task };
      return {
        type: 'launch',
        command: task === '' ? command : [...command, ...taskArguments(task)],
        env,
        unsetEnv: nestedNames(environment).filter((name) => !(name in env)),
      };
    },
    parseHook: () => ({ type: 'garbage', reason: `${name} has no hooks` }),
    actionOf: ({ tool }) => ({ type: 'unknown', tool, detail: `what a call of ${name} does is not known` }),
    answer: () => deny(`fleet: ${name} has no hooks`),
  };
}

/** A plain command finds its task in FLEET_TASK; what it does with it is its own affair. */
export const command = contained({ name: 'command', program: [], taskArguments: () => [] });
