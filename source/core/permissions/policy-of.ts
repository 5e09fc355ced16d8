/** What a run may do, put together from everything that has a say: global, project, agent, people. */
import { TIERS, type AgentDefinition, type Rule, type Tier } from '../agent.ts';
import type { Fleet } from '../fleet.ts';
import type { Policy, SourcedRule } from '../policy/policy.ts';
import { SCOPES, type Scope } from '../policy/verdict.ts';

type Known = Pick<Fleet, 'projects' | 'policy' | 'tiers'>;

export interface Who {
  /** Root of the project. */
  readonly project: string;
  readonly agent: string;
  /** Scopes people granted on top of what every run has. */
  readonly granted: readonly Scope[];
  readonly isAttended: boolean;
}

/** As it is now: a changed file, a revoked scope or another tier counts from the next call on. */
export function policyOf(fleet: Known, who: Who): Policy {
  const { project, agent, granted, isAttended } = who;
  const definition = definitionOf(fleet, project, agent);
  const { tier, source } = tierOf(fleet, project, agent);
  const own = definition?.rules ?? fleet.projects[project]?.defaults?.rules ?? [];
  const place = definition?.sources[0] ?? 'fleet.yaml';
  return {
    tier,
    tierSource: source,
    rules: [...sourced(fleet.policy.rules, 'policy.yaml'), ...sourced(own, place)],
    scopes: SCOPES.filter((scope) => fleet.policy.scopes.includes(scope) || granted.includes(scope)),
    allowedSubagents: definition?.allowedSubagents ?? null,
    isAttended,
  };
}

export interface EffectiveTier {
  readonly tier: Tier;
  readonly source: string;
  /** Somebody decided it for this very agent. */
  readonly isOwn: boolean;
}

/** The agent's own tier, else the project's, else the global one; what a person set lowers it, or raises it where they said so. */
export function tierOf(fleet: Known, project: string, agent: string): EffectiveTier {
  const written = writtenTier(fleet, project, agent);
  const set = fleet.tiers[project]?.[agent];
  if (!set) return written;
  const isLower = TIERS.indexOf(set.tier) < TIERS.indexOf(written.tier);
  const source = `set by ${set.by.replace(/^person:/, '')}`;
  return isLower || set.isRaise ? { tier: set.tier, source, isOwn: true } : { ...written, isOwn: true };
}

/** What the files say, whatever people have set since. */
export function writtenTier(fleet: Known, project: string, agent: string): EffectiveTier {
  const definition = definitionOf(fleet, project, agent);
  const defaults = fleet.projects[project]?.defaults;
  if (definition?.tier)
    return {
      tier: definition.tier,
      source: definition.tierSource ?? definition.sources[0] ?? 'fleet.yaml',
      isOwn: definition.hasOwnTier ?? false,
    };
  if (!definition && defaults?.tier)
    return { tier: defaults.tier, source: defaults.tierSource, isOwn: false };
  return { tier: fleet.policy.tier, source: fleet.policy.tierSource, isOwn: false };
}

/** One that its files no longer name is bound by what they last said, as long as it runs. */
export function definitionOf(
  fleet: Pick<Fleet, 'projects'>,
  project: string,
  agent: string,
): AgentDefinition | undefined {
  const known = fleet.projects[project];
  const isIt = ({ name }: AgentDefinition): boolean => name === agent;
  return known?.agents.find(isIt) ?? known?.former?.find(isIt);
}

/** Rules recorded before they had places are the file's as a whole. */
const sourced = (rules: readonly Rule[], place: string): readonly SourcedRule[] =>
  rules.map((rule) => ({ ...rule, source: rule.source ?? place }));
