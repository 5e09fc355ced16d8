/** The control socket: people's clients ask here. Agents never get to see it. */
import type { Socket } from 'node:net';
import type { Recorded } from '../core/event.ts';
import type { Fleet } from '../core/fleet.ts';
import {
  DAEMON_PROTOCOL,
  DaemonKind,
  type AskError,
  type DaemonFacts,
  type DaemonReply,
  type DaemonRequest,
} from '../wire/daemon-protocol.ts';
import { encodeJsonFrame, FrameReader } from '../wire/frames.ts';
import { listenPrivately, type PrivateSocket } from '../wire/private-socket.ts';

/** A client this far behind gets the whole state once it has caught up, instead of every event. */
const BEHIND_BYTES_MAX = 4 * 1024 * 1024;
/** Answers that wait for a client to read them; past it, its next questions wait, too. */
const UNREAD_BYTES_MAX = 1024 * 1024;
/** Questions of one client under way; a script that asks side by side stays below, a flood does not. */
const ASKS_MAX = 32;
/** Hello is the first thing a client says; who stays silent holds a place for nothing. */
const HELLO_TIMEOUT_MS = 5_000;
/** A fleet's worth of terminals and scripts; more is a loop gone wrong. */
const CLIENTS_MAX = 256;

export interface ClientsOptions {
  readonly socket: string;
  readonly version: string;
  facts(): DaemonFacts;
  fleet(): Fleet;
  /** Of what nobody has checked so far. Rejects with AskRefused for what the person has to be told. */
  answer(ask: unknown): Promise<unknown>;
  /** Another daemon has taken the socket over. */
  replaced(): void;
}

export class AskRefused extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export class Clients {
  readonly #options: ClientsOptions;
  readonly #clients = new Set<Client>();
  #door: PrivateSocket | null = null;

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  async listen(): Promise<void> {
    this.#door = await listenPrivately({
      path: this.#options.socket,
      onConnection: (socket) => this.#accept(socket),
      onReplaced: () => this.#options.replaced(),
    });
  }

  publish(events: readonly Recorded[]): void {
    for (const client of this.#clients) client.publish(events);
  }

  /** Everyone gets the state anew: it changed otherwise than by events (warnings). */
  publishFleet(): void {
    for (const client of this.#clients) client.publishFleet();
  }

  close(): void {
    this.#door?.close();
    for (const client of this.#clients) client.close();
  }

  #accept(socket: Socket): void {
    if (this.#clients.size >= CLIENTS_MAX) return void socket.destroy();
    const client = new Client(socket, this.#options);
    this.#clients.add(client);
    socket.on('close', () => this.#clients.delete(client));
  }
}

class Client {
  readonly #socket: Socket;
  readonly #options: ClientsOptions;
  readonly #reader = new FrameReader();
  readonly #tooLate: NodeJS.Timeout;
  /** Said and not yet dealt with, because earlier answers are not read. */
  #waiting: DaemonRequest[] = [];
  #asks = 0;
  #isWelcome = false;
  #isSubscribed = false;
  #isBehind = false;

  constructor(socket: Socket, options: ClientsOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#tooLate = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
    socket.on('error', () => {});
    socket.on('close', () => clearTimeout(this.#tooLate));
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('drain', () => {
      if (this.#isBehind) {
        this.#isBehind = false;
        this.publishFleet();
      }
      this.#work();
    });
  }

  publish(events: readonly Recorded[]): void {
    if (!this.#isSubscribed || this.#isBehind) return;
    if (this.#socket.writableLength > BEHIND_BYTES_MAX) this.#isBehind = true;
    else this.#send({ type: 'events', events });
  }

  publishFleet(): void {
    if (!this.#isSubscribed) return;
    this.#send({ type: 'fleet', fleet: this.#options.fleet(), daemon: this.#options.facts() });
  }

  close(): void {
    this.#socket.end();
  }

  #send(reply: DaemonReply): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeJsonFrame(DaemonKind.Message, reply));
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.push(chunk))
        this.#waiting.push(JSON.parse(frame.payload.toString()) as DaemonRequest);
    } catch {
      return this.#hangUp();
    }
    this.#work();
  }

  /** Whatever this is, it does not speak our language. */
  #hangUp(): void {
    this.#waiting = [];
    this.#socket.destroy();
  }

  /** Deals with what was said as long as the client reads what it is told. */
  #work(): void {
    const isBusy = () => this.#asks >= ASKS_MAX || this.#socket.writableLength > UNREAD_BYTES_MAX;
    while (this.#waiting.length > 0 && !isBusy() && !this.#socket.destroyed) {
      try {
        this.#receive(this.#waiting.shift()!);
      } catch {
        return this.#hangUp();
      }
    }
    if (this.#waiting.length > 0) this.#socket.pause();
    else this.#socket.resume();
  }

  #receive(request: DaemonRequest): void {
    if (request.type === 'hello') return this.#hello(request);
    if (!this.#isWelcome) return this.#hangUp();
    switch (request.type) {
      case 'subscribe':
        this.#isSubscribed = true;
        return this.publishFleet();
      case 'ask':
        void this.#answer(request.id, request.ask);
        return;
      default:
        return request satisfies never;
    }
  }

  async #answer(id: number, ask: unknown): Promise<void> {
    this.#asks++;
    try {
      const value = await this.#options.answer(ask);
      this.#send({ type: 'answer', id, value: value as never });
    } catch (error) {
      this.#send({ type: 'error', id, error: askError(error) });
    }
    this.#asks--;
    this.#work();
  }

  #hello(hello: Extract<DaemonRequest, { type: 'hello' }>): void {
    if (hello.protocol === DAEMON_PROTOCOL) {
      clearTimeout(this.#tooLate);
      this.#isWelcome = true;
      return this.#send({ type: 'welcome', protocol: DAEMON_PROTOCOL, daemon: this.#options.facts() });
    }
    const { version } = this.#options;
    const advice =
      hello.protocol > DAEMON_PROTOCOL
        ? `run "fleet brain stop" with the older version, then try again: agents keep running`
        : `update this fleet-tui to ${version} or newer`;
    this.#send({
      type: 'refused',
      message: `the daemon is fleet-tui ${version} (protocol ${DAEMON_PROTOCOL}), this is ${hello.version} (protocol ${hello.protocol}); ${advice}`,
    });
    this.close();
  }
}

function askError(error: unknown): AskError {
  const code = (error as { code?: unknown }).code;
  return {
    code: typeof code === 'string' ? code : 'FAILED',
    message: error instanceof Error ? error.message : String(error),
  };
}
