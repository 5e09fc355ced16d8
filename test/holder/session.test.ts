import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSegments } from '../../source/io/segments/segment-reader.ts';
import { isAlive } from '../../source/wire/process-identity.ts';
import { readExit, readMeta } from '../../source/wire/session-files.ts';
import { cpuMs, HolderLab, privateKib } from '../support/holder-lab.ts';
import { until } from '../support/until.ts';

let lab: HolderLab;
beforeEach(() => (lab = new HolderLab()));
afterEach(() => lab.close());

test('a session starts, is typed into, ends, and its exit status is kept', async () => {
  const hello = await lab.startShell('s1', 'read line; echo "got $line"; exit 42');
  expect(hello.session).toBe('s1');
  expect(isAlive(hello.holder) && isAlive(hello.child)).toBe(true);
  const watch = await lab.watch('s1');
  const ended = new Promise((resolve) => watch.connection.onStatus(resolve));
  expect(await watch.connection.input(Buffer.from('words\r'))).toBe('written');
  const length = 'words\r\ngot words\r\n'.length;
  expect(await ended).toEqual({
    session: 's1',
    columns: 80,
    rows: 24,
    from: 0,
    to: length,
    exit: { code: 42, signal: null, at: expect.any(Number) },
  });
  expect(watch.text).toBe('words\r\ngot words\r\n');
  expect(readExit(lab.places.session('s1'))).toMatchObject({ code: 42, signal: null });
  expect(await watch.connection.input(Buffer.from('more'))).toBe('ended');
});

test('an ended session stays until a daemon has noted it, then leaves no process and no socket', async () => {
  const { holder } = await lab.startShell('s1', 'exit 0');
  const daemon = await lab.connect('s1', 1);
  await until(async () => (await daemon.status()).exit ?? undefined, 'the exit');
  expect(isAlive(holder)).toBe(true);
  daemon.release();
  await until(() => !isAlive(holder) || undefined, 'the holder leaves');
  expect(existsSync(lab.places.holderSocket('s1'))).toBe(false);
  expect(readExit(lab.places.session('s1'))).toMatchObject({ code: 0 });
});

test('released before its end, it leaves when its child ends', async () => {
  const { holder, child } = await lab.startShell('s1', 'exec sleep 100');
  const daemon = await lab.connect('s1', 1);
  daemon.release();
  expect((await daemon.status()).exit).toBeNull();
  process.kill(child.pid, 'SIGTERM');
  await until(() => !isAlive(holder) || undefined, 'the holder leaves');
  expect(readExit(lab.places.session('s1'))).toMatchObject({ code: null, signal: 15 });
});

test('SE2 no secret of the environment lands in an argument list or on disk, and files are closed to others', async () => {
  const env = { PATH: process.env['PATH']!, TOKEN: 'secret-7391', FLEET: 'yes' };
  const { holder } = await lab.startShell('s1', 'echo "$FLEET"; exec sleep 100', { env });
  const watch = await lab.watch('s1');
  await watch.sees('yes');
  const directory = lab.places.session('s1');
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(lab.places.holderSocket('s1')).mode & 0o777).toBe(0o600);
  for (const name of readdirSync(directory)) {
    expect(readFileSync(join(directory, name), 'latin1')).not.toContain('secret-7391');
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  }
  expect(readFileSync(`/proc/${holder.pid}/cmdline`, 'latin1')).not.toContain('secret-7391');
  expect(readFileSync(`/proc/${holder.pid}/environ`, 'latin1')).not.toContain('secret-7391');
});

test('a missing program or folder fails in words and leaves nothing behind', async () => {
  await expect(lab.start('s1', ['no-such-agent', '--yes'])).rejects.toThrow(/no such program on the PATH/);
  await expect(lab.start('s2', ['sh'], { cwd: '/nowhere' })).rejects.toThrow(/\/nowhere: no such folder/);
  expect(readMeta(lab.places.session('s1'))).toBeNull();
  expect(readdirSync(lab.places.sockets)).toEqual([]);
});

