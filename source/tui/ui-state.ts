/**
 * What the control room knows besides the fleet: where the cursor is, what is open, what is being typed.
 * Plain data; `reduce.ts` is the only place that changes it.
 */
import type { ApprovalDetail } from '../wire/daemon-protocol.ts';
import type { AlwaysForm } from './always-form.ts';
import type { Keymap } from './keys.ts';
import { NO_RISK, type Page, type Risk } from './page.ts';
import type { PaneWeights } from './pane-weights.ts';
import type { TextField } from './text-field.ts';

export const REGIONS = ['list', 'panes', 'queue'] as const;
export type Region = (typeof REGIONS)[number];

export const LAYOUTS = ['tiled', 'columns', 'stack', 'one'] as const;
export type LayoutName = (typeof LAYOUTS)[number];

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Looking back at what a session printed; the live screen goes on underneath. */
export interface Scroll {
  readonly run: string;
  readonly session: string;
  /** Lines are counted from the oldest one kept. */
  readonly top: number;
  readonly cursor: number;
  readonly total: number;
  /** `total` is what screens counted, not yet a guess from the live screen. */
  readonly isCounted: boolean;
  /** The other end of a selection of whole lines. */
  readonly anchor: number | null;
  readonly search: { readonly text: string; readonly hits: readonly number[]; readonly at: number } | null;
  readonly returnsToTyping: boolean;
}

/** A field of the dialog that starts an agent. */
export interface StartForm {
  /** Agents of the project; the last choice is a command of one's own. */
  readonly agents: readonly string[];
  readonly agent: number;
  readonly command: TextField;
  readonly task: TextField;
  /** null: as the agent's definition says. */
  readonly worktree: boolean | null;
  readonly field: number;
}

export type Overlay =
  | { readonly type: 'look'; readonly approval: string; readonly top: number; readonly seen: number }
  | {
      readonly type: 'edit';
      readonly approval: string;
      /** The member of the input that is edited; null: all of it, as JSON. */
      readonly member: string | null;
      readonly field: TextField;
      readonly problem: string;
      readonly isFromLook: boolean;
    }
  /** A line to write: a rejection's message, an answer instead of the call, the reason of a scope, a time. */
  | {
      readonly type: 'reject' | 'respond' | 'grant' | 'snooze';
      readonly approval: string;
      readonly field: TextField;
      readonly isFromLook: boolean;
    }
  | { readonly type: 'always'; readonly approval: string; readonly form: AlwaysForm }
  | {
      readonly type: 'batch';
      readonly members: readonly { readonly approval: string; readonly hash: string }[];
    }
  /** Why an agent is put in quarantine, released from it, or let go of. */
  | {
      readonly type: 'reason';
      readonly does: 'quarantine' | 'release' | 'let-go';
      readonly project: string;
      readonly agent: string;
      /** Id of the quarantine that was looked at; null where there is none. */
      readonly quarantine: string | null;
      readonly field: TextField;
    }
  | { readonly type: 'grants'; readonly at: number }
  | { readonly type: 'start'; readonly form: StartForm; readonly problem: string }
  | { readonly type: 'confirm'; readonly what: 'stop' | 'restart'; readonly run: string }
  | { readonly type: 'help'; readonly field: TextField; readonly top: number }
  | { readonly type: 'palette'; readonly field: TextField; readonly at: number }
  | { readonly type: 'filter'; readonly field: TextField }
  | { readonly type: 'search'; readonly field: TextField }
  | { readonly type: 'alarms'; readonly top: number };

export interface Notice {
  readonly text: string;
  readonly kind: 'info' | 'problem';
  /** Wall clock, milliseconds. */
  readonly until: number;
}

export type LinkState = 'connecting' | 'connected' | 'lost';

