/**
 * All sessions whose screens are in memory. Live ones stay; ended ones are read from disk when somebody asks,
 * and a few of them are kept, because who looks at an ended session scrolls in it.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Places } from '../wire/places.ts';
import { DEFAULT_COLOURS, type TerminalColours } from './engine-replies.ts';
import { FloodWatch } from './flood-watch.ts';
import { History } from './history.ts';
import { ParseTurns } from './parse-turns.ts';
import { SessionScreen } from './session-screen.ts';
import { Snapshots } from './snapshots.ts';

/** Ended sessions nobody watches at the moment. */
const ENDED_KEPT = 16;

/** Sessions whose history somebody is reading: 16 MB each at 80 columns. */
const HISTORIES_KEPT = 2;

/** How long a read history is kept for the next key of who scrolls. */
const HISTORY_IDLE_MS = 60_000;

/** A session's name is part of paths; those the daemon makes look like this. */
const SESSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

class UnknownSessionError extends Error {
  readonly code = 'UNKNOWN_SESSION';

  constructor(session: string) {
    super(
      `there is no session ${JSON.stringify(session.slice(0, 80))} on this machine; fleet ls shows those there are`,
    );
  }
}

interface Entry {
  readonly screen: SessionScreen;
  readonly history: History;
  historyTimer: NodeJS.Timeout | undefined;
}

export class Screens {
  readonly #places: Places;
  readonly #turns = new ParseTurns();
  readonly #floods = new FloodWatch();
  /** In the order they were last asked for, oldest first. */
  readonly #entries = new Map<string, Entry>();
  #colours = DEFAULT_COLOURS;

  constructor(places: Places) {
    this.#places = places;
  }

  get hasLive(): boolean {
    return [...this.#entries.values()].some(({ screen }) => !screen.isEnded);
  }

  /** Throws an Error with the code UNKNOWN_SESSION for a session that has no folder and no holder. */
  get(session: string): SessionScreen {
    return this.#entry(session).screen;
  }

  /** The session is alive: read it from now on. */
  open(session: string): SessionScreen {
    const { screen } = this.#entry(session);
    screen.revive();
    return screen;
  }

  async withHistory<T>(session: string, read: (history: History) => Promise<T>): Promise<T> {
    const entry = this.#entry(session);
    clearTimeout(entry.historyTimer);
    this.#dropOldHistories(entry);
    try {
      return await read(entry.history);
    } finally {
      clearTimeout(entry.historyTimer);
      entry.historyTimer = setTimeout(() => entry.history.drop(), HISTORY_IDLE_MS);
      entry.historyTimer.unref();
    }
  }

  setColours(colours: TerminalColours): void {
    this.#colours = colours;
    for (const { screen } of this.#entries.values()) screen.engine.setColours(colours);
  }

  /** Saved screens of sessions whose folder is gone are of no use to anybody. */
  dropStrays(): void {
    for (const session of namesIn(this.#places.snapshots)) {
      if (SESSION.test(session) && !existsSync(this.#places.session(session)))
        this.#snapshots(session).remove();
    }
  }

  /** Before leaving: the next process starts from here. */
  saveAll(): void {
    for (const { screen } of this.#entries.values()) screen.save();
  }

  #entry(session: string): Entry {
    const known = this.#entries.get(session);
    if (known) {
      this.#entries.delete(session);
      this.#entries.set(session, known);
      return known;
    }
    if (!SESSION.test(session)) throw new UnknownSessionError(session);
    const directory = this.#places.session(session);
    const holderSocket = this.#places.holderSocket(session);
    if (!existsSync(directory) && !existsSync(holderSocket)) throw new UnknownSessionError(session);
    this.#dropOldEnded();
    const screen = new SessionScreen({
      session,
      directory,
      holderSocket,
      snapshots: this.#snapshots(session),
      turns: this.#turns,
      floods: this.#floods,
      colours: this.#colours,
    });
    const entry: Entry = { screen, history: new History(screen), historyTimer: undefined };
    this.#entries.set(session, entry);
    return entry;
  }

  #snapshots(session: string): Snapshots {
    return new Snapshots(join(this.#places.snapshots, session));
  }

  #dropOldEnded(): void {
    const unused = [...this.#entries].filter(
      ([, { screen, historyTimer }]) => screen.isEnded && !screen.isWatched && historyTimer === undefined,
    );
    for (const [session, entry] of unused.slice(0, Math.max(0, unused.length - ENDED_KEPT))) {
      this.#entries.delete(session);
      entry.history.drop();
      entry.screen.close();
    }
  }

  #dropOldHistories(but: Entry): void {
    const large = [...this.#entries.values()].filter((entry) => entry.history.isLarge && entry !== but);
    for (const { history } of large.slice(0, Math.max(0, large.length - HISTORIES_KEPT + 1))) history.drop();
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
