/** What one run may do: the sum of global defaults, project, agent, parent and what people granted. */
import type { Rule, Tier } from '../agent.ts';
import type { Scope } from './verdict.ts';

export interface SourcedRule extends Rule {
  /** Where it stands, so that a person finds it: `fleet.yaml:12`, `agents/docs/AGENT.md:9`, `grant g1`. */
  readonly source: string;
}

export interface Policy {
  readonly tier: Tier;
  readonly tierSource: string;
  /** Deny beats ask beats allow, whatever the order. */
  readonly rules: readonly SourcedRule[];
  /** Scopes that are on. */
  readonly scopes: readonly Scope[];
  /** Kinds of sub-agent it may call; null: any. */
  readonly allowedSubagents: readonly string[] | null;
  /** false: nobody is asked, what would ask is denied. */
  readonly isAttended: boolean;
}

/**
 * Facts about the file system. Core touches nothing, so they are looked up outside: each path that
 * `wantedPaths` names is in `real`, or the verdict is `ask`.
 */
export interface World {
  /** Real path of the worktree. */
  readonly root: string;
  /** Real path of the home folder; what `~` stands for. */
  readonly home: string;
  /** Absolute working directory of the call, as the agent names it. */
  readonly cwd: string;
  /**
   * By absolute path as spelled (`..` and `~` resolved): where it really leads. Of a path that does not exist
   * the part that does is resolved and the rest stays as spelled.
   */
  readonly real: Readonly<Record<string, string>>;
  /**
   * Paths below `root` (spelled from it) of files and folders whose names usually hold secrets (`isSecretName`),
   * and of links that lead to one or out of the worktree, as far as
   * they exist: `grep -r` and `cat *` read them without naming them. null: nobody looked, and such commands
   * ask unless they cannot reach a secret by name.
   */
  readonly secrets: readonly string[] | null;
}
