/**
 * Keys go from here straight to the holders, so that typing works while the daemon is away; so do the sizes
 * of the panes.
 */
import { connectHolder, type HolderConnection } from '../../wire/holder-client.ts';
import type { Places } from '../../wire/places.ts';

/** A holder answers at once; one that is this late is stopped or gone. */
const CONNECT_TIMEOUT_MS = 2_000;
/** A holder that is gone for good is noticed by the daemon; until then one try a second costs nothing. */
const RETRY_MS = 1_000;
/** What somebody types in the moment a connection takes; more is a paste into nowhere. */
const WAITING_BYTES_MAX = 256 * 1024;
/** Sizes change in bursts while a window is dragged; an agent redraws itself for each one it is told. */
const RESIZE_WAIT_MS = 40;

interface Line {
  connection: HolderConnection | null;
  waiting: Uint8Array[];
  waitingBytes: number;
  size: { readonly columns: number; readonly rows: number } | null;
  sizeTimer: NodeJS.Timeout | null;
  retry: NodeJS.Timeout | null;
  isLost: boolean;
}

export interface TypingLinkEvents {
  onState(session: string, isLost: boolean): void;
  onProblem(message: string): void;
}

export class TypingLink {
  readonly #places: Places;
  readonly #events: TypingLinkEvents;
  readonly #lines = new Map<string, Line>();

  constructor(places: Places, events: TypingLinkEvents) {
    this.#places = places;
    this.#events = events;
  }

  /** Exactly these sessions have a line from now on. */
  keep(sessions: ReadonlySet<string>): void {
    for (const [session, line] of this.#lines) if (!sessions.has(session)) this.#drop(session, line);
    for (const session of sessions) if (!this.#lines.has(session)) this.#open(session);
  }

  type(session: string, bytes: Uint8Array): void {
    const line = this.#lines.get(session) ?? this.#open(session);
    if (line.connection) {
      // What is typed was typed at the size that is seen; it must not overtake that.
      this.#tellSize(line);
      return this.#send(line.connection, bytes);
    }
    if (line.waitingBytes + bytes.length > WAITING_BYTES_MAX)
      return this.#events.onProblem('The session does not answer; what was typed is lost.');
    line.waiting.push(bytes);
    line.waitingBytes += bytes.length;
  }

  /** The size of the session's pane; told a little later, and only the last of a burst. */
  resize(session: string, columns: number, rows: number): void {
    const line = this.#lines.get(session);
    if (!line) return;
    line.size = { columns, rows };
    line.sizeTimer ??= setTimeout(() => {
      line.sizeTimer = null;
      this.#tellSize(line);
    }, RESIZE_WAIT_MS);
  }

  close(): void {
    for (const [session, line] of this.#lines) this.#drop(session, line);
  }

  #open(session: string): Line {
    const line: Line = {
      connection: null,
      waiting: [],
      waitingBytes: 0,
      size: null,
      sizeTimer: null,
      retry: null,
      isLost: false,
    };
    this.#lines.set(session, line);
    void this.#connect(session, line);
    return line;
  }

  async #connect(session: string, line: Line): Promise<void> {
    try {
      const connection = await connectHolder({
        socket: this.#places.holderSocket(session),
        epoch: 0,
        timeoutMs: CONNECT_TIMEOUT_MS,
      });
      if (this.#lines.get(session) !== line) return connection.close();
      line.connection = connection;
      connection.onClose(() => this.#gone(session, line));
      this.#setLost(session, line, false);
      for (const bytes of line.waiting.splice(0)) this.#send(connection, bytes);
      line.waitingBytes = 0;
      if (!line.sizeTimer) this.#tellSize(line);
    } catch {
      if (this.#lines.get(session) !== line) return;
      this.#setLost(session, line, true);
      this.#later(session, line);
    }
  }

  #send(connection: HolderConnection, bytes: Uint8Array): void {
    connection.input(bytes).then(
      (result) => {
        if (result === 'full')
          this.#events.onProblem('The agent does not read what is typed; it was not taken.');
      },
      // The connection ended: that is told by its close.
      () => {},
    );
  }

  #tellSize(line: Line): void {
    if (!line.connection || !line.size) return;
    line.connection.resize(line.size.columns, line.size.rows);
    line.size = null;
  }

  #gone(session: string, line: Line): void {
    if (this.#lines.get(session) !== line) return;
    line.connection = null;
    this.#later(session, line);
  }

  #later(session: string, line: Line): void {
    line.retry = setTimeout(() => void this.#connect(session, line), RETRY_MS);
  }

  #setLost(session: string, line: Line, isLost: boolean): void {
    if (line.isLost === isLost) return;
    line.isLost = isLost;
    this.#events.onState(session, isLost);
  }

  #drop(session: string, line: Line): void {
    this.#lines.delete(session);
    if (line.retry) clearTimeout(line.retry);
    if (line.sizeTimer) clearTimeout(line.sizeTimer);
    line.connection?.close();
    if (line.isLost) this.#events.onState(session, false);
  }
}