export interface Ui {
  readonly size: Size;
  readonly region: Region;
  readonly layout: LayoutName;
  readonly isZoomed: boolean;
  /** Runs with an open pane, in the order of the panes. A new one comes last and never replaces another. */
  readonly panes: readonly string[];
  /** Panes somebody has made larger or smaller than others. */
  readonly weights: PaneWeights;
  /** Row under the cursor in the list: a run's id, or `agent:<name>` for one that is not running. */
  readonly cursor: string | null;
  /** The run every key goes to; null: CONTROL. */
  readonly typing: string | null;
  /** The prefix was just pressed: pressed again before `until`, it goes to the run. */
  readonly left: { readonly run: string; readonly until: number } | null;
  readonly queue: {
    readonly approval: string | null;
    /** The item under the cursor changed by itself: decision keys do nothing before this moment. */
    readonly inertUntil: number;
    /** Answers on their way to the daemon; their items are out of sight already. */
    readonly answering: readonly string[];
    /** Takes its room on screen; nothing waits any more after a while and it gives all but a line back. */
    readonly isOpen: boolean;
    /** When it gives its room back; null while something waits. */
    readonly closesAt: number | null;
    /** The last yes of this room, as long as it can be taken back. */
    readonly undo: { readonly approval: string; readonly until: number } | null;
    /** What only the daemon can tell of the request that is looked at. */
    readonly detail: { readonly approval: string; readonly detail: ApprovalDetail } | null;
  };
  readonly scroll: Scroll | null;
  /** Over the room, whose panes live on below it. */
  readonly page: Page;
  /** How agents stand, as of the last time it was asked. */
  readonly risk: Risk;
  readonly overlay: Overlay | null;
  readonly filter: string;
  /** Rows of the list without a filter, as of the last fleet: a filter being typed moves nothing else. */
  readonly listRows: number;
  readonly notice: Notice | null;
  readonly daemon: {
    readonly state: LinkState;
    readonly message: string;
    /** What is not as it should be, in the daemon's words. */
    readonly warnings: readonly string[];
  };
  readonly screens: LinkState;
  /** fleet.yaml and what belongs to it, as they were last read. */
  readonly config: {
    readonly state: 'unread' | 'missing' | 'read';
    readonly problems: readonly string[];
  };
  /** Sessions whose holder does not answer. */
  readonly lost: readonly string[];
  readonly theme: string;
  /** What the last fleet held, to tell what is new; null before the first. */
  readonly known: {
    readonly runs: readonly string[];
    readonly pending: readonly string[];
    readonly failed: readonly string[];
    readonly quarantined: readonly string[];
  } | null;
  /** A run to show alone and type to, as soon as it is known. */
  readonly attach: string | null;
  /** Alarms up to this event have been looked at. */
  readonly alarmsSeen: number;
}

/** What does not change while the control room runs. */
export interface Setting {
  readonly keymap: Keymap;
  /** Folder of the project the control room was opened in. */
  readonly project: string;
  readonly isDemo: boolean;
  readonly isUtf8: boolean;
  readonly bell: boolean;
  /** A yes can be taken back for so long before the agent gets it. */
  readonly undoMs: number;
}

export const initialUi = (start: {
  readonly size: Size;
  readonly theme: string;
  readonly attach: string | null;
}): Ui => ({
  size: start.size,
  region: 'list',
  layout: start.attach === null ? 'tiled' : 'one',
  isZoomed: start.attach !== null,
  panes: [],
  weights: {},
  cursor: null,
  typing: null,
  left: null,
  queue: {
    approval: null,
    inertUntil: 0,
    answering: [],
    isOpen: false,
    closesAt: null,
    undo: null,
    detail: null,
  },
  scroll: null,
  page: { type: 'room' },
  risk: NO_RISK,
  overlay: null,
  filter: '',
  listRows: 0,
  notice: null,
  daemon: { state: 'connecting', message: '', warnings: [] },
  screens: 'connecting',
  config: { state: 'unread', problems: [] },
  lost: [],
  theme: start.theme,
  known: null,
  attach: start.attach,
  alarmsSeen: 0,
});
