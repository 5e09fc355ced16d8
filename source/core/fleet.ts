/**
 * The state of everything, as a fold of events (apply.ts). The daemon decides on it, the
 * control room shows it; both come to the same by the same function.
 */
import { NO_BUDGETS, type BudgetState } from './budget.ts';
import type { Hold, Quarantine } from './quarantine.ts';
import type { AgentDefinition, ProjectDefaults, Tier, Vendor } from './agent.ts';
import type { Envelope, ToolCall } from './approvals/envelope.ts';
import type { Grant } from './approvals/grants.ts';
import type { Grounds } from './approvals/grounds.ts';
import type { Activity, AlarmKind, ProcessIdentity, Protection } from './event.ts';
import type { AllowedHost } from './network/hosts-of-run.ts';
import type { ModelBackend } from './network/model-providers.ts';
import { BUILT_IN_POLICY, type GlobalPolicy } from './permissions/global-policy.ts';
import type { Judgement, Scope } from './policy/verdict.ts';

export type Phase =
  | 'requested'
  | 'launching'
  | 'running'
  | 'stopping'
  | 'exited'
  | 'lost'
  /** It never came to a session; `reason` says why. */
  | 'refused';

export interface Worktree {
  readonly repository: string;
  readonly path: string;
  readonly branch: string;
  readonly base: string;
}

export interface Run {
  readonly id: string;
  readonly project: string;
  readonly agent: string;
  readonly vendor: Vendor;
  readonly command: readonly string[];
  readonly task: string;
  readonly protection: Protection;
  /** Its latest session runs in a sandbox; absent where nobody said. */
  readonly isContained?: boolean;
  readonly wantsWorktree: boolean | string;
  readonly phase: Phase;
  readonly activity: Activity;
  /** The latest session of the run, `<run>-<generation>`. */
  readonly session: string | null;
  readonly generation: number;
  readonly gateTokenHash: string;
  /** The hooks have been heard from: calls of this session do pass the gate. */
  readonly isGateProven: boolean;
  /** false: nobody is asked, what would ask is denied. */
  readonly isAttended: boolean;
  /** Scopes people have given it; they end with its session. */
  readonly grants: Readonly<Partial<Record<Scope, ScopeWord>>>;
  /** Scopes people have said no to: its calls are refused without asking again. */
  readonly refusedScopes: Readonly<Partial<Record<Scope, ScopeWord>>>;
  /** Hosts people have allowed it; they end with its session. */
  readonly hosts?: readonly AllowedHost[];
  /** Of the present session, oldest first. */
  readonly subagents: readonly Subagent[];
  /** Started by a call that has come back, and not heard of yet. */
  readonly expectedSubagents: readonly ExpectedSubagent[];
  readonly vendorSession: string | null;
  readonly worktree: Worktree | null;
  readonly cwd: string;
  readonly columns: number;
  readonly rows: number;
  readonly holder: ProcessIdentity | null;
  readonly child: ProcessIdentity | null;
  readonly exit: { readonly code: number | null; readonly signal: number | null } | null;
  readonly restartsWhenEnded: boolean;
  readonly reason: string;
  readonly by: string;
  readonly requestedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** When phase or activity last changed. */
  readonly changedAt: number;
}

/** Somebody's word on a scope of a run. */
export interface ScopeWord {
  readonly by: string;
  readonly at: number;
  readonly reason: string;
}

export interface Subagent {
  /** The vendor's id of it. */
  readonly id: string;
  /** `general-purpose`, or the name of an agent. */
  readonly kind: string;
  /** Kinds of the sub-agents it works for, if any. */
  readonly under: readonly string[];
  readonly beganAt: number;
  readonly endedAt: number | null;
}

export interface ExpectedSubagent {
  /** The call that starts it. */
  readonly call: string;
  readonly kind: string;
  readonly under: readonly string[];
  readonly at: number;
}

/** What a person set for an agent, above or below what its file says. */
export interface SetTier {
  readonly tier: Tier;
  readonly isRaise: boolean;
  readonly by: string;
  readonly at: number;
  readonly reason: string;
}

/**
 * pending → approved | rejected | expired | cancelled | superseded; approved → dispatched | lapsed, or back
 * to pending while its answer is still held; dispatched → executed | failed | unknown.
 */
export type ApprovalState =
  | 'pending'
  | 'approved'
  /** The answer was handed to the agent. */
  | 'dispatched'
  | 'executed'
  | 'failed'
  /** It was handed out, and whether it ran will never be known. */
  | 'unknown'
  /** Approved, but it may not run any more: too late, or the world changed. */
  | 'lapsed'
  | 'rejected'
  | 'expired'
  | 'cancelled'
  /** Another request has taken its place. */
  | 'superseded';

