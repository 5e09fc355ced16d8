/** The control room's line to the daemon: comes back by itself, and keeps the last known fleet meanwhile. */
import { EMPTY_FLEET, type Fleet } from '../../core/fleet.ts';
import type { Recorded } from '../../core/event.ts';
import { connectDaemon, DaemonError, type DaemonConnection } from '../../wire/daemon-client.ts';
import type { Ask, AskValue } from '../../wire/daemon-protocol.ts';
import { ensureDaemon, type EnsureOptions } from '../../wire/ensure-daemon.ts';
import type { LinkState } from '../ui-state.ts';

/** First soon, because a daemon that was killed is back in moments; then calmly. */
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 2_000;

export interface DaemonLinkEvents {
  onFleet(): void;
  onState(state: LinkState, message: string): void;
  onWarnings(warnings: readonly string[]): void;
}

export class DaemonLink {
  readonly #options: EnsureOptions;
  readonly #events: DaemonLinkEvents;
  #connection: DaemonConnection | null = null;
  #retry: NodeJS.Timeout | null = null;
  #delayMs = RETRY_FIRST_MS;
  #isClosed = false;
  /** It was asked to stop: it is not for us to start it again. */
  #isStopped = false;
  fleet: Fleet = EMPTY_FLEET;

  constructor(options: EnsureOptions, events: DaemonLinkEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Connects for the first time, starting the daemon if need be. Rejects with DaemonError. */
  async open(): Promise<void> {
    this.#take(await ensureDaemon(this.#options));
  }

  ask<A extends Ask>(ask: A): Promise<AskValue[A['type']]> {
    if (!this.#connection)
      return Promise.reject(new DaemonError('LOST', 'The daemon is away; try again when it is back.'));
    return this.#connection.ask(ask);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.#connection?.close();
  }

  /** Whoever left meanwhile is not kept by a connection that came too late. */
  #take(connection: DaemonConnection): void {
    if (this.#isClosed) connection.close();
    else this.#use(connection);
  }

  #use(connection: DaemonConnection): void {
    this.#connection = connection;
    this.#delayMs = RETRY_FIRST_MS;
    connection.onClose((error) => this.#lost(error));
    connection.subscribe({
      onFleet: (fleet, { warnings }) => {
        this.#isStopped = false;
        this.fleet = fleet;
        this.#events.onState('connected', '');
        this.#events.onWarnings(warnings);
        this.#events.onFleet();
      },
      onEvents: (events, fleet) => {
        if (events.some(isStop)) this.#isStopped = true;
        this.fleet = fleet;
        this.#events.onFleet();
      },
    });
  }

  #lost(error: DaemonError): void {
    this.#connection = null;
    if (this.#isClosed) return;
    this.#events.onState('lost', error.message);
    this.#again();
  }

  #again(): void {
    this.#retry = setTimeout(() => void this.#connect(), this.#delayMs);
    this.#delayMs = Math.min(RETRY_MAX_MS, this.#delayMs * 2);
  }

  async #connect(): Promise<void> {
    try {
      const { places, version, client } = this.#options;
      const connection = this.#isStopped
        ? await connectDaemon({ socket: places.daemonSocket, version, client })
        : await ensureDaemon(this.#options);
      this.#take(connection);
    } catch (error) {
      if (this.#isClosed) return;
      this.#events.onState('lost', error instanceof Error ? error.message : String(error));
      this.#again();
    }
  }
}

const isStop = ({ event }: Recorded): boolean => event.type === 'daemon-stopped';
