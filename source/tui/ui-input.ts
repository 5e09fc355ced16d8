/** Everything that can reach the control room, and everything it can want done. */
import type { RulePreview } from '../core/approvals/preview-rule.ts';
import type { Fleet } from '../core/fleet.ts';
import type { Recorded } from '../core/event.ts';
import type { AgentAssessment, ApprovalDetail, Ask, AskValue } from '../wire/daemon-protocol.ts';
import type { AlwaysTarget, Proposals } from './always-form.ts';
import type { InputEvent } from './terminal/input-event.ts';
import type { LinkState, Setting, Size } from './ui-state.ts';

/** What the person's terminal sends comes as it was decoded; its answers to questions never get here. */
export type UiInput =
  | Exclude<InputEvent, { type: 'reply' }>
  | { readonly type: 'resize'; readonly size: Size }
  /** The fleet is another one; it comes with the context. */
  | { readonly type: 'fleet' }
  | { readonly type: 'tick' }
  | { readonly type: 'daemon'; readonly state: LinkState; readonly message: string }
  | { readonly type: 'warnings'; readonly warnings: readonly string[] }
  | { readonly type: 'screens'; readonly state: LinkState }
  | { readonly type: 'holder'; readonly session: string; readonly isLost: boolean }
  | { readonly type: 'started'; readonly run: string }
  | { readonly type: 'failed'; readonly message: string; readonly approval: string | null }
  | { readonly type: 'notice'; readonly text: string }
  /** How the files that a request touches look now. */
  | { readonly type: 'detail'; readonly approval: string; readonly detail: ApprovalDetail }
  | { readonly type: 'proposals'; readonly approval: string; readonly proposals: Proposals }
  | { readonly type: 'preview'; readonly rule: string; readonly preview: RulePreview }
  /** How every agent stands; null: it could not be had, as `problem` says. */
  | { readonly type: 'risk'; readonly agents: readonly AgentAssessment[] | null; readonly problem: string }
  /** The events of an agent that were asked for, oldest first. */
  | { readonly type: 'events'; readonly agent: string; readonly events: readonly Recorded[] }
  | { readonly type: 'quarantine-detail'; readonly detail: AskValue['quarantine-detail'] }
  /** The project's files have been read. */
  | { readonly type: 'configured'; readonly isThere: boolean; readonly problems: readonly string[] }
  | { readonly type: 'lines'; readonly session: string; readonly total: number }
  | {
      readonly type: 'found';
      readonly session: string;
      readonly text: string;
      readonly hits: readonly number[];
    }
  /** $EDITOR came back; null: nothing was saved, or it failed. */
  | { readonly type: 'edited'; readonly approval: string; readonly text: string | null }
  | { readonly type: 'theme'; readonly name: string };

export type Intent =
  | { readonly type: 'type'; readonly session: string; readonly bytes: Uint8Array }
  | { readonly type: 'ask'; readonly ask: Exclude<Ask, { type: 'decide' | 'start' | 'restart' }> }
  | {
      readonly type: 'decide';
      readonly approval: string;
      readonly verdict: 'approved' | 'rejected';
      readonly hash: string;
      readonly editedInput: Readonly<Record<string, unknown>> | null;
      readonly message: string;
      readonly isResponse?: boolean;
      readonly undoMs?: number;
    }
  /** Ask the daemon what it knows of a request beyond the request itself. */
  | { readonly type: 'detail'; readonly approval: string }
  | { readonly type: 'risk' }
  /** What happened to an agent since then; wall clock, milliseconds. */
  | { readonly type: 'events'; readonly agent: string; readonly since: number }
  | { readonly type: 'quarantine-detail'; readonly project: string; readonly agent: string }
  /** Which rules would answer a request. */
  | { readonly type: 'proposals'; readonly approval: string }
  | { readonly type: 'preview'; readonly approval: string; readonly rule: string }
  /** Write the rule, or grant it, and approve the request it comes from. */
  | {
      readonly type: 'always';
      readonly approval: string;
      readonly hash: string;
      readonly rule: string;
      readonly target: AlwaysTarget;
    }
  | {
      readonly type: 'batch';
      readonly members: readonly { readonly approval: string; readonly hash: string }[];
    }
  | {
      readonly type: 'start';
      readonly agent: string | null;
      readonly command: readonly string[];
      readonly task: string;
      readonly worktree: boolean | null;
    }
  | { readonly type: 'restart'; readonly run: string }
  /** Show lines [from, from + count) of what the session printed, in its pane. */
  | { readonly type: 'lines'; readonly session: string; readonly from: number; readonly count: number }
  | { readonly type: 'search'; readonly session: string; readonly text: string }
  /** Lines [from, to] to the clipboard. */
  | { readonly type: 'copy'; readonly session: string; readonly from: number; readonly to: number }
  | { readonly type: 'editor'; readonly approval: string; readonly text: string }
  | { readonly type: 'remember-theme'; readonly name: string }
  /** Read the project's files again. */
  | { readonly type: 'configure' }
  /** Write a fleet.yaml from what is found in the project. */
  | { readonly type: 'init' }
  | { readonly type: 'redraw' }
  | { readonly type: 'bell' }
  /** A line for the desktop: names, never what was asked. */
  | { readonly type: 'notify'; readonly words: string }
  | { readonly type: 'quit' };

/** What is known of a session's screen besides its cells. */
export interface ScreenFacts {
  readonly columns: number;
  readonly rows: number;
  readonly history: number;
  /** Bits of ScreenMode. */
  readonly modes: number;
}

/** What the reducer may look at besides the state it changes. */
export interface Context {
  readonly fleet: Fleet;
  readonly setting: Setting;
  /** Wall clock, milliseconds. */
  readonly now: number;
  screen(session: string): ScreenFacts | undefined;
}
