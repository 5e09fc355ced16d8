/**
 * The picture on the terminal: the chrome below, the panes' cells above it, and only what changed is written.
 * Panes stand where the last drawn chrome has room for them, so that the two never disagree.
 */
import { Grid } from '../wire/cells.ts';
import type { ScreenFrame } from '../wire/screen-frame.ts';
import { readAnsiRows } from './panes/ansi-rows.ts';
import { compose } from './panes/compositor.ts';
import { Damage } from './panes/damage.ts';
import { Painter, type PaintFeatures, type ScreenCursor } from './panes/painter.ts';
import type { Rect } from './panes/rect.ts';
import { scrollOnScreen, type PaneView } from './panes/scene.ts';
import type { ScrollHint } from './panes/scrolling.ts';
import type { Size } from './ui-state.ts';

export class Picture {
  #features: PaintFeatures;
  #painter: Painter;
  #back: Grid;
  #damage: Damage;
  #chrome: Grid;
  #panes: readonly PaneView[] = [];
  #overlays: readonly Rect[] = [];
  #scrolls: ScrollHint[] = [];
  /** Something was laid elsewhere since the picture was composed; whatever else changes until it is painted is seen then. */
  #isStale = false;
  #isAscii: boolean;

  constructor(size: Size, features: PaintFeatures & { readonly isAscii: boolean }) {
    this.#features = features;
    this.#isAscii = features.isAscii;
    this.#painter = new Painter(features);
    this.#back = new Grid(size.columns, size.rows);
    this.#chrome = new Grid(size.columns, size.rows);
    this.#damage = new Damage(size.columns, size.rows);
  }

  /** The terminal can do more, or less, than was thought. */
  useFeatures(features: PaintFeatures & { readonly isAscii: boolean }): void {
    const isSame =
      features.depth === this.#features.depth &&
      features.hasMargins === this.#features.hasMargins &&
      features.hasRepeat === this.#features.hasRepeat &&
      features.hasSynchronized === this.#features.hasSynchronized;
    if (isSame) return;
    this.#features = features;
    this.#painter = new Painter(features);
    this.#damage.markAll();
  }

  /** What the terminal shows is not known any more. */
  invalidate(): void {
    this.#painter.invalidate();
    this.#damage.markAll();
  }

  /** A new lowest layer; `frame` is Ink's text, or a function that paints cells. */
  setChrome(size: Size, frame: string | ((grid: Grid) => void)): void {
    if (size.columns !== this.#back.columns || size.rows !== this.#back.rows) {
      this.#back = new Grid(size.columns, size.rows);
      this.#chrome = new Grid(size.columns, size.rows);
      this.#damage = new Damage(size.columns, size.rows);
    }
    if (typeof frame === 'string') readAnsiRows(frame, this.#chrome);
    else frame(this.#chrome);
  }

  /** Where the panes are and what lies over them; everything is laid anew with the next frame. */
  setPanes(panes: readonly PaneView[], overlays: readonly Rect[]): void {
    this.#panes = panes;
    this.#overlays = overlays;
    this.#isStale = true;
  }

  /** One pane's screen changed as the frame says. */
  paneChanged(index: number, frame: ScreenFrame): void {
    const pane = this.#panes[index];
    if (!pane) return;
    const hint = scrollOnScreen(pane, frame.scroll);
    if (hint) this.#scrolls.push(hint);
    if (this.#isStale) return;
    const rows =
      frame.isFull || frame.scroll.count !== 0 ? undefined : new Set(frame.changed.map(({ y }) => y));
    compose(this.#scene(), this.#back, this.#damage, { type: 'pane', pane: index, rows });
  }

  /** Bytes that bring the terminal nearer to the picture. */
  paint(order: {
    readonly cursor: ScreenCursor | undefined;
    readonly first: Rect | undefined;
    readonly isOnlyFirst: boolean;
    readonly budgetBytes: number;
  }): Buffer {
    if (this.#isStale) compose(this.#scene(), this.#back, this.#damage);
    this.#isStale = false;
    const scrolls = order.isOnlyFirst ? [] : this.#scrolls.splice(0);
    return this.#painter.paint({ ...order, back: this.#back, damage: this.#damage, scrolls });
  }

  get isDone(): boolean {
    return this.#damage.isEmpty;
  }

  #scene() {
    return { chrome: this.#chrome, panes: this.#panes, overlays: this.#overlays, isAscii: this.#isAscii };
  }
}
