/**
 * One client of the holder: says hello first, then watches, types and resizes as its epoch allows. Epoch 0 is
 * a person's terminal; above it are daemons, of which only the newest may act.
 */
import type { Socket } from 'node:net';

import { encodeFrame, encodeJsonFrame, FrameReader, type Frame } from '../wire/frames.ts';
import {
  decodeHello,
  decodePace,
  encodeInputDone,
  HOLDER_PROTOCOL,
  HOLDER_PROTOCOL_MIN,
  HolderKind,
  InputOutcome,
  readOffset,
  type HolderHello,
} from '../wire/holder-protocol.ts';
import { isSize } from '../wire/holder-spec.ts';
import { Feed } from './feed.ts';
import type { Pace } from './pacing.ts';
import type { Session } from './session.ts';
import type { TypedOnce } from './typed-once.ts';

/** What every connection of one holder shares. */
export interface Held {
  readonly session: Session;
  readonly typed: TypedOnce;
  /** The highest epoch that ever said hello. */
  epoch: number;
  hello(): HolderHello;
  release(): void;
}

/** Saying hello takes a client one write; who connects and stays silent is not one of ours. */
const HELLO_TIMEOUT_MS = 5_000;

/** Answers waiting for a client that asks without reading; honest ones have a few bytes here. */
const UNREAD_BYTES_MAX = 8 * 1024 * 1024;

const OUTCOMES = {
  written: InputOutcome.Written,
  ended: InputOutcome.Ended,
  full: InputOutcome.Full,
} as const;

export class Connection {
  readonly #socket: Socket;
  readonly #held: Held;
  readonly #feed: Feed;
  readonly #frames = new FrameReader();
  #pace: Pace = { sustainedMs: 0, floodMs: 0 };
  #isReading = false;
  #client: { readonly id: bigint; readonly epoch: number } | undefined;

  constructor(socket: Socket, held: Held) {
    this.#socket = socket;
    this.#held = held;
    this.#feed = new Feed(socket, held.session.output, held.session.segments);
    const tooLate = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
    socket.on('data', (chunk) => {
      this.#receive(chunk);
      if (this.#client !== undefined) clearTimeout(tooLate);
    });
    // A client that goes away is no event for a session; 'close' follows each error.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(tooLate);
      this.#feed.stop();
      held.session.pacing.want(this, undefined);
    });
  }

  get isGreeted(): boolean {
    return this.#client !== undefined;
  }

  sendStatus(): void {
    this.#send(encodeJsonFrame(HolderKind.Status, this.#held.session.status));
  }

  /** Says why and hangs up. */
  refuse(reason: string): void {
    this.#feed.stop();
    this.#socket.end(encodeFrame(HolderKind.Refused, Buffer.from(reason)));
  }

  end(): void {
    this.#feed.stop();
    this.#socket.end();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const frame of this.#frames.push(chunk)) {
        if (!this.#socket.writable) return;
        if (this.#client === undefined) this.#greet(frame);
        else this.#obey(frame, this.#client);
      }
    } catch {
      // Not our protocol, or a payload too short for its kind: nothing it says can be trusted.
      this.#socket.destroy();
    }
  }

  #greet(frame: Frame): void {
    if (frame.kind !== HolderKind.Hello) return void this.#socket.destroy();
    const hello = decodeHello(frame.payload);
    if (hello.minProtocol > HOLDER_PROTOCOL || hello.protocol < HOLDER_PROTOCOL_MIN)
      return this.refuse(
        `this session is held by a program that speaks holder protocol ${HOLDER_PROTOCOL_MIN} to ${HOLDER_PROTOCOL}, and yours speaks ${hello.minProtocol} to ${hello.protocol}: use the version of fleet that started it, or end the session and start it again`,
      );
    this.#client = { id: hello.clientId, epoch: hello.epoch };
    this.#held.epoch = Math.max(this.#held.epoch, hello.epoch);
    this.#send(encodeJsonFrame(HolderKind.Welcome, this.#held.hello()));
  }

  #obey(frame: Frame, client: { readonly id: bigint; readonly epoch: number }): void {
    const { session } = this.#held;
    const isFenced = client.epoch > 0 && client.epoch < this.#held.epoch;
    switch (frame.kind) {
      case HolderKind.Attach:
        this.#isReading = true;
        session.pacing.want(this, this.#pace);
        return this.#feed.start(readOffset(frame.payload));
      case HolderKind.Pace:
        this.#pace = decodePace(frame.payload);
        if (this.#isReading) session.pacing.want(this, this.#pace);
        return;
      case HolderKind.AskStatus:
        return this.sendStatus();
      case HolderKind.Input:
        return this.#type(frame.payload, client.id, isFenced);
      case HolderKind.Resize: {
        if (isFenced) return this.#refuseFenced(client.epoch);
        const columns = frame.payload.readUInt16BE(0);
        const rows = frame.payload.readUInt16BE(2);
        return isSize(columns) && isSize(rows) ? session.resize(columns, rows) : undefined;
      }
      case HolderKind.Signal: {
        if (isFenced) return this.#refuseFenced(client.epoch);
        if (client.epoch === 0) return this.refuse('only the daemon may signal a session: use fleet stop');
        session.signal(frame.payload.readUInt8(0), frame.payload.readUInt8(1) === 1);
        return;
      }
      case HolderKind.Release:
        if (isFenced) return this.#refuseFenced(client.epoch);
        if (client.epoch === 0) return this.refuse('only the daemon may release a session: use fleet stop');
        return this.#held.release();
      // A kind added after this holder was started: what it asks for cannot be had here.
      default:
        return this.refuse(
          `this session's holder does not know message ${frame.kind}; it is older than your fleet`,
        );
    }
  }

  #type(payload: Buffer, client: bigint, isFenced: boolean): void {
    const { session, typed } = this.#held;
    const sequence = readOffset(payload);
    const answer = (outcome: number): void => this.#send(encodeInputDone(sequence, outcome));
    if (isFenced) return answer(InputOutcome.Fenced);
    if (typed.wasTyped(client, sequence)) return answer(InputOutcome.Duplicate);
    typed.note(client, sequence);
    session.type(payload.subarray(8), (outcome) => {
      if (outcome === 'full') typed.forget(client, sequence);
      // After the echo, which the next round reads: who waits for that is not to be held up by our answer.
      setImmediate(() => setImmediate(() => answer(OUTCOMES[outcome])));
    });
  }

  #refuseFenced(epoch: number): void {
    this.refuse(
      `a newer daemon (epoch ${this.#held.epoch}) has taken over this session, and epoch ${epoch} may no longer act on it: this daemon must end`,
    );
  }

  #send(frame: Buffer): void {
    if (!this.#socket.writable) return;
    this.#socket.write(frame);
    if (this.#socket.writableLength > UNREAD_BYTES_MAX) this.#socket.destroy();
  }
}
