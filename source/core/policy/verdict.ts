/**
 * The verdict on what an agent wants to do, with its whole reason: who decided, and what every part of a
 * command was worth on its own.
 */
import type { Tier } from '../agent.ts';

/** Strictest last: of several parts the strictest decides. */
export const VERDICTS = ['allow', 'ask', 'deny'] as const;
export type VerdictWord = (typeof VERDICTS)[number];

/**
 * What a run may reach at all. A scope that is off is a ceiling no rule opens; a person grants one for a
 * single run. Reading and editing the project, building and testing are on from the start.
 */
export const SCOPES = ['project', 'build', 'network', 'vault', 'deploy', 'other-projects'] as const;
export type Scope = (typeof SCOPES)[number];

/** What led to a verdict. `source` says where it can be changed: `fleet.yaml:12`, `~/.fleet/policy.yaml:3`, `grant g1`. */
export type DecidedBy =
  | {
      readonly type: 'rule';
      readonly effect: VerdictWord;
      readonly rule: string;
      readonly source: string;
    }
  /** The tier's own list: what is on it is allowed, everything else asks. */
  | { readonly type: 'tier'; readonly tier: Tier; readonly source: string }
  /** The run does not have the scope this needs. */
  | { readonly type: 'scope'; readonly scope: Scope }
  /** A sub-agent wanted what its parent may not, or is not allowed at all. */
  | { readonly type: 'parent'; readonly detail: string }
  /** It cannot be shown or understood as what it is: control characters, unknown fields, no valid syntax. */
  | { readonly type: 'form'; readonly detail: string }
  /** The agent is held by a tripwire or in quarantine: nothing of it runs. */
  | { readonly type: 'hold'; readonly detail: string }
  /** Nobody is there to be asked (a scheduled or triggered run), so what would ask is denied. */
  | { readonly type: 'unattended'; readonly wouldAsk: string };

/** One simple command, redirection, assignment or path of an action, judged on its own. */
export interface JudgedPart {
  /** As it was understood: `git push origin main`, `> out.txt`, `FOO=1`. Visible text only, at most 200 characters. */
  readonly text: string;
  readonly kind: 'command' | 'redirection' | 'assignment' | 'path' | 'url' | 'tool' | 'form';
  readonly verdict: VerdictWord;
  readonly reason: string;
  readonly decidedBy: DecidedBy;
}

export interface Judgement {
  readonly verdict: VerdictWord;
  /** One sentence for the person who is asked, for the model that is refused, and for the log. */
  readonly reason: string;
  /** The strictest part's. */
  readonly decidedBy: DecidedBy;
  /** In the order of the text. A call of a tool that is no shell has one or more parts, too. */
  readonly parts: readonly JudgedPart[];
  /** How many parts a record of it no longer holds. */
  readonly partsLeftOut?: number;
}
