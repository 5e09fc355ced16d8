import { deniedUnattended } from '../core/permissions/denied-unattended.ts';
import { EXIT, type Command } from './command.ts';
import { parseDuration } from './duration.ts';
import { age, printJson, printTable } from './print.ts';
import { recordedCalls } from './recorded-calls.ts';
import { textOption } from './text-option.ts';

/** As many as a person goes through one by one; the rest is in --json. */
const SHOWN_MAX = 40;

export const command: Command = {
  name: 'policy unattended',
  summary: 'what an agent would have been denied if nobody had been there to ask',
  usage: 'fleet policy unattended AGENT [--since 30d] [--json]',
  details:
    'A schedule, a trigger and fleet start --unattended ask nobody: what is not allowed is denied. Look here before you set one up, and allow in the agent’s rules what it needs.',
  arguments: [{ name: 'AGENT', description: 'name of the agent' }],
  options: [
    { flags: '--since <time>', description: '30s, 10m, 12h, 7d, or a date; 30d when nothing is said' },
    { flags: '--json', description: 'for programs' },
  ],
  async run(invocation) {
    const { positionals, options, stdout, stderr } = invocation;
    const [agent = ''] = positionals;
    const sinceText = textOption(options, 'since') ?? '30d';
    const since = parseDuration(sinceText, Date.now());
    if (Number.isNaN(since)) {
      stderr.write(
        `fleet policy unattended: --since ${sinceText} is neither a span (30s, 10m, 12h, 7d) nor a date\n`,
      );
      return EXIT.usage;
    }
    const history = await recordedCalls(invocation, { since, agent });
    if (history === null || history.calls.length === 0) {
      stderr.write(`fleet policy unattended: no call of ${agent} is recorded since ${sinceText}\n`);
      return EXIT.failed;
    }
    const result = deniedUnattended(history.fleet, history.calls);
    if (options['json'] === true) {
      printJson(stdout, { agent, ...result, unknown: history.unknown });
      return EXIT.ok;
    }
    stdout.write(`${result.denied} of ${result.judged} calls of ${agent} would have been denied\n`);
    if (result.parts.length === 0) return EXIT.ok;
    const now = Date.now();
    printTable(
      stdout,
      ['>TIMES', '>LAST', 'WHAT', 'WHY'],
      result.parts
        .slice(0, SHOWN_MAX)
        .map(({ text, reason, count, at }) => [String(count), age(now - at), text, reason]),
    );
    if (result.parts.length > SHOWN_MAX)
      stdout.write(`… and ${result.parts.length - SHOWN_MAX} more: --json\n`);
    return EXIT.ok;
  },
};
