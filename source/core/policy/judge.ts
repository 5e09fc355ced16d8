/**
 * The verdict on what an agent wants to do: who decided, and what every part was worth on its own. Pure: what
 * the file system says about paths comes in as `world`, and `wantedPaths` names what has to be looked up first.
 */
import type { Action } from './action.ts';
import type { Policy, World } from './policy.ts';
import type { Judgement, JudgedPart } from './verdict.ts';

export interface JudgeRequest {
  readonly action: Action;
  readonly policy: Policy;
  readonly world: World;
}

export function judge({ action }: JudgeRequest): Judgement {
  const part: JudgedPart = {
    text: action.type,
    kind: 'tool',
    verdict: 'ask',
    reason: `${action.type} asks`,
    decidedBy: { type: 'form', detail: action.type },
  };
  return { verdict: 'ask', reason: part.reason, decidedBy: part.decidedBy, parts: [part] };
}

/** Every absolute path whose real location the judge wants to know. What a rule says does not matter for it. */
export function wantedPaths({ action, world }: Omit<JudgeRequest, 'policy'>): readonly string[] {
  return action.type === 'read' ? action.paths : [world.cwd];
}
