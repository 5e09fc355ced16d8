/**
 * When to draw. The first change is drawn at once (after everything that came with it), the next ones at most
 * every 16 ms and only when the terminal has taken the last frame. What a person has just typed is not held
 * back: the first change of the focused pane after a key is drawn immediately.
 */
import { systemClock, type Clock } from './clock.ts';

/** Sixty frames a second; more cannot be seen. */
const FRAME_GAP_MS = 16;
/** A program that has not echoed a key by then is drawn like any other. */
const ECHO_WAIT_MS = 250;

export interface PacerOptions {
  /** `echo`: only the focused pane, and few bytes. */
  readonly draw: (kind: 'frame' | 'echo') => void;
  readonly canSend: () => boolean;
  readonly canSendEcho: () => boolean;
  readonly clock?: Clock | undefined;
}

export class FramePacer {
  readonly #options: PacerOptions;
  readonly #clock: Clock;
  #lastFrameAt = -Infinity;
  #typedAt = -Infinity;
  #isDue = false;
  #isEchoDue = false;
  #cancel: (() => void) | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(options: PacerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** A key went to the focused pane: its echo may pass the queue. */
  noteTyping(): void {
    this.#typedAt = this.#clock.now();
  }

  /** Something on the screen changed; `isFocused`: only the focused pane did. */
  request(isFocused = false): void {
    this.#isDue = true;
    if (isFocused && this.#clock.now() - this.#typedAt < ECHO_WAIT_MS) {
      this.#typedAt = -Infinity;
      this.#isEchoDue = true;
    }
    // Everything that arrives in the same turn of the loop is one frame.
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined;
      this.#drawIfFree();
    });
  }

  /** The terminal has taken the last frame. */
  ready(): void {
    if (this.#isDue) this.#drawIfFree();
  }

  stop(): void {
    this.#isDue = false;
    this.#isEchoDue = false;
    this.#cancel?.();
    this.#cancel = undefined;
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
  }

  #drawIfFree(): void {
    if (!this.#isDue) return;
    const waitMs = this.#lastFrameAt + FRAME_GAP_MS - this.#clock.now();
    if (waitMs <= 0 && this.#options.canSend()) {
      this.#cancel?.();
      this.#cancel = undefined;
      this.#isDue = false;
      this.#isEchoDue = false;
      this.#lastFrameAt = this.#clock.now();
      this.#options.draw('frame');
      return;
    }
    if (this.#isEchoDue && this.#options.canSendEcho()) {
      this.#isEchoDue = false;
      this.#options.draw('echo');
    }
    if (waitMs > 0)
      this.#cancel ??= this.#clock.after(waitMs, () => {
        this.#cancel = undefined;
        this.#drawIfFree();
      });
  }
}
