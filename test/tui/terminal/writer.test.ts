import { setTimeout as after } from 'node:timers/promises';
import { spawn, type IPty } from 'node-pty';
import { afterEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../source/tui/terminal/clock.ts';
import { FramePacer } from '../../../source/tui/terminal/frame-pacer.ts';
import { openTty } from '../../../source/tui/terminal/tty-output.ts';
import { TerminalWriter } from '../../../source/tui/terminal/writer.ts';
import { until } from '../../support/until.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A clock that goes when it is told to. */
class HandClock implements Clock {
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((one) => one !== timer));
  }

  go(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter((one) => one.at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
  }
}

/** Against a terminal that takes everything at once and answers when the test says so. */
function written(clock: Clock) {
  let readies = 0;
  const writer = new TerminalWriter({
    fd: openTty('/dev/null'),
    onReady: () => readies++,
    onLost: (cause) => {
      throw cause;
    },
    clock,
  });
  closing.push(() => writer.close());
  return { writer, readies: () => readies };
}

describe('frames', () => {
  test('UI5 no second frame before the terminal has answered for the first', () => {
    const clock = new HandClock();
    const { writer, readies } = written(clock);
    expect(writer.canSend).toBe(true);
    writer.sendFrame(Buffer.alloc(1000));
    expect(writer.canSend).toBe(false);
    clock.go(5);
    writer.acknowledge();
    expect(writer.canSend).toBe(true);
    expect(readies()).toBe(1);
  });

  test('UI5 an echo may pass a frame that is on its way, but not without end', () => {
    const { writer } = written(new HandClock());
    writer.sendFrame(Buffer.alloc(1000));
    expect(writer.canSendEcho).toBe(true);
    for (let i = 0; i < 40; i++) writer.sendEcho(Buffer.alloc(30));
    expect(writer.canSendEcho).toBe(false);
  });

  test('UI5 a few small frames need no answer each', () => {
    const { writer } = written(new HandClock());
    for (let i = 0; i < 20; i++) {
      expect(writer.canSend).toBe(true);
      writer.sendFrame(Buffer.alloc(40));
    }
    for (let i = 0; i < 20 && writer.canSend; i++) writer.sendFrame(Buffer.alloc(40));
    expect(writer.canSend).toBe(false);
  });

  test('UI5 the next frame is as large as the link carries in 30 ms', () => {
    const clock = new HandClock();
    const { writer } = written(clock);
    expect(writer.budgetBytes).toBe(16 * 1024);
    // 50 KB/s behind 20 ms of round trip.
    const take = (bytes: number): void => {
      writer.sendFrame(Buffer.alloc(bytes));
      clock.go(20 + bytes / 50);
      writer.acknowledge();
    };
    take(100);
    for (let i = 0; i < 8; i++) take(writer.budgetBytes);
    expect(writer.budgetBytes).toBeGreaterThan(1200);
    expect(writer.budgetBytes).toBeLessThan(1800);
  });

  test('UI5 a fast link is not held back', () => {
    const clock = new HandClock();
    const { writer } = written(clock);
    for (let i = 0; i < 5; i++) {
      writer.sendFrame(Buffer.alloc(9000));
      clock.go(0.4);
      writer.acknowledge();
    }
    expect(writer.budgetBytes).toBeGreaterThan(100 * 1024);
  });

  test('UI5 a terminal that never answers is drawn on all the same', () => {
    const clock = new HandClock();
    const { writer, readies } = written(clock);
    for (let i = 1; i <= 2; i++) {
      writer.sendFrame(Buffer.alloc(1000));
      clock.go(2999);
      expect(writer.canSend).toBe(false);
      clock.go(1);
      expect(readies()).toBe(i);
    }
    writer.sendFrame(Buffer.alloc(1000));
    expect(writer.canSend).toBe(true);
  });

  test('UI5 a late answer says nothing about the bandwidth', () => {
    const clock = new HandClock();
    const { writer } = written(clock);
    writer.sendFrame(Buffer.alloc(1000));
    clock.go(3500);
    writer.sendFrame(Buffer.alloc(5000));
    clock.go(1);
    writer.acknowledge();
    expect(writer.budgetBytes).toBe(16 * 1024);
  });
});

