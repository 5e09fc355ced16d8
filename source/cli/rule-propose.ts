import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { previewLines } from './preview-lines.ts';
import { printJson } from './print.ts';

export const command: Command = {
  name: 'rule propose',
  summary: 'rules that would have answered a request',
  usage: 'fleet rule propose ID [--json]',
  details:
    'The narrowest comes first. Each with what it would have changed in the recorded history of its agent.',
  arguments: [{ name: 'ID', description: 'id of the approval, decided or not' }],
  options: [{ flags: '--json', description: 'for programs' }],
  async run(invocation) {
    const { stdout, options, positionals } = invocation;
    const [approval = ''] = positionals;
    const answer = await askDaemon(invocation, { type: 'rule-proposals', approval });
    if (options['json']) {
      printJson(stdout, answer);
      return EXIT.ok;
    }
    const { proposals, targets } = answer;
    if (proposals.length === 0) {
      stdout.write(
        'no rule can answer it: parts of it cannot be written as one, or something else stands in the way (fleet approvals ID says what)\n',
      );
      return EXIT.failed;
    }
    const now = Date.now();
    for (const { rule, words, preview } of proposals)
      stdout.write(
        `${rule}\n  ${words}\n${previewLines(preview, now)
          .map((line) => `  ${line}\n`)
          .join('')}`,
      );
    stdout.write('\nwhere it can stand (--to):\n');
    for (const { to, file, words } of targets) stdout.write(`  ${to.padEnd(9)} ${words}: ${file}\n`);
    stdout.write(`\nfleet approve ${approval} --hash … --always RULE --to ${targets[0]?.to ?? 'global'}\n`);
    return EXIT.ok;
  },
};
