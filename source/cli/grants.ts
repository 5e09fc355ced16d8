import { activeGrants, heldBy } from '../core/approvals/grants.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { age, printJson, printTable } from './print.ts';

export const command: Command = {
  name: 'grants',
  summary: 'standing grants: what is not asked any more, for whom and until when',
  usage: 'fleet grants [--json]',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run(invocation) {
    const { stdout, options } = invocation;
    const { fleet } = await askDaemon(invocation, { type: 'fleet' });
    const now = Date.now();
    const grants = activeGrants(fleet, now);
    if (options['json']) printJson(stdout, { grants });
    else if (grants.length === 0) stdout.write('no grants; fleet grant add gives one\n');
    else
      printTable(
        stdout,
        ['ID', 'RULE', 'FOR', '>LEFT', '>USED', 'BY', 'WHY'],
        grants.map(({ id, rule, holder, until, uses, by, reason }) => [
          id,
          rule,
          heldBy(holder),
          age(until - now),
          String(uses),
          by.replace(/^person:/, ''),
          reason,
        ]),
      );
    return EXIT.ok;
  },
};
