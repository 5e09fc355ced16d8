import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSegments } from '../../source/io/segments/segment-reader.ts';
import { FrameReader } from '../../source/wire/frames.ts';
import { encodeAttach, encodeHello, HolderKind, readOffset } from '../../source/wire/holder-protocol.ts';
import { HolderLab, privateKib, type Watch } from '../support/holder-lab.ts';
import { until } from '../support/until.ts';

let lab: HolderLab;
beforeEach(() => (lab = new HolderLab()));
afterEach(() => lab.close());

const numbers = (count: number): string =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}\r\n`).join('');

/** Prints numbered lines in bursts with pauses between, then waits for a line and ends. */
const printing = (bursts: number, linesEach: number): string =>
  `i=0; b=0; while [ $b -lt ${bursts} ]; do b=$((b+1)); j=0; while [ $j -lt ${linesEach} ]; do j=$((j+1)); i=$((i+1)); echo "line $i"; done; sleep 0.01; done; stty -echo; read go`;

test('UI7 output is byte-exact for clients that come, go and come back while it is printed', async () => {
  const expected = numbers(60 * 150);
  await lab.startShell('s1', printing(60, 150));
  const steady = await lab.watch('s1');
  const kept: Watch[] = [];
  let visitor = await lab.watch('s1');
  for (let visit = 0; steady.next < expected.length; visit++) {
    const { next } = steady;
    await until(() => steady.next > next || steady.next >= expected.length || undefined, 'more output');
    kept.push(visitor);
    visitor.connection.close();
    // In turn: from where this client stopped, from the beginning, from the middle.
    visitor = await lab.watch('s1', [visitor.next, 0, Math.floor(steady.next / 2)][visit % 3]);
  }
  await until(() => visitor.next >= expected.length || undefined, 'the last visitor has caught up');
  expect(steady.text).toBe(expected);
  expect(kept.length).toBeGreaterThan(10);
  for (const { start, text, brokenBytes } of [...kept, visitor, steady]) {
    expect(brokenBytes).toBe(0);
    expect(expected.startsWith(text, start)).toBe(true);
  }
  expect(expected.length - visitor.start).toBe(visitor.text.length);
});

test('UI7 what was printed while nobody watched is on disk byte for byte', async () => {
  await lab.startShell('s1', 'stty -echo; seq -f "line %.0f" 1 50000; read go');
  const expected = numbers(50_000);
  const { connection } = await lab.watch('s1', Number.MAX_SAFE_INTEGER);
  await until(async () => (await connection.status()).to === expected.length || undefined, 'all is printed');
  await connection.input(Buffer.from('\r'));
  await until(async () => (await connection.status()).exit ?? undefined, 'the end');
  const bytes = [...openSegments(lab.places.session('s1')).events(0)].map((event) =>
    event.type === 'data' ? event.bytes.toString('latin1') : '',
  );
  expect(bytes.join('')).toBe(expected);
});

test('UI7 a session whose child ends at once loses nothing for who comes later', async () => {
  for (let round = 0; round < 5; round++) {
    await lab.startShell(`s${round}`, 'seq -f "line %.0f" 1 600');
    const watch = await lab.watch(`s${round}`);
    await until(() => watch.next >= numbers(600).length || undefined, 'all of it');
    expect(watch.text).toBe(numbers(600));
  }
});

test('R6 clients that are killed harm neither the session nor other clients', async () => {
  await lab.startShell('s1', 'i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.002; done');
  const steady = await lab.watch('s1');
  const script = join(import.meta.dirname, '../support/watch-holder.ts');
  for (let round = 0; round < 5; round++) {
    const client = spawn(process.execPath, [script, lab.places.holderSocket('s1')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(client.stdout, 'data');
    client.kill('SIGKILL');
    await once(client, 'exit');
  }
  const { next } = steady;
  await until(() => steady.next > next || undefined, 'output goes on');
  expect(steady.brokenBytes).toBe(0);
  expect(numbers(100_000).startsWith(steady.text)).toBe(true);
});

test('R6 a client that reads one byte a second is dropped to catching up and slows nobody', async () => {
  const { holder } = await lab.startShell(
    's1',
    'stty -echo; read go; seq -f "line %.0f" 1 1000000; read go; echo done; read go',
  );
  const quick = await lab.watch('s1');
  const slow = await lab.watch('s1');
  slow.connection.pause();
  const before = privateKib(holder.pid);
  const begun = performance.now();
  await quick.connection.input(Buffer.from('\r'));
  const length = numbers(1_000_000).length;
  await until(() => quick.next >= length || undefined, 'the quick one has it all');
  const ms = performance.now() - begun;
  expect(slow.next).toBeLessThan(length / 2);
  // Its socket buffer is bounded at one megabyte, beside what a flood costs by itself.
  expect(privateKib(holder.pid) - before).toBeLessThan(40 * 1024);
  const asked = performance.now();
  await quick.connection.input(Buffer.from('\r'));
  await quick.sees('done');
  expect(performance.now() - asked).toBeLessThan(ms + 1_000);
  slow.connection.resume();
  await until(() => slow.next >= quick.next || undefined, 'the slow one has caught up');
  expect(slow.brokenBytes).toBe(0);
  expect(slow.text === quick.text).toBe(true);
});

test('sizes are told where they changed, to who watches and to who comes later', async () => {
  await lab.startShell('s1', 'stty -echo; echo ready; while read line; do stty size; done');
  const first = await lab.watch('s1');
  await first.sees('ready');
  const say = async (shown: string) => {
    await first.connection.input(Buffer.from('\r'));
    await first.sees(`${shown}\r\n`);
  };
  await say('24 80');
  first.connection.resize(100, 30);
  await say('30 100');
  // None of these can be seen: nothing is printed between them.
  first.connection.resize(0, 30);
  first.connection.resize(100, 30);
  first.connection.resize(110, 31);
  first.connection.resize(120, 32);
  await say('32 120');
  const later = await lab.watch('s1');
  await until(() => later.next === first.next || undefined, 'it has caught up');
  const changes = [
    { offset: 0, columns: 80, rows: 24 },
    { offset: 14, columns: 100, rows: 30 },
    { offset: 22, columns: 120, rows: 32 },
  ];
  expect(later.resizes).toEqual(changes);
  expect(first.resizes.filter(({ columns }) => columns !== 110)).toEqual(changes);
  const middle = await lab.watch('s1', 16);
  await until(() => middle.next === first.next || undefined, 'it has caught up');
  expect(middle.resizes).toEqual([{ offset: 16, columns: 100, rows: 30 }, changes[2]]);
  expect(middle.text).toBe(first.text.slice(16));
});

test('many small writes of one moment arrive as few frames, a single key at once', async () => {
  await lab.startShell('s1', 'stty raw -echo; echo ready; head -c 1; seq 1 300000; read go');
  const watch = await lab.watch('s1');
  await watch.sees('ready');
  await watch.connection.input(Buffer.from('x'));
  await watch.sees('300000');
  // A pty gives 4 KB at a time at most: 2 MB are five hundred reads.
  expect(watch.next / watch.parts.length).toBeGreaterThan(3_000);
  const echoes: number[] = [];
  const answers: Promise<string>[] = [];
  await lab.startShell('s2', 'stty raw -echo; echo ready; exec cat');
  const typed = await lab.watch('s2');
  await typed.sees('ready');
  for (let key = 0; key < 100; key++) {
    const { next } = typed;
    const begun = performance.now();
    const echo = typed.fed();
    answers.push(typed.connection.input(Buffer.from('k')));
    await echo;
    expect(typed.next).toBe(next + 1);
    echoes.push(performance.now() - begun);
  }
  expect(echoes.sort((one, other) => one - other)[50]).toBeLessThan(20);
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['written']));
});

test('attach may be said again, and from beyond the end means what is to come', async () => {
  await lab.startShell('s1', 'stty -echo; echo first; read go; echo second; read go');
  const socket = connect(lab.places.holderSocket('s1'));
  const reader = new FrameReader();
  const data: [number, string][] = [];
  socket.on('data', (chunk) => {
    for (const { kind, payload } of reader.push(chunk))
      if (kind === HolderKind.Data) data.push([readOffset(payload), payload.subarray(8).toString()]);
  });
  socket.write(Buffer.concat([encodeHello({ clientId: 1n, epoch: 0 }), encodeAttach(0)]));
  await until(() => data.length > 0 || undefined, 'the first attach');
  socket.write(encodeAttach(2));
  await until(() => data.length > 1 || undefined, 'the second attach');
  const late = await lab.watch('s1', 1_000_000);
  await late.connection.status();
  await late.connection.input(Buffer.from('\r'));
  await late.sees('second');
  await until(() => data.length > 2 || undefined, 'both are live');
  expect(data).toEqual([
    [0, 'first\r\n'],
    [2, 'rst\r\n'],
    [7, 'second\r\n'],
  ]);
  expect(late.text).toBe('second\r\n');
  socket.destroy();
});
