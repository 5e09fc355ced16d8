/**
 * The verdict on what an agent wants to do: who decided, and what every part was worth on its own. Pure: what
 * the file system says about paths comes in as `world`, and `wantedPaths` names what has to be looked up first.
 */
import type { Action } from './action.ts';
import type { Case } from './case.ts';
import { rank, strictest } from './finding.ts';
import { judgeParts } from './judge-parts.ts';
import type { Lookup } from './paths.ts';
import type { Policy, World } from './policy.ts';
import { rulesOf } from './rules.ts';
import { SCOPES, type Judgement, type JudgedPart } from './verdict.ts';

export interface JudgeRequest {
  readonly action: Action;
  readonly policy: Policy;
  readonly world: World;
}

export function judge({ action, policy, world }: JudgeRequest): Judgement {
  const { real } = world;
  const lookup: Lookup = (path) => (Object.hasOwn(real, path) ? real[path] : undefined);
  const theCase: Case = { policy, world, lookup, rules: rulesOf(policy, world) };
  const parts = judgeParts(action, theCase);
  return judgementOf(policy.isAttended ? parts : parts.map(unattended));
}

/** Every absolute path whose real location the judge wants to know. What a rule says does not matter for it. */
export function wantedPaths({ action, world }: Omit<JudgeRequest, 'policy'>): readonly string[] {
  const wanted = new Set<string>();
  const lookup: Lookup = (path) => {
    wanted.add(path);
    return path;
  };
  judgeParts(action, { policy: CURIOUS, world, lookup, rules: rulesOf(CURIOUS, world) });
  return [...wanted];
}

/** Allowed everything it can be, so that no question is left out because of an earlier answer. */
const CURIOUS: Policy = {
  tier: 'read_write',
  tierSource: '',
  rules: [],
  scopes: SCOPES,
  allowedSubagents: null,
  isAttended: true,
};

function judgementOf(parts: readonly JudgedPart[]): Judgement {
  const [found] = parts;
  if (!found) throw new Error('a judgement needs a part');
  const { verdict, reason, decidedBy } = strictest(parts)!;
  return { verdict, reason, decidedBy, parts };
}

function unattended(part: JudgedPart): JudgedPart {
  if (rank(part.verdict) !== 1) return part;
  return { ...part, verdict: 'deny', decidedBy: { type: 'unattended', wouldAsk: part.reason } };
}
