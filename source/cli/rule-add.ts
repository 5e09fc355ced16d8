import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { previewLines } from './preview-lines.ts';
import { RULE_OPTIONS, ruleAskOf } from './rule-change.ts';

export const command: Command = {
  name: 'rule add',
  summary: 'write a rule into fleet.yaml, AGENT.md or policy.yaml',
  usage: 'fleet rule add RULE [--ask | --deny] [--agent A] [--to PLACE] --reason TEXT [--dry-run]',
  details:
    'Every other line of the file stays as it is. --dry-run only shows what the rule would have changed in the recorded history. It holds from the moment it is written.',
  arguments: [{ name: 'RULE', description: "as in 'Bash(npm test:*)'" }],
  options: [...RULE_OPTIONS, { flags: '--dry-run', description: 'only show what it would have changed' }],
  async run(invocation) {
    const { stdout, options } = invocation;
    const ask = await ruleAskOf(invocation);
    return withDaemon(invocation, async (daemon) => {
      await daemon.ask({ type: 'configure', project: ask.project });
      const { project, agent, effect, rule } = ask;
      const preview = await daemon.ask({ type: 'rule-preview', project, agent, effect, rule });
      stdout.write(`${previewLines(preview, Date.now()).join('\n')}\n`);
      if (options['dryRun']) return EXIT.ok;
      const { file, whose, isSame } = await daemon.ask({ type: 'add-rule', ...ask, approval: null });
      stdout.write(isSame ? `${file} says so already\n` : `written into ${file}, for ${whose}\n`);
      return EXIT.ok;
    });
  },
};
