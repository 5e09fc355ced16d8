/** A person sets what an agent may do without asking: lower at once, higher only with a word and a reason. */
import { TIERS } from '../agent.ts';
import { happened, nothing, refused, type Decision } from '../decision.ts';
import type { Fleet } from '../fleet.ts';
import type { Input } from '../input.ts';
import { definitionOf, writtenTier } from './policy-of.ts';

export function setTier(fleet: Fleet, input: Extract<Input, { type: 'set-tier' }>): Decision {
  const { project, agent, tier, isRaise, reason } = input;
  const isKnown =
    definitionOf(fleet, project, agent) !== undefined ||
    Object.values(fleet.runs).some((run) => run.project === project && run.agent === agent);
  if (!isKnown) return refused('NO_AGENT', `there is no agent ${agent} here; see: fleet config show`);
  const set = fleet.tiers[project]?.[agent];
  if (tier === null) {
    if (!set) return refused('NOT_SET', `nobody has set a tier for ${agent}; what its file says holds`);
    return happened({ type: 'tier-set', project, agent, tier, isRaise: false, reason });
  }
  const written = writtenTier(fleet, project, agent);
  const isHigher = TIERS.indexOf(tier) > TIERS.indexOf(written.tier);
  if (isHigher && !isRaise)
    return refused(
      'RAISE',
      `${agent} is ${written.tier} (${written.source}); to raise it to ${tier} say so: --raise --reason TEXT`,
    );
  if (isHigher && reason.trim() === '')
    return refused('NO_REASON', `say why ${agent} is raised to ${tier}: --reason TEXT; it stays in the log`);
  if (set?.tier === tier && set.isRaise === isHigher) return nothing;
  return happened({ type: 'tier-set', project, agent, tier, isRaise: isHigher, reason });
}
