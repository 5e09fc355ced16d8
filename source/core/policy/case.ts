/** Everything a verdict is made from, put together once per call. */
import type { Lookup } from './paths.ts';
import type { Policy, World } from './policy.ts';
import type { Rules } from './rules.ts';
import type { DecidedBy } from './verdict.ts';
import { TIERS, type Tier } from '../agent.ts';
import type { Finding } from './finding.ts';

export interface Case {
  readonly policy: Policy;
  readonly world: World;
  readonly lookup: Lookup;
  readonly rules: Rules;
}

export function reachesTier({ policy }: Case, tier: Tier): boolean {
  return TIERS.indexOf(policy.tier) >= TIERS.indexOf(tier);
}

function byTier({ policy }: Case): DecidedBy {
  return { type: 'tier', tier: policy.tier, source: policy.tierSource };
}

export function tierAllows(theCase: Case, reason: string): Finding {
  return { verdict: 'allow', reason, decidedBy: byTier(theCase) };
}

export function tierAsks(theCase: Case, reason: string): Finding {
  return { verdict: 'ask', reason, decidedBy: byTier(theCase) };
}
