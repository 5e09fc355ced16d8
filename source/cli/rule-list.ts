import { policyOf } from '../core/permissions/policy-of.ts';
import { projectRootOf } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { printJson, printTable } from './print.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'rule list',
  summary: 'the rules that hold here, and where each stands',
  usage: 'fleet rule list [--agent A] [--json]',
  arguments: [],
  options: [
    { flags: '--agent <name>', description: 'only those of this agent' },
    { flags: '--json', description: 'for programs' },
  ],
  async run(invocation) {
    const { stdout, options, cwd } = invocation;
    const project = await projectRootOf(cwd);
    const only = textOption(options, 'agent');
    const fleet = await withDaemon(invocation, async (daemon) => {
      await daemon.ask({ type: 'configure', project });
      return (await daemon.ask({ type: 'fleet' })).fleet;
    });
    const names = (fleet.projects[project]?.agents ?? []).map(({ name }) => name);
    const rules = names
      .filter((name) => only === undefined || name === only)
      .flatMap((agent) =>
        policyOf(fleet, { project, agent, granted: [], isAttended: true }).rules.map((rule) => ({
          agent,
          ...rule,
        })),
      );
    if (options['json']) printJson(stdout, { rules });
    else if (rules.length === 0) stdout.write('no rules; what tiers do not allow asks\n');
    else
      printTable(
        stdout,
        ['AGENT', 'EFFECT', 'RULE', 'WHERE'],
        rules.map(({ agent, effect, rule, source }) => [agent, effect, rule, source]),
      );
    return EXIT.ok;
  },
};
