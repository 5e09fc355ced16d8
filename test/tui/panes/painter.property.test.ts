import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compose } from '../../../source/tui/panes/compositor.ts';
import { Damage } from '../../../source/tui/panes/damage.ts';
import { Painter, type PaintFeatures } from '../../../source/tui/panes/painter.ts';
import type { ScrollHint } from '../../../source/tui/panes/scrolling.ts';
import { PLAIN } from '../../../source/tui/panes/style.ts';
import { Attribute, Grid } from '../../../source/wire/cells.ts';
import { ShownScreen, wanted } from '../../support/shown-screen.ts';
import { MarginScreen } from './margin-screen.ts';
import { draw, hintsOf, strokes } from './random-grids.ts';

const COLUMNS = 30;
const ROWS = 8;
const features: PaintFeatures = {
  depth: 'truecolor',
  hasMargins: false,
  hasRepeat: true,
  hasSynchronized: true,
};
/** Pictures one after another, each a few strokes away from the one before. */
const pictures = fc.array(fc.array(strokes(COLUMNS, ROWS), { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 8,
});

const pane = (x: number, y: number, columns: number, rows: number) => ({ rect: { x, y, columns, rows } });

test('UI1 whatever is drawn, an independent terminal shows it cell by cell, text and look', async () => {
  await fc.assert(
    fc.asyncProperty(pictures, async (sequence) => {
      const screen = new ShownScreen(COLUMNS, ROWS);
      const back = new Grid(COLUMNS, ROWS);
      const damage = new Damage(COLUMNS, ROWS);
      const painter = new Painter(features);
      try {
        for (const changes of sequence) {
          for (const stroke of changes) draw(back, stroke);
          damage.markAll();
          await screen.show(
            painter.paint({
              back,
              damage,
              scrolls: hintsOf(changes, back),
              cursor: { x: 3, y: 2, shape: 0 },
            }),
          );
          expect(screen.cells()).toEqual(wanted(back));
          expect(damage.isEmpty).toBe(true);
          expect(screen.terminal.buffer.active.cursorX).toBe(3);
          expect(screen.terminal.buffer.active.cursorY).toBe(2);
        }
      } finally {
        screen.dispose();
      }
    }),
    { numRuns: 150 },
  );
});

test('UI1 only what changed is looked at, and that is enough: panes, dialogs and moved lines', async () => {
  const layouts = fc.constantFrom(
    { panes: [], overlays: [] },
    { panes: [pane(0, 0, 14, ROWS), pane(14, 2, 16, 5)], overlays: [] },
    { panes: [pane(3, 1, 20, 6)], overlays: [{ x: 8, y: 2, columns: 9, rows: 3 }] },
  );
  const steps = fc.array(fc.tuple(layouts, fc.array(strokes(COLUMNS, ROWS), { maxLength: 5 })), {
    minLength: 2,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (sequence, isFramed) => {
      const screen = new ShownScreen(COLUMNS, ROWS);
      const chrome = new Grid(COLUMNS, ROWS);
      const inside = new Grid(COLUMNS, ROWS);
      const back = new Grid(COLUMNS, ROWS);
      const damage = new Damage(COLUMNS, ROWS);
      const painter = new Painter(features);
      const show = async (scrolls: readonly ScrollHint[]): Promise<void> => {
        await screen.show(painter.paint({ back, damage, scrolls }));
        expect(screen.cells()).toEqual(wanted(back));
      };
      try {
        for (const [layout, changes] of sequence) {
          const panes = layout.panes.map((one, i) => ({
            ...one,
            grid: inside,
            isDimmed: i === 1,
            frame: isFramed
              ? { title: 'a', lineStyle: PLAIN, titleStyle: { ...PLAIN, attributes: Attribute.Bold } }
              : undefined,
          }));
          const scene = { chrome, panes, overlays: layout.overlays, isAscii: false };
          for (const stroke of changes) draw(chrome, stroke);
          compose(scene, back, damage);
          await show(hintsOf(changes, chrome));
          // The contents of one pane, by themselves.
          for (const stroke of changes) draw(inside, stroke);
          for (const index of panes.keys()) compose(scene, back, damage, { type: 'pane', pane: index });
          await show(hintsOf(changes, chrome));
          // As if everything had been laid at once.
          const whole = new Grid(COLUMNS, ROWS);
          compose(scene, whole, new Damage(COLUMNS, ROWS));
          expect(wanted(back)).toEqual(wanted(whole));
        }
      } finally {
        screen.dispose();
      }
    }),
    { numRuns: 150 },
  );
});

test('UI1 with tiny budgets the picture still arrives, and each frame keeps near its budget', async () => {
  await fc.assert(
    fc.asyncProperty(pictures, async (sequence) => {
      const screen = new ShownScreen(COLUMNS, ROWS);
      const back = new Grid(COLUMNS, ROWS);
      const damage = new Damage(COLUMNS, ROWS);
      const painter = new Painter(features);
      const first = { x: 10, y: 2, columns: 11, rows: 4 };
      try {
        for (const changes of sequence) {
          for (const stroke of changes) draw(back, stroke);
          damage.markAll();
          // One frame in the middle of a change, then the rest.
          await screen.show(painter.paint({ back, damage, first, isOnlyFirst: true }));
          for (let frames = 0; !damage.isEmpty; frames++) {
            const bytes = painter.paint({
              back,
              damage,
              first,
              budgetBytes: 80,
              scrolls: hintsOf(changes, back),
            });
            // 16 of the wrapper, one run over the budget, and scroll set-ups.
            expect(bytes.length).toBeLessThan(80 + 16 + 90 + 60 * changes.length);
            await screen.show(bytes);
            expect(frames).toBeLessThan(200);
          }
          expect(screen.cells()).toEqual(wanted(back));
        }
      } finally {
        screen.dispose();
      }
    }),
    { numRuns: 60 },
  );
});

test('UI1 a terminal with left and right margins shows the same text', () => {
  fc.assert(
    fc.property(pictures, (sequence) => {
      const screen = new MarginScreen(COLUMNS, ROWS);
      const back = new Grid(COLUMNS, ROWS);
      const damage = new Damage(COLUMNS, ROWS);
      const painter = new Painter({ ...features, hasMargins: true });
      const composed = (rows: readonly string[]): string[] => rows.map((row) => row.normalize('NFC'));
      for (const changes of sequence) {
        for (const stroke of changes) draw(back, stroke);
        damage.markAll();
        screen.show(painter.paint({ back, damage, scrolls: hintsOf(changes, back) }).toString());
        expect(composed(screen.text())).toEqual(composed(back.text()));
      }
    }),
    { numRuns: 300 },
  );
});
