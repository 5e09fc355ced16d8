/**
 * A client's end of a holder: the daemon watches and acts through it, screens reads through it, a person's
 * terminal types through it.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

import { encodeFrame, FrameReader, type Frame } from './frames.ts';
import {
  encodeAttach,
  encodeHello,
  encodeInput,
  encodePace,
  encodeResize,
  encodeSignal,
  HolderKind,
  InputOutcome,
  readOffset,
  type HolderHello,
  type HolderStatus,
} from './holder-protocol.ts';

/** GONE: nobody there, or no longer. REFUSED: it says why. TIMEOUT: no answer. GARBAGE: not a holder. */
export type HolderErrorCode = 'GONE' | 'REFUSED' | 'TIMEOUT' | 'GARBAGE';

export class HolderError extends Error {
  readonly code: HolderErrorCode;

  constructor(code: HolderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * `ended`: the child is gone. `fenced`: a newer daemon has taken over. `full`: the child does not read, and
 * what already waits for it is all that is kept. The last three were not typed.
 */
export type InputResult = 'written' | 'duplicate' | 'ended' | 'fenced' | 'full';

export interface ConnectHolder {
  readonly socket: string;
  /** 0 for a person's terminal or a mere reader; the daemon's own above that. */
  readonly epoch: number;
  /** The same on a new connection makes repeated input known as such; random when left out. */
  readonly clientId?: bigint;
  /** For the connection and the hello together. */
  readonly timeoutMs: number;
}

const RESULTS: Readonly<Record<number, InputResult>> = {
  [InputOutcome.Written]: 'written',
  [InputOutcome.Duplicate]: 'duplicate',
  [InputOutcome.Ended]: 'ended',
  [InputOutcome.Fenced]: 'fenced',
  [InputOutcome.Full]: 'full',
};

/** Resolves when the holder has said hello. Rejects with HolderError. */
export function connectHolder(options: ConnectHolder): Promise<HolderConnection> {
  const { timeoutMs, epoch } = options;
  const clientId = options.clientId ?? randomBytes(8).readBigUInt64BE();
  return new Promise((resolve, reject) => {
    const socket = connect(options.socket);
    const reader = new FrameReader();
    const fail = (code: HolderErrorCode, message: string, cause?: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new HolderError(code, `the holder at ${options.socket} ${message}`, { cause }));
    };
    const timer = setTimeout(() => fail('TIMEOUT', `did not answer within ${timeoutMs} ms`), timeoutMs);
    socket.once('connect', () => socket.write(encodeHello({ clientId, epoch })));
    socket.on('error', (cause: NodeJS.ErrnoException) =>
      cause.code === 'EACCES' || cause.code === 'EPERM'
        ? fail('REFUSED', 'belongs to somebody else', cause)
        : fail('GONE', `cannot be reached (${cause.code ?? cause.message})`, cause),
    );
    socket.on('close', () => fail('GONE', 'hung up before it said hello'));
    socket.on('data', (chunk) => {
      try {
        const [first, ...rest] = reader.push(chunk);
        if (first === undefined) return;
        if (first.kind === HolderKind.Refused) return fail('REFUSED', `refused: ${first.payload.toString()}`);
        if (first.kind !== HolderKind.Welcome) return fail('GARBAGE', 'does not speak the holder protocol');
        const hello = parseHello(first.payload);
        clearTimeout(timer);
        socket.removeAllListeners();
        resolve(new HolderConnection({ socket, reader, hello, clientId, early: rest }));
      } catch (cause) {
        fail('GARBAGE', 'does not speak the holder protocol', cause);
      }
    });
  });
}

export class HolderConnection {
  readonly hello: HolderHello;
  readonly clientId: bigint;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #inputs = new Map<number, Waiting<InputResult>>();
  #statuses: Waiting<HolderStatus>[] = [];
  #sequence = 0;
  #closed: HolderError | undefined;
  #dataListener: (offset: number, bytes: Buffer) => void = () => {};
  #resizedListener: (offset: number, columns: number, rows: number) => void = () => {};
  #statusListener: (status: HolderStatus) => void = () => {};
  #closeListener: (reason: HolderError) => void = () => {};

