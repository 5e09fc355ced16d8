/**
 * frame: what it costs to bring a change in panes onto a terminal of 200x50 with eight panes, from the frame
 * that screens sent to the bytes, next to Ink drawing the same panes as cheaply as Ink can: one text of
 * ready-made lines per pane, and not counting its comparison with the frame before.
 */
import type { PaneView } from '../source/tui/panes/scene.ts';
import { PLAIN } from '../source/tui/panes/style.ts';
import { writeText } from '../source/tui/panes/text-cells.ts';
import { Picture } from '../source/tui/picture.ts';
import { Attribute, Grid, paletteColour, rgbColour, Row } from '../source/wire/cells.ts';
import { applyScreenFrame, decodeScreenFrame, encodeScreenFrame } from '../source/wire/screen-frame.ts';
import { compare, type Bench } from './support/row.ts';

const COLUMNS = 200;
const ROWS = 50;
/** Four panes beside each other, two rows of them. */
const PANES = Array.from({ length: 8 }, (_, i) => ({ x: (i % 4) * 50, y: 1 + Math.floor(i / 4) * 24 }));
const PANE_COLUMNS = 50;
const PANE_ROWS = 24;
const INSIDE_COLUMNS = PANE_COLUMNS - 2;
const INSIDE_ROWS = PANE_ROWS - 2;
/** Odd, so that a median is one of the measured rounds. */
const ROUNDS = 7;
const FRAMES = 60;
/** The compiler has seen the code; what is measured is a control room that has run for a second. */
const WARM_FRAMES = 300;
const WARM_FRAMES_INK = 20;
/** First target of the project: at least twenty times less. */
const TARGET = 1 / 20;

type Change = 'one character' | 'one pane scrolls' | 'all panes scroll';
const CHANGES: readonly Change[] = ['one character', 'one pane scrolls', 'all panes scroll'];

/** Readies the n-th state of the panes, which is not counted; what comes back draws it and tells the bytes. */
type Prepare = (n: number) => () => number;

export async function run(): Promise<Bench> {
  const rows = [];
  for (const change of CHANGES) {
    const ours = ourDraw(change, false);
    const peer = await inkDraw(change);
    let n = 0;
    for (let i = 0; i < WARM_FRAMES; i++) ours(n++)();
    for (let i = 0; i < WARM_FRAMES_INK; i++) peer.prepare(n++)();
    const oursMs: number[] = [];
    const peerMs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      oursMs.push(cpuMs(ours, (n += FRAMES)));
      peerMs.push(cpuMs(peer.prepare, (n += FRAMES)));
    }
    peer.end();
    rows.push(
      compare({
        name: `frame: ms of CPU, ${change}; peer: Ink drawing it`,
        ours: oursMs,
        peer: peerMs,
        target: TARGET,
      }),
    );
  }
  return { id: 'frame', rows };
}

/** CPU time of this process a frame, all its threads. */
function cpuMs(prepare: Prepare, from: number): number {
  const draws = Array.from({ length: FRAMES }, (_, i) => prepare(from + i));
  const before = process.cpuUsage();
  for (const draw of draws) draw();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / FRAMES;
}

/** A line of a log as agents print them: a time, a level in colour, words, a path. */
function logLine(pane: number, n: number): Row {
  const row = new Row(INSIDE_COLUMNS);
  const level = n % 7;
  let x = writeText(row, 0, `${String(n % 24).padStart(2, '0')}:${String(n % 60).padStart(2, '0')} `, {
    ...PLAIN,
    attributes: Attribute.Dim,
  });
  x = writeText(row, x, level === 0 ? 'warn ' : 'info ', {
    ...PLAIN,
    foreground: paletteColour(level === 0 ? 3 : 2),
    attributes: Attribute.Bold,
  });
  x = writeText(row, x, `agent ${pane} step ${(n * 7919) % 10_007} `, PLAIN);
  writeText(row, x, `src/part-${(n * 31) % 97}/file.ts`, { ...PLAIN, foreground: rgbColour(0x7aa2f7) });
  return row;
}

/** The change as screens would send it, encoded. */
function frameOf(pane: number, n: number, change: Change, grid: Grid): Buffer {
  const isScroll = change !== 'one character';
  const row = isScroll ? logLine(pane, n) : grid.lines[4]!;
  if (!isScroll) row.set(9, 0x61 + (n % 26), 0, 0, 0);
  return encodeScreenFrame({
    pane,
    isFull: false,
    columns: INSIDE_COLUMNS,
    rows: INSIDE_ROWS,
    offset: n,
    history: n,
    cursor: { x: 0, y: INSIDE_ROWS - 1, isVisible: true, shape: 0 },
    modes: 0,
    scroll: { count: isScroll ? 1 : 0, top: 0, bottom: INSIDE_ROWS - 1 },
    changed: [{ y: isScroll ? INSIDE_ROWS - 1 : 4, row }],
  });
}

