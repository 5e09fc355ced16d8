import type { ToolCall } from '../core/approvals/envelope.ts';
import type { Change, DryRun, Replay } from '../core/policy-tools/replay.ts';
import { dryRun, replay } from '../core/policy-tools/replay.ts';
import { visible } from '../core/visible-text.ts';
import { EXIT, type Command, type Invocation } from './command.ts';
import { parseDuration } from './duration.ts';
import { typedRules } from './policy-in-force.ts';
import { printJson } from './print.ts';
import { recordedCalls } from './recorded-calls.ts';
import { textOption } from './text-option.ts';

/** Enough of each kind of change to see what it is about. */
const EXAMPLES_MAX = 5;
/** As much of a call as one line of a terminal shows. */
const SHOWN_MAX = 90;

export const command: Command = {
  name: 'policy replay',
  summary: 'judge recorded calls again by the present rules, or with one more',
  usage: 'fleet policy replay [--since 30d] [--agent A] [--rule R] [--json]',
  details: `Says what would be decided otherwise than it was. With --rule, what that rule would have been good for:
"Bash(npm test)" allows, "ask …" and "deny …" say so. Nothing is written and nothing is run.`,
  arguments: [],
  options: [
    { flags: '--since <time>', description: '30s, 10m, 12h, 7d, or a date; 30d when nothing is said' },
    { flags: '--agent <name>', description: 'only this agent' },
    { flags: '--rule <rule>', description: 'one more rule; may be given several times', isRepeatable: true },
    { flags: '--json', description: 'for programs' },
  ],
  async run(invocation) {
    const { options, stdout, stderr } = invocation;
    const sinceText = textOption(options, 'since') ?? '30d';
    const since = parseDuration(sinceText, Date.now());
    if (Number.isNaN(since)) {
      stderr.write(
        `fleet policy replay: --since ${sinceText} is neither a span (30s, 10m, 12h, 7d) nor a date\n`,
      );
      return EXIT.usage;
    }
    const rules = typedRules(options['rule']).map((rule) => ({ ...rule, source: '--rule' }));
    const agent = textOption(options, 'agent') ?? null;
    const history = await recordedCalls(invocation, { since, agent });
    if (history === null) {
      stderr.write('fleet policy replay: nothing is recorded yet; start an agent first: fleet start\n');
      return EXIT.failed;
    }
    const { fleet, isCut } = history;
    if (isCut) stderr.write(`only the latest ${history.calls.length} calls are looked at\n`);
    if (rules.length === 0) {
      const result = replay(history, fleet);
      if (options['json'] === true) printJson(stdout, asJson(result));
      else printReplay(invocation, result, sinceText);
      return EXIT.ok;
    }
    const runs = rules.map((rule) => ({ rule, result: dryRun(history, fleet, rule) }));
    if (options['json'] === true)
      printJson(
        stdout,
        runs.map(({ rule: { effect, rule }, result: { judged, unknown, met, changes, kept } }) => ({
          rule,
          effect,
          judged,
          unknown,
          met,
          changes: changes.map(changeJson),
          kept: kept.map(changeJson),
        })),
      );
    else for (const { rule, result } of runs) printDryRun(invocation, `${rule.effect} ${rule.rule}`, result);
    return EXIT.ok;
  },
};

function printReplay({ stdout }: Invocation, result: Replay, since: string): void {
  const { judged, unknown, counts, changes } = result;
  stdout.write(`${judged} calls since ${since} judged again${notKnown(unknown)}\n`);
  if (changes.length === 0) stdout.write('nothing would be decided otherwise\n');
  for (const [change, count] of Object.entries(counts)) {
    stdout.write(`\n${change}  ${count}\n`);
    examples(
      stdout,
      changes.filter((each) => change === nameOf(each)),
    );
  }
}

function printDryRun({ stdout }: Invocation, rule: string, result: DryRun): void {
  const { judged, unknown, met, changes, kept } = result;
  const count = met.allow + met.ask + met.deny;
  const words = [
    met.allow > 0 && `allowed ${met.allow}`,
    met.ask > 0 && `asked ${met.ask}`,
    met.deny > 0 && `denied ${met.deny}`,
  ].filter((each) => each !== false);
  stdout.write(`${visible(rule)}: met by ${count} of ${judged} calls${notKnown(unknown)}\n`);
  if (count === 0) return;
  stdout.write(`would have ${words.join(', ')}; ${changes.length} of them otherwise than without it\n`);
  examples(stdout, changes);
  if (kept.length > 0) {
    stdout.write('\nnot allowed all the same, because of something else in the call:\n');
    examples(stdout, kept);
  }
}

const notKnown = (unknown: number): string =>
  unknown === 0 ? '' : `, ${unknown} more cannot be (recorded before facts about files were kept)`;

/** What was called most comes first; the same call again is only counted. */
function examples(stdout: Invocation['stdout'], changes: readonly Change[]): void {
  const groups = new Map<string, { readonly count: number; readonly latest: Change }>();
  for (const change of changes) {
    const { run, call } = change.past;
    const key = visible(`${run.agent}  ${calledAs(call)}`);
    groups.set(key, { count: (groups.get(key)?.count ?? 0) + 1, latest: change });
  }
  const sorted = [...groups].sort(([, a], [, b]) => b.count - a.count);
  for (const [key, { count, latest }] of sorted.slice(0, EXAMPLES_MAX)) {
    const shown = key.length > SHOWN_MAX ? `${key.slice(0, SHOWN_MAX)}…` : key;
    stdout.write(`${`${count}×`.padStart(6)}  ${shown}\n        ${visible(latest.judgement.reason)}\n`);
  }
  if (sorted.length > EXAMPLES_MAX)
    stdout.write(`        … and ${sorted.length - EXAMPLES_MAX} other calls: --json\n`);
}

function calledAs({ tool, input }: ToolCall): string {
  const { command } = input;
  return typeof command === 'string' ? command : `${tool} ${JSON.stringify(input)}`;
}

const nameOf = ({ past, judgement }: Change): string => `${past.verdict}→${judgement.verdict}`;

function asJson({ judged, unknown, counts, changes }: Replay): Record<string, unknown> {
  return { judged, unknown, counts, changes: changes.map(changeJson) };
}

function changeJson({ past, judgement }: Change): Record<string, unknown> {
  const { at, run, call, verdict, reason } = past;
  return {
    at,
    agent: run.agent,
    run: run.id,
    tool: call.tool,
    input: call.input,
    was: verdict,
    wasReason: reason,
    now: judgement.verdict,
    reason: judgement.reason,
    decidedBy: judgement.decidedBy,
  };
}
