/**
 * The person's terminal: raw input told apart into events, frames out at the pace it takes them, its modes set
 * on opening and taken back on every way out.
 */
import { openSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import { guardExit } from './exit-guard.ts';
import { featuresOf, withReply, type Environment, type TerminalFeatures } from './features.ts';
import type { InputEvent } from './input-event.ts';
import { ESCAPE_WAIT_MS, InputDecoder } from './input.ts';
import { enterModes, leaveModes, QUESTIONS, REPORT_APPEARANCE } from './modes.ts';
import { openTty, writeBeforeExit } from './tty-output.ts';
import { TerminalWriter } from './writer.ts';

/** Window edges being dragged send dozens of SIGWINCH a second; one relayout per frame is enough. */
const RESIZE_GAP_MS = 16;
/** After so long a silence a paste whose end was lost is taken to have ended. */
const PASTE_SILENCE_MS = 5000;
/** Slow links answer within a second or two; a terminal that knows none of the questions never does. */
const ANSWERS_WAIT_MS = 2000;
/** Before leaving, an answer still on its way is awaited this long, or the shell would get it as typed text. */
const LAST_ANSWER_MS = 150;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalListener {
  /** Keys, mouse, pastes, focus: never answers of the terminal. */
  onInput(events: readonly InputEvent[]): void;
  onResize(size: TerminalSize): void;
  /** The terminal said more about itself: all its answers, or the person switched between dark and light. */
  onFeatures(features: TerminalFeatures, isDark: boolean | undefined): void;
  /** A frame may be sent again. */
  onReady(): void;
  /** The screen's contents are not ours any more (after a stop, an editor): paint everything. */
  onRepaint(): void;
  /** The terminal hung up. */
  onLost(cause: Error): void;
}

export interface TerminalOptions {
  readonly environment: Environment;
  readonly hasMouse: boolean;
  readonly listener: TerminalListener;
  /** In place of dying from the signal: the terminal is already restored. */
  readonly onSignal?: ((signal: NodeJS.Signals) => void) | undefined;
}

/** Throws an Error with code `no-terminal` when there is none to open. */
export function openTerminal(options: TerminalOptions): Terminal {
  return new Terminal(options);
}

export class Terminal {
  readonly writer: TerminalWriter;
  readonly #options: TerminalOptions;
  readonly #fd: number;
  readonly #input: ReadStream;
  readonly #screen: WriteStream;
  readonly #decoder = new InputDecoder();
  readonly #release: () => void;
  #features: TerminalFeatures;
  /** The modes are set; `restore` has something to take back. */
  #isEntered = false;
  /** Left on purpose (an editor runs); SIGCONT must not enter again. */
  #isSuspended = false;
  #isClosed = false;
  #inputTimer: NodeJS.Timeout | undefined;
  #resizeTimer: NodeJS.Timeout | undefined;
  #answersTimer: NodeJS.Timeout | undefined;
  #areAnswersDue = false;
  /** Leaving: told when no answer of the terminal is awaited any more. */
  #onQuiet: (() => void) | undefined;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#features = featuresOf(options.environment);
    const { fd, input, screen } = openDevices();
    this.#fd = fd;
    this.#input = input;
    this.#screen = screen;
    this.writer = new TerminalWriter({
      fd,
      onReady: () => {
        if (this.#isEntered && this.#onQuiet === undefined) options.listener.onReady();
      },
      onLost: (cause) => this.#lose(cause),
    });
    this.#input.on('data', (chunk: Buffer) => this.#take(chunk));
    // A hung-up terminal ends the stream or fails it.
    this.#input.on('error', (cause: Error) => this.#lose(cause));
    this.#input.on('end', () => this.#lose(new Error('the terminal was closed')));
    process.on('SIGWINCH', this.#noteResize);
    this.#release = guardExit(
      { restore: () => this.restore(), resume: () => this.#resumeAfterStop() },
      options.onSignal,
    );
    this.#enter();
    this.#ask();
  }

  get features(): TerminalFeatures {
    return this.#features;
  }

  get size(): TerminalSize {
    const [columns, rows] = this.#screen.getWindowSize();
    // A terminal that does not know its size says 0 (some serial lines, containers without a real one).
    return { columns: columns || 80, rows: rows || 24 };
  }

  /** Gives the terminal back for a while, to an editor for example: no input is read until `resume`. */
  async suspend(): Promise<void> {
    this.#isSuspended = true;
    await this.#quiet();
    this.restore();
    this.#input.pause();
  }

  resume(): void {
    if (!this.#isSuspended || this.#isClosed) return;
    this.#isSuspended = false;
    this.#enter();
    this.#options.listener.onResize(this.size);
    this.#options.listener.onRepaint();
  }

  /** Takes back every mode. Synchronous; nothing to do when they are not set. */
  restore(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    const wasCut = this.writer.drop();
    writeBeforeExit(this.#fd, leaveModes(wasCut));
    try {
      this.#input.setRawMode(false);
    } catch {
      // The terminal has hung up: it has no modes any more.
    }
  }

  /** Restores and lets the process end. An answer still on its way is awaited for a moment. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#quiet();
    this.restore();
    this.#end();
  }

  /** Answers still on their way would be typed at whoever reads next. */
  async #quiet(): Promise<void> {
    if (this.#isQuiet || !this.#isEntered) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LAST_ANSWER_MS);
      this.#onQuiet = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#onQuiet = undefined;
  }

  get #isQuiet(): boolean {
    return this.writer.canSend && !this.#areAnswersDue;
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#release();
    process.off('SIGWINCH', this.#noteResize);
    clearTimeout(this.#inputTimer);
    clearTimeout(this.#resizeTimer);
    clearTimeout(this.#answersTimer);
    this.#input.removeAllListeners('data');
    this.#input.pause();
    this.writer.close();
  }

  #enter(): void {
    this.#isEntered = true;
    // Off first: after a stop the shell has changed what Node believes to be set.
    this.#input.setRawMode(false);
    this.#input.setRawMode(true);
    this.#input.resume();
    this.writer.sendControl(enterModes(this.#options));
    if (this.#features.hasAppearanceReports) this.writer.sendControl(REPORT_APPEARANCE);
  }

  #resumeAfterStop(): void {
    if (this.#isClosed || this.#isSuspended) return;
    this.#enter();
    this.#options.listener.onResize(this.size);
    this.#options.listener.onRepaint();
  }

  #ask(): void {
    this.writer.sendControl(QUESTIONS);
    this.#areAnswersDue = true;
    this.#answersTimer = setTimeout(() => this.#haveAnswers(), ANSWERS_WAIT_MS);
  }

  #haveAnswers(): void {
    clearTimeout(this.#answersTimer);
    if (!this.#areAnswersDue) return;
    this.#areAnswersDue = false;
    if (!this.#isEntered || this.#onQuiet !== undefined) return;
    if (this.#features.hasAppearanceReports) this.writer.sendControl(REPORT_APPEARANCE);
    this.#options.listener.onFeatures(this.#features, undefined);
  }

  #take(chunk: Buffer): void {
    this.#deliver(this.#decoder.feed(chunk));
    clearTimeout(this.#inputTimer);
    if (this.#decoder.isAmbiguous)
      this.#inputTimer = setTimeout(() => this.#deliver(this.#decoder.flush()), ESCAPE_WAIT_MS);
    else if (this.#decoder.isInPaste)
      this.#inputTimer = setTimeout(() => this.#deliver(this.#decoder.endPaste()), PASTE_SILENCE_MS);
  }

  #deliver(events: readonly InputEvent[]): void {
    const own: InputEvent[] = [];
    for (const event of events) {
      if (event.type !== 'reply') {
        own.push(event);
        continue;
      }
      const { reply } = event;
      if (reply.type === 'status') this.writer.acknowledge();
      else if (reply.type === 'attributes') this.#haveAnswers();
      else if (reply.type === 'appearance') this.#options.listener.onFeatures(this.#features, reply.isDark);
      else this.#features = withReply(this.#features, reply);
    }
    if (this.#onQuiet !== undefined) {
      if (this.#isQuiet) this.#onQuiet();
    } else if (own.length > 0 && this.#isEntered) this.#options.listener.onInput(own);
  }

  readonly #noteResize = (): void => {
    this.#resizeTimer ??= setTimeout(() => {
      this.#resizeTimer = undefined;
      if (!this.#isSuspended && !this.#isClosed) this.#options.listener.onResize(this.size);
    }, RESIZE_GAP_MS);
  };

  #lose(cause: Error): void {
    if (this.#isClosed) return;
    this.#isEntered = false;
    this.#end();
    this.#options.listener.onLost(cause);
  }
}

interface Devices {
  readonly fd: number;
  readonly input: ReadStream;
  /** Only asked for its size. */
  readonly screen: WriteStream;
}

function openDevices(): Devices {
  try {
    const fd = openTty();
    const input = process.stdin.isTTY
      ? (process.stdin as ReadStream)
      : new ReadStream(openSync('/dev/tty', 'r'));
    const screen = process.stdout.isTTY ? process.stdout : new WriteStream(openSync('/dev/tty', 'w'));
    return { fd, input, screen };
  } catch (cause) {
    throw Object.assign(
      new Error(
        'fleet-tui needs a terminal and /dev/tty could not be opened. Start it in a terminal, or use `fleet ls` and the other verbs, which need none.',
        { cause },
      ),
      { code: 'no-terminal' },
    );
  }
}
