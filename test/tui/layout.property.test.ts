import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COLUMNS_MIN,
  roomLayout,
  ROWS_MIN,
  type LayoutFacts,
  type RoomLayout,
} from '../../source/tui/layout.ts';
import type { Rect } from '../../source/tui/panes/rect.ts';
import { queueAreas } from '../../source/tui/screens/control-room/request-view.ts';
import { LAYOUTS, REGIONS } from '../../source/tui/ui-state.ts';

const facts = fc
  .record({
    columns: fc.integer({ min: 1, max: 400 }),
    rows: fc.integer({ min: 1, max: 120 }),
    count: fc.integer({ min: 0, max: 40 }),
    focused: fc.integer({ min: -1, max: 39 }),
    region: fc.constantFrom(...REGIONS),
    layout: fc.constantFrom(...LAYOUTS),
    isZoomed: fc.boolean(),
    isQueueOpen: fc.boolean(),
    weights: fc.dictionary(
      fc.integer({ min: 0, max: 39 }).map((at) => `run${at}`),
      fc.record({
        columns: fc.double({ min: 0.26, max: 3.8, noNaN: true }),
        rows: fc.double({ min: 0.26, max: 3.8, noNaN: true }),
      }),
    ),
    listRows: fc.integer({ min: 0, max: 60 }),
    boxRows: fc.integer({ min: 5, max: 30 }),
    boxColumns: fc.integer({ min: 40, max: 96 }),
    hasPage: fc.boolean(),
    overlay: fc.constantFrom<LayoutFacts['overlay'][]>('none', 'look', 'box', 'line'),
  })
  .map(({ columns, rows, count, focused, ...rest }): LayoutFacts => {
    const panes = Array.from({ length: count }, (_, at) => `run${at}`);
    return {
      ...rest,
      size: { columns, rows },
      panes,
      focused: panes[focused] ?? null,
      overlay: rest.overlay,
    };
  });

const areas = (layout: RoomLayout): Rect[] =>
  [layout.header, layout.bar, layout.list, layout.queue, ...layout.panes.map(({ frame }) => frame)].filter(
    (rect): rect is Rect => rect !== null && rect.columns > 0 && rect.rows > 0,
  );

const contains = (outer: Rect, inner: Rect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.columns <= outer.x + outer.columns &&
  inner.y + inner.rows <= outer.y + outer.rows;

const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.columns && b.x < a.x + a.columns && a.y < b.y + b.rows && b.y < a.y + a.rows;

describe('the layout at any size', () => {
  it('UI5 never lets anything leave the screen or overlap', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const layout = roomLayout(given);
        const screen = { x: 0, y: 0, ...given.size };
        const all = areas(layout);
        for (const rect of [...all, layout.overlay, layout.page].filter((each) => each !== null))
          expect(contains(screen, rect)).toBe(true);
        for (const [at, rect] of all.entries())
          for (const other of all.slice(at + 1)) expect(overlap(rect, other)).toBe(false);
        for (const { frame, inside } of layout.panes) expect(contains(frame, inside)).toBe(true);
      }),
    );
  });

  it('UI1 shows the focused pane wherever panes are shown, and counts those it cannot', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { panes, hidden } = roomLayout(given);
        if (panes.length === 0) return;
        if (given.focused !== null) expect(panes.map(({ run }) => run)).toContain(given.focused);
        expect(panes.length + hidden.before + hidden.after).toBe(given.panes.length);
      }),
    );
  });

  it('UI1 fills its stage with panes, without a gap', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { panes, stage } = roomLayout(given);
        if (!stage || panes.length === 0) return;
        const cells = panes.reduce((sum, { frame }) => sum + frame.columns * frame.rows, 0);
        expect(cells).toBe(stage.columns * stage.rows);
      }),
    );
  });

  it('UI5 keeps the size of every pane when a request comes or goes or the cursor moves among panes', () => {
    fc.assert(
      fc.property(facts, ({ focused: _focused, ...given }) => {
        const runs = given.panes.slice(0, 2);
        const [one, other] = runs.map((focused) =>
          roomLayout({ ...given, layout: 'tiled', panes: runs, focused }),
        );
        if (!one || !other) return;
        expect(one.queue).toEqual(other.queue);
        if (given.region === 'panes' && one.panes.length === 2) expect(one.panes).toEqual(other.panes);
      }),
    );
  });

  it('UI1 a pane made larger leaves every other one something to be seen', () => {
    fc.assert(
      fc.property(facts, (given) => {
        if (given.layout === 'stack') return;
        for (const { frame } of roomLayout(given).panes) {
          expect(frame.columns).toBeGreaterThanOrEqual(20);
          expect(frame.rows).toBeGreaterThanOrEqual(4);
        }
      }),
    );
  });

  it('HI4 the parts of the queue stay inside it and apart', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const layout = roomLayout(given);
        const parts = queueAreas(layout);
        if (!parts || !layout.queue) return;
        expect(contains(layout.queue, parts.detail)).toBe(true);
        if (parts.items.rows > 0) {
          expect(contains(layout.queue, parts.items)).toBe(true);
          expect(overlap(parts.items, parts.detail)).toBe(false);
        }
      }),
    );
  });

  it('UI5 says a sentence below 60x15 and is usable from there on', () => {
    const at = (columns: number, rows: number): string =>
      roomLayout({
        size: { columns, rows },
        region: 'panes',
        layout: 'tiled',
        isZoomed: false,
        panes: ['a'],
        focused: 'a',
        isQueueOpen: true,
        weights: {},
        listRows: 1,
        hasPage: false,
        overlay: 'none',
        boxRows: 30,
        boxColumns: 96,
      }).kind;
    expect([at(COLUMNS_MIN - 1, 30), at(100, ROWS_MIN - 1), at(COLUMNS_MIN, ROWS_MIN)]).toEqual([
      'tiny',
      'tiny',
      'narrow',
    ]);
    expect([at(80, 24), at(120, 34), at(200, 50)]).toEqual(['narrow', 'wide', 'wide']);
  });
});
