/**
 * The screen of one session, live or ended: reads the session's output from its holder (or from disk when
 * there is none any more), keeps the engine at the offset it stands at, answers what the application asks,
 * and saves itself now and then. Whoever watches is told that something changed, never what.
 */
import { openSegments } from '../io/segments/segment-reader.ts';
import type { HolderStatus } from '../wire/holder-protocol.ts';
import { ScreenMode } from '../wire/screen-frame.ts';
import { askedSince } from './asked-since.ts';
import { createEngine, restoreEngine } from './engine.ts';
import type { TerminalColours } from './engine-replies.ts';
import type { FloodWatch, Flooding } from './flood-watch.ts';
import { HolderLink, type HolderListener } from './holder-link.ts';
import { OutputQueue } from './output-queue.ts';
import type { ParseTurns, Parsing } from './parse-turns.ts';
import { Saver } from './saver.ts';
import type { ScreenListener } from './screen-listener.ts';
import type { Snapshots } from './snapshots.ts';
import type { EngineOptions, TerminalEngine } from './terminal-engine.ts';

/**
 * Lines kept in memory above each screen (0.5 MB at 80 columns, 1.2 MB at 200): a few pages come at once, older
 * ones are read from disk when somebody scrolls that far.
 */
const SCROLLBACK_LINES = 200;

/** A session nobody told the size of yet. */
const SIZE = { columns: 80, rows: 24 };

/** A chunk this small is a keystroke's echo or a spinner: it is parsed at once, before any turn. */
const ECHO_BYTES = 4 * 1024;

/**
 * The holder waits above this much unparsed output and goes on below that much. Few milliseconds of parsing: what of
 * many floods has come before they are told to slow down must not take a second of a busy machine.
 */
const UNPARSED_BYTES_MAX = 128 * 1024;
const UNPARSED_BYTES_LOW = 32 * 1024;

/** From disk, in pieces, so that others' sessions go on meanwhile. */
const DISK_BYTES_AHEAD = 256 * 1024;

/** CAN: ends an escape sequence that will never be completed. */
const CANCEL = Buffer.from([0x18]);

/** Of sessions that are not on view: at twenty kilobytes a second eight have gathered, two thirds of what the kernel keeps. */
const UNSEEN_PACE_MS = 400;

export interface SessionScreenOptions {
  readonly session: string;
  readonly directory: string;
  readonly holderSocket: string;
  readonly snapshots: Snapshots;
  readonly turns: ParseTurns;
  readonly floods: FloodWatch;
  readonly colours: TerminalColours;
}

export class SessionScreen implements Parsing, HolderListener, Flooding {
  readonly session: string;
  readonly directory: string;
  readonly snapshots: Snapshots;
  readonly engine: TerminalEngine;
  readonly #turns: ParseTurns;
  readonly #floods: FloodWatch;
  #floodMs = 0;
  readonly #link: HolderLink;
  readonly #saver: Saver;
  readonly #queue = new OutputQueue();
  readonly #listeners = new Set<ScreenListener>();
  readonly #ready = Promise.withResolvers<void>();
  #offset = 0;
  /** Grows with everything that can change a frame. */
  #version = 0;
  #isReady = false;
  #isEnded = false;
  #isClosed = false;
  /** The holder has told the size; it does so before anything else. */
  #isSized = false;
  /** The offset at which this screen is as new as the session was when it was opened. */
  #readyAt = 0;
  /** Set once the child has ended: everything it printed ends here. */
  #endsAt = Infinity;
  #repliesFrom = Infinity;

