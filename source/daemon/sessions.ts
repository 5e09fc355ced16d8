/**
 * The sessions that are alive: one connection to each holder, one gate endpoint beside it. Notices when a
 * child ends or a holder dies, and types on the daemon's behalf.
 */
import { connectHolder, HolderError, type HolderConnection } from '../wire/holder-client.ts';
import type { HolderStatus } from '../wire/holder-protocol.ts';
import type { Places } from '../wire/places.ts';

/** A holder answers hello from its event loop at once; a machine under load still gets there in this time. */
const HOLDER_TIMEOUT_MS = 5_000;

export interface SessionNotices {
  exited(session: string, exit: { code: number | null; signal: number | null; at: number }): void;
  /** The holder hung up without an exit: dead, or only this connection is. */
  hungUp(session: string): void;
}

export class Sessions {
  readonly #places: Places;
  readonly #epoch: number;
  readonly #notices: SessionNotices;
  readonly #holders = new Map<string, HolderConnection>();
  readonly #stopping = new Map<string, NodeJS.Timeout>();
  #isClosed = false;

  constructor(options: { places: Places; epoch: number; notices: SessionNotices }) {
    this.#places = options.places;
    this.#epoch = options.epoch;
    this.#notices = options.notices;
  }

  /** Connects to the session's holder and watches it from now on. Rejects with HolderError. */
  async adopt(session: string): Promise<HolderConnection> {
    const holder = await connectHolder({
      socket: this.#places.holderSocket(session),
      epoch: this.#epoch,
      timeoutMs: HOLDER_TIMEOUT_MS,
    });
    // A connection that nobody lets go of would keep a daemon that has ended.
    if (this.#isClosed) {
      holder.close();
      throw new HolderError('GONE', 'the daemon is ending');
    }
    this.#holders.set(session, holder);
    holder.onStatus((status) => this.#noticeExit(session, status));
    holder.onClose(() => {
      if (this.#holders.get(session) !== holder) return;
      this.#holders.delete(session);
      this.#notices.hungUp(session);
    });
    this.#noticeExit(session, await holder.status());
    return holder;
  }

  isHeld(session: string): boolean {
    return this.#holders.has(session);
  }

  /** What became of the bytes; 'gone' when nobody holds the session. */
  async type(session: string, bytes: Uint8Array): Promise<'written' | 'gone' | 'full'> {
    const holder = this.#holders.get(session);
    if (!holder) return 'gone';
    const outcome = await holder.input(bytes);
    if (outcome === 'written' || outcome === 'duplicate') return 'written';
    return outcome === 'full' ? 'full' : 'gone';
  }

  /**
   * Asks the whole process group to end as a closing terminal would, then as a service manager would, then
   * ends it. Agents save their state on the first two; five seconds are what a person is willing to wait. One
   * that has gone bad gets a second.
   */
  stop(session: string, isUrgent: boolean): void {
    const holder = this.#holders.get(session);
    if (!holder || this.#stopping.has(session)) return;
    const steps = isUrgent
      ? [
          { signal: SIGTERM, waitMs: 1_000 },
          { signal: SIGKILL, waitMs: 0 },
        ]
      : [
          { signal: SIGHUP, waitMs: 1_500 },
          { signal: SIGTERM, waitMs: 3_500 },
          { signal: SIGKILL, waitMs: 0 },
        ];
    const next = (index: number) => {
      const step = steps[index];
      if (!step || !this.#holders.has(session)) {
        this.#stopping.delete(session);
        return;
      }
      holder.signal(step.signal, true);
      this.#stopping.set(
        session,
        setTimeout(() => next(index + 1), step.waitMs),
      );
    };
    next(0);
  }

  /** The exit is on record: the holder may leave. */
  retire(session: string): void {
    const holder = this.#holders.get(session);
    this.#holders.delete(session);
    clearTimeout(this.#stopping.get(session));
    this.#stopping.delete(session);
    if (!holder) return;
    holder.release();
    holder.close();
  }

  /** Lets go of every holder; they live on. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#stopping.values()) clearTimeout(timer);
    const holders = [...this.#holders.values()];
    this.#holders.clear();
    for (const holder of holders) holder.close();
  }

  #noticeExit(session: string, status: HolderStatus): void {
    if (status.exit && this.#holders.has(session)) this.#notices.exited(session, status.exit);
  }
}

const SIGHUP = 1;
const SIGTERM = 15;
const SIGKILL = 9;
