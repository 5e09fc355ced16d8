/** One agent, two files that both say what it may do: the stricter word holds, and the clash is told (AG3). */
import { TIERS } from '../agent.ts';
import type { Rule, Tier } from '../agent.ts';
import type { AgentKeys } from './agent-keys.ts';

export interface Permissions {
  readonly tier: Tier | null;
  /** null: the file says nothing of rules. */
  readonly rules: readonly Rule[] | null;
  readonly allowedSubagents: readonly string[] | null;
  readonly maxConcurrent: number | null;
  readonly budgetSeconds: number | null;
  readonly isEnabled: boolean;
}

/** A key both files set differently. */
export interface Clash {
  /** `permissions.execution_tier` */
  readonly key: string;
  readonly first: string;
  readonly second: string;
  readonly holds: string;
}

export function permissionsOf(keys: AgentKeys): Permissions {
  const { permissions, allowed_subagents, max_concurrent, budget_seconds, enabled } = keys.values;
  return {
    tier: permissions?.values.execution_tier ?? null,
    rules: permissions?.values.rules ?? null,
    allowedSubagents: allowed_subagents ?? null,
    maxConcurrent: max_concurrent ?? null,
    budgetSeconds: budget_seconds ?? null,
    isEnabled: enabled ?? true,
  };
}

/** What is left when both hold; a side that says nothing about a key leaves it to the other. */
export function stricter(
  first: Permissions,
  second: Permissions,
): { readonly permissions: Permissions; readonly clashes: readonly Clash[] } {
  const clashes: Clash[] = [];
  const both = <T>(key: string, a: T | null, b: T | null, choose: (a: T, b: T) => T): T | null => {
    if (a === null || b === null) return a ?? b;
    const chosen = choose(a, b);
    if (say(a) !== say(b)) clashes.push({ key, first: say(a), second: say(b), holds: say(chosen) });
    return chosen;
  };

  const permissions: Permissions = {
    tier: both('permissions.execution_tier', first.tier, second.tier, (a, b) =>
      TIERS.indexOf(a) < TIERS.indexOf(b) ? a : b,
    ),
    rules: rulesOfBoth(first.rules, second.rules, clashes),
    allowedSubagents: both('allowed_subagents', first.allowedSubagents, second.allowedSubagents, (a, b) =>
      a.filter((name) => b.includes(name)),
    ),
    maxConcurrent: both('max_concurrent', first.maxConcurrent, second.maxConcurrent, Math.min),
    budgetSeconds: both('budget_seconds', first.budgetSeconds, second.budgetSeconds, Math.min),
    isEnabled: first.isEnabled && second.isEnabled,
  };
  return { permissions, clashes };
}

/** Every ask and deny of either; an allow only when both allow it. */
function rulesOfBoth(
  first: readonly Rule[] | null,
  second: readonly Rule[] | null,
  clashes: Clash[],
): readonly Rule[] | null {
  if (first === null || second === null) return first ?? second;
  const kept = new Map<string, Rule>();
  for (const [own, other, isFirst] of [
    [first, second, true],
    [second, first, false],
  ] as const) {
    for (const rule of own) {
      const rival = other.find((candidate) => candidate.rule === rule.rule);
      if (
        rule.effect !== 'allow' ||
        other.some((each) => each.rule === rule.rule && each.effect === 'allow')
      ) {
        const key = `${rule.effect} ${rule.rule}`;
        // Said in both, it is the first one's: that is where a person would look for it.
        if (!kept.has(key)) kept.set(key, rule);
        continue;
      }
      const theirs = rival === undefined ? 'nothing' : sayRule(rival);
      clashes.push({
        key: 'permissions.rules',
        first: isFirst ? sayRule(rule) : theirs,
        second: isFirst ? theirs : sayRule(rule),
        holds: rival === undefined ? `no allow for ${rule.rule}` : sayRule(rival),
      });
    }
  }
  return [...kept.values()];
}

function sayRule({ effect, rule }: Rule): string {
  return `${effect} ${rule}`;
}

function say(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
