import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { RULE_OPTIONS, ruleAskOf } from './rule-change.ts';

export const command: Command = {
  name: 'rule remove',
  summary: 'take a rule out of fleet.yaml, AGENT.md or policy.yaml',
  usage: 'fleet rule remove RULE [--ask | --deny] [--agent A] [--to PLACE] --reason TEXT',
  arguments: [{ name: 'RULE', description: 'exactly as it stands there' }],
  options: RULE_OPTIONS,
  async run(invocation) {
    const { stdout, stderr } = invocation;
    const ask = await ruleAskOf(invocation);
    return withDaemon(invocation, async (daemon) => {
      await daemon.ask({ type: 'configure', project: ask.project });
      const { file, whose, isSame } = await daemon.ask({ type: 'remove-rule', ...ask, approval: null });
      if (isSame) {
        stderr.write(`fleet rule remove: ${file} has no such rule for ${whose}; see: fleet rule list\n`);
        return EXIT.failed;
      }
      stdout.write(`taken out of ${file}, for ${whose}\n`);
      return EXIT.ok;
    });
  },
};