  /** Made by connectHolder. */
  constructor(made: {
    readonly socket: Socket;
    readonly reader: FrameReader;
    readonly hello: HolderHello;
    readonly clientId: bigint;
    readonly early: readonly Frame[];
  }) {
    this.hello = made.hello;
    this.clientId = made.clientId;
    this.#socket = made.socket;
    this.#reader = made.reader;
    made.socket.on('data', (chunk) => this.#receive(chunk));
    made.socket.on('error', (cause) => this.#end(new HolderError('GONE', cause.message, { cause })));
    made.socket.on('close', () => this.#end(new HolderError('GONE', 'the holder hung up: it has ended')));
    // After those who wait for this connection have set their listeners.
    setImmediate(() => made.early.forEach((frame) => this.#take(frame)));
  }

  /** Raw output and where it stands. Offsets jump only where the holder no longer has what was asked for. */
  onData(listener: (offset: number, bytes: Buffer) => void): void {
    this.#dataListener = listener;
  }

  /** The size output has from this offset on; told first after attach, then at each change, in order. */
  onResized(listener: (offset: number, columns: number, rows: number) => void): void {
    this.#resizedListener = listener;
  }

  /** Told without asking when the child ends, and for every status asked for. */
  onStatus(listener: (status: HolderStatus) => void): void {
    this.#statusListener = listener;
  }

  /** Called once, also after close(). A listener that comes too late is still told. */
  onClose(listener: (reason: HolderError) => void): void {
    this.#closeListener = listener;
    if (this.#closed !== undefined) queueMicrotask(() => listener(this.#closed!));
  }

  /** Data from this offset on, or from the oldest byte kept; Number.MAX_SAFE_INTEGER: only what is to come. */
  attach(offset: number): void {
    this.#socket.write(encodeAttach(offset));
  }

  /**
   * Resolves when the child's terminal has taken all of it. When the connection ends first it rejects, and
   * whether it was typed is not known: repeat it with the same client id and sequence on a new connection.
   */
  input(bytes: Uint8Array, sequence: number = this.#sequence): Promise<InputResult> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    this.#sequence = Math.max(this.#sequence, sequence) + 1;
    return new Promise((resolve, reject) => {
      this.#inputs.set(sequence, { resolve, reject });
      this.#socket.write(encodeInput(sequence, bytes));
    });
  }

  /** How late this reader may learn of output that goes on and on (nobody looks at it, say) and of a flood. */
  pace(sustainedMs: number, floodMs: number): void {
    this.#socket.write(encodePace(sustainedMs, floodMs));
  }

  resize(columns: number, rows: number): void {
    this.#socket.write(encodeResize(columns, rows));
  }

  signal(signal: number, wholeGroup: boolean): void {
    this.#socket.write(encodeSignal(signal, wholeGroup));
  }

  status(): Promise<HolderStatus> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#statuses.push({ resolve, reject });
      this.#socket.write(encodeFrame(HolderKind.AskStatus));
    });
  }

  /** The exit is recorded: the holder may leave, now or when its child ends. */
  release(): void {
    this.#socket.write(encodeFrame(HolderKind.Release));
  }

  /** A reader that cannot keep up: the holder keeps the rest on disk until resume. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** What was sent still arrives; the session goes on. */
  close(): void {
    this.#end(new HolderError('GONE', 'this connection was closed'));
    // Unread output would keep the socket from closing, and a holder that is stopped would keep this process.
    this.#socket.resume();
    this.#socket.end();
    this.#socket.unref();
  }

  #receive(chunk: Buffer): void {
    if (this.#closed !== undefined) return;
    try {
      for (const frame of this.#reader.push(chunk)) this.#take(frame);
    } catch (cause) {
      this.#end(new HolderError('GARBAGE', 'the holder sent what is not its protocol', { cause }));
      this.#socket.destroy();
    }
  }

  #take({ kind, payload }: Frame): void {
    if (this.#closed !== undefined) return;
    switch (kind) {
      case HolderKind.Data:
        return this.#dataListener(readOffset(payload), payload.subarray(8));
      case HolderKind.Resized:
        return this.#resizedListener(readOffset(payload), payload.readUInt16BE(8), payload.readUInt16BE(10));
      case HolderKind.InputDone: {
        const sequence = readOffset(payload);
        const result = RESULTS[payload.readUInt8(8)] ?? 'ended';
        this.#inputs.get(sequence)?.resolve(result);
        return void this.#inputs.delete(sequence);
      }
      case HolderKind.Status: {
        const status = JSON.parse(payload.toString()) as HolderStatus;
        this.#statuses.shift()?.resolve(status);
        return this.#statusListener(status);
      }
      case HolderKind.Refused:
        this.#end(new HolderError('REFUSED', payload.toString()));
        return void this.#socket.destroy();
      // A kind of a later version tells us nothing we asked for.
      default:
        return undefined;
    }
  }

  #end(reason: HolderError): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    for (const { reject } of this.#inputs.values()) reject(reason);
    for (const { reject } of this.#statuses) reject(reason);
    this.#inputs.clear();
    this.#statuses = [];
    this.#closeListener(reason);
  }
}

interface Waiting<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: HolderError) => void;
}

function parseHello(payload: Buffer): HolderHello {
  const hello = JSON.parse(payload.toString()) as Partial<HolderHello> | null;
  if (typeof hello?.session !== 'string' || typeof hello.holder?.pid !== 'number' || !hello.child)
    throw new TypeError('the hello lacks what every holder says');
  return hello as HolderHello;
}
