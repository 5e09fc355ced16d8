import { shownAs } from '../core/approvals/subject.ts';
import { pendingApprovals } from '../core/fleet.ts';
import { visibleLines } from '../core/visible-text.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { age, printJson } from './print.ts';

export const command: Command = {
  name: 'approvals',
  summary: 'what waits for a person, in full',
  usage: 'fleet approvals [--all] [--json]',
  arguments: [],
  options: [
    { flags: '-a, --all', description: 'decided ones, too' },
    { flags: '--json', description: 'for programs' },
  ],
  async run(invocation) {
    const { stdout, options } = invocation;
    const { fleet } = await askDaemon(invocation, { type: 'fleet' });
    const approvals = (options['all'] ? Object.values(fleet.approvals) : pendingApprovals(fleet)).sort(
      (a, b) => a.requestedAt - b.requestedAt,
    );
    if (options['json']) {
      printJson(stdout, { approvals });
      return EXIT.ok;
    }
    if (approvals.length === 0) stdout.write('nothing waits for you\n');
    const now = Date.now();
    for (const approval of approvals) {
      const call = shownAs(approval.subject);
      const { id, agent, cwd, branch, reason, hash, requestedAt, expiresAt, state } = approval;
      const left = state === 'pending' ? `${age(expiresAt - now)} left` : state;
      stdout.write(`${id}  ${agent}  ${call.tool}${call.subagent ? ` (sub-agent ${call.subagent})` : ''}  `);
      stdout.write(`${age(now - requestedAt)} ago, ${left}\n`);
      for (const line of visibleLines(JSON.stringify(call.input, null, 2)).split('\n'))
        stdout.write(`  ${line}\n`);
      stdout.write(
        `  in    ${cwd}${branch ? `, branch ${branch}` : ''}\n  why   ${reason}\n  hash  ${hash}\n`,
      );
      if (state === 'pending')
        stdout.write(`  fleet approve ${id} --hash ${hash.slice(0, 12)}   fleet reject ${id} -m "..."\n`);
      stdout.write('\n');
    }
    return EXIT.ok;
  },
};
