/**
 * What the log says is running and what really is are brought together: at start-up for every run, later for
 * a session whose holder hung up. Holders are adopted; a session without one is lost or has exited; nothing
 * is ever deleted or given up because a socket or a file is missing.
 */
import { readlinkSync } from 'node:fs';
import { isEnded, isLive, runOfSession, type Fleet, type Run } from '../core/fleet.ts';
import { connectHolder } from '../wire/holder-client.ts';
import type { Places } from '../wire/places.ts';
import { isAlive, isSameProcess } from '../wire/process-identity.ts';
import type { Gates } from './gates.ts';
import type { Egresses } from './egress.ts';
import type { Models } from './models.ts';
import type { WaysOut } from './ways-out.ts';
import { endChild, findHolder, type FoundHolder } from './holders.ts';
import type { Loop } from './loop.ts';
import type { ScreensLink } from './screens-link.ts';
import type { Sessions } from './sessions.ts';

/**
 * When a holder that lives but does not answer is looked at again: at once, as one that was just killed is
 * still seen for a moment; then ever more rarely, as a stopped or starved one may take hours.
 */
const LOOK_AGAIN_MS = [50, 100, 250, 500, 1_000, 2_000, 5_000] as const;

/** A holder answers hello from its event loop at once. */
const HELLO_TIMEOUT_MS = 2_000;

export interface ReconcilerOptions {
  readonly places: Places;
  readonly loop: () => Loop;
  readonly sessions: Sessions;
  readonly gates: Gates;
  readonly waysOut: WaysOut;
  readonly egresses: Egresses;
  readonly models: Models;
  readonly screens: ScreensLink;
}

export class Reconciler {
  readonly #options: ReconcilerOptions;
  /** Sessions being looked at, and how often in vain. */
  readonly #looking = new Map<string, { times: number; timer: NodeJS.Timeout | undefined }>();

