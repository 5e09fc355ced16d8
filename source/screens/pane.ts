/**
 * One pane of one client: sends the screen as it is now, never what it was. The first changes after a quiet
 * moment go out at once (they are the echoes of keys), the next ones twenty-five milliseconds apart, none before
 * the client has taken the last one, and none from the middle of an update the application has bracketed.
 */
import { encodeScreenFrame, ScreenMode } from '../wire/screen-frame.ts';
import { ScreenView } from './screen-view.ts';
import type { ScreenListener } from './screen-listener.ts';
import type { SessionScreen } from './session-screen.ts';

/** Forty frames a second of what keeps changing: nobody reads faster, and eight such panes are half the work. */
const FRAME_MS = 25;

/** So many frames may follow each other at once: keys typed fast or pasted, and what a program does about them. */
const BURST_FRAMES = 4;

/** An application that begins an update and never ends it is shown as it is after this long. */
const SYNCHRONIZED_MS_MAX = 150;

export interface PaneOptions {
  readonly pane: number;
  readonly screen: SessionScreen;
  readonly send: (frame: Buffer) => void;
}

export class Pane implements ScreenListener {
  readonly isLooking = true;
  readonly #pane: number;
  readonly #screen: SessionScreen;
  readonly #send: (frame: Buffer) => void;
  readonly #view = new ScreenView();
  #hasCredit = true;
  /** When a steady stream of frames would have its next one; behind now after a quiet moment. */
  #nextAt = -Infinity;
  #sentVersion = -1;
  #sentHead = '';
  #sentTitle: string | undefined;
  #heldSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #until = 0;

  constructor({ pane, screen, send }: PaneOptions) {
    this.#pane = pane;
    this.#screen = screen;
    this.#send = send;
    screen.listen(this);
    this.changed();
  }

  credit(): void {
    this.#hasCredit = true;
    this.changed();
  }

  bell(): void {}

  changed(): void {
    if (!this.#hasCredit || !this.#screen.isReady || this.#screen.version === this.#sentVersion) return;
    const now = performance.now();
    const until = Math.max(this.#nextAt - (BURST_FRAMES - 1) * FRAME_MS, this.#holdUntil(now));
    if (until <= now) return this.#sendNow(now);
    // The end of a bracketed update makes an earlier moment of what was a later one.
    if (this.#timer !== undefined && this.#until <= until) return;
    clearTimeout(this.#timer);
    this.#until = until;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.changed();
      },
      Math.ceil(until - now),
    );
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#hasCredit = false;
    this.#screen.unlisten(this);
  }

  /** Until when to wait for the end of a bracketed update. */
  #holdUntil(now: number): number {
    if ((this.#screen.modes() & ScreenMode.Synchronized) === 0) {
      this.#heldSince = undefined;
      return 0;
    }
    this.#heldSince ??= now;
    return this.#heldSince + SYNCHRONIZED_MS_MAX;
  }

  #sendNow(now: number): void {
    const { engine, offset, version } = this.#screen;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#heldSince = undefined;
    this.#sentVersion = version;
    const { isFull, scroll, changed } = this.#view.take(engine);
    const cursor = engine.cursor();
    const modes = this.#screen.modes();
    const title = isFull || engine.title !== this.#sentTitle ? engine.title : undefined;
    // Output that changed nothing one can see (the same lines again and again) is no frame.
    const head = `${cursor.x} ${cursor.y} ${cursor.isVisible} ${cursor.shape} ${modes & ~ScreenMode.Synchronized}`;
    if (
      !isFull &&
      changed.length === 0 &&
      scroll.count === 0 &&
      title === undefined &&
      head === this.#sentHead
    )
      return;
    this.#nextAt = Math.max(this.#nextAt, now) + FRAME_MS;
    this.#sentHead = head;
    this.#sentTitle = engine.title;
    this.#hasCredit = false;
    const { columns, rows, history } = engine;
    this.#send(
      encodeScreenFrame({
        pane: this.#pane,
        isFull,
        columns,
        rows,
        offset,
        history,
        cursor,
        modes,
        scroll,
        title,
        changed,
      }),
    );
  }
}