describe('a terminal that stops reading', () => {
  /** A real pty; nobody reads its master. */
  function stalled(): IPty & { readonly ptsName: string } {
    const pty = spawn('/bin/sh', ['-c', 'stty raw -echo; echo ready; exec sleep 1000'], {
      cols: 80,
      rows: 24,
    });
    closing.push(() => pty.kill('SIGKILL'));
    return pty as IPty & { readonly ptsName: string };
  }

  async function open() {
    const pty = stalled();
    let output = '';
    pty.onData((data) => (output += data));
    await until(() => output.includes('ready') || undefined, 'the pty');
    const lost: Error[] = [];
    let readies = 0;
    const writer = new TerminalWriter({
      fd: openTty((pty as unknown as { _pty: string })._pty),
      onReady: () => readies++,
      onLost: (cause) => lost.push(cause),
    });
    closing.push(() => writer.close());
    return { pty, writer, lost, output: () => output, readies: () => readies };
  }

  test('R6 it stalls nothing else, holds back one frame only, and costs no CPU', async () => {
    const { pty, writer, output } = await open();
    pty.pause();
    const frame = Buffer.alloc(300_000, 0x78);
    const before = process.cpuUsage();
    let longest = 0;
    let last = performance.now();
    const heart = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    writer.sendFrame(frame);
    expect(writer.canSend).toBe(false);
    expect(writer.canSendEcho).toBe(false);
    expect(writer.queuedBytes).toBeGreaterThan(100_000);
    expect(writer.queuedBytes).toBeLessThanOrEqual(frame.length + 4);
    await after(1000);
    clearInterval(heart);
    const { user, system } = process.cpuUsage(before);
    // Loose, for shared machines: a blocking write would stand still for the whole second.
    expect(longest).toBeLessThan(300);
    expect(user + system).toBeLessThan(500_000);
    expect(writer.sendControl('t'.repeat(1000))).toBe(false);
    pty.resume();
    await until(() => (writer.queuedBytes === 0 && output().length > frame.length) || undefined, 'the frame');
  });

  test('R6 what waits can be dropped before the terminal is restored', async () => {
    const { pty, writer } = await open();
    pty.pause();
    writer.sendFrame(Buffer.alloc(300_000, 0x78));
    expect(writer.drop()).toBe(true);
    expect(writer.queuedBytes).toBe(0);
    expect(writer.drop()).toBe(false);
  });

  test('UI5 a terminal that hung up is noticed, not thrown', async () => {
    const { pty, writer, lost } = await open();
    pty.kill('SIGKILL');
    (pty as unknown as { destroy(): void }).destroy();
    await until(() => {
      if (lost.length === 0) writer.sendControl('x');
      return lost[0];
    }, 'the loss');
    writer.sendControl('x');
    expect(lost.length).toBe(1);
  });
});

describe('pace', () => {
  function paced(canSend = true) {
    const clock = new HandClock();
    const drawn: string[] = [];
    const state = { canSend, canSendEcho: true };
    const pacer = new FramePacer({
      draw: (kind) => drawn.push(`${kind} ${clock.now()}`),
      canSend: () => state.canSend,
      canSendEcho: () => state.canSendEcho,
      clock,
    });
    return { pacer, clock, drawn, state, turn: () => new Promise<void>((resolve) => setImmediate(resolve)) };
  }

  test('UI5 the first change at once, the next ones sixteen milliseconds apart', async () => {
    const { pacer, clock, drawn, turn } = paced();
    clock.go(100);
    pacer.request();
    pacer.request();
    await turn();
    expect(drawn).toEqual(['frame 100']);
    clock.go(3);
    pacer.request();
    await turn();
    clock.go(30);
    expect(drawn).toEqual(['frame 100', 'frame 116']);
    clock.go(1000);
    expect(drawn.length).toBe(2);
  });

  test('UI5 what was typed is echoed at once, in between', async () => {
    const { pacer, clock, drawn, turn } = paced();
    pacer.request();
    await turn();
    clock.go(2);
    pacer.noteTyping();
    pacer.request(true);
    await turn();
    clock.go(2);
    pacer.request(true);
    await turn();
    expect(drawn).toEqual(['frame 0', 'echo 2']);
    clock.go(20);
    expect(drawn).toEqual(['frame 0', 'echo 2', 'frame 16']);
  });

  test('UI5 a terminal that has not taken the last frame is waited for, and gets the latest', async () => {
    const { pacer, clock, drawn, state, turn } = paced();
    pacer.request();
    await turn();
    state.canSend = false;
    for (let i = 0; i < 50; i++) {
      pacer.request();
      await turn();
      clock.go(20);
    }
    expect(drawn).toEqual(['frame 0']);
    state.canSend = true;
    pacer.ready();
    expect(drawn).toEqual(['frame 0', 'frame 1000']);
  });

  test('UI5 nothing is drawn after the end', async () => {
    const { pacer, clock, drawn, turn } = paced();
    pacer.request();
    pacer.stop();
    await turn();
    clock.go(100);
    expect(drawn).toEqual([]);
  });
});
