import { useOf } from '../core/budget-limits.ts';
import { projectRootOf } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { age, printJson, printTable } from './print.ts';

export const command: Command = {
  name: 'budget',
  summary: 'how much run time each agent has used, and of how much',
  usage: 'fleet budget [--json]',
  details:
    'Set one with budget_seconds in the file of the agent. It counts all sessions of the agent, across restarts of everything; at four fifths it is said, at the end its sessions are stopped.',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  run: (invocation) =>
    withDaemon(invocation, async (daemon) => {
      const { stdout, options } = invocation;
      const project = await projectRootOf(invocation.cwd);
      await daemon.ask({ type: 'configure', project });
      const { fleet } = await daemon.ask({ type: 'fleet' });
      const at = Date.now();
      const agents = (fleet.projects[project]?.agents ?? []).map(({ name }) => ({
        agent: name,
        ...useOf(fleet, { project, agent: name }, at),
      }));
      if (options['json']) {
        printJson(stdout, { agents });
        return EXIT.ok;
      }
      printTable(
        stdout,
        ['AGENT', '>RUNS', '>DURATION', '>BUDGET', '>USED', ''],
        agents.map(({ agent, runs, usedSeconds, budgetSeconds, share, state }) => [
          agent,
          String(runs),
          age(usedSeconds * 1_000),
          budgetSeconds === null ? '-' : age(budgetSeconds * 1_000),
          share === null ? '-' : `${Math.round(share * 100)} %`,
          state === 'within' ? '' : state,
        ]),
      );
      return EXIT.ok;
    }),
};
