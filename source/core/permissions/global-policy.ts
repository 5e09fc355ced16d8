/** What holds for every project: policy.yaml, and what is so without one. */
import type { ApproverClass } from '../approvals/needs.ts';
import type { Rule, Tier } from '../agent.ts';
import type { Scope } from '../policy/verdict.ts';

export interface GlobalPolicy {
  /** Of agents for which no file says more. */
  readonly tier: Tier;
  readonly tierSource: string;
  readonly rules: readonly Rule[];
  /** What a run may reach from its start. */
  readonly scopes: readonly Scope[];
  /** Who may grant a scope; anybody where it is not named (PE11). */
  readonly granters: Readonly<Partial<Record<Scope, readonly string[]>>>;
  /** Actions that only named people decide on, or more than one of them. */
  readonly approvers?: readonly ApproverClass[];
  /** Program and arguments that are run for each notice; none when absent. */
  readonly notifyCommand?: readonly string[] | null;
}

/** Everything else is granted by a person, to one run, with a reason. */
export const SCOPES_FROM_THE_START: readonly Scope[] = ['project', 'build'];

export const BUILT_IN_POLICY: GlobalPolicy = {
  // Reading, listing and searching without a question, and nothing that changes or leaves the worktree.
  tier: 'read_only',
  tierSource: 'built in',
  rules: [],
  scopes: SCOPES_FROM_THE_START,
  granters: {},
};
