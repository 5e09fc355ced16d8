/** The control room's line to screens: the grids of the sessions on view, kept as they were while it is away. */
import { Grid, type Row } from '../../wire/cells.ts';
import { applyScreenFrame, type ScreenFrame } from '../../wire/screen-frame.ts';
import {
  connectScreens,
  type FoundLines,
  type HistoryLines,
  type ScreensConnection,
} from '../../wire/screens-client.ts';
import type { LinkState } from '../ui-state.ts';

/** Screens is back in moments after it was killed; its clients should be, too. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
const REWATCH_MS = 500;

/** A session's screen as it was last heard of. */
export interface SessionScreen {
  readonly grid: Grid;
  readonly frame: ScreenFrame;
}

export interface ScreensLinkEvents {
  /** A screen changed; `frame` says where. */
  onFrame(session: string, frame: ScreenFrame): void;
  onState(state: LinkState): void;
}

interface Watched {
  readonly pane: number;
  screen: SessionScreen | null;
  owesCredit: boolean;
}

export class ScreensLink {
  readonly #socket: string;
  readonly #events: ScreensLinkEvents;
  readonly #watched = new Map<string, Watched>();
  #connection: ScreensConnection | null = null;
  #retry: NodeJS.Timeout | null = null;
  #rewatch: NodeJS.Timeout | null = null;
  #delayMs = RETRY_FIRST_MS;
  #colours: { foreground: number; background: number; cursor: number } | null = null;
  #isClosed = false;
  #nextPane = 1;

  constructor(socket: string, events: ScreensLinkEvents) {
    this.#socket = socket;
    this.#events = events;
  }

  open(): void {
    void this.#connect();
  }

  screen(session: string): SessionScreen | undefined {
    return this.#watched.get(session)?.screen ?? undefined;
  }

  /** Everything on view has been heard of. */
  get isComplete(): boolean {
    return [...this.#watched.values()].every(({ screen }) => screen !== null);
  }

  /** Exactly these sessions are on view from now on. */
  watch(sessions: ReadonlySet<string>): void {
    for (const [session, watched] of this.#watched) {
      if (sessions.has(session)) continue;
      this.#watched.delete(session);
      this.#connection?.unwatch(watched.pane);
    }
    for (const session of sessions) {
      if (this.#watched.has(session)) continue;
      const watched: Watched = { pane: this.#nextPane++, screen: null, owesCredit: false };
      this.#watched.set(session, watched);
      this.#begin(session, watched);
    }
  }

  /** The person's own colours as 0xRRGGBB, for applications that ask what they are shown on. */
  useColours(foreground: number, background: number): void {
    this.#colours = { foreground, background, cursor: foreground };
    this.#connection?.colours(this.#colours);
  }

  /** What was received is on the terminal: the next frames may come. */
  credit(): void {
    for (const watched of this.#watched.values()) {
      if (!watched.owesCredit) continue;
      watched.owesCredit = false;
      this.#connection?.credit(watched.pane);
    }
  }

  /** Rejects when screens is away or knows no such session. */
  lines(session: string, from: number, count: number): Promise<HistoryLines> {
    return this.#connection?.lines(session, from, count) ?? Promise.reject(AWAY);
  }

  search(session: string, text: string): Promise<FoundLines> {
    return this.#connection?.search(session, text) ?? Promise.reject(AWAY);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#retry) clearTimeout(this.#retry);
    if (this.#rewatch) clearTimeout(this.#rewatch);
    this.#connection?.close();
  }

  async #connect(): Promise<void> {
    try {
      const connection = await connectScreens({ socket: this.#socket, timeoutMs: CONNECT_TIMEOUT_MS });
      if (this.#isClosed) return connection.close();
      this.#connection = connection;
      this.#delayMs = RETRY_FIRST_MS;
      connection.onClose(() => this.#lost());
      connection.onError(() => this.#unseen());
      if (this.#colours) connection.colours(this.#colours);
      this.#events.onState('connected');
      for (const [session, watched] of this.#watched) this.#begin(session, watched);
    } catch {
      if (!this.#isClosed) this.#again();
    }
  }

  #begin(session: string, watched: Watched): void {
    const connection = this.#connection;
    if (!connection) return;
    watched.owesCredit = false;
    connection.watch(watched.pane, session, (frame) => this.#take(session, watched, frame));
  }

  #take(session: string, watched: Watched, frame: ScreenFrame): void {
    const known = watched.screen?.grid;
    const isFitting = known?.columns === frame.columns && known.rows === frame.rows;
    const grid = isFitting ? known : new Grid(frame.columns, frame.rows);
    applyScreenFrame(grid, frame);
    watched.screen = { grid, frame: { ...frame, title: frame.title ?? watched.screen?.frame.title } };
    watched.owesCredit = true;
    this.#events.onFrame(session, isFitting ? frame : { ...frame, isFull: true });
  }

  /** Something could not be had: a session so new that nothing of it is there yet. It is asked for again. */
  #unseen(): void {
    this.#rewatch ??= setTimeout(() => {
      this.#rewatch = null;
      for (const [session, watched] of this.#watched) if (!watched.screen) this.#begin(session, watched);
    }, REWATCH_MS);
  }

  #lost(): void {
    this.#connection = null;
    if (this.#isClosed) return;
    this.#events.onState('lost');
    this.#again();
  }

  #again(): void {
    this.#retry = setTimeout(() => void this.#connect(), this.#delayMs);
    this.#delayMs = Math.min(RETRY_MAX_MS, this.#delayMs * 2);
  }
}

const AWAY = new Error('screens is away; try again in a moment');

/** Rows of history as a grid for a pane. */
export function gridOf(rows: readonly Row[], columns: number, height: number): Grid {
  const grid = new Grid(columns, height);
  for (const [y, row] of rows.entries()) if (y < height) grid.lines[y] = row;
  return grid;
}
