import { describe, expect, test } from 'vitest';
import { readAnsiRows } from '../../../source/tui/panes/ansi-rows.ts';
import { compose } from '../../../source/tui/panes/compositor.ts';
import { Damage } from '../../../source/tui/panes/damage.ts';
import {
  cursorOnScreen,
  firstRowFor,
  scrollOnScreen,
  type PaneView,
  type Scene,
} from '../../../source/tui/panes/scene.ts';
import { PLAIN } from '../../../source/tui/panes/style.ts';
import { writeText } from '../../../source/tui/panes/text-cells.ts';
import { Attribute, Grid } from '../../../source/wire/cells.ts';

const grid = (columns: number, rows: number, text: string): Grid => {
  const made = new Grid(columns, rows);
  readAnsiRows(text, made);
  return made;
};

const frame = (title: string, note?: string) => ({
  title,
  note,
  lineStyle: { ...PLAIN, attributes: Attribute.Dim },
  titleStyle: PLAIN,
});

const pane = (
  x: number,
  y: number,
  columns: number,
  rows: number,
  part: Partial<PaneView> = {},
): PaneView => ({
  rect: { x, y, columns, rows },
  grid: new Grid(columns, rows),
  isDimmed: false,
  ...part,
});

function composed(scene: Partial<Scene>, columns = 40, rows = 8) {
  const back = new Grid(columns, rows);
  const damage = new Damage(columns, rows);
  const whole: Scene = {
    chrome: new Grid(columns, rows),
    panes: [],
    overlays: [],
    isAscii: false,
    ...scene,
  };
  compose(whole, back, damage);
  return { back, damage, scene: whole };
}

describe('layers', () => {
  const left = pane(0, 1, 20, 5, {
    frame: frame('◐ backend-dev · fix/login', '12m'),
    grid: grid(18, 3, 'hello\nworld\n$ '),
  });
  const right = pane(20, 1, 20, 5, {
    frame: frame('● qa', '1m'),
    grid: grid(18, 3, 'tests pass'),
    isDimmed: true,
  });
  const chrome = grid(40, 8, ' fleet  acme-api\nhidden\n\n\n\n\nqueue\n a approve   ? keys');

  test('UI1 chrome below, panes with their frames and titles above', () => {
    const { back } = composed({ chrome, panes: [left, right] });
    expect(back.text()).toEqual([
      ' fleet  acme-api',
      '┌ ◐ backend… ─ 12m ┐┌ ● qa ──────── 1m ┐',
      '│hello             ││tests pass        │',
      '│world             ││                  │',
      '│$                 ││                  │',
      '└──────────────────┘└──────────────────┘',
      'queue',
      ' a approve   ? keys',
    ]);
  });

  test('UI5 without UTF-8 frames and glyphs fall back to ASCII', () => {
    const { back } = composed({ chrome, panes: [left, right], isAscii: true });
    expect(back.text().slice(1, 3)).toEqual([
      '+ ? backend~ - 12m ++ * qa -------- 1m +',
      '|hello             ||tests pass        |',
    ]);
  });

  test('UI1 panes that receive no keys are dimmed, their blanks are not touched', () => {
    const { back } = composed({ chrome, panes: [left, right] });
    expect(back.lines[2]!.attributes[1]).toBe(0);
    expect(back.lines[2]!.attributes[21]).toBe(Attribute.Dim);
    expect(back.lines[2]!.attributes[35]).toBe(0);
  });

  test('UI1 where a dialog lies over panes the chrome shows again', () => {
    const dialog = grid(40, 8, '\n\n\n          ┌ new agent ───────┐\n          └──────────────────┘');
    const { back } = composed({
      chrome: dialog,
      panes: [left, right],
      overlays: [{ x: 10, y: 3, columns: 20, rows: 2 }],
    });
    expect(back.text().slice(2, 6)).toEqual([
      '│hello             ││tests pass        │',
      '│world    ┌ new agent ───────┐         │',
      '│$        └──────────────────┘         │',
      '└──────────────────┘└──────────────────┘',
    ]);
  });

  test('UI1 a screen of another size is cut or padded, and its last rows can be the ones shown', () => {
    const small = pane(0, 0, 10, 3, { grid: grid(4, 2, 'abcd\nefgh') });
    const large = pane(10, 0, 5, 2, { grid: grid(8, 4, 'one line\ntwo\nthree\nfour'), firstRow: 2 });
    expect(composed({ panes: [small, large] }, 20, 3).back.text()).toEqual([
      'abcd      three',
      'efgh      four',
      '',
    ]);
    expect(firstRowFor(4, 2, 3)).toBe(2);
    expect(firstRowFor(4, 2, 0)).toBe(0);
    expect(firstRowFor(2, 4, 1)).toBe(0);
  });

  test('UI1 a wide character cut by an edge or a dialog is a blank, never half of one', () => {
    const wide = pane(0, 0, 5, 1, { grid: grid(6, 1, '漢字漢') });
    const { back } = composed({ panes: [wide], overlays: [{ x: 1, y: 0, columns: 1, rows: 1 }] }, 8, 1);
    expect(back.text()).toEqual(['  字']);
  });

  test('UI1 matches and selections are shown inverted, and keep their own look', () => {
    const view = pane(0, 0, 10, 1, { grid: grid(10, 1, 'find me'), highlights: [{ y: 0, from: 5, to: 7 }] });
    const { back } = composed({ panes: [view] }, 10, 1);
    expect(Array.from(back.lines[0]!.attributes.subarray(4, 8))).toEqual([
      0,
      Attribute.Inverse,
      Attribute.Inverse,
      0,
    ]);
  });

  test('UI1 a scrolled-back view says where it stands', () => {
    const view = pane(0, 0, 30, 3, { frame: { ...frame('● qa'), position: '120 of 2,000' } });
    expect(composed({ panes: [view] }, 30, 3).back.text()[2]).toBe(`└${'─'.repeat(14)} 120 of 2,000 ┘`);
  });
});

