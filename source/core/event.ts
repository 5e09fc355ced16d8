/**
 * Everything that can have happened. Events are the truth: state, screens and tables are folds of them.
 * An event never carries terminal output or a secret, only where it can be found.
 */
import type { Insight } from './risk/insight-rules.ts';
import type { Level } from './risk/level.ts';
import type { Tripwire } from './risk/observation.ts';
import type { QuarantineGrounds } from './quarantine.ts';
import type { AgentDefinition, ProjectDefaults, Rule, Tier, Vendor } from './agent.ts';
import type { ToolCall } from './approvals/envelope.ts';
import type { GrantHolder } from './approvals/grants.ts';
import type { Grounds } from './approvals/grounds.ts';
import type { Subject } from './approvals/subject.ts';
import type { Needs } from './fleet.ts';
import type { ModelBackend, ModelProvider } from './network/model-providers.ts';
import type { GlobalPolicy } from './permissions/global-policy.ts';
import type { World } from './policy/policy.ts';
import type { Judgement, Scope } from './policy/verdict.ts';

export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** How far the daemon can stand between an agent and what it does. */
export type Protection = 'gated' | 'contained only';

export type Activity = 'unknown' | 'working' | 'idle';

export type AlarmKind =
  | 'executed-input-differs'
  | 'ungated-tool-use'
  | 'hooks-tampered'
  | 'gate-unproven'
  | 'session-lost'
  | 'clock-jump'
  | 'log-gap';

export interface RuleChange {
  readonly file: string;
  /** Whose rules of that file: `agent dev`, `every agent`. */
  readonly whose: string;
  readonly project: string | null;
  readonly effect: Rule['effect'];
  readonly rule: string;
  readonly reason: string;
  /** The request it was made from. */
  readonly approval: string | null;
}

