/**
 * Everything that can be asked of the daemon or noticed by it. Time, ids and facts about the world arrive
 * in here, so that the same inputs always lead to the same events.
 */
import type { AgentDefinition, ProjectConfig } from './agent.ts';
import type { Grounds } from './approvals/grounds.ts';
import type { AlarmKind, ProcessIdentity } from './event.ts';
import type { Worktree } from './fleet.ts';
import type { PathFacts } from './policy/looking-judge.ts';
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
  | {
      readonly type: 'start-run';
      readonly project: string;
      readonly agent: AgentDefinition;
      readonly task: string;
      readonly columns: number;
      readonly rows: number;
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
      readonly facts: PathFacts;
      /** What of the world a call's meaning rests on; absent where nobody will be asked. */
      readonly grounds?: Grounds | null;
      /** A request that nobody answers is denied after this long. */ readonly approvalLifeMs: number;
    }
  /** The agent's hook hung up before it had an answer: the agent gave the call up. */
  | { readonly type: 'hook-gone'; readonly session: string; readonly call: string }
  /** An answer is about to be handed to a waiting hook. */
  | {
      readonly type: 'dispatch';
      readonly approval: string;
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
  | { readonly type: 'undo'; readonly approval: string }
  /** `until` null wakes it. */
  | { readonly type: 'snooze'; readonly approval: string; readonly until: number | null }
  | { readonly type: 'worktree-removed'; readonly run: string; readonly isForced: boolean }
  | {
      readonly type: 'alarm';
      readonly alarm: AlarmKind;
      readonly run: string | null;
      readonly message: string;
    }
  | { readonly type: 'daemon-started'; readonly version: string; readonly process: ProcessIdentity }
  | { readonly type: 'daemon-stopped' }
  | { readonly type: 'tick' };
