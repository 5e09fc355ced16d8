/**
 * The connection of one session's screen to the session's holder: found, lost, found again. When there is no
 * holder any more, that is said, and what is on disk is all there will be.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connectHolder, HolderError, type HolderConnection } from '../wire/holder-client.ts';
import type { HolderStatus } from '../wire/holder-protocol.ts';

const HOLDER_TIMEOUT_MS = 2_000;

/** A holder that hangs up without an exit is tried again this often before the session counts as ended. */
const RECONNECT_MS = [50, 250, 1_000] as const;

/** One that is there and does not answer (stopped, or starved) is asked again this much later. */
const SILENT_RETRY_MS = 5_000;

/** Answers on their way to the holder. An application that asks more without waiting does not wait. */
const REPLIES_MAX = 64;

export interface HolderListener {
  /** Connected: what the holder has. Returns the offset to read from. */
  live(status: HolderStatus): number;
  resized(columns: number, rows: number): void;
  output(offset: number, bytes: Buffer): void;
  /** The child has ended, and its output ends at this offset. */
  exited(to: number): void;
  gone(): void;
}

export class HolderLink {
  readonly #session: string;
  readonly #socket: string;
  readonly #listener: HolderListener;
  #holder: HolderConnection | null = null;
  #sustainedMs = 0;
  #floodMs = 0;
  #isTrying = false;
  #isPaused = false;
  #isClosed = false;
  #repliesUnderWay = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly session: string;
    readonly socket: string;
    readonly listener: HolderListener;
  }) {
    this.#session = options.session;
    this.#socket = options.socket;
    this.#listener = options.listener;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Looks for the holder, unless it is found or being looked for. */
  seek(): void {
    if (this.#holder || this.#isTrying || this.#isClosed) return;
    this.#isTrying = true;
    void this.#connect(0);
  }

  /** The holder keeps the rest on disk meanwhile. */
  pause(): void {
    if (this.#isPaused || !this.#holder) return;
    this.#isPaused = true;
    this.#holder.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#holder?.resume();
  }

  /** The holder types each number once, so an answer given again after a crash is not typed again. */
  answer(text: string, number: number): void {
    if (!this.#holder || this.#repliesUnderWay >= REPLIES_MAX) return;
    this.#repliesUnderWay++;
    this.#holder
      .input(Buffer.from(text), number)
      // An application whose answer was lost with its holder does not wait any more.
      .catch(() => {})
      .finally(() => this.#repliesUnderWay--);
  }

  /** How late this session's output may come, when it goes on and on and when it is a flood; milliseconds. */
  pace(sustainedMs: number, floodMs: number): void {
    if (sustainedMs === this.#sustainedMs && floodMs === this.#floodMs) return;
    this.#sustainedMs = sustainedMs;
    this.#floodMs = floodMs;
    this.#holder?.pace(sustainedMs, floodMs);
  }

  /** Nothing more is wanted of this holder. */
  release(): void {
    const holder = this.#holder;
    this.#holder = null;
    this.#isPaused = false;
    holder?.close();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.release();
  }

  async #connect(attempt: number): Promise<void> {
    let holder: HolderConnection;
    try {
      holder = await connectHolder({
        socket: this.#socket,
        // A reader and answerer, not a daemon: nothing here may fence one.
        epoch: 0,
        clientId: clientIdOf(this.#session),
        timeoutMs: HOLDER_TIMEOUT_MS,
      });
    } catch (error) {
      return this.#retry(attempt, error instanceof HolderError && error.code === 'TIMEOUT');
    }
    if (this.#isClosed) return holder.close();
    this.#isTrying = false;
    this.#holder = holder;
    this.#isPaused = false;
    holder.onClose(() => {
      if (this.#holder !== holder) return;
      this.#holder = null;
      this.#isTrying = true;
      this.#retry(0, false);
    });
    holder.onStatus(({ exit, to }) => {
      if (exit) this.#listener.exited(to);
    });
    try {
      const from = this.#listener.live(await holder.status());
      holder.onResized((_offset, columns, rows) => this.#listener.resized(columns, rows));
      holder.onData((offset, bytes) => this.#listener.output(offset, bytes));
      if (this.#sustainedMs > 0 || this.#floodMs > 0) holder.pace(this.#sustainedMs, this.#floodMs);
      holder.attach(from);
    } catch (error) {
      // It hung up meanwhile, and onClose has been told.
      if (!(error instanceof HolderError)) throw error;
    }
  }

  #retry(attempt: number, isSilent: boolean): void {
    if (this.#isClosed) return;
    const waitMs = RECONNECT_MS[attempt];
    if (waitMs !== undefined && existsSync(this.#socket)) {
      this.#timer = setTimeout(() => void this.#connect(attempt + 1), waitMs);
      return;
    }
    this.#isTrying = false;
    this.#listener.gone();
    if (isSilent) this.#timer = setTimeout(() => this.seek(), SILENT_RETRY_MS);
  }
}

/** The same in every process that ever answers for this session, so that the holder knows repetitions. */
const clientIdOf = (session: string): bigint =>
  createHash('sha256').update(`screens ${session}`).digest().readBigUInt64BE();