export type FleetEvent =
  | { readonly type: 'daemon-started'; readonly version: string; readonly process: ProcessIdentity }
  | { readonly type: 'daemon-stopped' }
  | {
      readonly type: 'project-configured';
      readonly root: string;
      readonly name: string;
      readonly defaults?: ProjectDefaults;
      readonly backend?: ModelBackend;
      readonly agents: readonly AgentDefinition[];
    }
  /** What holds for every project, as policy.yaml says it. */
  | ({ readonly type: 'policy-configured' } & GlobalPolicy)
  /** A person lowered or raised what an agent may do, or took that back (null). */
  | {
      readonly type: 'tier-set';
      readonly project: string;
      readonly agent: string;
      readonly tier: Tier | null;
      /** Above what its file says, knowingly. */
      readonly isRaise: boolean;
      readonly reason: string;
    }
  | {
      readonly type: 'run-requested';
      readonly run: string;
      readonly project: string;
      readonly agent: string;
      readonly vendor: Vendor;
      readonly command: readonly string[];
      readonly task: string;
      readonly worktree: boolean | string;
      readonly maxConcurrent: number;
      readonly columns: number;
      readonly rows: number;
      readonly protection: Protection;
      /** Absent counts as true: somebody is there to be asked. */
      readonly isAttended?: boolean;
    }
  /** The same run once more, in the same worktree: at once, or as soon as the present session has ended. */
  | { readonly type: 'restart-requested'; readonly run: string }
  | { readonly type: 'run-refused'; readonly run: string; readonly reason: string }
  | {
      readonly type: 'worktree-added';
      readonly run: string;
      readonly repository: string;
      readonly path: string;
      readonly branch: string;
      /** Commit the branch starts at. */
      readonly base: string;
    }
  | {
      readonly type: 'worktree-removed';
      readonly run: string;
      readonly path: string;
      readonly branch: string;
      readonly isForced: boolean;
    }
  | {
      readonly type: 'session-launching';
      readonly run: string;
      readonly session: string;
      readonly cwd: string;
      /** SHA-256 of the session's gate token: the daemon knows its agents again after a restart, the log tells nobody how to be one. */
      readonly gateTokenHash: string;
    }
  | {
      readonly type: 'session-started';
      readonly run: string;
      readonly session: string;
      readonly holder: ProcessIdentity;
      readonly child: ProcessIdentity;
      /** Absent where nobody said: before there were sandboxes, and of a session that was found. */
      readonly isContained?: boolean;
    }
  /** A holder was found that no event told of (a lost or restored database). */
  | {
      readonly type: 'session-recovered';
      readonly run: string;
      readonly session: string;
      /** The program alone: more is not known of it. */
      readonly program: string;
      readonly directory: string;
      readonly holder: ProcessIdentity;
      readonly child: ProcessIdentity;
      /** Wall clock, milliseconds. */
      readonly startedAt: number;
    }
  | {
      readonly type: 'session-exited';
      readonly run: string;
      readonly session: string;
      readonly code: number | null;
      readonly signal: number | null;
      /** Wall clock of the exit itself, milliseconds; the daemon may have been away. */
      readonly exitedAt: number;
    }
  | { readonly type: 'session-lost'; readonly run: string; readonly session: string; readonly reason: string }
  | {
      readonly type: 'stop-requested';
      readonly run: string;
      readonly session: string;
      readonly reason: string;
    }
  | {
      readonly type: 'activity-changed';
      readonly run: string;
      readonly session: string;
      readonly activity: Activity;
    }
  /** The first hooks arrived: the gate is known to be in force for this session. */
  | {
      readonly type: 'gate-proven';
      readonly run: string;
      readonly session: string;
      readonly vendorSession: string;
    }
  | {
      readonly type: 'tool-judged';
      readonly run: string;
      readonly session: string;
      readonly call: ToolCall;
      readonly verdict: 'allow' | 'ask' | 'deny';
      readonly reason: string;
      readonly tier?: Tier;
      /** Kind of the sub-agent that calls. */
      readonly kind?: string | null;
      /** Parts and facts as far as they are worth keeping; with them it can be judged again. */
      readonly judgement?: Judgement;
      readonly world?: World;
    }
  /** The call waits until a person has answered whether its run may have the scope; then it is judged anew. */
  | {
      readonly type: 'call-held';
      readonly run: string;
      readonly session: string;
      readonly call: ToolCall;
      readonly scope: Scope;
      readonly approval: string;
      readonly reason: string;
      readonly tier: Tier;
      readonly kind: string | null;
      readonly judgement: Judgement;
      readonly world: World;
    }
  /** From now on, for as long as the run lasts. */
  | {
      readonly type: 'scope-granted';
      readonly run: string;
      readonly session: string;
      readonly scope: Scope;
      readonly reason: string;
      /** The request it answers; null: nobody had asked. */
      readonly approval: string | null;
    }
  | {
      readonly type: 'scope-revoked';
      readonly run: string;
      readonly session: string;
      readonly scope: Scope;
      readonly reason: string;
    }
  /** A contained agent tried to connect. The same one again within a minute is not told. */
  | {
      readonly type: 'network-attempt';
      readonly run: string;
      readonly session: string;
      readonly host: string;
      readonly port: number;
      readonly verdict: 'allow' | 'deny';
      /** Why not; empty when it was allowed. */
      readonly reason: string;
    }
  /** A person's yes, for as long as the run lasts. */
  | {
      readonly type: 'host-allowed';
      readonly run: string;
      readonly session: string;
      readonly host: string;
      readonly port: number;
      readonly approval: string;
    }
  /** What a session asked of its project's model service since the last such event; told when it ends. */
  | {
      readonly type: 'model-requested';
      readonly run: string;
      readonly session: string;
      readonly provider: ModelProvider;
      readonly requests: number;
      readonly bytesUp: number;
      readonly bytesDown: number;
    }
  | {
      readonly type: 'subagent-began' | 'subagent-ended';
      readonly run: string;
      readonly session: string;
      /** The vendor's id of it. */
      readonly subagent: string;
      readonly kind: string;
      /** Kinds of the sub-agents that may have started it; absent where only its run can have. */
      readonly under?: readonly string[];
      /** The call that most likely started it. */
      readonly by?: string | null;
    }
  /** A call that starts a sub-agent has come back, and the sub-agent has not been heard of yet. */
  | {
      readonly type: 'subagent-expected';
      readonly run: string;
      readonly session: string;
      readonly call: string;
      readonly kind: string;
      readonly under: readonly string[];
    }
  | {
      readonly type: 'approval-requested';
      readonly approval: string;
      readonly run: string;
      readonly session: string;
      /** Absent in old events, which are about a call. */
      readonly subject?: Subject;
      readonly call?: ToolCall;
      readonly cwd: string;
      readonly branch: string | null;
      readonly reason: string;
      readonly tier?: Tier | null;
      readonly judgement?: Judgement | null;
      readonly kind?: string | null;
      readonly world?: World;
      readonly grounds?: Grounds | null;
      readonly supersedes?: string | null;
      readonly needs?: Needs;
      /** SHA-256 over the envelope, hexadecimal: what a decision is bound to. */
      readonly hash: string;
      /** Wall clock, milliseconds. */
      readonly expiresAt: number;
    }
  | {
      readonly type: 'approval-decided';
      readonly approval: string;
      readonly run: string;
      readonly session: string;
      readonly verdict: 'approved' | 'rejected';
      /** Made up by the decider; the same one again gets the same answer. */
      readonly decision: string;
      readonly hash: string;
      readonly editedInput: Readonly<Record<string, unknown>> | null;
      readonly editedGrounds?: Grounds | null;
      readonly message: string;
      readonly isResponse?: boolean;
      /** Wall clock, milliseconds: until then it can be taken back. Absent: at once. */
      readonly dispatchAt?: number;
    }
  /** A yes that is not the last one needed. */
  | {
      readonly type: 'approval-voted';
      readonly approval: string;
      readonly run: string;
      readonly session: string;
      readonly decision: string;
      readonly hash: string;
      readonly message: string;
    }
  /** The person took their decision back before it was handed to the agent. */
  | {
      readonly type: 'approval-undone';
      readonly approval: string;
      readonly run: string;
      readonly session: string;
      readonly decision: string;
    }
  | {
      readonly type: 'approval-snoozed';
      readonly approval: string;
      readonly run: string;
      readonly session: string;
      /** Wall clock, milliseconds; null: awake again. */
      readonly until: number | null;
    }
  /** Nobody has answered: 1 at half of its time, 2 at four fifths. */
  | {
      readonly type: 'approval-reminded';
      readonly approval: string;
      readonly run: string;
      readonly session: string;
      readonly step: number;
    }
  /** A person wrote a rule into a file, or took one out, by way of us. */
  | ({ readonly type: 'rule-added' | 'rule-removed' } & RuleChange)
  | {
      readonly type: 'grant-added';
      readonly grant: string;
      readonly rule: string;
      readonly holder: GrantHolder;
      readonly reason: string;
      /** Wall clock, milliseconds. */
      readonly until: number;
      readonly approval: string | null;
    }
  | { readonly type: 'grant-revoked'; readonly grant: string; readonly reason: string }
  /** It answered a question that nobody was asked. */
  | {
      readonly type: 'grant-used';
      readonly grant: string;
      readonly run: string;
      readonly session: string;
      readonly call: string;
    }
  | {
      readonly type: 'approval-closed';
      readonly approval: string;
      readonly run: string;
      readonly session: string;
      readonly outcome: 'expired' | 'cancelled' | 'superseded' | 'lapsed' | 'unknown';
      readonly reason: string;
    }
  /** The decision is about to be handed to the agent's hook; recorded first, so it is never handed out twice unseen. */
  | {
      readonly type: 'verdict-dispatched';
      readonly approval: string;
      readonly run: string;
      readonly session: string;
      readonly attempt: number;
    }
  | {
      readonly type: 'tool-finished';
      readonly run: string;
      readonly session: string;
      readonly call: ToolCall;
      readonly outcome: 'succeeded' | 'failed';
      /** Says whether the same call came to the same result again; absent when its agent does not tell results. */
      readonly resultHash?: string;
    }
  | {
      readonly type: 'text-sent';
      readonly run: string;
      readonly session: string;
      readonly characters: number;
      readonly delivery: 'typed' | 'submitted';
    }
  | {
      readonly type: 'agent-quarantined';
      readonly project: string;
      readonly agent: string;
      /** Id of this quarantine: who releases it has to know it. */
      readonly quarantine: string;
      readonly reason: string;
      /** null: a person put it there. */
      readonly grounds: QuarantineGrounds | null;
    }
  | {
      readonly type: 'agent-released';
      readonly project: string;
      readonly agent: string;
      readonly quarantine: string;
      readonly reason: string;
    }
  | {
      readonly type: 'agent-held';
      readonly project: string;
      readonly agent: string;
      readonly tripwire: Tripwire;
      readonly detail: string;
    }
  | {
      readonly type: 'agent-let-go';
      readonly project: string;
      readonly agent: string;
      readonly tripwire: Tripwire;
      readonly reason: string;
    }
  | {
      readonly type: 'risk-level-changed';
      readonly project: string;
      readonly agent: string;
      readonly from: Level;
      readonly to: Level;
      readonly probability: number;
    }
  /** Four fifths of its run time, or all of it. */
  | {
      readonly type: 'budget-warning' | 'budget-exceeded';
      readonly project: string;
      readonly agent: string;
      readonly usedSeconds: number;
      readonly budgetSeconds: number;
    }
  | {
      readonly type: 'budget-reset';
      readonly project: string;
      readonly agent: string;
      /** What it had used by then. */
      readonly usedSeconds: number;
      readonly reason: string;
    }
  /** Something that is no risk and that somebody ought to know. */
  | {
      readonly type: 'insight-raised';
      readonly project: string;
      readonly agent: string;
      readonly insight: Insight;
    }
  | {
      readonly type: 'alarm-raised';
      readonly alarm: AlarmKind;
      readonly run: string | null;
      readonly session: string | null;
      readonly message: string;
    };

/** An event as the store keeps it. */
export interface Recorded {
  readonly seq: number;
  readonly id: string;
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** `person:NAME`, `agent:NAME`, or `daemon`. */
  readonly actor: string;
  readonly agent: string | null;
  readonly event: FleetEvent;
}
