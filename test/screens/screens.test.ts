import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyScreenFrame, ScreenMode, type ScreenFrame } from '../../source/wire/screen-frame.ts';
import { encodeJsonFrame, FrameReader } from '../../source/wire/frames.ts';
import { Grid } from '../../source/wire/cells.ts';
import type { ScreensConnection } from '../../source/wire/screens-client.ts';
import { ScreensKind, type ScreensReply } from '../../source/wire/screens-protocol.ts';
import { ScreensLab, screenWhen } from '../support/screens-lab.ts';
import { until } from '../support/until.ts';

/** A client that paints: keeps the grid its frames lead to. */
class Watched {
  grid: Grid | null = null;
  readonly frames: ScreenFrame[] = [];
  readonly #screens: ScreensConnection;
  readonly #pane: number;

  constructor(
    screens: ScreensConnection,
    session: string,
    options: { pane?: number; isGenerous?: boolean } = {},
  ) {
    this.#screens = screens;
    this.#pane = options.pane ?? 1;
    screens.watch(this.#pane, session, (frame) => {
      this.frames.push(frame);
      if (frame.isFull) this.grid = new Grid(frame.columns, frame.rows);
      applyScreenFrame(this.grid!, frame);
      if (options.isGenerous !== false) this.credit();
    });
  }

  credit(): void {
    this.#screens.credit(this.#pane);
  }

  shows(text: string): Promise<true> {
    return until(
      () => this.grid?.text().some((row) => row.includes(text)) || undefined,
      `the pane to show ${text}, not ${JSON.stringify(this.grid?.text())}`,
    );
  }

  get last(): ScreenFrame {
    return this.frames.at(-1)!;
  }
}

let lab: ScreensLab;
beforeEach(() => {
  lab = new ScreensLab();
});
afterEach(() => lab.close());

