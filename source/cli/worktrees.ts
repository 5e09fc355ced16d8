import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { printJson, printTable } from './print.ts';

export const command: Command = {
  name: 'worktrees',
  summary: 'list the worktrees of runs and what stands in the way of discarding them',
  usage: 'fleet worktrees [--json]',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run(invocation) {
    const { worktrees } = await askDaemon(invocation, { type: 'worktrees', project: null });
    if (invocation.options['json']) printJson(invocation.stdout, { worktrees });
    else if (worktrees.length === 0) invocation.stdout.write('no run has a worktree\n');
    else
      printTable(
        invocation.stdout,
        ['RUN', 'AGENT', 'STATE', 'BRANCH', 'PATH'],
        worktrees.map((row) => [
          row.run,
          row.agent,
          [
            row.isLive && 'live',
            row.problem !== null && `unknown: ${row.problem}`,
            row.isMissing && 'missing',
            row.isDirty && 'dirty',
            row.unmerged > 0 && `${row.unmerged} unmerged`,
          ]
            .filter(Boolean)
            .join(', ') || 'clean',
          row.branch,
          row.path,
        ]),
      );
    return EXIT.ok;
  },
};
