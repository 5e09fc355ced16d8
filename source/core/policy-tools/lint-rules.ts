/** Rules that do not do what they look like: unreadable, never met, beaten by others, or wider than they seem. */
import { nearest } from '../config/nearest.ts';
import type { SourcedRule } from '../policy/policy.ts';
import { parseRule } from '../policy/rule.ts';
import type { ParsedRule } from '../policy/rule.ts';
import { examplesOf, isDecidedBy, judgedBy, RULE_TOOLS } from './rule-examples.ts';
import { wideness, type Advice } from './wide-rules.ts';

export interface RuleFinding {
  readonly rule: SourcedRule;
  readonly kind:
    | 'unreadable'
    | 'never-met'
    | 'contradictory'
    | 'unreachable'
    | 'duplicate'
    | 'wide'
    | 'narrow'
    | 'unused';
  /** An error is a rule that does nothing, or not what it says. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly suggestion: string;
}

interface ReadRule {
  readonly rule: SourcedRule;
  readonly parsed: ParsedRule;
  /** Two rules of one text are one rule, however they spell it. */
  readonly text: string;
}

/** All rules that hold for one agent together, whichever file they stand in. */
export function lintRules(rules: readonly SourcedRule[]): readonly RuleFinding[] {
  const findings: RuleFinding[] = [];
  const read: ReadRule[] = [];
  for (const rule of rules) {
    const parsed = parseRule(rule.rule);
    if ('problem' in parsed)
      findings.push(finding(rule, 'unreadable', parsed.problem, 'mend it; until then its tool asks'));
    else if (!isKnownTool(parsed.tool)) findings.push(unknownTool(rule, parsed.tool));
    else read.push({ rule, parsed, text: sameText(parsed) });
  }
  for (const [index, each] of read.entries()) {
    const others = read.filter((other, at) => at !== index && isAboutSame(other.parsed, each.parsed));
    const earlier = read.slice(0, index);
    const found = ownProblem(each) ?? problemAmong(each, others, earlier);
    if (found) findings.push(found);
    const wide = wideness(each.rule.effect, each.parsed);
    if (wide) findings.push(advice(each.rule, wide));
  }
  return findings;
}

function isAboutSame(one: ParsedRule, other: ParsedRule): boolean {
  return one.tool === other.tool || (one.tool.startsWith('mcp__') && other.tool.startsWith('mcp__'));
}

function isKnownTool(tool: string): boolean {
  return tool.startsWith('mcp__') || RULE_TOOLS.includes(tool);
}

function unknownTool(rule: SourcedRule, tool: string): RuleFinding {
  const meant =
    nearest(tool, RULE_TOOLS) ?? RULE_TOOLS.find((each) => each.toLowerCase() === tool.toLowerCase());
  return finding(
    rule,
    'never-met',
    `there is no tool ${tool}`,
    meant === undefined ? `the tools are ${RULE_TOOLS.join(', ')} and mcp__server__tool` : `write ${meant}`,
  );
}

/** `Bash(npm test:*)` and `Bash(npm test *)` are the same; so are `./src/**` and `src/**`. */
function sameText({ tool, specifier }: ParsedRule): string {
  if (specifier === null) return tool;
  const text = tool === 'Bash' ? specifier.replace(/:\*$/, ' *') : specifier.replace(/^\.\//, '');
  return `${tool}(${text.trim().replaceAll(/\s+/g, ' ')})`;
}

/** A rule that does not even meet its own words. */
function ownProblem({ rule, parsed }: ReadRule): RuleFinding | null {
  const examples = examplesOf(parsed);
  if (examples.length === 0 || examples.some((action) => isDecidedBy(judgedBy([rule], action), rule)))
    return null;
  const isCompound = parsed.tool === 'Bash' && /[;&|<>`]|\$\(/.test(parsed.specifier ?? '');
  return finding(
    rule,
    'never-met',
    'nothing is ever met by it',
    isCompound
      ? 'a rule is about one simple command: write one for each part; files behind > are a matter of Write rules'
      : 'try it: fleet explain --tier restricted --rule "…" TOOL JSON',
  );
}

function problemAmong(
  { rule, parsed, text }: ReadRule,
  others: readonly ReadRule[],
  earlier: readonly ReadRule[],
): RuleFinding | null {
  const same = others.find((other) => other.text === text && other.rule.effect !== rule.effect);
  if (same && beats(same.rule, rule))
    return finding(
      rule,
      'contradictory',
      `${said(same.rule)} says the opposite, and ${same.rule.effect} wins`,
      'take one of the two out',
    );
  const twin = earlier.find((other) => other.text === text && other.rule.effect === rule.effect);
  if (twin)
    return finding(
      rule,
      'duplicate',
      `${said(twin.rule)} says the same`,
      'take one of the two out',
      'warning',
    );
  const examples = examplesOf(parsed);
  const cover = others.find(
    (other) => other.text !== text && covers(other, examples, parsed) && beats(other.rule, rule),
  );
  if (cover)
    return finding(
      rule,
      'unreachable',
      `${said(cover.rule)} covers it, and ${cover.rule.effect} wins`,
      'take it out, or make the other one narrower',
      'warning',
    );
  const broader = others.find(
    (other) => other.text !== text && other.rule.effect === rule.effect && covers(other, examples, parsed),
  );
  if (broader)
    return finding(
      rule,
      'duplicate',
      `${said(broader.rule)} covers it already`,
      'take it out, or take the broader one out',
      'warning',
    );
  return null;
}

const STRENGTH = { allow: 0, ask: 1, deny: 2 } as const;

const beats = (one: SourcedRule, other: SourcedRule): boolean =>
  STRENGTH[one.effect] > STRENGTH[other.effect];

/** Whether everything the examples stand for is a matter of the other rule, too. */
function covers(other: ReadRule, examples: ReturnType<typeof examplesOf>, parsed: ParsedRule): boolean {
  if (other.parsed.specifier === null && other.parsed.tool === parsed.tool) return true;
  if (examples.length === 0) return false;
  return examples.every((action) => isDecidedBy(judgedBy([other.rule], action), other.rule));
}

const said = ({ effect, rule, source }: SourcedRule): string => `${effect} ${rule} (${source})`;

function advice(rule: SourcedRule, { kind, message, suggestion }: Advice): RuleFinding {
  return finding(rule, kind, message, suggestion, 'warning');
}

function finding(
  rule: SourcedRule,
  kind: RuleFinding['kind'],
  message: string,
  suggestion: string,
  severity: RuleFinding['severity'] = 'error',
): RuleFinding {
  return { rule, kind, severity, message, suggestion };
}