describe('a watched pane', () => {
  it('gets a full frame first and then what changed, and both lead to the same screen', async () => {
    const holder = await lab.shell('s1');
    const screens = await lab.start();
    const pane = new Watched(screens, 's1');
    await pane.shows('$');
    expect(pane.frames[0]!.isFull).toBe(true);
    await holder.input(Buffer.from("printf '\\e[31mred\\e[m 日本\\n'; seq 1 200; echo the end\n"));
    await pane.shows('the end');
    await screenWhen(screens, 's1', ({ rows }) => rows.includes('the end'));
    await until(async () => {
      const { rows } = await screens.screen('s1');
      return JSON.stringify(pane.grid!.text()) === JSON.stringify(rows) || undefined;
    }, 'the pane to equal the screen');
    expect(pane.frames.slice(1).every(({ isFull }) => !isFull)).toBe(true);
  });

  it('gets the latest state for its credit, however much happened meanwhile', async () => {
    const holder = await lab.shell('s1');
    const screens = await lab.start();
    const pane = new Watched(screens, 's1', { isGenerous: false });
    await until(() => pane.grid ?? undefined, 'the first frame');
    await holder.input(
      Buffer.from('for i in $(seq 1 300); do echo "line $i"; sleep 0.002; done; echo finished\n'),
    );
    await screenWhen(screens, 's1', ({ rows }) => rows.includes('finished'));
    expect(pane.frames).toHaveLength(1);
    pane.credit();
    await pane.shows('finished');
    expect(pane.frames).toHaveLength(2);
  });

  it('is told how far lines moved instead of all of them again', async () => {
    const holder = await lab.shell('s1');
    const screens = await lab.start();
    const pane = new Watched(screens, 's1');
    await holder.input(
      Buffer.from('PS1=; for i in $(seq 1 40); do echo "a line of text, number $i"; done\n'),
    );
    await pane.shows('number 40');
    const before = pane.frames.length;
    await holder.input(Buffer.from("echo one m''ore\n"));
    await pane.shows('one more');
    const moved = pane.frames.slice(before).filter(({ scroll }) => scroll.count > 0);
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.every(({ changed }) => changed.length <= 4)).toBe(true);
  });

  // What is waited for is never in the typed line: the terminal may show that first.
  it('waits for the end of an update the application has bracketed, but not for ever', async () => {
    const holder = await lab.shell('s1');
    const screens = await lab.start();
    const pane = new Watched(screens, 's1');
    await pane.shows('$');
    await holder.input(
      Buffer.from("clear; printf '\\e[?2026hhalf'; sleep 0.05; printf ' whole\\e[?2026l'; read\n"),
    );
    await pane.shows('half whole');
    expect(pane.frames.some(({ changed }) => changed.some(({ row }) => row.text() === 'half'))).toBe(false);
    await holder.input(Buffer.from("\nclear; printf '\\e[?2026hnever %s' ended; read\n"));
    await pane.shows('never ended');
    expect(pane.last.modes & ScreenMode.Synchronized).not.toBe(0);
  });

  it('is told size, cursor, title and the end of the session', async () => {
    const holder = await lab.shell('s1');
    const screens = await lab.start();
    const pane = new Watched(screens, 's1');
    await pane.shows('$');
    holder.resize(100, 30);
    await until(() => pane.last.columns === 100 || undefined, 'the new size');
    expect(pane.last).toMatchObject({ isFull: true, rows: 30 });
    await holder.input(Buffer.from("printf '\\e]2;my title\\a\\e[3 q\\e[?25l'; read\n"));
    await until(() => pane.frames.find(({ title }) => title === 'my title'), 'the title');
    await until(() => (pane.last.cursor.isVisible ? undefined : true), 'the cursor to hide');
    expect(pane.last.cursor.shape).toBe(5);
    await holder.input(Buffer.from('\nexit\n'));
    await until(() => (pane.last.modes & ScreenMode.Ended) !== 0 || undefined, 'the end');
  });

  it('sends next to nothing while the same lines come again and again', async () => {
    await lab.session('s1', ['yes']);
    const screens = await lab.start();
    const pane = new Watched(screens, 's1');
    await pane.shows('y');
    await screenWhen(screens, 's1', ({ offset }) => offset > 100_000);
    const before = pane.frames.length;
    const started = performance.now();
    const { offset } = await screens.screen('s1');
    await screenWhen(screens, 's1', (screen) => screen.offset > offset + 4_000_000);
    // Only the last line differs: it is there or not yet.
    const frames = pane.frames.slice(before);
    expect(frames.every(({ changed }) => changed.length <= 2)).toBe(true);
    expect(frames.length).toBeLessThan((performance.now() - started) / 16 + 3);
  });
});

