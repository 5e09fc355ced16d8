/** R6: clients that stall, die, babble and storm on every socket. Agents and other clients do not notice. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { DAEMON_PROTOCOL, DaemonKind } from '../../source/wire/daemon-protocol.ts';
import { encodeJsonFrame } from '../../source/wire/frames.ts';
import { connectHolder } from '../../source/wire/holder-client.ts';
import { connectScreens } from '../../source/wire/screens-client.ts';
import { percentile, report } from '../support/figures.ts';
import { FleetHome } from '../support/fleet-home.ts';
import { killHard, pidOf, residentKib } from '../support/home-processes.ts';
import { faultIn, keptOutput, numberedLines } from '../support/numbered-output.ts';
import { reliabilityCount } from '../support/reliability-count.ts';
import { seeded } from '../support/seeded.ts';
import { until } from '../support/until.ts';

/** Each process is some twenty clients. */
const PROCESSES = reliabilityCount({ reduced: 2, full: 4 });
const DEATHS = reliabilityCount({ reduced: 4, full: 25 });
const STOPPED_MS = reliabilityCount({ reduced: 1_000, full: 30_000 });
const ECHOES = reliabilityCount({ reduced: 40, full: 400 });
/** The bar is 50 ms on an idle machine of two cores; here the abusers and other tests have them too. */
const ECHO_MS_MAX = 4 * 50;
const SHOWN_MS_MAX = 1_500;
/** Buffers of clients that do not read are bounded; what a garbage collector has not taken yet comes on top. */
const GROWN_KIB_MAX = 96 * 1024;
/**
 * The bar is 5 %, and what a holder itself costs is held to it where holders are tested. Here the agent shares
 * two cores with screens, a hundred abusers and whatever else runs: only a collapse can be told from that.
 */
const SLOWER_MAX = 0.6;
const BURSTS = 4;
const BURST_LINES = reliabilityCount({ reduced: 40_000, full: 400_000 });

let home: FleetHome;
const abusers: ChildProcess[] = [];
afterEach(async () => {
  for (const { pid } of abusers.splice(0)) await killHard(pid!);
  await home?.close();
});

it(`R6 ${PROCESSES * 21} abusive clients on every socket, ${DEATHS} of their processes killed: nobody else notices`, async () => {
  const seed = Number(process.env['FLEET_SEED'] ?? Date.now() % 1_000_000);
  const random = seeded(seed);
  home = new FleetHome();
  const { places } = home;
  const steady = await home.start(numberedLines(50));
  const echoing = await home.start(['/bin/sh', '-c', 'stty raw; exec cat']);
  const bursting = await home.start(['/bin/sh', '-c', 'while read n; do seq 1 $n; echo burst over; done']);
  await until(() => existsSync(places.screensSocket) || undefined, 'screens');
  const holder = await connectHolder({
    socket: places.holderSocket(echoing.session!),
    epoch: 0,
    timeoutMs: 5_000,
  });
  const echo = echoOf(holder);
  const screens = await connectScreens({ socket: places.screensSocket, timeoutMs: 5_000 });
  let shown: () => void = () => {};
  screens.watch(1, echoing.session!, () => {
    shown();
    screens.credit(1);
  });
  const burst = await burstIn(bursting.session!);
  const daemon = await home.connect();
  const pids = {
    daemon: daemon.daemon.pid,
    screens: await pidOf(places, 'screens'),
    holder: bursting.holder!.pid,
  };
  const memory = () =>
    Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, residentKib(pid)]));

  const abusing: number[] = [];
  const calmly: number[] = [];
  await burst(BURST_LINES);
  for (let i = 0; i < PROCESSES; i++) await beginAbuse(bursting.session!, seed + i);
  const stopped = abusers[0]!;
  stopped.kill('SIGSTOP');
  const stoppedAt = performance.now();

  await burst(BURST_LINES);
  const echoMs: number[] = [];
  const shownMs: number[] = [];
  const answerMs: number[] = [];
  let deaths = 0;
  for (let i = 0; i < ECHOES; i++) {
    if (deaths < DEATHS && i % Math.floor(ECHOES / DEATHS) === 0) {
      deaths++;
      const [victim] = abusers.splice(1 + random(abusers.length - 1), 1);
      await killHard(victim!.pid!);
      await beginAbuse(bursting.session!, seed + PROCESSES + deaths);
    }
    const isShown = new Promise<void>((done) => (shown = done));
    const typedAt = performance.now();
    await echo(String.fromCharCode(97 + (i % 26)));
    echoMs.push(performance.now() - typedAt);
    await isShown;
    shownMs.push(performance.now() - typedAt);
    const askedAt = performance.now();
    await daemon.ask({ type: 'fleet' });
    answerMs.push(performance.now() - askedAt);
    await after(random(30));
  }
  // What such clients make the processes keep is kept by now; from here on nothing more may come.
  await burst(BURST_LINES);
  const before = memory();
  // With and without in turn, and the best of each: a slow moment of the machine falls on both.
  for (let i = 0; i < BURSTS; i++) {
    abusing.push(await burst(BURST_LINES));
    const storming = abusers.filter((abuser) => abuser !== stopped);
    for (const abuser of storming) abuser.kill('SIGSTOP');
    calmly.push(await burst(BURST_LINES));
    for (const abuser of storming) abuser.kill('SIGCONT');
  }
  const slower = 1 - Math.min(...calmly) / Math.min(...abusing);
  await after(Math.max(0, stoppedAt + STOPPED_MS - performance.now()));
  stopped.kill('SIGCONT');
  const grown = Object.fromEntries(
    Object.entries(memory()).map(([name, now]) => [name, (now ?? 0) - (before[name] ?? 0)]),
  );

  expect(await pidOf(places, 'daemon'), 'the daemon lived on').toBe(pids.daemon);
  expect(await pidOf(places, 'screens'), 'screens lived on').toBe(pids.screens);
  for (const { pid } of abusers.splice(0)) await killHard(pid!);
  await daemon.ask({ type: 'send', run: steady.id, text: 'e', isSubmitted: false });
  await home.runWhen(steady.id, ({ phase }) => phase === 'exited');
  expect(faultIn(keptOutput(places.session(steady.session!)))).toBeNull();
  const { alarms, runs } = await home.state();
  expect(alarms).toEqual([]);
  expect(Object.keys(runs).toSorted(inOrder)).toEqual([steady.id, echoing.id, bursting.id].toSorted(inOrder));
  screens.close();
  holder.close();

  report('R6', {
    clients: PROCESSES * 21,
    deaths,
    'echo p99 ms': percentile(echoMs, 0.99).toFixed(1),
    'shown p99 ms': percentile(shownMs, 0.99).toFixed(1),
    'answer p99 ms': percentile(answerMs, 0.99).toFixed(1),
    'agent slower by %': Math.round(100 * slower),
    'grown MiB': Object.entries(grown)
      .map(([name, kib]) => `${name} ${Math.round(kib / 1024)}`)
      .join(' '),
    seed,
  });
  expect(percentile(echoMs, 0.99)).toBeLessThan(ECHO_MS_MAX);
  // Painted by way of screens, which are asked to resize, read back and repaint all the while.
  expect(percentile(shownMs, 0.99)).toBeLessThan(SHOWN_MS_MAX);
  for (const [name, kib] of Object.entries(grown)) expect(kib, `${name} grew`).toBeLessThan(GROWN_KIB_MAX);
  expect(slower).toBeLessThan(SLOWER_MAX);
});

