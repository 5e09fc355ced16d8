/**
 * Everything that can be asked of the daemon or noticed by it. Time, ids and facts about the world arrive
 * in here, so that the same inputs always lead to the same events.
 */
import type { Tripwire } from './risk/observation.ts';
import type { FleetEvent } from './event.ts';
import type { QuarantineGrounds } from './quarantine.ts';
import type { AgentDefinition, ProjectConfig, Tier } from './agent.ts';
import type { GrantHolder } from './approvals/grants.ts';
import type { Grounds } from './approvals/grounds.ts';
import type { AlarmKind, ProcessIdentity, RuleChange } from './event.ts';
import type { Worktree } from './fleet.ts';
import type { ModelProvider } from './network/model-providers.ts';
import type { GlobalPolicy } from './permissions/global-policy.ts';
import type { World } from './policy/policy.ts';
import type { Scope } from './policy/verdict.ts';
import type { HookEvent } from './vendors/vendor.ts';

/** Carried by every input. */
export interface Moment {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** `person:NAME`, `agent:NAME` or `daemon`. */
  readonly actor: string;
  /** A name nothing has yet, for what this input brings into being: eight letters and digits. */
  readonly fresh: string;
}

export type Input =
  | { readonly type: 'configure'; readonly project: ProjectConfig }
  | { readonly type: 'configure-policy'; readonly policy: GlobalPolicy }
  | {
      readonly type: 'set-tier';
      readonly project: string;
      readonly agent: string;
      /** null: as its file says. */
      readonly tier: Tier | null;
      /** Needed to set it above what its file says. */
      readonly isRaise: boolean;
      readonly reason: string;
    }
  | { readonly type: 'grant-scope'; readonly run: string; readonly scope: Scope; readonly reason: string }
  | { readonly type: 'revoke-scope'; readonly run: string; readonly scope: Scope; readonly reason: string }
  | {
      readonly type: 'start-run';
      readonly project: string;
      readonly agent: AgentDefinition;
      readonly task: string;
      readonly columns: number;
      readonly rows: number;
      /** Absent counts as true; false: nobody is asked, what would ask is denied. */
      readonly isAttended?: boolean;
    }
  | {
      readonly type: 'workspace-ready';
      readonly run: string;
      readonly worktree: Worktree | null;
      readonly cwd: string;
      readonly gateTokenHash: string;
    }
  | { readonly type: 'run-failed'; readonly run: string; readonly reason: string }
  | {
      readonly type: 'session-started';
      readonly session: string;
      readonly holder: ProcessIdentity;
      readonly child: ProcessIdentity;
      readonly isContained?: boolean;
    }
  | {
      readonly type: 'session-recovered';
      readonly run: string;
      readonly session: string;
      readonly program: string;
      readonly directory: string;
      readonly holder: ProcessIdentity;
      readonly child: ProcessIdentity;
      readonly startedAt: number;
    }
  | {
      readonly type: 'session-exited';
      readonly session: string;
      readonly code: number | null;
      readonly signal: number | null;
      readonly exitedAt: number;
    }
  | { readonly type: 'session-lost'; readonly session: string; readonly reason: string }
  | { readonly type: 'stop-run'; readonly run: string; readonly reason: string }
  | { readonly type: 'restart-run'; readonly run: string }
  | {
      readonly type: 'text-sent';
      readonly run: string;
      readonly characters: number;
      readonly delivery: 'typed' | 'submitted';
    }
  | {
      readonly type: 'hook';
      readonly session: string;
      readonly hook: HookEvent;
      readonly facts: World;
      /** What of the world a call's meaning rests on; absent where nobody will be asked. */
      readonly grounds?: Grounds | null;
      /** A request that nobody answers is denied after this long. */ readonly approvalLifeMs: number;
    }
  /** What its run may do has changed: a call that waits is judged by what holds now. */
  | {
      readonly type: 'judge-again';
      readonly session: string;
      readonly call: string;
      readonly cwd: string;
      readonly facts: World;
      readonly grounds: Grounds | null;
      readonly approvalLifeMs: number;
    }
  /** The agent's hook hung up before it had an answer: the agent gave the call up. */
  | { readonly type: 'hook-gone'; readonly session: string; readonly call: string }
  /** An answer is about to be handed to a waiting hook. */
  | {
      readonly type: 'dispatch';
      readonly approval: string;
      /** As they are now; absent where nothing would run. */
      readonly facts?: World;
      /** As they are now, of the input that is to run. */
      readonly grounds?: Grounds | null;
      /** Of the input that was asked for, where a person wrote another. */
      readonly ownGrounds?: Grounds | null;
    }
  | {
      readonly type: 'decide';
      readonly approval: string;
      readonly verdict: 'approved' | 'rejected';
      readonly hash: string;
      readonly decision: string;
      readonly editedInput: Readonly<Record<string, unknown>> | null;
      readonly message: string;
      /** A rejection whose message is an answer, not a reproach. */
      readonly isResponse?: boolean;
      /** How long a yes can be taken back before it leaves; 0 when absent. */
      readonly undoMs?: number;
      /** As they are now; a yes to what has changed meanwhile is none. */
      readonly grounds?: Grounds | null;
      readonly editedGrounds?: Grounds | null;
    }
  /** On all of them, or on none. */
  | {
      readonly type: 'decide-batch';
      readonly members: readonly {
        readonly approval: string;
        readonly hash: string;
        readonly decision: string;
        readonly grounds?: Grounds | null;
      }[];
      readonly verdict: 'approved' | 'rejected';
      readonly message: string;
      readonly undoMs?: number;
    }
  | { readonly type: 'undo'; readonly approval: string }
  /** A file of people's was changed; this is for the record. */
  | ({ readonly type: 'rule-changed'; readonly change: 'added' | 'removed' } & RuleChange)
  | {
      readonly type: 'grant';
      readonly rule: string;
      readonly holder: GrantHolder;
      readonly days: number;
      readonly reason: string;
      /** The request it was made from. */
      readonly approval: string | null;
    }
  | { readonly type: 'revoke-grant'; readonly grant: string; readonly reason: string }
  /** `until` null wakes it. */
  | { readonly type: 'snooze'; readonly approval: string; readonly until: number | null }
  /** A contained agent tried to connect. */
  | {
      readonly type: 'network-attempt';
      readonly session: string;
      readonly host: string;
      readonly port: number;
      readonly verdict: 'allow' | 'deny';
      readonly reason: string;
      readonly approvalLifeMs: number;
    }
  /** What a session has asked of its model since it was told last. */
  | {
      readonly type: 'model-requested';
      readonly session: string;
      readonly provider: ModelProvider;
      readonly requests: number;
      readonly bytesUp: number;
      readonly bytesDown: number;
    }
  | { readonly type: 'worktree-removed'; readonly run: string; readonly isForced: boolean }
  | {
      readonly type: 'alarm';
      readonly alarm: AlarmKind;
      readonly run: string | null;
      readonly message: string;
    }
  | {
      readonly type: 'quarantine';
      readonly project: string;
      readonly agent: string;
      readonly reason: string;
      readonly grounds: QuarantineGrounds | null;
    }
  | {
      readonly type: 'release';
      readonly project: string;
      readonly agent: string;
      /** Id of the quarantine the person has looked at. */
      readonly quarantine: string;
      readonly reason: string;
    }
  | {
      readonly type: 'hold';
      readonly project: string;
      readonly agent: string;
      readonly tripwire: Tripwire;
      readonly detail: string;
    }
  | {
      readonly type: 'reset-budget';
      readonly project: string;
      readonly agent: string;
      readonly reason: string;
    }
  | { readonly type: 'let-go'; readonly project: string; readonly agent: string; readonly reason: string }
  /** How an agent stands has changed; for the record and for whoever looks. */
  | {
      readonly type: 'risk-changed';
      readonly event: Extract<FleetEvent, { type: 'risk-level-changed' | 'insight-raised' }>;
    }
  | { readonly type: 'daemon-started'; readonly version: string; readonly process: ProcessIdentity }
  | { readonly type: 'daemon-stopped' }
  | { readonly type: 'tick' };