describe('damage', () => {
  test('UI1 a frame of one pane touches this pane’s changed cells only', () => {
    const live = grid(18, 3, 'hello');
    const view = pane(2, 1, 20, 5, { frame: frame('a'), grid: live });
    const { back, damage, scene } = composed({ panes: [view, pane(22, 1, 10, 5)] });
    for (let y = 0; y < back.rows; y++) damage.clear(y);
    scene.chrome.lines[0]!.set(0, 0x78, 0, 0, 0);
    writeText(live.lines[0]!, 3, 'LO', PLAIN);
    compose(scene, back, damage, { type: 'pane', pane: 0 });
    expect([...damage.from]).toEqual([0, 0, 6, 0, 0, 0, 0, 0]);
    expect([...damage.to]).toEqual([0, 0, 8, 0, 0, 0, 0, 0]);
    // The chrome waits until it is laid itself.
    expect(back.text()[0]).toBe('');
  });

  test('UI1 only the asked rows of a pane are looked at', () => {
    const live = grid(18, 3, 'a\nb\nc');
    const view = pane(0, 0, 20, 5, { frame: frame('a'), grid: live });
    const { back, damage, scene } = composed({ panes: [view] });
    writeText(live.lines[0]!, 0, 'A', PLAIN);
    writeText(live.lines[2]!, 0, 'C', PLAIN);
    compose(scene, back, damage, { type: 'pane', pane: 0, rows: new Set([2]) });
    expect(back.text().slice(1, 4)).toEqual([
      '│a                 │',
      '│b                 │',
      '│C                 │',
    ]);
  });
});

describe('from pane to screen', () => {
  const view = pane(10, 2, 22, 6, { frame: frame('a'), grid: new Grid(20, 4) });
  const cursor = { x: 3, y: 1, isVisible: true, shape: 2 };

  test('UI1 the cursor is where the focused pane has it, unless a dialog covers it', () => {
    expect(cursorOnScreen(view, cursor, [])).toEqual({ x: 14, y: 4, shape: 2 });
    expect(cursorOnScreen(view, cursor, [{ x: 0, y: 0, columns: 40, rows: 8 }])).toBeUndefined();
    expect(cursorOnScreen(view, { ...cursor, isVisible: false }, [])).toBeUndefined();
    expect(cursorOnScreen(view, { ...cursor, x: 20 }, [])).toBeUndefined();
  });

  test('UI1 moved lines become a hint in screen rows', () => {
    expect(scrollOnScreen(view, { count: 2, top: 0, bottom: 3 })).toEqual({
      x: 11,
      y: 3,
      columns: 20,
      rows: 4,
      count: 2,
    });
    expect(scrollOnScreen(view, { count: 0, top: 0, bottom: 3 })).toBeUndefined();
    expect(scrollOnScreen(view, { count: 1, top: 0, bottom: 4 })).toBeUndefined();
  });
});
