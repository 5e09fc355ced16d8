import type { AgentAssessment } from '../wire/daemon-protocol.ts';
import { SCALES } from '../core/risk/signal.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { printJson } from './print.ts';

export const command: Command = {
  name: 'brain insights',
  summary: 'how risky each agent is, what makes it so, and what would bring it down',
  usage: 'fleet brain insights [--json]',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run(invocation) {
    const { stdout, options } = invocation;
    const { agents } = await askDaemon(invocation, { type: 'risk' });
    const worst = agents.toSorted((a, b) => b.probability - a.probability);
    if (options['json']) {
      printJson(stdout, { agents: worst });
      return EXIT.ok;
    }
    if (worst.length === 0) stdout.write('no agent has done anything yet\n');
    for (const agent of worst) stdout.write(`${lines(agent).join('\n')}\n`);
    return EXIT.ok;
  },
};

/** `scraper CRITICAL 0.91 (was 0.34 20m ago) — silent 1.4 hours +5.1, error 0.31 +2.5; any progress -> 0.19` */
function lines(assessed: AgentAssessment): string[] {
  const { agent, level, probability, before, contributions, readings, counterfactuals } = assessed;
  const was = before === null ? '' : ` (was ${before.toFixed(2)} 20m ago)`;
  const pushes = contributions
    .filter(({ push }) => push > 0.05)
    .toSorted((a, b) => b.push - a.push)
    .map(({ signal, push }) => {
      const { unit } = SCALES[signal];
      const value = readings[signal]?.value.toFixed(2) ?? '?';
      return `${signal} ${value}${unit === 'ratio' ? '' : ` ${unit}`} +${push.toFixed(1)}`;
    });
  const badges = [
    ...(assessed.isWarmingUp ? ['warming up'] : []),
    ...(assessed.isOnProbation ? ['on probation'] : []),
    ...assessed.insights,
  ];
  const badge = badges.length === 0 ? '' : ` [${badges.join(', ')}]`;
  const head = `${agent} ${level.toUpperCase()} ${probability.toFixed(2)}${was}${badge}${pushes.length === 0 ? '' : ` — ${pushes.join(', ')}`}`;
  const ways = [counterfactuals?.single, counterfactuals?.pair].flatMap((way) => (way ? [way] : []));
  return [
    head,
    ...ways.map(
      ({ changes, probability: then }) =>
        `    ${changes.map(({ signal, value }) => `${signal} at ${value.toFixed(2)}`).join(' and ')} → ${then.toFixed(2)}`,
    ),
  ];
}
