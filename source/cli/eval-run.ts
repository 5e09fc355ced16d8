import { DIMENSIONS, DIMENSION_WEIGHTS } from '../core/quality/dimensions.ts';
import type { DimensionScore } from '../core/quality/evaluation.ts';
import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { printJson, printTable } from './print.ts';
import { workDone } from './work-done.ts';

export const command: Command = {
  name: 'eval run',
  summary: "judge an agent's finished work by what is recorded of it",
  usage: 'fleet eval run AGENT [--json]',
  details:
    'Six dimensions from 0 to 100, over the last twenty tasks of the last fortnight, with the number of tasks and\nthe range the score is in with 90 %. What nobody recorded is n/a. Nobody is stopped for it.',
  arguments: [{ name: 'AGENT', description: 'as in fleet.yaml' }],
  options: [{ flags: '--json', description: 'for programs' }],
  run: (invocation) =>
    withDaemon(invocation, async (daemon) => {
      const { stdout, stderr, options, positionals } = invocation;
      const agent = positionals[0]!;
      const found = (await workDone(daemon, Date.now())).filter((work) => work.agent === agent);
      if (found.length === 0) {
        stderr.write(
          `fleet eval run: ${agent} has finished no task in the last fortnight; who has: fleet eval list\n`,
        );
        return EXIT.failed;
      }
      if (options['json']) {
        printJson(stdout, found);
        return EXIT.ok;
      }
      for (const { project, role, tasks, dimensions, overall } of found) {
        stdout.write(
          `${agent}${role ? `, ${role}` : ''} in ${project}: ${tasks} tasks, overall ${overall ?? 'n/a'}\n\n`,
        );
        printTable(
          stdout,
          ['DIMENSION', '>WEIGHT', '>SCORE', '>TASKS', '90 % WITHIN', ''],
          DIMENSIONS.map((dimension) => row(dimension, DIMENSION_WEIGHTS[dimension], dimensions[dimension])),
        );
      }
      return EXIT.ok;
    }),
};

function row(name: string, weight: number, { score, n, interval, isTooLittle }: DimensionScore): string[] {
  return [
    name,
    String(weight),
    score === null ? 'n/a' : String(score),
    String(n),
    interval === null ? '–' : `${interval[0]} to ${interval[1]}`,
    score === null ? 'nothing recorded tells of it' : isTooLittle ? 'not enough work' : '',
  ];
}