it('R6 a client that asks and never reads is not answered on and on', async () => {
  home = new FleetHome();
  await home.start(['/bin/cat']);
  const pid = await home.daemonPid();
  const before = residentKib(pid) ?? 0;
  const socket = connect(home.places.daemonSocket);
  socket.pause();
  await once(socket, 'connect');
  socket.write(
    encodeJsonFrame(DaemonKind.Message, {
      type: 'hello',
      protocol: DAEMON_PROTOCOL,
      version: 'x',
      client: 'cli',
    }),
  );
  const ask = encodeJsonFrame(DaemonKind.Message, { type: 'ask', id: 1, ask: { type: 'fleet' } });
  // Some hundred MB of answers, were they all given.
  let isTaken = true;
  for (let i = 0; i < 200 && isTaken; i++) {
    const thousand = Buffer.concat(Array.from({ length: 1_000 }, () => ask));
    isTaken = await Promise.race([
      new Promise<boolean>((done) => socket.write(thousand, () => done(true))),
      after(500).then(() => false),
    ]);
  }
  expect(isTaken, 'it is made to wait').toBe(false);
  expect((await home.fleet(['ls'])).code).toBe(0);
  expect(await home.daemonPid()).toBe(pid);
  expect((residentKib(pid) ?? 0) - before).toBeLessThan(GROWN_KIB_MAX);
  socket.destroy();
});

it('R6 who connects and says nothing is hung up on', async () => {
  home = new FleetHome();
  await home.connect();
  const silent = connect(home.places.daemonSocket);
  silent.resume();
  await once(silent, 'close');
});

const inOrder = (one: string, other: string): number => (one < other ? -1 : 1);

async function beginAbuse(session: string, seed: number): Promise<void> {
  const { places } = home;
  const script = resolve(import.meta.dirname, '..', 'support', 'abusive-clients.ts');
  const sockets = [places.daemonSocket, places.screensSocket, places.holderSocket(session), session];
  const abuser = spawn(process.execPath, [script, String(seed), ...sockets], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  abusers.push(abuser);
  await once(abuser.stdout, 'data');
}

/** Types one character and waits until the terminal has sent it back. */
function echoOf(holder: Awaited<ReturnType<typeof connectHolder>>): (character: string) => Promise<void> {
  let came: () => void = () => {};
  holder.onData(() => came());
  holder.attach(Number.MAX_SAFE_INTEGER);
  return async (character) => {
    const echoed = new Promise<void>((done) => (came = done));
    await holder.input(Buffer.from(character));
    await echoed;
  };
}

/** How many milliseconds the session takes to print so many lines to somebody who reads. */
async function burstIn(session: string): Promise<(lines: number) => Promise<number>> {
  const holder = await connectHolder({
    socket: home.places.holderSocket(session),
    epoch: 0,
    timeoutMs: 5_000,
  });
  let tail = '';
  let over: () => void = () => {};
  holder.onData((_, bytes) => {
    tail = (tail + bytes.toString('latin1')).slice(-20);
    if (tail.includes('burst over')) over();
  });
  holder.attach(Number.MAX_SAFE_INTEGER);
  return async (lines) => {
    tail = '';
    const isOver = new Promise<void>((done) => (over = done));
    const startedAt = performance.now();
    await holder.input(Buffer.from(`${lines}\r`));
    await isOver;
    return performance.now() - startedAt;
  };
}
