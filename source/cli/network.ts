import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { printJson, printTable } from './print.ts';

export const command: Command = {
  name: 'network',
  summary: 'every way out of this machine: where it leads, who opened it and why',
  usage: 'fleet network [--json]',
  details: 'The daemon itself opens none: it sends nothing anywhere.',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run(invocation) {
    const { options, stdout } = invocation;
    const network = await askDaemon(invocation, { type: 'network' });
    if (options['json'] === true) {
      printJson(stdout, network);
      return EXIT.ok;
    }
    const { paths } = network;
    if (paths.length === 0) stdout.write('nothing runs, so there is no way out\n');
    else
      printTable(
        stdout,
        ['', 'RUN', 'AGENT', 'WAY', 'TO', 'OPENED BY', 'WHY'],
        paths.map(({ isOpen, run, agent, type, to, openedBy, why }) => [
          isOpen ? '●' : '○',
          run,
          agent,
          type,
          to,
          openedBy.replace(/^person:/, ''),
          why,
        ]),
      );
    return EXIT.ok;
  },
};