export interface Approval extends Envelope {
  readonly id: string;
  readonly hash: string;
  /** Why it asks, part by part; null for what was asked before judgements were kept. */
  readonly judgement: Judgement | null;
  readonly requestedAt: number;
  readonly expiresAt: number;
  /** Who may say yes, and how many of them must. */
  readonly needs: Needs;
  /** Every yes so far, where more than one is needed. */
  readonly votes: readonly Vote[];
  /** Until then nobody wants to be reminded of it; it expires all the same. */
  readonly snoozedUntil: number | null;
  /** How often it was said that nobody has answered: 0, 1 at half of its time, 2 at four fifths. */
  readonly reminders: number;
  readonly state: ApprovalState;
  /** Who ended it, when, and in which words; null while it is pending. */
  readonly end: ApprovalEnd | null;
  readonly dispatches: number;
}

export interface Needs {
  readonly votes: number;
  /** Names of people; null: anybody who may use this fleet. */
  readonly approvers: readonly string[] | null;
}

export interface Vote {
  /** `person:NAME` */
  readonly by: string;
  readonly at: number;
  readonly decision: string;
}

export interface ApprovalEnd {
  readonly by: string;
  readonly at: number;
  readonly decision: string;
  readonly editedInput: Readonly<Record<string, unknown>> | null;
  /** Of the edited input; what must still be so when it runs. */
  readonly editedGrounds: Grounds | null;
  readonly message: string;
  /** The message is an answer, given instead of running the call, and no reproach. */
  readonly isResponse: boolean;
  /** Until then the decision can be taken back and nothing is handed out. */
  readonly dispatchAt: number;
}

/** A call the gate has judged and that has not been reported finished. */
export interface OpenCall {
  readonly call: ToolCall;
  readonly verdict: 'allow' | 'ask' | 'deny';
  readonly reason: string;
  readonly approval: string | null;
  /** Kind of the sub-agent that calls. */
  readonly kind?: string | null;
  /** It waits for a scope: neither allowed nor refused, and not what that approval is about. */
  readonly heldFor?: { readonly scope: Scope; readonly approval: string };
  /** The sub-agent it starts has been heard of. */
  readonly hasBegun?: boolean;
}

export interface Alarm {
  readonly seq: number;
  readonly at: number;
  readonly alarm: AlarmKind;
  readonly run: string | null;
  readonly message: string;
}

export interface Fleet {
  readonly seq: number;
  readonly projects: Readonly<
    Record<
      string,
      {
        readonly root: string;
        readonly name: string;
        readonly defaults?: ProjectDefaults;
        /** The service that runs its agents' model; absent where their CLIs have logins of their own. */
        readonly backend?: ModelBackend;
        readonly agents: readonly AgentDefinition[];
        /** Of agents that still run and whose files are gone. */
        readonly former?: readonly AgentDefinition[];
      }
    >
  >;
  readonly policy: GlobalPolicy;
  /** By project, by agent. */
  readonly tiers: Readonly<Record<string, Readonly<Record<string, SetTier>>>>;
  readonly runs: Readonly<Record<string, Run>>;
  readonly approvals: Readonly<Record<string, Approval>>;
  /** By session, by call id. */
  readonly openCalls: Readonly<Record<string, Readonly<Record<string, OpenCall>>>>;
  /** Standing grants by id; those whose time is over go when the next one comes. */
  readonly grants: Readonly<Record<string, Grant>>;
  readonly alarms: readonly Alarm[];
  /** By project and agent, see risk/observe.ts. */
  readonly quarantines: Readonly<Record<string, Quarantine>>;
  readonly holds: Readonly<Record<string, readonly Hold[]>>;
  readonly budgets: BudgetState;
  /** What has been said of an agent's budget already, by project and agent. */
  readonly budgetMarks: Readonly<Record<string, 'warning' | 'exceeded'>>;
}

export const EMPTY_FLEET: Fleet = {
  seq: 0,
  projects: {},
  policy: BUILT_IN_POLICY,
  tiers: {},
  runs: {},
  approvals: {},
  openCalls: {},
  grants: {},
  alarms: [],
  quarantines: {},
  holds: {},
  budgets: NO_BUDGETS,
  budgetMarks: {},
};

export const isLive = (run: Run): boolean => run.phase === 'running' || run.phase === 'stopping';
export const isEnded = (run: Run): boolean =>
  run.phase === 'exited' || run.phase === 'lost' || run.phase === 'refused';

/** No event changes such an approval any more. */
export const isFinal = ({ state }: Pick<Approval, 'state'>): boolean =>
  state !== 'pending' && state !== 'approved' && state !== 'dispatched';

export const pendingApprovals = (fleet: Fleet): Approval[] =>
  Object.values(fleet.approvals).filter((approval) => approval.state === 'pending');

export const runOfSession = (fleet: Fleet, session: string): Run | undefined =>
  Object.values(fleet.runs).find((run) => run.session === session);
