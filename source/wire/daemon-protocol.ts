/**
 * What the daemon and its clients (control room, command line) say to each other, JSON in frames.
 * One hello, then questions with answers; a client that subscribes gets the state and every event after it.
 */
import type { FileDiff } from '../core/approvals/diff-of.ts';
import type { Fatigue } from '../core/approvals/fatigue.ts';
import type { GrantHolder } from '../core/approvals/grants.ts';
import type { RulePreview } from '../core/approvals/preview-rule.ts';
import type { RuleProposal } from '../core/approvals/propose-rules.ts';
import type { Recorded } from '../core/event.ts';
import type { Fleet } from '../core/fleet.ts';
import type { NetworkPath } from '../core/network/paths.ts';
import type { Quarantine } from '../core/quarantine.ts';
import type { Counterfactuals } from '../core/risk/counterfactual.ts';
import type { Span } from '../core/risk/history.ts';
import type { Insight } from '../core/risk/insight-rules.ts';
import type { Level } from '../core/risk/level.ts';
import type { Contribution } from '../core/risk/model.ts';
import type { Readings } from '../core/risk/signal.ts';
import type { Tier } from '../core/agent.ts';
import type { Scope } from '../core/policy/verdict.ts';

export const DAEMON_PROTOCOL = 1;

export const DaemonKind = { Message: 1 } as const;

/** Intents and queries. Each gets exactly one answer. */
export type Ask =
  | {
      readonly type: 'start';
      /** Folder of the project. */
      readonly project: string;
      /** Name of an agent of the project; null runs `command` as it is. */
      readonly agent: string | null;
      readonly command: readonly string[];
      readonly task: string;
      /** null: as the agent's definition says. */
      readonly worktree: boolean | null;
      readonly columns: number;
      readonly rows: number;
      /** false: nobody is asked, what would ask is denied. Absent: somebody is there. */
      readonly isAttended?: boolean;
      /** The person's variables that an agent may have; kept in memory, never stored. */
      readonly environment: Readonly<Record<string, string>>;
    }
  | { readonly type: 'stop'; readonly run: string; readonly reason: string }
  | { readonly type: 'restart'; readonly run: string; readonly environment: Readonly<Record<string, string>> }
  | { readonly type: 'send'; readonly run: string; readonly text: string; readonly isSubmitted: boolean }
  | {
      readonly type: 'decide';
      readonly approval: string;
      readonly verdict: 'approved' | 'rejected';
      readonly hash: string;
      /** Chosen by the decider; asking again with the same one yields the same answer. */
      readonly decision: string;
      readonly editedInput: Readonly<Record<string, unknown>> | null;
      readonly message: string;
      /** A rejection whose message is an answer given instead of running the call. */
      readonly isResponse?: boolean;
      /** How long a yes is held, to be taken back by `undo`; at once when absent. */
      readonly undoMs?: number;
    }
  /** One answer to several requests of one class: to all of them, or to none. */
  | {
      readonly type: 'decide-batch';
      readonly members: readonly {
        readonly approval: string;
        readonly hash: string;
        readonly decision: string;
      }[];
      readonly verdict: 'approved' | 'rejected';
      readonly message: string;
      readonly undoMs?: number;
    }
  /** Rules that would have answered a request, what each would have matched, and where it can be written. */
  | { readonly type: 'rule-proposals'; readonly approval: string }
  | ({ readonly type: 'rule-preview' } & RuleAsk)
  | ({
      readonly type: 'add-rule' | 'remove-rule';
      /** `agent`, `defaults`, `global`, or one of the project's files. */
      readonly to: string;
      readonly reason: string;
      /** The request it comes from. */
      readonly approval: string | null;
    } & RuleAsk)
  | {
      readonly type: 'grant';
      readonly rule: string;
      readonly holder: GrantHolder;
      readonly days: number;
      readonly reason: string;
      readonly approval: string | null;
    }
  | { readonly type: 'revoke-grant'; readonly grant: string; readonly reason: string }
  /** How people fare with being asked. Wall clock, milliseconds. */
  | { readonly type: 'approval-stats'; readonly since: number }
  /** Runs the command for notices once. */
  | { readonly type: 'notify-test' }
  | { readonly type: 'undo'; readonly approval: string }
  /** Wall clock, milliseconds; null wakes it. */
  | { readonly type: 'snooze'; readonly approval: string; readonly until: number | null }
  /** What cannot be told from the request alone: how the files it touches look now. */
  | { readonly type: 'approval-detail'; readonly approval: string }
  | { readonly type: 'grant-scope'; readonly run: string; readonly scope: Scope; readonly reason: string }
  | { readonly type: 'revoke-scope'; readonly run: string; readonly scope: Scope; readonly reason: string }
  | {
      readonly type: 'set-tier';
      readonly project: string;
      readonly agent: string;
      /** null: as its file says. */
      readonly tier: Tier | null;
      /** Above what its file says, knowingly. */
      readonly isRaise: boolean;
      readonly reason: string;
    }
  /** Of agents for which no file says more; written into policy.yaml. */
  | { readonly type: 'set-default-tier'; readonly tier: Tier }
  /** How every agent stands. */
  | { readonly type: 'risk' }
  | { readonly type: 'quarantine'; readonly project: string; readonly agent: string; readonly reason: string }
  /** What the agent showed and did last. */
  | { readonly type: 'quarantine-detail'; readonly project: string; readonly agent: string }
  | {
      readonly type: 'release';
      readonly project: string;
      readonly agent: string;
      /** Id of the quarantine that was looked at. */
      readonly quarantine: string;
      readonly reason: string;
    }
  /** All of its run time again. */
  | {
      readonly type: 'reset-budget';
      readonly project: string;
      readonly agent: string;
      readonly reason: string;
    }
  | { readonly type: 'let-go'; readonly project: string; readonly agent: string; readonly reason: string }
  | { readonly type: 'vault-status'; readonly project: string }
  | { readonly type: 'vault-set'; readonly project: string; readonly name: string; readonly value: string }
  | { readonly type: 'vault-remove'; readonly project: string; readonly name: string }
  | { readonly type: 'vault-unlock'; readonly passphrase: string }
  /** Every way out that there is. */
  | { readonly type: 'network' }
  | { readonly type: 'configure'; readonly project: string }
  | { readonly type: 'worktrees'; readonly project: string | null }
  | { readonly type: 'discard-worktree'; readonly run: string; readonly isForced: boolean }
  | { readonly type: 'fleet' }
  | {
      readonly type: 'log';
      readonly after: number;
      readonly limit: number;
      readonly agent: string | null;
      readonly eventType: string | null;
      readonly run: string | null;
      /** Wall clock, milliseconds. */
      readonly since: number | null;
    }
  | { readonly type: 'verify-log' }
  | { readonly type: 'rebuild' }
  | { readonly type: 'backup' }
  /** The daemon ends and agents run on; with `isComplete` the screens process ends, too. */
  | { readonly type: 'shutdown'; readonly isComplete?: boolean };