test('a session is never started twice', async () => {
  await lab.startShell('s1', 'exec sleep 100');
  await expect(lab.startShell('s1', 'exec sleep 100')).rejects.toThrow(/was started before/);
  const watch = await lab.watch('s1');
  expect((await watch.connection.status()).exit).toBeNull();
});

test('UI7 a holder outlives its starter, closing terminals and interrupts', async () => {
  const spec = lab.spec('s1', ['sh', '-c', 'echo there; exec sleep 100']);
  const starter = spawn(
    process.execPath,
    [join(import.meta.dirname, '../support/start-and-die.ts'), JSON.stringify(spec)],
    { stdio: 'inherit' },
  );
  expect(await once(starter, 'exit')).toEqual([null, 'SIGKILL']);
  const meta = readMeta(spec.directory)!;
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.kill(meta.holder.pid, signal);
  const watch = await lab.watch('s1');
  await watch.sees('there');
  expect(isAlive(meta.child)).toBe(true);
});

test('told to end by the system, a holder ends its child and keeps how', async () => {
  const { holder } = await lab.startShell(
    's1',
    'trap "echo bye; exit 9" HUP; echo ready; while :; do sleep 0.05; done',
  );
  await (await lab.watch('s1')).sees('ready');
  process.kill(holder.pid, 'SIGTERM');
  await until(() => !isAlive(holder) || undefined, 'the holder leaves');
  expect(readExit(lab.places.session('s1'))).toMatchObject({ code: 9 });
  const [, data] = openSegments(lab.places.session('s1')).events(0);
  expect(data?.type === 'data' && data.bytes.toString()).toMatch(/^ready\r\n(.*\r\n)*bye\r\n$/);
});

test('a child that never reads does not freeze or spin the holder', async () => {
  const { holder } = await lab.startShell('s1', 'stty raw -echo; echo ready; exec sleep 100');
  const watch = await lab.watch('s1');
  await watch.sees('ready');
  const outcomes = [0, 1].map(() => watch.connection.input(Buffer.alloc(2 * 1024 * 1024 - 1, 120)));
  expect(await watch.connection.input(Buffer.alloc(1024 * 1024, 120))).toBe('full');
  const before = cpuMs(holder.pid);
  const begun = performance.now();
  let slowestMs = 0;
  while (performance.now() - begun < 1_500) {
    const asked = performance.now();
    await watch.connection.status();
    slowestMs = Math.max(slowestMs, performance.now() - asked);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // Spinning would use all of the time, a freeze would let no status through.
  expect(cpuMs(holder.pid) - before).toBeLessThan(600);
  expect(slowestMs).toBeLessThan(500);
  process.kill(readMeta(lab.places.session('s1'))!.child.pid, 'SIGKILL');
  expect(await Promise.all(outcomes)).toEqual(['ended', 'ended']);
});

test('a flood is bounded on disk and in memory', async () => {
  const { holder } = await lab.startShell('s1', 'exec yes "a line of a flood that nobody reads"');
  const daemon = await lab.connect('s1', 1);
  const stalled = await lab.watch('s1');
  stalled.connection.pause();
  const bytesKept = 64 * 1024 * 1024;
  await until(
    async () => (await daemon.status()).from > 0 || undefined,
    'more was printed than is kept',
    60_000,
  );
  const { from, to, diskError } = await daemon.status();
  expect(diskError).toBeUndefined();
  expect(to - from).toBeLessThanOrEqual(bytesKept + 4 * 1024 * 1024);
  const directory = lab.places.session('s1');
  const bytes = readdirSync(directory).reduce(
    (sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  // One segment more may be on its way out, and the indexes are a two-thousandth of what they index.
  expect(bytes).toBeLessThan(bytesKept + 10 * 1024 * 1024);
  expect(privateKib(holder.pid)).toBeLessThan(80 * 1024);
  daemon.signal(9, true);
  await until(async () => (await daemon.status()).exit ?? undefined, 'the end');
});
