/** What is known of one finished task when its work is judged. What nobody recorded is null, and counts for nothing. */

/** What a task came to; `partial` says how much of what was asked. */
export type EndState =
  | { readonly type: 'merged' | 'closed' | 'artifact' }
  /** A pull request is open and its checks are green. */
  | { readonly type: 'open-and-green' }
  | { readonly type: 'partial'; readonly met: number; readonly of: number }
  | { readonly type: 'nothing' };

/** By what was changed: many small pull requests weigh no more than one large. */
export type SizeClass = 'small' | 'medium' | 'large';

export interface TaskRecord {
  readonly task: string;
  /** `agentKey` of whose work it is. */
  readonly agent: string;
  readonly role: string;
  /** Wall clock, milliseconds. */
  readonly finishedAt: number;
  readonly size: SizeClass;
  readonly endState: EndState | null;
  /** It was done without being begun again. */
  readonly isFirstAttempt: boolean | null;
  readonly unplannedRestarts: number | null;
  readonly workMinutes: number;
  /** Of the work, without anything coming of it. */
  readonly stallMinutes: number;
  readonly isGreenOnFirstPush: boolean | null;
  readonly review: {
    /** Rounds in which changes were asked for. */
    readonly rounds: number;
    /** The reviewer is the author: no review. */
    readonly isOwn: boolean;
  } | null;
  /** Reverted or hot-fixed within a week. */
  readonly isReverted: boolean | null;
  readonly isClean: boolean | null;
  /** Lines written anew within a week among lines added. */
  readonly churn: number | null;
  /** Tests were deleted or skipped. */
  readonly hasFewerTests: boolean;
  /** Share of the work that was undone or done twice. */
  readonly rework: number | null;
  readonly handOffs: { readonly accepted: number; readonly of: number } | null;
  readonly answers: { readonly inTime: number; readonly of: number } | null;
  readonly hadConflict: boolean | null;
  readonly published: { readonly done: number; readonly of: number } | null;
  readonly budgetSeconds: number | null;
  readonly usedSeconds: number | null;
}
