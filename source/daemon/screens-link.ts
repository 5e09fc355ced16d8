/**
 * Keeps the screens process running and tells it which sessions there are. It owns nothing: when it dies
 * it is started again and told everything anew.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { ScreenMode } from '../wire/screen-frame.ts';
import { connectScreens, type ScreensConnection } from '../wire/screens-client.ts';
import type { Places } from '../wire/places.ts';
import type { Program } from './holders.ts';

/** First retry after a death; doubled up to the maximum, so that a screens that cannot start costs nothing. */
const RETRY_MS = 50;
const RETRY_MS_MAX = 5_000;
const CONNECT_TIMEOUT_MS = 3_000;

export class ScreensLink {
  readonly #places: Places;
  readonly #program: Program;
  readonly #live = new Set<string>();
  #connection: ScreensConnection | null = null;
  /** Started from here and not connected to so far. */
  #starting: ChildProcess | null = null;
  #retryMs = RETRY_MS;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: { places: Places; program: Program }) {
    this.#places = options.places;
    this.#program = options.program;
  }

  /** Adopts the screens process that is there, or starts one. */
  async start(): Promise<void> {
    if (await this.#connect()) return;
    this.#spawn();
    this.#retry();
  }

  /** In words for a person, when what agents print is not read. */
  get warnings(): readonly string[] {
    return this.#retryMs < RETRY_MS_MAX
      ? []
      : [
          `what agents show cannot be seen (they go on): no screens process answers at ${this.#places.screensSocket}; see ${join(this.#places.logs, 'screens.log')}`,
        ];
  }

  opened(session: string): void {
    this.#live.add(session);
    this.#connection?.open(session, true);
  }

  ended(session: string): void {
    this.#live.delete(session);
    this.#connection?.open(session, false);
  }

  /** Whether the application of the session takes a paste in brackets. Unknown counts as no. */
  async wantsBracketedPaste(session: string): Promise<boolean> {
    try {
      const screen = await this.#connection?.screen(session);
      return screen !== undefined && (screen.modes & ScreenMode.BracketedPaste) !== 0;
    } catch {
      return false;
    }
  }

  /** What is on the screen of a session; null when nobody can tell. */
  async rowsOf(session: string): Promise<readonly string[] | null> {
    try {
      return (await this.#connection?.screen(session))?.rows ?? null;
    } catch {
      return null;
    }
  }

  /** Screens ends with the daemon: nothing of this home is to run on. */
  end(): void {
    this.#isClosed = true;
    if (this.#connection) this.#connection.end();
    else this.#starting?.kill('SIGTERM');
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#connection?.close();
  }

  async #connect(): Promise<boolean> {
    try {
      const connection = await connectScreens({
        socket: this.#places.screensSocket,
        timeoutMs: CONNECT_TIMEOUT_MS,
      });
      if (this.#isClosed) return (connection.close(), true);
      this.#connection = connection;
      this.#starting = null;
      this.#retryMs = RETRY_MS;
      connection.onClose(() => {
        this.#connection = null;
        if (this.#isClosed) return;
        this.#spawn();
        this.#retry();
      });
      for (const session of this.#live) connection.open(session, true);
      return true;
    } catch {
      return false;
    }
  }

  #retry(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      void this.#connect().then((isConnected) => {
        if (isConnected || this.#isClosed) return;
        if (this.#retryMs === RETRY_MS_MAX) this.#spawn();
        this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
        this.#retry();
      });
    }, this.#retryMs);
  }

  /** A second one finds the socket taken and leaves, so starting one too many does no harm. */
  #spawn(): void {
    const log = openLog(join(this.#places.logs, 'screens.log'));
    const { node, script } = this.#program;
    const child = spawn(node, [script, 'screens'], {
      detached: true,
      stdio: ['ignore', 'ignore', log],
      env: { ...process.env, FLEET_HOME: this.#places.home },
    });
    child.on('error', () => {});
    child.unref();
    this.#starting = child;
    if (log !== 'ignore') closeSync(log);
  }
}

/** Without its log it still shows what agents print. */
function openLog(file: string): number | 'ignore' {
  try {
    return openSync(file, 'a', 0o600);
  } catch {
    return 'ignore';
  }
}