  constructor(options: SessionScreenOptions) {
    this.session = options.session;
    this.directory = options.directory;
    this.snapshots = options.snapshots;
    this.#turns = options.turns;
    this.#floods = options.floods;
    this.engine = this.#open();
    this.engine.setColours(options.colours);
    this.#saver = new Saver(this.snapshots, this.#offset);
    this.#link = new HolderLink({ session: this.session, socket: options.holderSocket, listener: this });
    this.#pace();
    this.#link.seek();
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
    return this.engine.modes() | (this.#isEnded ? ScreenMode.Ended : 0);
  }

  listen(listener: ScreenListener): void {
    this.#listeners.add(listener);
    this.#pace();
  }

  unlisten(listener: ScreenListener): void {
    this.#listeners.delete(listener);
    this.#pace();
  }

  get isBehind(): boolean {
    return this.#queue.bytes > UNPARSED_BYTES_LOW;
  }

  setFloodPace(ms: number): void {
    this.#floodMs = ms;
    this.#pace();
  }

  #pace(): void {
    const isLookedAt = [...this.#listeners].some(({ isLooking }) => isLooking);
    this.#link.pace(isLookedAt ? 0 : UNSEEN_PACE_MS, this.#floodMs);
  }

  /** The session is said to be alive: look for its holder again if it was given up. */
  revive(): void {
    if (this.#isEnded) this.#link.seek();
  }

  save(): void {
    this.#saver.save(this.engine, this.#offset);
  }

  close(): void {
    this.#isClosed = true;
    this.#turns.remove(this);
    this.#saver.close();
    this.#link.close();
    this.engine.dispose();
  }

  live({ from, to }: HolderStatus): number {
    // The holder sends it all again from where this screen stands.
    this.#queue.clear();
    if (this.#isEnded) this.#version++;
    this.#isEnded = false;
    this.#readyAt = to;
    if (this.#offset >= from) this.#repliesFrom = Math.min(to, askedSince(this.directory, Date.now()));
    else {
      // Output is missing, and with it the count of what was answered: only what comes from now on is, under
      // numbers never used before (there are fewer questions than bytes).
      this.#repliesFrom = to;
      this.engine.countRepliesFrom(to);
    }
    return this.#offset;
  }

  resized(columns: number, rows: number): void {
    this.#isSized = true;
    this.#queue.resize(columns, rows);
    this.#take();
  }

  output(offset: number, bytes: Buffer): void {
    this.#queue.push(offset, bytes);
    this.#floods.note(this, bytes.length);
    this.#take();
  }

  exited(to: number): void {
    this.#endsAt = to;
    this.#noticeProgress();
  }

  /** No holder: what is on disk is all there will be. */
  gone(): void {
    void this.#readFromDisk();
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
      onReply: (text: string, number: number) => {
        if (this.#offset >= this.#repliesFrom) this.#link.answer(text, number);
      },
      onBell: () => {
        if (this.#isReady) for (const listener of this.#listeners) listener.bell();
      },
    } satisfies Omit<EngineOptions, 'columns' | 'rows'>;
    const snapshot = this.snapshots.newest();
    if (snapshot !== null) {
      try {
        const engine = restoreEngine(snapshot.state, options);
        this.#offset = snapshot.offset;
        return engine;
      } catch {
        // Of another version: the output itself says everything, only slower.
      }
    }
    return createEngine({ ...SIZE, ...options });
  }

  #take(): void {
    if (this.#queue.bytes <= ECHO_BYTES) {
      if (this.parseSome(ECHO_BYTES, () => false)) this.#turns.add(this);
      return;
    }
    this.#turns.add(this);
    if (this.#queue.bytes > UNPARSED_BYTES_MAX) this.#link.pause();
  }

  #write(offset: number, bytes: Buffer): void {
    const end = offset + bytes.length;
    if (end <= this.#offset) return;
    if (offset > this.#offset) this.#skipTo(offset);
    let rest = bytes.subarray(this.#offset - offset);
    // Answers are decided by offset: a chunk that lies on both sides of the limit is parsed in two.
    if (this.#offset < this.#repliesFrom && end > this.#repliesFrom) {
      const before = rest.subarray(0, this.#repliesFrom - this.#offset);
      this.engine.write(before);
      this.#offset = this.#repliesFrom;
      rest = rest.subarray(before.length);
    }
    this.engine.write(rest);
    this.#offset = end;
    this.#version++;
  }

  /** Output that is gone (the kept part moved on while nobody read): whatever was begun is broken off. */
  #skipTo(offset: number): void {
    this.engine.write(CANCEL);
    this.#offset = offset;
  }

  #resize(columns: number, rows: number): void {
    if (columns === this.engine.columns && rows === this.engine.rows) return;
    this.engine.resize(columns, rows);
    this.#version++;
    this.#saver.resized(() => this);
  }

  #noticeProgress(): void {
    if (this.#queue.bytes < UNPARSED_BYTES_LOW) this.#link.resume();
    if (this.#isSized && this.#offset >= this.#readyAt) this.#becomeReady();
    if (this.#isSized && this.#offset >= this.#endsAt && !this.#isEnded) return this.#end();
    this.#saver.saveWhenDue(this.engine, this.#offset);
    if (this.#isReady) for (const listener of this.#listeners) listener.changed();
  }

  #becomeReady(): void {
    this.#isReady = true;
    this.#ready.resolve();
  }

  async #readFromDisk(): Promise<void> {
    this.#repliesFrom = Infinity;
    this.#queue.clear();
    try {
      for (const event of openSegments(this.directory).events(this.#offset)) {
        if (event.type === 'resize') this.#queue.resize(event.columns, event.rows);
        else this.#queue.push(event.offset, event.bytes);
        this.#turns.add(this);
        await this.#drained(DISK_BYTES_AHEAD);
        if (this.#isClosed) return;
      }
    } catch {
      // A disk that fails in the middle: what could be read is shown.
    }
    await this.#drained(0);
    if (!this.#isClosed) this.#end();
  }

  async #drained(bytes: number): Promise<void> {
    while (this.#queue.isBusy && this.#queue.bytes >= bytes && !this.#isClosed) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #end(): void {
    this.#isEnded = true;
    this.#version++;
    this.#link.release();
    this.save();
    this.#becomeReady();
    for (const listener of this.#listeners) listener.changed();
  }
}
