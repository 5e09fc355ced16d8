/** Where a fetch or a browser goes. */
import type { Tier } from '../agent.ts';
import { reachesTier, tierAllows, tierAsks, type Case } from './case.ts';
import { partOf, type Finding } from './finding.ts';
import { addressOf, allowsHost, bindsHost } from './host-rule.ts';
import { ruled } from './rules.ts';
import type { JudgedPart } from './verdict.ts';

/** `tier` from which on it is a matter of course; null: never. */
export function judgeAddress(tool: string, url: string | null, tier: Tier | null, theCase: Case): JudgedPart {
  return partOf(url === null ? 'tool' : 'url', url ?? tool, judged(tool, url, tier, theCase));
}

function judged(tool: string, url: string | null, tier: Tier | null, theCase: Case): Finding {
  const { rules, policy } = theCase;
  const address = url === null ? null : addressOf(url);
  const bound = (effect: 'deny' | 'ask') =>
    rules
      .of(tool, effect)
      .find(({ host }) => host === null || (address !== null && bindsHost(host, address)));
  const denied = bound('deny');
  if (denied) return ruled(denied);
  // Looking at a page that is open reaches nothing; going somewhere, and acting there, does.
  if (tool !== 'BrowserView' && !policy.scopes.includes('network'))
    return {
      verdict: 'deny',
      reason: `${tool} needs the scope network, which this run does not have`,
      decidedBy: { type: 'scope', scope: 'network' },
    };
  const asked = bound('ask');
  if (asked) return ruled(asked);
  const problem = address?.problem ?? null;
  for (const rule of rules.of(tool, 'allow')) {
    const isCovered = rule.host ? address !== null && allowsHost(rule.host, address) : problem === null;
    if (isCovered) return ruled(rule);
  }
  if (problem !== null) return tierAsks(theCase, problem);
  if (tier === null || !reachesTier(theCase, tier))
    return tierAsks(theCase, `${tool} is not part of the tier ${policy.tier}`);
  return tierAllows(theCase, `${tool} is part of the tier ${policy.tier}`);
}
