/**
 * The screen of one session, live or ended: reads the session's output from its holder (or from disk when
 * there is none any more), keeps the engine at the offset it stands at, answers what the application asks,
 * and saves itself now and then. Whoever watches is told that something changed, never what.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { openSegments } from '../io/segments/segment-reader.ts';
import { connectHolder, type HolderConnection } from '../wire/holder-client.ts';
import { ScreenMode } from '../wire/screen-frame.ts';
import { createEngine, restoreEngine, type EngineOptions, type TerminalEngine } from './engine.ts';
import type { TerminalColours } from './engine-replies.ts';
import { OutputQueue } from './output-queue.ts';
import type { ParseTurns, Parsing } from './parse-turns.ts';
import type { Snapshots } from './snapshots.ts';

/**
 * Lines kept in memory above each screen (0.5 MB at 80 columns, 1.2 MB at 200): a few pages come at once, older
 * ones are read from disk when somebody scrolls that far.
 */
export const SCROLLBACK_LINES = 200;

/** A session nobody told the size of yet. */
const SIZE = { columns: 80, rows: 24 };

/** Output after which a screen is saved: parsed again in a tenth of a second. */
const SNAPSHOT_BYTES = 4 * 1024 * 1024;
/** A flood saves this often at most, unless so much has come that the kept output might not reach back. */
const SNAPSHOT_FLOOD_MS = 1_000;
const SNAPSHOT_FLOOD_BYTES = 32 * 1024 * 1024;
/** A slower session is saved too, so that many of them together come back fast. */
const SNAPSHOT_SLOW_BYTES = 256 * 1024;
const SNAPSHOT_SLOW_MS = 15_000;
/** After the last resize of a series; lines cut by it cannot be had from the output again. */
const SNAPSHOT_RESIZED_MS = 250;

/** A chunk this small is a keystroke's echo or a spinner: it is parsed at once, before any turn. */
const ECHO_BYTES = 4 * 1024;

/** The holder waits above this much unparsed output and goes on below that much. */
const UNPARSED_BYTES_MAX = 1024 * 1024;
const UNPARSED_BYTES_LOW = 256 * 1024;

/** A question older than this is not answered any more: who asked has given up and would read it as typing. */
const REPLY_AGE_MS_MAX = 10_000;
/** Answers on their way to the holder. An application that asks more without waiting does not wait. */
const REPLIES_MAX = 64;

const HOLDER_TIMEOUT_MS = 2_000;
/** A holder that hangs up without an exit is tried again this often before the session counts as ended. */
const RECONNECT_MS = [50, 250, 1_000] as const;

/** From disk, in pieces, so that others' sessions go on meanwhile. */
const DISK_BYTES_AHEAD = 256 * 1024;

export interface SessionScreenOptions {
  readonly session: string;
  readonly directory: string;
  readonly holderSocket: string;
  readonly snapshots: Snapshots;
  readonly turns: ParseTurns;
  readonly colours: TerminalColours;
}

export interface ScreenListener {
  /** The screen may look different now. */
  changed(): void;
  bell(): void;
}

export class SessionScreen implements Parsing {
  readonly session: string;
  readonly directory: string;
  readonly snapshots: Snapshots;
  readonly #options: SessionScreenOptions;
  readonly #queue = new OutputQueue();
  readonly #listeners = new Set<ScreenListener>();
  readonly #ready = Promise.withResolvers<void>();
  #engine: TerminalEngine;
  #offset = 0;
  /** Grows with everything that can change a frame. */
  #version = 0;
  #holder: HolderConnection | null = null;
  #isPaused = false;
  #isReady = false;
  #isEnded = false;
  #isClosed = false;
  /** The holder has told the size; it does so before anything else. */
  #isSized = false;
  /** The output offset at which this screen is as new as the session was when it was opened. */
  #readyAt = 0;
  /** Set once the child has ended: everything it printed ends here. */
  #endsAt = Infinity;
  #repliesFrom = Infinity;
  #repliesUnderWay = 0;
  #savedOffset = 0;
  #savedAt = 0;
  #resizeTimer: NodeJS.Timeout | undefined;

  constructor(options: SessionScreenOptions) {
    this.#options = options;
    this.session = options.session;
    this.directory = options.directory;
    this.snapshots = options.snapshots;
    this.#engine = this.#open();
    this.#engine.setColours(options.colours);
    void this.#connect(0);
  }

  get engine(): TerminalEngine {
    return this.#engine;
  }

  get offset(): number {
    return this.#offset;
  }

  get version(): number {
    return this.#version;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Has caught up with the session as it was when opened; before that a frame would be a picture of the past. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  ready(): Promise<void> {
    return this.#ready.promise;
  }

