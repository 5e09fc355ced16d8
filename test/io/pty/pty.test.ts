import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { spawnPty, type Pty, type PtyExit } from '../../../source/io/pty/pty.ts';
import type { WriteOutcome } from '../../../source/io/pty/pty-writer.ts';
import { until } from '../../support/until.ts';

interface Child {
  readonly pty: Pty;
  readonly ended: Promise<PtyExit>;
  text(): string;
  type(bytes: string | Buffer): Promise<WriteOutcome>;
}

let folder: string;
let children: { pty: Pty; isEnded: boolean }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fp-'));
  children = [];
});

afterEach(async () => {
  for (const { pty } of children) pty.signal(9, true);
  await until(() => children.every(({ isEnded }) => isEnded) || undefined, 'every child has ended');
  rmSync(folder, { recursive: true, force: true });
});

function start(command: readonly string[], env: Record<string, string> = {}): Child {
  const parts: Buffer[] = [];
  const entry = { pty: undefined as unknown as Pty, isEnded: false };
  const ended = new Promise<PtyExit>((resolve) => {
    entry.pty = spawnPty({
      command,
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      columns: 80,
      rows: 24,
      onData: (bytes) => parts.push(bytes),
      onEnd: (exit) => {
        entry.isEnded = true;
        resolve(exit);
      },
    });
  });
  children.push(entry);
  return {
    pty: entry.pty,
    ended,
    text: () => Buffer.concat(parts).toString('latin1'),
    type: (bytes) => new Promise((resolve) => entry.pty.write(Buffer.from(bytes), resolve)),
  };
}

const sh = (script: string): Child => start(['sh', '-c', script]);

/** Keeps this whole process busy, as a loaded machine does. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const numbers = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${index + 1}\r\n`).join('');

test('a pty whose child exits at once loses nothing, a hundred times', async () => {
  for (let round = 0; round < 10; round++) {
    const some = Array.from({ length: 10 }, () => sh('seq 1 600; exit 7'));
    for (const child of some) {
      expect(await child.ended).toEqual({ code: 7, signal: null });
      expect(child.text()).toBe(numbers(600));
    }
  }
});

test('a process held up around the exit of its child loses nothing', async () => {
  for (const heldMs of [0, 50, 250, 600]) {
    const child = sh('seq 1 600');
    await new Promise((resolve) => setImmediate(resolve));
    block(heldMs);
    setTimeout(() => block(heldMs), 1);
    await child.ended;
    expect(child.text()).toBe(numbers(600));
  }
});

test('a pty paused while its child exits loses nothing', async () => {
  const child = sh('seq 1 600; touch printed');
  child.pty.pause();
  await until(() => !isRunning(child.pty.pid) || undefined, 'the child is gone');
  block(300);
  child.pty.resume();
  await child.ended;
  expect(child.text()).toBe(numbers(600));
});

test('a child whose own child keeps the terminal open ends all the same', async () => {
  const child = sh('(trap "" HUP; sleep 3) & echo started; exit 3');
  expect(await child.ended).toEqual({ code: 3, signal: null });
  expect(child.text()).toBe('started\r\n');
});

test('a child whose own child prints on for ever ends all the same', async () => {
  const child = sh('yes & exit 4');
  expect(await child.ended).toEqual({ code: 4, signal: null });
});

test('exit codes and signals are exact', async () => {
  expect(await sh('exit 0').ended).toEqual({ code: 0, signal: null });
  expect(await sh('exit 255').ended).toEqual({ code: 255, signal: null });
  expect(await sh('kill -TERM $$').ended).toEqual({ code: null, signal: 15 });
  const child = start(['sleep', '100']);
  expect(child.pty.signal(9, true)).toBe(true);
  expect(await child.ended).toEqual({ code: null, signal: 9 });
  expect(child.pty.signal(9, true)).toBe(false);
});

test('a missing program, a file that is none and a missing folder are said before anything runs', () => {
  writeFileSync(join(folder, 'notes'), 'text', { mode: 0o600 });
  const attempt = (command: string[], cwd = folder) =>
    spawnPty({
      command,
      cwd,
      env: { PATH: `/usr/bin:${folder}` },
      columns: 80,
      rows: 24,
      onData() {},
      onEnd() {},
    });
  expect(() => attempt(['no-such-agent'])).toThrow(/no such program on the PATH of this run; install it/);
  expect(() => attempt(['notes'])).toThrow(/notes may not be executed/);
  expect(() => attempt(['./missing'])).toThrow(/missing does not exist/);
  expect(() => attempt(['sh'], join(folder, 'gone'))).toThrow(/cannot start in .*gone: no such folder/);
  expect(() => attempt(['sh'], join(folder, 'notes'))).toThrow(/cannot start in/);
});

test('a child gets the environment it is given and nothing else', async () => {
  const child = start(['env'], { GIVEN: 'yes', HOME: '/nowhere' });
  await child.ended;
  const names = child
    .text()
    .trim()
    .split('\r\n')
    .map((line) => line.split('=')[0]!);
  expect(names.sort()).toEqual(['GIVEN', 'HOME', 'PATH', 'PWD', 'TERM']);
});

test('what is typed arrives whole and in order, however slowly it is read', async () => {
  const typed = Buffer.from(Array.from({ length: 400_000 }, (_, index) => 33 + (index % 90)));
  const child = sh(
    `stty raw -echo; echo ready; head -c 1000 >/dev/null; sleep 0.3; head -c ${typed.length} | md5sum`,
  );
  await until(() => child.text().includes('ready') || undefined, 'it reads');
  const outcomes = await Promise.all([
    child.type(typed.subarray(0, 1000)),
    child.type(typed.subarray(0, 5)),
    child.type(typed.subarray(5)),
  ]);
  expect(outcomes).toEqual(['written', 'written', 'written']);
  await child.ended;
  expect(child.text()).toContain(createHash('md5').update(typed).digest('hex'));
});

test('a child that never reads neither freezes nor spins this process, and what waits is bounded', async () => {
  const child = sh('stty raw -echo; echo ready; exec sleep 100');
  await until(() => child.text().includes('ready') || undefined, 'it is there');
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const waiting = child.type(Buffer.alloc(3 * 1024 * 1024, 120));
  const more = child.type(Buffer.alloc(1024 * 1024 - 1, 120));
  expect(await child.type(Buffer.alloc(2 * 1024 * 1024, 120))).toBe('full');
  delay.enable();
  const before = process.cpuUsage();
  const begun = performance.now();
  await until(() => performance.now() - begun > 1_000 || undefined, 'a second has passed');
  const { user, system } = process.cpuUsage(before);
  delay.disable();
  // Spinning is a whole core, a freeze is the whole second.
  expect((user + system) / 1_000).toBeLessThan(400);
  expect(delay.max / 1e6).toBeLessThan(300);
  child.pty.signal(9, true);
  expect(await waiting).toBe('ended');
  expect(await more).toBe('ended');
  expect(await child.type('x')).toBe('ended');
});

test('the child is told its size, at first and later', async () => {
  const child = sh('trap "stty size; exit" WINCH; stty size; while :; do sleep 0.05; done');
  await until(() => child.text().includes('24 80') || undefined, 'it knows its size');
  child.pty.resize(133, 41);
  await child.ended;
  expect(child.text()).toBe('24 80\r\n41 133\r\n');
});

function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