export interface RuleAsk {
  readonly project: string;
  /** null: for every agent. */
  readonly agent: string | null;
  readonly effect: 'allow' | 'ask' | 'deny';
  readonly rule: string;
}

/** What a successful answer carries. */
export interface AskValue {
  start: { readonly run: string };
  stop: Record<string, never>;
  restart: Record<string, never>;
  send: { readonly delivery: 'typed' | 'submitted' };
  decide: {
    readonly verdict: 'approved' | 'rejected';
    readonly by: string;
    readonly at: number;
    /** Wall clock, milliseconds: until then `undo` takes it back. */
    readonly dispatchAt: number;
    /** How many more people have to say yes; 0 when it is decided. */
    readonly votesMissing: number;
  };
  'decide-batch': { readonly decided: readonly string[] };
  'rule-proposals': {
    readonly proposals: readonly (RuleProposal & { readonly preview: RulePreview })[];
    /** The first is the one that changes least. */
    readonly targets: readonly RuleTarget[];
  };
  'rule-preview': RulePreview;
  'add-rule': RuleWritten;
  'remove-rule': RuleWritten;
  grant: { readonly grant: string };
  'revoke-grant': Record<string, never>;
  'approval-stats': Fatigue;
  'notify-test': { readonly command: readonly string[] | null; readonly outcome: string };
  undo: Record<string, never>;
  snooze: Record<string, never>;
  'approval-detail': ApprovalDetail;
  'grant-scope': Record<string, never>;
  'revoke-scope': Record<string, never>;
  'set-tier': { readonly tier: Tier; readonly source: string };
  'set-default-tier': Record<string, never>;
  risk: { readonly agents: readonly AgentAssessment[] };
  quarantine: Record<string, never>;
  'quarantine-detail': {
    readonly quarantine: Quarantine;
    readonly evidence: readonly { readonly name: string; readonly text: string }[];
    /** Newest last. */
    readonly decisions: readonly Recorded[];
  };
  release: Record<string, never>;
  'let-go': Record<string, never>;
  'reset-budget': Record<string, never>;
  'vault-status': VaultStatus;
  'vault-set': Record<string, never>;
  'vault-remove': { readonly wasThere: boolean };
  'vault-unlock': Record<string, never>;
  network: { readonly paths: readonly NetworkPath[] };
  configure: { readonly problems: readonly string[] };
  worktrees: { readonly worktrees: readonly WorktreeRow[] };
  'discard-worktree': { readonly salvage: string | null };
  fleet: { readonly fleet: Fleet; readonly daemon: DaemonFacts };
  log: { readonly events: readonly Recorded[] };
  'verify-log': { readonly isIntact: boolean; readonly words: string; readonly events: number };
  rebuild: { readonly events: number; readonly words: string };
  backup: { readonly file: string; readonly events: number };
  shutdown: Record<string, never>;
}