function ourDraw(change: Change, hasMargins: boolean): Prepare {
  const grids = PANES.map((_, pane) => {
    const grid = new Grid(INSIDE_COLUMNS, INSIDE_ROWS);
    grid.lines = grid.lines.map((_line, y) => logLine(pane, y));
    return grid;
  });
  const panes: PaneView[] = PANES.map(({ x, y }, pane) => ({
    rect: { x, y, columns: PANE_COLUMNS, rows: PANE_ROWS },
    frame: { title: `● agent-${pane} · fix/login`, note: '3m', lineStyle: PLAIN, titleStyle: PLAIN },
    grid: grids[pane]!,
    isDimmed: pane !== 0,
  }));
  const size = { columns: COLUMNS, rows: ROWS };
  const picture = new Picture(size, {
    depth: 'truecolor',
    hasMargins,
    hasRepeat: true,
    hasSynchronized: true,
    isAscii: false,
  });
  picture.setChrome(size, ' fleet  acme-api');
  picture.setPanes(panes, []);
  const cursor = { x: 1, y: 23, shape: 0 };
  const paint = (): number =>
    picture.paint({ cursor, first: undefined, isOnlyFirst: false, budgetBytes: Infinity }).length;
  paint();
  const changed = change === 'all panes scroll' ? PANES.map((_, pane) => pane) : [3];
  return (n) => {
    const frames = changed.map((pane) => frameOf(pane, n, change, grids[pane]!));
    return () => {
      for (const [i, pane] of changed.entries()) {
        const frame = decodeScreenFrame(frames[i]!);
        applyScreenFrame(grids[pane]!, frame);
        picture.paneChanged(pane, frame);
      }
      return paint();
    };
  };
}

async function inkDraw(change: Change): Promise<{ prepare: Prepare; end(): void }> {
  // React and Ink choose their build when they are loaded; the development one takes twice as long.
  process.env.NODE_ENV = 'production';
  const { createElement } = await import('react');
  const { Box, render, Text } = await import('ink');
  const { Writable } = await import('node:stream');
  let bytes = 0;
  const paper = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
  const stdout = Object.assign(paper, {
    columns: COLUMNS,
    rows: ROWS,
    isTTY: true,
  }) as unknown as NodeJS.WriteStream;
  const texts = PANES.map((_, pane) =>
    Array.from({ length: INSIDE_ROWS }, (_line, y) => ansiLine(logLine(pane, y))),
  );
  const pane = (index: number) =>
    createElement(
      Box,
      { key: index, borderStyle: 'single', width: PANE_COLUMNS, height: PANE_ROWS },
      createElement(Text, { wrap: 'truncate' }, texts[index]!.join('\n')),
    );
  const screen = () =>
    createElement(
      Box,
      { flexDirection: 'column', width: COLUMNS, height: ROWS },
      createElement(Text, null, ' fleet  acme-api'),
      createElement(Box, { key: 'upper' }, [0, 1, 2, 3].map(pane)),
      createElement(Box, { key: 'lower' }, [4, 5, 6, 7].map(pane)),
    );
  // `debug` draws at once and writes whole frames: no throttle, no comparison.
  const ink = render(screen(), {
    stdout,
    debug: true,
    interactive: true,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  const changed = change === 'all panes scroll' ? PANES.map((_, index) => index) : [3];
  return {
    prepare(n) {
      const lines = changed.map((index) => ansiLine(logLine(index, change === 'one character' ? n % 26 : n)));
      return () => {
        const before = bytes;
        for (const [i, index] of changed.entries()) {
          if (change === 'one character') texts[index]![4] = lines[i]!;
          else texts[index] = [...texts[index]!.slice(1), lines[i]!];
        }
        ink.rerender(screen());
        return bytes - before;
      };
    },
    end: () => ink.unmount(),
  };
}

/** The row as text with escape sequences, for Ink. */
function ansiLine(row: Row): string {
  const text = row.text();
  const path = text.indexOf('src/');
  return `\u001B[2m${text.slice(0, 6)}\u001B[22m\u001B[1;32m${text.slice(6, 11)}\u001B[22;39m${text.slice(11, path)}\u001B[38;2;122;162;247m${text.slice(path)}\u001B[39m`;
}

if (import.meta.main) {
  const { id, rows } = await run();
  for (const { name, ours, peer, ratio, pass } of rows)
    process.stdout.write(
      `${id}  ${name}: ${ours.toFixed(3)} ours, ${peer.toFixed(1)} Ink, ${(1 / ratio).toFixed(0)}× less, target ≥ 20×: ${pass ? 'met' : 'MISSED'}\n`,
    );
  for (const change of CHANGES)
    for (const hasMargins of [false, true]) {
      const draw = ourDraw(change, hasMargins);
      const bytes = Array.from({ length: 40 }, (_, n) => draw(n + 100)()).slice(-20);
      const mean = bytes.reduce((sum, one) => sum + one, 0) / bytes.length;
      process.stdout.write(
        `${id}  bytes a frame, ${change}${hasMargins ? ', with margins' : ''}: ${mean.toFixed(0)}\n`,
      );
    }
  process.exit(0);
}
