import { policyOf } from '../core/permissions/policy-of.ts';
import type { SourcedRule } from '../core/policy/policy.ts';
import { lintRules, type RuleFinding } from '../core/policy-tools/lint-rules.ts';
import { unmetRules } from '../core/policy-tools/replay.ts';
import { visible } from '../core/visible-text.ts';
import { projectRootOf } from '../io/files/project-files.ts';
import { EXIT, type Command } from './command.ts';
import { policyInForce, type InForce } from './policy-in-force.ts';
import { printJson } from './print.ts';
import { recordedCalls } from './recorded-calls.ts';

/** Fewer calls than these say nothing about a rule that none of them met. */
const CALLS_MIN = 20;

export const command: Command = {
  name: 'policy check',
  summary: 'find rules that do not do what they look like',
  usage: 'fleet policy check [--json]',
  details: `Looks at policy.yaml and at the rules of every agent of the project: unreadable, never met, contradictory,
covered by another one, wider or narrower than they look, and met by no call on record. Exits with 1 when one
of them is an error; warnings alone exit with 0.`,
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run(invocation) {
    const { options, stdout, stderr, cwd } = invocation;
    const root = await projectRootOf(cwd);
    const inForce = await policyInForce(invocation, root);
    for (const problem of inForce.problems) stderr.write(`${problem}\n`);
    const groups = rulesInForce(inForce, root);
    const findings = distinct([
      ...groups.flatMap(({ rules }) => lintRules(rules)),
      ...(await unusedAmong(groups, invocation)),
    ]);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const count = new Set(groups.flatMap(({ rules }) => rules.map(placeOf))).size;
    if (options['json'] === true)
      printJson(stdout, {
        root,
        rules: count,
        findings: findings.map(({ rule: { effect, rule, source }, ...finding }) => ({
          source,
          effect,
          rule,
          ...finding,
        })),
      });
    else {
      for (const { rule, severity, message, suggestion } of findings)
        stdout.write(
          visible(`${rule.source}: ${severity}: ${rule.effect} ${rule.rule}: ${message}`) +
            `\n    ${visible(suggestion)}\n`,
        );
      const warnings = findings.length - errors;
      stdout.write(
        findings.length === 0
          ? `${plural(count, 'rule')}, nothing to say against them\n`
          : `${plural(count, 'rule')}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}\n`,
      );
    }
    return errors > 0 || inForce.isBroken ? EXIT.failed : EXIT.ok;
  },
};

interface Group {
  /** null: whoever no file describes. */
  readonly agent: string | null;
  readonly rules: readonly SourcedRule[];
}

/** What holds together: one group for each agent. */
function rulesInForce({ fleet, project }: InForce, root: string): readonly Group[] {
  const names = project?.agents.map(({ name }) => name) ?? [];
  return [null, ...names].map((agent) => ({
    agent,
    rules: policyOf(fleet, { project: root, agent: agent ?? '', granted: [], isAttended: true }).rules,
  }));
}

async function unusedAmong(
  groups: readonly Group[],
  invocation: Parameters<typeof recordedCalls>[0],
): Promise<readonly RuleFinding[]> {
  const history = await recordedCalls(invocation, { since: null, agent: null });
  if (!history || history.calls.length < CALLS_MIN) return [];
  const { calls } = history;
  const met = new Set<string>();
  const unmet = new Map<string, SourcedRule>();
  for (const { agent, rules } of groups) {
    const own = calls.filter(({ run }) => agent === null || run.agent === agent);
    const left = new Set(unmetRules(own, rules).map(placeOf));
    for (const rule of rules) {
      // A rule of an agent that has hardly done anything is too new to be blamed.
      if (left.has(placeOf(rule)) && own.length >= CALLS_MIN) unmet.set(placeOf(rule), rule);
      else met.add(placeOf(rule));
    }
  }
  return [...unmet]
    .filter(([place]) => !met.has(place))
    .map(([, rule]) => ({
      rule,
      kind: 'unused',
      severity: 'warning',
      message: `met by none of the ${calls.length} calls on record`,
      suggestion: 'take it out if it was for something that is over',
    }));
}

const placeOf = ({ source, effect, rule }: SourcedRule): string => `${source} ${effect} ${rule}`;

function distinct(findings: readonly RuleFinding[]): readonly RuleFinding[] {
  const seen = new Map<string, RuleFinding>();
  for (const each of findings) {
    const key = `${placeOf(each.rule)} ${each.kind} ${each.message}`;
    if (!seen.has(key)) seen.set(key, each);
  }
  return [...seen.values()];
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