export interface RuleTarget {
  /** For `to` of add-rule. */
  readonly to: 'agent' | 'defaults' | 'global';
  readonly file: string;
  /** Whom it is for: `agent dev`, `every agent of this project`, `every agent of every project`. */
  readonly words: string;
}

export interface RuleWritten {
  readonly file: string;
  readonly whose: string;
  /** The file said so already, or did not say it. */
  readonly isSame: boolean;
}

/** Where a project's secrets are; names only, never a value. */
export interface VaultStatus {
  readonly kind: 'os' | 'file';
  readonly label: string;
  /** Why it is not the system's vault; empty when it is. */
  readonly why: string;
  /** A passphrase has been chosen, or none is needed. */
  readonly isMade: boolean;
  readonly isLocked: boolean;
  readonly names: readonly string[];
}

/** How one agent stands, as the brain sees it. */
export interface AgentAssessment {
  readonly project: string;
  readonly agent: string;
  readonly probability: number;
  readonly level: Level;
  readonly readings: Readings;
  readonly contributions: readonly Contribution[];
  /** What would bring it down; null at the lowest level. */
  readonly counterfactuals: Counterfactuals | null;
  readonly isWarmingUp: boolean;
  readonly isOnProbation: boolean;
  readonly insights: readonly Insight[];
  /** The probability twenty minutes ago. */
  readonly before: number | null;
  /** Highest probability of each stretch, oldest first; null where nobody looked. */
  readonly history: Readonly<Record<Span, readonly (number | null)[]>>;
  readonly ledger: {
    readonly model: string;
    readonly weights: string;
    readonly epoch: number;
    readonly releasedBy: string | null;
  };
}

export interface ApprovalDetail {
  readonly files: readonly FileDiff[];
  /** What has changed since it was asked, as sentences: a yes would be refused and the request asked anew. */
  readonly changes: readonly string[];
}

export interface WorktreeRow {
  readonly run: string;
  readonly agent: string;
  readonly path: string;
  readonly branch: string;
  readonly isLive: boolean;
  readonly isDirty: boolean;
  readonly unmerged: number;
  readonly isMissing: boolean;
  /** What git said where it could not tell. */
  readonly problem: string | null;
}

export interface DaemonFacts {
  readonly pid: number;
  readonly epoch: number;
  readonly version: string;
  readonly startedAt: number;
  /** Sentences about what is not as it should be (spooled hooks, damaged files …). */
  readonly warnings: readonly string[];
}

export type DaemonRequest =
  | {
      readonly type: 'hello';
      readonly protocol: number;
      readonly version: string;
      readonly client: 'tui' | 'cli';
    }
  | { readonly type: 'ask'; readonly id: number; readonly ask: Ask }
  | { readonly type: 'subscribe' };

export interface AskError {
  readonly code: string;
  /** What was tried, what came back, what to do. */
  readonly message: string;
}

export type DaemonReply =
  | { readonly type: 'welcome'; readonly protocol: number; readonly daemon: DaemonFacts }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'answer'; readonly id: number; readonly value: AskValue[keyof AskValue] }
  | { readonly type: 'error'; readonly id: number; readonly error: AskError }
  /** The whole state: first after `subscribe`, again whenever the client fell too far behind. */
  | { readonly type: 'fleet'; readonly fleet: Fleet; readonly daemon: DaemonFacts }
  | { readonly type: 'events'; readonly events: readonly Recorded[] };
