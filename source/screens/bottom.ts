/**
 * Tells what the live bottom of a screen shows, for whoever judges what an agent is doing. Only when it
 * differs from what was told last, at once after a quiet moment and seldom while it keeps changing.
 */
import { Row } from '../wire/cells.ts';
import type { ScreenListener } from './screen-listener.ts';
import type { SessionScreen } from './session-screen.ts';

/** A classic screenful: the dialogs and prompts of agents fit. */
const BOTTOM_ROWS = 24;

/** The first change is told this long after the one before; fast enough for a person to be called. */
const GAP_MS = 250;

/** A screen that changes all the time (a spinner, a flood) is looked at this often. */
const BUSY_GAP_MS = 500;

/** A title is a line. */
const TITLE_CHARACTERS_MAX = 256;

export interface BottomMessage {
  readonly session: string;
  readonly rows: readonly string[];
  readonly title: string;
}

export class Bottom implements ScreenListener {
  readonly isLooking = false;
  readonly #screen: SessionScreen;
  readonly #tell: (message: BottomMessage) => boolean;
  readonly #ring: () => void;
  #toldAt = -Infinity;
  #toldVersion = -1;
  #told = '';
  #isBusy = false;
  #rangAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  /** `tell` returns false when its client is not reading; the latest is told later. */
  constructor(options: {
    readonly screen: SessionScreen;
    readonly tell: (message: BottomMessage) => boolean;
    readonly ring: () => void;
  }) {
    this.#screen = options.screen;
    this.#tell = options.tell;
    this.#ring = options.ring;
    this.#screen.listen(this);
    this.changed();
  }

  changed(): void {
    if (this.#timer !== undefined || !this.#screen.isReady || this.#screen.version === this.#toldVersion)
      return;
    const waitMs = this.#toldAt + (this.#isBusy ? BUSY_GAP_MS : GAP_MS) - performance.now();
    if (waitMs <= 0) return this.#look();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, Math.ceil(waitMs));
  }

  bell(): void {
    const now = performance.now();
    if (now - this.#rangAt < GAP_MS) return;
    this.#rangAt = now;
    this.#ring();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#screen.unlisten(this);
  }

  #look(): void {
    const now = performance.now();
    this.#isBusy = now - this.#toldAt < 2 * BUSY_GAP_MS;
    this.#toldAt = now;
    this.#toldVersion = this.#screen.version;
    const rows = bottomRows(this.#screen);
    const title = this.#screen.engine.title.slice(0, TITLE_CHARACTERS_MAX);
    const text = `${title}\n${rows.join('\n')}`;
    if (text === this.#told) return;
    if (this.#tell({ session: this.#screen.session, rows, title })) this.#told = text;
    // Asked again with the next change, or in a while when there is none.
    else {
      this.#toldVersion = -1;
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.changed();
      }, BUSY_GAP_MS);
    }
  }
}

/** The last rows that show something, at most BOTTOM_ROWS. */
function bottomRows({ engine }: SessionScreen): string[] {
  const rows: string[] = [];
  const row = new Row(engine.columns);
  for (let y = engine.rows - 1; y >= 0 && rows.length < BOTTOM_ROWS; y--) {
    engine.readRow(y, row);
    const text = row.text();
    if (text !== '' || rows.length > 0) rows.push(text);
  }
  return rows.toReversed();
}
