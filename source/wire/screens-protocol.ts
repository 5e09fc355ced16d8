/**
 * What `screens` and its clients say to each other. Clients get state, never raw bytes: a pane is the
 * latest rows, sent only when the client has given credit for a frame, so nothing queues.
 * JSON messages travel as kind 1, screen frames (see screen-frame.ts) as kind 2.
 */
export const SCREENS_PROTOCOL = 1;

export const ScreensKind = { Message: 1, ScreenFrame: 2 } as const;

export type ScreensRequest =
  | { readonly type: 'hello'; readonly protocol: number }
  /** Read this session from its holder from now on, hidden or not (the daemon says so for each live one). */
  | { readonly type: 'open'; readonly session: string; readonly live: boolean }
  | { readonly type: 'close'; readonly session: string }
  /** Send screen frames of the session under the number `pane` (chosen by the client), one of credit given. */
  | { readonly type: 'watch'; readonly pane: number; readonly session: string }
  | { readonly type: 'unwatch'; readonly pane: number }
  /** The last frame of this pane was taken; the next one may be sent. */
  | { readonly type: 'credit'; readonly pane: number }
  /** Lines of history and screen as text with style runs; `from` counts from the oldest line kept. */
  | {
      readonly type: 'lines';
      readonly id: number;
      readonly session: string;
      readonly from: number;
      readonly count: number;
    }
  | { readonly type: 'search'; readonly id: number; readonly session: string; readonly text: string }
  | { readonly type: 'screen'; readonly id: number; readonly session: string }
  /** The person's own colours, as 0xRRGGBB: what applications are told when they ask (OSC 10 to 12). */
  | {
      readonly type: 'colours';
      readonly foreground: number;
      readonly background: number;
      readonly cursor: number;
    }
  /** Nobody needs screens any more (a home that is about to be removed): save, and leave. */
  | { readonly type: 'end' };

/** Lines one `lines` request may ask for: ten tall screens. */
export const LINES_MAX = 500;

/** Lines one search returns; `total` says how many there were. */
export const FOUND_MAX = 1_000;

/** What a person types to search for; longer patterns are refused. */
export const SEARCH_TEXT_MAX = 256;

/** Panes one client may watch: more than fit on any screen. */
export const PANES_MAX = 256;

export interface ScreenText {
  readonly session: string;
  readonly columns: number;
  readonly rows: readonly string[];
  readonly cursor: { readonly x: number; readonly y: number; readonly isVisible: boolean };
  readonly isAlternate: boolean;
  /** Bits of ScreenMode: what the application wants of the keyboard, the mouse and a paste. */
  readonly modes: number;
  readonly title: string;
  /** Sequences that could not be interpreted; above 0 the screen may not be what the application meant. */
  readonly faults: number;
  /** Output offset the screen stands at. */
  readonly offset: number;
}

export type ScreensReply =
  | { readonly type: 'welcome'; readonly protocol: number }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'error'; readonly id?: number; readonly message: string }
  /** What the live bottom of a screen shows, sent to clients that opened the session, when it changed. */
  | {
      readonly type: 'bottom';
      readonly session: string;
      readonly rows: readonly string[];
      readonly title: string;
    }
  | { readonly type: 'bell'; readonly session: string }
  /** `frame` is an encoded screen frame (base64) holding the asked lines as its rows. `total`: lines kept. */
  | {
      readonly type: 'lines';
      readonly id: number;
      readonly from: number;
      readonly total: number;
      readonly frame: string;
      /** For each row of the frame: it continues the line above, the application wrote one long line. */
      readonly wrapped: readonly boolean[];
    }
  | {
      readonly type: 'found';
      readonly id: number;
      readonly total: number;
      readonly lines: readonly { readonly line: number; readonly text: string; readonly column: number }[];
    }
  | { readonly type: 'screen'; readonly id: number; readonly screen: ScreenText };