  #isClosed = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Sessions that should run and whose holder does not answer, in words for a person. */
  get warnings(): readonly string[] {
    const { loop } = this.#options;
    return [...this.#looking]
      .filter(([, { times }]) => times >= LOOK_AGAIN_MS.length - 1)
      .flatMap(([session]) => runOfSession(loop().fleet, session) ?? [])
      .map(
        (run) =>
          `run ${run.id} of ${run.agent} lives (pid ${run.child?.pid}), but its holder (pid ${run.holder?.pid}) does not answer at ${this.#options.places.holderSocket(run.session!)}: it cannot be seen or stopped from here until it does`,
      );
  }

  /** Start-up: every run that is not over. */
  async all(found: readonly FoundHolder[]): Promise<void> {
    const { loop } = this.#options;
    const bySession = new Map(found.map((holder) => [holder.session, holder]));
    for (const run of Object.values(loop().fleet.runs)) {
      if (isEnded(run)) continue;
      if (run.phase === 'requested' || !run.session) await this.#refuseUnfinished(run.id);
      else await this.#settle(run.session, bySession.get(run.session));
    }
  }

  /** Start-up, after `all`: sessions that run without a record get one, so that they can be seen and stopped. */
  async recover(found: readonly FoundHolder[]): Promise<void> {
    const { loop } = this.#options;
    for (const { session, meta } of unknownSessions(loop().fleet, found)) {
      if (!meta) continue;
      const { program, holder, child, startedAt } = meta;
      const run = session.replace(/-\d+$/, '');
      const directory = directoryOf(child.pid);
      await loop().submit({
        type: 'session-recovered',
        run,
        session,
        program,
        directory,
        holder,
        child,
        startedAt,
      });
      this.look(session);
    }
  }

  /** The session's holder hung up, or could not be reached: finds out what has become of it. */
  look(session: string): void {
    if (this.#isClosed || this.#looking.has(session)) return;
    this.#looking.set(session, { times: 0, timer: undefined });
    void this.#lookNow(session);
  }

  /** A look under way leads to nothing any more. */
  close(): void {
    this.#isClosed = true;
    for (const { timer } of this.#looking.values()) clearTimeout(timer);
    this.#looking.clear();
  }

  async #lookNow(session: string): Promise<void> {
    const found = await findHolder(this.#options.places, session);
    if (!this.#looking.has(session)) return;
    try {
      await this.#settle(session, found);
    } catch {
      // The store keeps nothing more; the loop was told, and ends the daemon.
    }
  }

  #lookLater(session: string): void {
    if (this.#isClosed) return;
    const looking = this.#looking.get(session) ?? { times: 0, timer: undefined };
    this.#looking.set(session, looking);
    const waitMs = LOOK_AGAIN_MS[looking.times] ?? LOOK_AGAIN_MS.at(-1);
    looking.times++;
    looking.timer = setTimeout(() => void this.#lookNow(session), waitMs);
  }

  async #settle(session: string, found: FoundHolder | undefined): Promise<void> {
    const { loop, sessions } = this.#options;
    const run = runOfSession(loop().fleet, session);
    if (!run || isEnded(run) || sessions.isHeld(session)) return void this.#looking.delete(session);
    if (found?.state === 'exited' && found.exit) {
      await this.#becomeLive(run, found);
      const { code, signal, at } = found.exit;
      await loop().submit({ type: 'session-exited', session, code, signal, exitedAt: at });
    } else if (found?.state === 'live' || (await this.#isHeldAfterAll(run, found))) {
      if (!(await this.#adopt(run, found))) return this.#lookLater(session);
    } else if (found?.state === 'silent' || this.#isOnlyUnreachable(run, found))
      return this.#lookLater(session);
    else if (run.phase === 'launching') await this.#refuseUnfinished(run.id);
    else {
      if (found?.state === 'lost' && found.isChildAlive) endChild(found.meta!.child);
      await loop().submit({ type: 'session-lost', session, reason: lostBecause(found) });
    }
    this.#looking.delete(session);
  }

  /** False when its holder did not let itself be adopted. */
  async #adopt(run: Run, found: FoundHolder | undefined): Promise<boolean> {
    const { loop, sessions, gates, waysOut, egresses, models, screens } = this.#options;
    const session = run.session!;
    try {
      await this.#becomeLive(run, found);
      await gates.open(session, run.gateTokenHash);
      if (await waysOut.openAgain(run.id, session)) await egresses.openAgain(session);
      await models.openAgain(session);
      await sessions.adopt(session);
    } catch {
      // Died or fell silent since it was found: the next look says which.
      return false;
    }
    screens.opened(session);
    // The daemon that was asked to stop it may have died over it.
    if (loop().fleet.runs[run.id]?.phase === 'stopping') sessions.stop(session, false);
    return true;
  }

  /** The daemon died between starting the holder and recording it: the holder itself is the record. */
  async #becomeLive(run: Run, found: FoundHolder | undefined): Promise<void> {
    if (isLive(run) || !found?.meta) return;
    const { holder, child } = found.meta;
    await this.#options.loop().submit({ type: 'session-started', session: run.session!, holder, child });
  }

  /** Its folder is damaged or was moved with the home, yet the very process the log knows answers in its place. */
  async #isHeldAfterAll(run: Run, found: FoundHolder | undefined): Promise<boolean> {
    if (!run.holder || found?.state === 'stranger' || !isAlive(run.holder)) return false;
    try {
      const socket = this.#options.places.holderSocket(run.session!);
      const connection = await connectHolder({ socket, epoch: 0, timeoutMs: HELLO_TIMEOUT_MS });
      connection.close();
      return connection.hello.session === run.session && isSameProcess(connection.hello.holder, run.holder);
    } catch {
      return false;
    }
  }

  #isOnlyUnreachable(run: Run, found: FoundHolder | undefined): boolean {
    const isDamaged = found === undefined || found.state === 'damaged';
    return isDamaged && run.holder !== null && isAlive(run.holder);
  }

  /** Whether anything was started cannot be known, so nothing is started again by itself. */
  async #refuseUnfinished(run: string): Promise<void> {
    await this.#options.loop().submit({
      type: 'run-failed',
      run,
      reason: 'the daemon ended while it was starting; start it again',
    });
  }
}

function lostBecause(holder: FoundHolder | undefined): string {
  if (!holder) return 'its files are gone';
  return holder.reason || 'its holder is gone (killed, or the machine was restarted)';
}

/** Live sessions the log knows nothing of: it was lost, or restored from before they began. */
function unknownSessions(fleet: Fleet, found: readonly FoundHolder[]): readonly FoundHolder[] {
  const known = new Set(Object.values(fleet.runs).flatMap((run) => (isEnded(run) ? [] : [run.session])));
  return found.filter((holder) => holder.state === 'live' && !known.has(holder.session));
}

/** Where a process works; the root where the system does not tell. */
function directoryOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '/';
  }
}