describe('screens', () => {
  it('answers what an application asks before anybody has opened its session', async () => {
    await lab.session('s1', [
      'bash',
      '-c',
      'stty raw -echo; printf \'\\e[c\'; read -t 10 -rsn 9 answer; echo "got ${answer@Q}"; read',
    ]);
    const screens = await lab.start();
    screens.open('s1', true);
    await screenWhen(screens, 's1', ({ rows }) => rows.some((row) => row.includes("got $'\\E[?62;22c'")));
  });

  it('never types an answer twice, though it reads the question again', async () => {
    const holder = await lab.session('s1', ['bash', '-c', "stty raw -echo; printf '\\e[c'; exec cat -v"]);
    await lab.start().then((screens) => screens.open('s1', true));
    let typed = '';
    holder.onData((_offset, bytes) => (typed += bytes.toString('latin1')));
    holder.attach(0);
    await until(() => typed.includes('^[[?62;22c') || undefined, 'the answer');
    for (let round = 0; round < 3; round++) {
      await lab.end();
      const screens = await lab.start();
      screens.open('s1', true);
      await screens.screen('s1');
    }
    await holder.input(Buffer.from('marker'));
    await until(() => typed.includes('marker') || undefined, 'what is typed behind it');
    expect(typed.split('^[[?62;22c')).toHaveLength(2);
  });

  it('reads back what has left the screen, with its colours, and finds text in it', async () => {
    const holder = await lab.shell('s1');
    const screens = await lab.start();
    await holder.input(
      Buffer.from(
        "for i in $(seq 1 1500); do printf '\\e[3%dmline %d Word\\e[m\\n' $((i%8)) $i; done; echo o''k\n",
      ),
    );
    await screenWhen(screens, 's1', ({ rows }) => rows.includes('ok'));
    const all = await screens.lines('s1', 0, 10);
    expect(all.total).toBeGreaterThan(1_500);
    const tail = await screens.lines('s1', all.total - 100, 3);
    const first = Number(/line (\d+)/.exec(tail.rows[0]!.text())![1]);
    expect(tail.rows.map((row) => row.text())).toEqual(
      [first, first + 1, first + 2].map((i) => `line ${i} Word`),
    );
    expect(tail.rows[0]!.foregrounds[0]).toBe(0x0100_0000 | (first % 8));
    const found = await screens.search('s1', 'LINE 777');
    expect(found).toEqual({ total: 0, lines: [] });
    const any = await screens.search('s1', 'line 777 word');
    expect(any.total).toBe(1);
    const hit = await screens.lines('s1', any.lines[0]!.line, 1);
    expect(hit.rows[0]!.text()).toBe('line 777 Word');
    expect((await screens.lines('s1', 1_000_000, 5)).rows).toEqual([]);
    expect((await screens.lines('s1', 0, 100_000)).rows).toHaveLength(500);
  });

  it('finds text where a long line wraps, and says the row and column', async () => {
    const holder = await lab.shell('s1', { columns: 20, rows: 6 });
    const screens = await lab.start();
    await holder.input(Buffer.from("clear; PS1=; printf 'aaaaaaaaaaaaaaaaa日needle %s here\\n' in\n"));
    await screenWhen(screens, 's1', ({ rows }) => rows.some((row) => row.includes('dle in here')));
    const { lines } = await screens.search('s1', 'needle in here');
    const [row] = (await screens.lines('s1', lines[0]!.line, 1)).rows;
    expect(lines[0]!.column).toBe(19);
    expect(row!.text()).toBe('aaaaaaaaaaaaaaaaa日n');
  });

  it('shows ended sessions from disk, without any holder', async () => {
    const holder = await lab.session('s1', ['bash', '-c', 'seq 1 500; echo last words']);
    await until(async () => (await holder.status()).exit ?? undefined, 'the session to end');
    const daemon = await lab.holders.connect('s1', 1);
    const gone = new Promise<void>((resolve) => daemon.onClose(() => resolve()));
    daemon.release();
    await gone;
    const screens = await lab.start();
    const screen = await screens.screen('s1');
    expect(screen.rows.slice(-3)).toEqual(['500', 'last words', '']);
    expect(screen.modes & ScreenMode.Ended).not.toBe(0);
    expect((await screens.lines('s1', 0, 2)).rows.map((row) => row.text())).toEqual(['1', '2']);
    const pane = new Watched(screens, 's1');
    await pane.shows('last words');
  });

  it('tells clients that opened a session what its bottom shows, and its bells', async () => {
    const holder = await lab.shell('s1');
    const screens = await lab.start();
    const bottoms: string[] = [];
    let bells = 0;
    screens.onBottom((_session, rows, title) => bottoms.push(`${title}: ${rows.join('|')}`));
    screens.onBell(() => bells++);
    screens.open('s1', true);
    await until(() => bottoms.length > 0 || undefined, 'the first bottom');
    await holder.input(Buffer.from("printf '\\e]0;busy\\a'; echo Do you want to proceed?; printf '\\a'\n"));
    await until(
      () => bottoms.find((one) => one.startsWith('busy') && one.includes('proceed?|')),
      'the question',
    );
    await until(() => bells > 0 || undefined, 'the bell');
    const before = bottoms.length;
    await holder.input(Buffer.from('for i in $(seq 1 100); do echo $i; sleep 0.01; done\n'));
    await until(() => bottoms.find((one) => one.includes('|100|')), 'the last line');
    // About a second and a half of constant change.
    expect(bottoms.length - before).toBeLessThan(12);
  });

  it('does not let a flood delay what is typed elsewhere', async () => {
    for (const name of ['f1', 'f2', 'f3'])
      await lab.session(name, ['yes', 'a flood of lines that never ends']);
    const holder = await lab.session('s1', ['cat']);
    const screens = await lab.start();
    for (const name of ['f1', 'f2', 'f3']) screens.open(name, true);
    const pane = new Watched(screens, 's1');
    await until(() => pane.grid ?? undefined, 'the first frame');
    const delays: number[] = [];
    for (let i = 0; i < 30; i++) {
      const frames = pane.frames.length;
      const started = performance.now();
      await holder.input(Buffer.from('x'));
      await until(() => pane.frames.length > frames || undefined, 'the echo');
      delays.push(performance.now() - started);
    }
    const median = delays.toSorted((a, b) => a - b)[15]!;
    // Looking takes up to ten milliseconds itself, and three floods want two cores.
    expect(median).toBeLessThan(150);
  });

  it('refuses another protocol in words', async () => {
    await lab.start();
    const reply = await new Promise<ScreensReply>((resolve, reject) => {
      const socket = connect(lab.places.screensSocket);
      const reader = new FrameReader();
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        for (const { payload } of reader.push(chunk)) resolve(JSON.parse(payload.toString()) as ScreensReply);
      });
      socket.write(encodeJsonFrame(ScreensKind.Message, { type: 'hello', protocol: 99 }));
    });
    expect(reply).toMatchObject({
      type: 'refused',
      message: expect.stringContaining('protocol 1') as string,
    });
  });

  it('says in words what it does not know, and is not led out of its folder', async () => {
    const screens = await lab.start();
    await expect(screens.screen('nobody')).rejects.toThrow(/there is no session "nobody"/);
    await expect(screens.lines('../../etc', 0, 1)).rejects.toThrow(/there is no session/);
    const errors: string[] = [];
    screens.onError((message) => errors.push(message));
    screens.watch(3, 'nobody', () => {});
    await until(() => errors[0], 'the error');
  });

  it('hangs up on a peer that talks nonsense, and goes on for others', async () => {
    await lab.shell('s1');
    const screens = await lab.start();
    for (const nonsense of [
      'GET / HTTP/1.1\r\n\r\n',
      '\0\0\0\x03\x01{}',
      '\xff\xff\xff\xff',
      '\0\0\0\x02\x07x',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(lab.places.screensSocket);
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        socket.on('data', () => {});
        socket.write(Buffer.from(nonsense, 'latin1'));
      });
    }
    expect((await screens.screen('s1')).columns).toBe(80);
  });

  it('lets nobody else in, and a second one leaves', async () => {
    const screens = await lab.start();
    expect(statSync(lab.places.screensSocket).mode & 0o777).toBe(0o600);
    const first = lab.pid;
    await lab.startSecond();
    await lab.shell('s1');
    expect((await screens.screen('s1')).columns).toBe(80);
    expect(lab.pid).toBe(first);
  });

  it('shows the recorded screens of real programs like the engine alone', async () => {
    const file = join(import.meta.dirname, '..', 'conformance', 'streams', 'claude.raw');
    await lab.session('s1', ['sh', '-c', `stty raw -echo; cat ${file}; sleep 600`], {
      columns: 100,
      rows: 30,
    });
    const screens = await lab.start();
    const { length } = readFileSync(file);
    const { rows } = await screenWhen(screens, 's1', ({ offset }) => offset >= length);
    expect(rows.find((row) => row.includes('Claude Code v2.1.329'))).toBeDefined();
    expect(rows.at(-1)).toContain('manual mode on');
  });
});