  modes(): number {
    return this.#engine.modes() | (this.#isEnded ? ScreenMode.Ended : 0);
  }

  listen(listener: ScreenListener): void {
    this.#listeners.add(listener);
  }

  unlisten(listener: ScreenListener): void {
    this.#listeners.delete(listener);
  }

  setColours(colours: TerminalColours): void {
    this.#engine.setColours(colours);
  }

  /** The session is said to be alive: look for its holder again if it was given up. */
  revive(): void {
    if (!this.#isEnded || this.#isClosed || this.#holder) return;
    if (existsSync(this.#options.holderSocket)) void this.#connect(0);
  }

  save(): void {
    if (this.#offset === this.#savedOffset) return;
    this.#savedAt = performance.now();
    if (this.snapshots.save(this.#engine, this.#offset)) this.#savedOffset = this.#offset;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#resizeTimer);
    this.#options.turns.remove(this);
    this.#holder?.close();
    this.#engine.dispose();
  }

  parseSome(bytes: number, isLate: () => boolean): boolean {
    if (this.#isClosed) return false;
    this.#queue.drain({
      bytes,
      isLate,
      write: (offset, chunk) => this.#write(offset, chunk),
      resize: (columns, rows) => this.#resize(columns, rows),
    });
    this.#noticeProgress();
    return this.#queue.isBusy;
  }

  #open(): TerminalEngine {
    const options = {
      scrollback: SCROLLBACK_LINES,
      onReply: (text: string, number: number) => this.#reply(text, number),
      onBell: () => {
        if (this.#isReady) for (const listener of this.#listeners) listener.bell();
      },
    } satisfies Omit<EngineOptions, 'columns' | 'rows'>;
    const snapshot = this.snapshots.newest();
    if (snapshot !== null) {
      try {
        const engine = restoreEngine(snapshot.state, options);
        this.#offset = snapshot.offset;
        this.#savedOffset = snapshot.offset;
        return engine;
      } catch {
        // Of another version: the output itself says everything, only slower.
      }
    }
    return createEngine({ ...SIZE, ...options });
  }

  async #connect(attempt: number): Promise<void> {
    let holder: HolderConnection;
    try {
      holder = await connectHolder({
        socket: this.#options.holderSocket,
        // A reader and answerer, not a daemon: nothing here may fence one.
        epoch: 0,
        clientId: clientIdOf(this.session),
        timeoutMs: HOLDER_TIMEOUT_MS,
      });
    } catch {
      return this.#isClosed ? undefined : this.#retry(attempt);
    }
    if (this.#isClosed) return holder.close();
    this.#holder = holder;
    this.#isPaused = false;
    holder.onClose(() => this.#lost(holder));
    holder.onStatus(({ exit, to }) => {
      if (!exit) return;
      this.#endsAt = to;
      this.#noticeProgress();
    });
    try {
      const status = await holder.status();
      this.#beginLive(holder, status.from, status.to);
      holder.attach(this.#offset);
    } catch {
      // It hung up meanwhile; onClose has been told.
    }
  }

  #beginLive(holder: HolderConnection, from: number, to: number): void {
    this.#isEnded = false;
    this.#readyAt = to;
    if (this.#offset >= from) this.#repliesFrom = Math.min(to, askedSince(this.directory, Date.now()));
    else {
      // Output is missing, and with it the count of what was answered: only what comes from now on is, under
      // numbers never used before (there are fewer questions than bytes).
      this.#repliesFrom = to;
      this.#engine.countRepliesFrom(to);
    }
    holder.onResized((_offset, columns, rows) => {
      this.#isSized = true;
      this.#queue.resize(columns, rows);
      this.#take();
    });
    holder.onData((offset, bytes) => {
      this.#queue.push(offset, bytes);
      this.#take();
    });
  }

  #take(): void {
    if (this.#queue.bytes <= ECHO_BYTES) {
      if (this.parseSome(ECHO_BYTES, () => false)) this.#options.turns.add(this);
      return;
    }
    this.#options.turns.add(this);
    if (this.#queue.bytes > UNPARSED_BYTES_MAX && !this.#isPaused) {
      this.#isPaused = true;
      this.#holder?.pause();
    }
  }

  #write(offset: number, bytes: Buffer): void {
    const end = offset + bytes.length;
    if (end <= this.#offset) return;
    if (offset > this.#offset) this.#skipTo(offset);
    let rest = bytes.subarray(this.#offset - offset);
    // Answers are decided by offset: a chunk that lies on both sides of the limit is parsed in two.
    if (this.#offset < this.#repliesFrom && end > this.#repliesFrom) {
      const before = rest.subarray(0, this.#repliesFrom - this.#offset);
      this.#engine.write(before);
      this.#offset = this.#repliesFrom;
      rest = rest.subarray(before.length);
    }
    this.#engine.write(rest);
    this.#offset = end;
    this.#version++;
  }

  /** Output that is gone (the kept part moved on while nobody read): whatever was begun is broken off. */
  #skipTo(offset: number): void {
    this.#engine.write(CANCEL);
    this.#offset = offset;
  }

  #resize(columns: number, rows: number): void {
    if (columns === this.#engine.columns && rows === this.#engine.rows) return;
    this.#engine.resize(columns, rows);
    this.#version++;
    clearTimeout(this.#resizeTimer);
    this.#resizeTimer = setTimeout(() => {
      this.#savedOffset = -1;
      this.save();
    }, SNAPSHOT_RESIZED_MS);
    this.#resizeTimer.unref();
  }

  #noticeProgress(): void {
    if (this.#isPaused && this.#queue.bytes < UNPARSED_BYTES_LOW) {
      this.#isPaused = false;
      this.#holder?.resume();
    }
    if (this.#isSized && this.#offset >= this.#readyAt) this.#becomeReady();
    if (this.#isSized && this.#offset >= this.#endsAt && !this.#isEnded) this.#end();
    this.#saveWhenDue();
    if (this.#isReady) for (const listener of this.#listeners) listener.changed();
  }

  #becomeReady(): void {
    this.#isReady = true;
    this.#ready.resolve();
  }

  #saveWhenDue(): void {
    const bytes = this.#offset - this.#savedOffset;
    if (bytes < SNAPSHOT_SLOW_BYTES) return;
    const elapsed = performance.now() - this.#savedAt;
    const isDue =
      bytes >= SNAPSHOT_BYTES
        ? elapsed >= SNAPSHOT_FLOOD_MS || bytes >= SNAPSHOT_FLOOD_BYTES
        : elapsed >= SNAPSHOT_SLOW_MS;
    if (!isDue || !this.#engine.isAtRest()) return;
    this.#savedAt = performance.now();
    if (this.snapshots.save(this.#engine, this.#offset)) this.#savedOffset = this.#offset;
  }

  #reply(text: string, number: number): void {
    if (this.#offset < this.#repliesFrom || !this.#holder) return;
    if (this.#repliesUnderWay >= REPLIES_MAX) return;
    this.#repliesUnderWay++;
    // The holder types each number once, so an answer given again after a crash is not typed again.
    this.#holder
      .input(Buffer.from(text), number)
      .catch(() => {})
      .finally(() => this.#repliesUnderWay--);
  }

  #lost(holder: HolderConnection): void {
    if (this.#holder !== holder) return;
    this.#holder = null;
    this.#isPaused = false;
    if (this.#isClosed || this.#isEnded) return;
    void this.#retry(0);
  }

  async #retry(attempt: number): Promise<void> {
    const waitMs = RECONNECT_MS[attempt];
    if (waitMs === undefined || !existsSync(this.#options.holderSocket)) return this.#readFromDisk();
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (!this.#isClosed) await this.#connect(attempt + 1);
  }

  /** No holder: what is on disk is all there will be. */
  async #readFromDisk(): Promise<void> {
    this.#repliesFrom = Infinity;
    for (const event of openSegments(this.directory).events(this.#offset)) {
      if (this.#isClosed) return;
      if (event.type === 'resize') this.#queue.resize(event.columns, event.rows);
      else this.#queue.push(event.offset, event.bytes);
      this.#options.turns.add(this);
      while (this.#queue.bytes > DISK_BYTES_AHEAD && !this.#isClosed) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    while (this.#queue.isBusy && !this.#isClosed) await new Promise((resolve) => setImmediate(resolve));
    if (!this.#isClosed) this.#end();
  }

  #end(): void {
    this.#isEnded = true;
    this.#version++;
    const holder = this.#holder;
    this.#holder = null;
    holder?.close();
    this.save();
    this.#becomeReady();
    for (const listener of this.#listeners) listener.changed();
  }
}

/** CAN: ends an escape sequence that will never be completed. */
const CANCEL = Buffer.from([0x18]);

/** The same in every process that ever answers for this session, so that the holder knows repetitions. */
const clientIdOf = (session: string): bigint =>
  createHash('sha256').update(`screens ${session}`).digest().readBigUInt64BE();

/** The offset from which output is young enough that a question in it still waits for its answer. */
function askedSince(directory: string, now: number): number {
  const { records } = openSegments(directory);
  return records.find(({ at }) => at >= now - REPLY_AGE_MS_MAX)?.offset ?? Infinity;
}
