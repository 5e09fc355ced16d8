/** Everything the daemon can be told to do. What comes of it returns as an input. */
export type Effect =
  /** Make the folder a run works in ready (its worktree), then say workspace-ready or run-failed. */
  | { readonly type: 'prepare-workspace'; readonly run: string }
  /** The one way an agent is ever started. */
  | { readonly type: 'launch-session'; readonly run: string; readonly session: string }
  /** `isUrgent`: it has gone bad; it gets no time to save anything. */
  | {
      readonly type: 'stop-session';
      readonly run: string;
      readonly session: string;
      readonly isUrgent: boolean;
    }
  /** What an agent in quarantine showed and did last, for who decides whether it may come back. */
  | {
      readonly type: 'keep-evidence';
      readonly quarantine: string;
      readonly project: string;
      readonly agent: string;
    }
  /** The exit is on record: the holder may leave and the session's gate closes. */
  | { readonly type: 'retire-session'; readonly session: string }
  | { readonly type: 'answer-hooks'; readonly session: string }
  /** What runs may do has changed: calls that wait are judged by what holds now; null: of every session. */
  | { readonly type: 'judge-again'; readonly session: string | null };
