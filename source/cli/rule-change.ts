/** What "rule add" and "rule remove" have in common. */
import { projectRootOf } from '../io/files/project-files.ts';
import type { RuleAsk } from '../wire/daemon-protocol.ts';
import type { Command, Invocation } from './command.ts';
import { textOption } from './text-option.ts';

export const RULE_OPTIONS: Command['options'] = [
  { flags: '--agent <name>', description: 'whose rule it is; every agent without it' },
  { flags: '--to <place>', description: 'agent, defaults, global, or a file of the project' },
  { flags: '--ask', description: 'it asks instead of allowing' },
  { flags: '--deny', description: 'it denies instead of allowing' },
  { flags: '-r, --reason <text>', description: 'why, for the record' },
];

export async function ruleAskOf(
  invocation: Invocation,
): Promise<RuleAsk & { readonly to: string; readonly reason: string }> {
  const { options, positionals, cwd } = invocation;
  const agent = textOption(options, 'agent') ?? null;
  return {
    project: await projectRootOf(cwd),
    agent,
    effect: options['deny'] ? 'deny' : options['ask'] ? 'ask' : 'allow',
    rule: positionals[0] ?? '',
    to: textOption(options, 'to') ?? (agent === null ? 'defaults' : 'agent'),
    reason: textOption(options, 'reason') ?? '',
  };
}
