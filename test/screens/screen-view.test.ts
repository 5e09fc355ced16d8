import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../source/screens/engine.ts';
import { ScreenView } from '../../source/screens/screen-view.ts';
import type { TerminalEngine } from '../../source/screens/terminal-engine.ts';
import { Grid, Row } from '../../source/wire/cells.ts';
import { applyScreenFrame, decodeScreenFrame, encodeScreenFrame } from '../../source/wire/screen-frame.ts';
import { hostileOutput } from '../support/hostile-output.ts';

/** Somebody who is shown an engine through frames only. */
class Viewer {
  readonly view = new ScreenView();
  grid = new Grid(1, 1);

  show(engine: TerminalEngine) {
    const change = this.view.take(engine);
    const { columns, rows } = engine;
    if (change.isFull) this.grid = new Grid(columns, rows);
    const head = { pane: 1, columns, rows, offset: 0, history: 0, cursor: engine.cursor(), modes: 0 };
    applyScreenFrame(this.grid, decodeScreenFrame(encodeScreenFrame({ ...head, ...change })));
    return change;
  }
}

function rowsOf(engine: TerminalEngine): Row[] {
  return Array.from({ length: engine.rows }, (_, y) => {
    const row = new Row(engine.columns);
    engine.readRow(y, row);
    return row;
  });
}

const lines = (from: number, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, i) => `line ${from + i}\r\n`).join(''));

describe('the difference to what was shown', () => {
  it('leads to the same cells as the engine has, whatever it was fed', () => {
    const step = fc.tuple(
      hostileOutput,
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 10 }),
      fc.nat(9),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        const engine = createEngine({ columns: 20, rows: 8, scrollback: 5 });
        const viewer = new Viewer();
        for (const [bytes, columns, rows, chance] of steps) {
          if (chance === 0) engine.resize(columns, rows);
          engine.write(bytes);
          viewer.show(engine);
          expect(viewer.grid.lines).toEqual(rowsOf(engine));
        }
        engine.dispose();
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['a screen whose history still grows', 1_000],
    ['a screen whose history is full', 3],
  ])('is a movement and the new lines on %s', (_what, scrollback) => {
    const engine = createEngine({ columns: 20, rows: 10, scrollback });
    const viewer = new Viewer();
    engine.write(lines(1, 30));
    viewer.show(engine);
    engine.write(lines(31, 2));
    const { isFull, scroll, changed } = viewer.show(engine);
    expect({ isFull, scroll }).toEqual({ isFull: false, scroll: { count: 2, top: 0, bottom: 9 } });
    expect(changed.map(({ y }) => y)).toEqual([7, 8]);
  });

  it('is a movement within a region, up and down', () => {
    const engine = createEngine({ columns: 20, rows: 10, scrollback: 0 });
    const viewer = new Viewer();
    engine.write(Buffer.concat([lines(1, 9), Buffer.from('status\x1b[2;8r\x1b[8;1H')]));
    viewer.show(engine);
    engine.write(Buffer.from('\nnew'));
    expect(viewer.show(engine).scroll).toEqual({ count: 1, top: 1, bottom: 7 });
    engine.write(Buffer.from('\x1b[2;1H\x1bM\x1bMnew'));
    expect(viewer.show(engine).scroll).toEqual({ count: -2, top: 1, bottom: 7 });
    expect(viewer.grid.lines).toEqual(rowsOf(engine));
  });

  it('is nothing when nothing looks different', () => {
    const engine = createEngine({ columns: 20, rows: 10, scrollback: 5 });
    const viewer = new Viewer();
    engine.write(Buffer.from('same\r\n'.repeat(50)));
    viewer.show(engine);
    engine.write(Buffer.from('same\r\n'.repeat(7)));
    expect(viewer.show(engine)).toMatchObject({ changed: [], scroll: { count: 0 } });
  });
});
