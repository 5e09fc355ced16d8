/**
 * A client's connection to the daemon: hello, asks with answers, and the subscription that folds the
 * daemon's events into the same state with the same function.
 */
import { connect, type Socket } from 'node:net';
import type { Recorded } from '../core/event.ts';
import { apply } from '../core/apply.ts';
import type { Fleet } from '../core/fleet.ts';
import {
  DAEMON_PROTOCOL,
  DaemonKind,
  type Ask,
  type AskValue,
  type DaemonFacts,
  type DaemonReply,
  type DaemonRequest,
} from './daemon-protocol.ts';
import { encodeJsonFrame, FrameReader } from './frames.ts';

/** A daemon answers hello at once; one that does not within this long is stuck or something else. */
const HELLO_TIMEOUT_MS = 5_000;

export class DaemonError extends Error {
  /** `GONE` no daemon, `REFUSED` a version that does not fit, `LOST` it went away, or the daemon's own code. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface Subscription {
  onFleet(fleet: Fleet, daemon: DaemonFacts): void;
  /** After each batch of events, with the state they led to. */
  onEvents(events: readonly Recorded[], fleet: Fleet): void;
}

export interface DaemonConnection {
  readonly daemon: DaemonFacts;
  ask<A extends Ask>(ask: A): Promise<AskValue[A['type']]>;
  subscribe(subscription: Subscription): void;
  onClose(listener: (error: DaemonError) => void): void;
  close(): void;
}

/** Rejects with DaemonError GONE when nobody listens on the socket, REFUSED when versions do not fit. */
export async function connectDaemon(options: {
  readonly socket: string;
  readonly version: string;
  readonly client: 'tui' | 'cli';
}): Promise<DaemonConnection> {
  const socket = connect(options.socket);
  const link = new Link(socket);
  await new Promise<void>((done, failed) => {
    socket.once('connect', done);
    socket.once('error', (cause) =>
      failed(new DaemonError('GONE', `no daemon answers on ${options.socket}`, { cause })),
    );
  });
  link.send({ type: 'hello', protocol: DAEMON_PROTOCOL, version: options.version, client: options.client });
  return link.welcomed();
}

class Link {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #waiting = new Map<number, { done(value: never): void; failed(error: DaemonError): void }>();
  readonly #closed: ((error: DaemonError) => void)[] = [];
  #welcome: { done(connection: DaemonConnection): void; failed(error: DaemonError): void } | null = null;
  #subscription: Subscription | null = null;
  #fleet: Fleet | null = null;
  #nextId = 1;
  #end: DaemonError | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.#finish(new DaemonError('LOST', 'the daemon went away')));
  }

  send(request: DaemonRequest): void {
    this.#socket.write(encodeJsonFrame(DaemonKind.Message, request));
  }

  welcomed(): Promise<DaemonConnection> {
    return new Promise((done, failed) => {
      this.#welcome = { done, failed };
      const timer = setTimeout(() => {
        this.#finish(
          new DaemonError('LOST', `the daemon did not answer within ${HELLO_TIMEOUT_MS / 1000} s`),
        );
        this.#socket.destroy();
      }, HELLO_TIMEOUT_MS);
      const settle = () => clearTimeout(timer);
      this.#welcome = {
        done: (connection) => (settle(), done(connection)),
        failed: (error) => (settle(), failed(error)),
      };
    });
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.push(chunk))
        this.#receive(JSON.parse(frame.payload.toString()) as DaemonReply);
    } catch (cause) {
      this.#finish(new DaemonError('LOST', 'the daemon sent what is no message of ours', { cause }));
      this.#socket.destroy();
    }
  }

  #receive(reply: DaemonReply): void {
    switch (reply.type) {
      case 'welcome':
        this.#welcome?.done(this.#connection(reply.daemon));
        this.#welcome = null;
        return;
      case 'refused':
        this.#finish(new DaemonError('REFUSED', reply.message));
        this.#socket.destroy();
        return;
      case 'answer':
        this.#waiting.get(reply.id)?.done(reply.value as never);
        this.#waiting.delete(reply.id);
        return;
      case 'error':
        this.#waiting.get(reply.id)?.failed(new DaemonError(reply.error.code, reply.error.message));
        this.#waiting.delete(reply.id);
        return;
      case 'fleet':
        this.#fleet = reply.fleet;
        this.#subscription?.onFleet(reply.fleet, reply.daemon);
        return;
      case 'events':
        for (const recorded of reply.events) if (this.#fleet) this.#fleet = apply(this.#fleet, recorded);
        if (this.#fleet) this.#subscription?.onEvents(reply.events, this.#fleet);
        return;
      default:
        return reply satisfies never;
    }
  }

  #connection(daemon: DaemonFacts): DaemonConnection {
    return {
      daemon,
      ask: (ask) =>
        new Promise((done, failed) => {
          if (this.#end) return failed(this.#end);
          const id = this.#nextId++;
          this.#waiting.set(id, { done, failed });
          this.send({ type: 'ask', id, ask });
        }),
      subscribe: (subscription) => {
        this.#subscription = subscription;
        this.send({ type: 'subscribe' });
      },
      onClose: (listener) => {
        if (this.#end) listener(this.#end);
        else this.#closed.push(listener);
      },
      close: () => this.#socket.end(),
    };
  }

  #finish(error: DaemonError): void {
    if (this.#end) return;
    this.#end = error;
    this.#welcome?.failed(error);
    for (const waiting of this.#waiting.values()) waiting.failed(error);
    this.#waiting.clear();
    for (const listener of this.#closed) listener(error);
  }
}
