/** The rules of a policy, read once and sorted by tool and effect. */
import type { Finding } from './finding.ts';
import { hostPattern, type HostPattern } from './host-rule.ts';
import { pathRule, type PathRule } from './path-rule.ts';
import type { Policy, SourcedRule, World } from './policy.ts';
import { HOST_TOOLS, parseRule } from './rule.ts';
import { shellPattern, type ShellPattern } from './shell/shell-pattern.ts';
import type { VerdictWord } from './verdict.ts';

export interface ReadRule {
  readonly effect: VerdictWord;
  readonly rule: string;
  readonly source: string;
  readonly tool: string;
  readonly specifier: string | null;
  /** What stands between the parentheses, read as the tool needs it; all null: the whole tool. */
  readonly shell: ShellPattern | null;
  readonly path: PathRule | null;
  readonly host: HostPattern | null;
  /** It cannot be read: it allows nothing, and forbids or asks for the whole tool. */
  readonly problem: string | null;
}

export interface Rules {
  readonly all: readonly ReadRule[];
  /** Rules that stand for every tool, because not even their tool can be read. */
  of(tool: string, effect: VerdictWord): readonly ReadRule[];
}

const PATH_TOOLS: readonly string[] = ['Read', 'Write', 'Edit', 'Delete', 'LS', 'Grep', 'Glob'];

/** Reading rules costs more than judging, and a policy outlives many calls. */
const READ = new WeakMap<readonly SourcedRule[], { root: string; home: string; rules: Rules }>();

export function rulesOf(policy: Policy, world: World): Rules {
  const known = READ.get(policy.rules);
  if (known && known.root === world.root && known.home === world.home) return known.rules;
  const all = policy.rules.map((rule) => readRule(rule, world));
  const sorted = { allow: new Map<string, readonly ReadRule[]>(), ask: new Map(), deny: new Map() };
  const rules: Rules = {
    all,
    of: (tool, effect) => {
      const known = sorted[effect].get(tool);
      if (known) return known;
      const found = all.filter((rule) => rule.effect === effect && (rule.tool === tool || rule.tool === ''));
      sorted[effect].set(tool, found);
      return found;
    },
  };
  READ.set(policy.rules, { root: world.root, home: world.home, rules });
  return rules;
}

const EFFECTS = { allow: 'allows it', ask: 'asks', deny: 'denies it' } as const;

/** What a rule that applies comes to. */
export function ruled({ effect, rule, source, problem }: ReadRule): Finding {
  const reason = problem ?? `the rule ${rule} (${source}) ${EFFECTS[effect]}`;
  return { verdict: effect, reason, decidedBy: { type: 'rule', effect, rule, source } };
}

function readRule({ effect, rule, source }: SourcedRule, world: World): ReadRule {
  const parsed = parseRule(rule);
  if ('problem' in parsed) {
    // A broken rule that allows is no rule; one that forbids still forbids, as much of it as can be read.
    const { tool, problem } = parsed;
    const kept = tool === null && effect === 'deny' ? 'ask' : effect;
    return {
      effect: kept,
      rule,
      source,
      tool: effect === 'allow' ? '(unreadable)' : (tool ?? ''),
      specifier: null,
      shell: null,
      path: null,
      host: null,
      problem,
    };
  }
  const { tool, specifier } = parsed;
  return {
    effect,
    rule,
    source,
    tool,
    specifier,
    shell: tool === 'Bash' && specifier !== null ? shellPattern(specifier) : null,
    path: PATH_TOOLS.includes(tool) && specifier !== null ? pathRule(specifier, world) : null,
    host: HOST_TOOLS.includes(tool) && specifier !== null ? hostPattern(specifier) : null,
    problem: null,
  };
}
