/** R3: the daemon is killed again and again under live sessions. Nothing of theirs may be touched by it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { connectHolder } from '../../source/wire/holder-client.ts';
import { identityOf, isAlive } from '../../source/wire/process-identity.ts';
import { connectScreens } from '../../source/wire/screens-client.ts';
import { percentile, report } from '../support/figures.ts';
import { FleetHome, PROGRAM } from '../support/fleet-home.ts';
import { Watch } from '../support/holder-lab.ts';
import { killHard } from '../support/home-processes.ts';
import { faultIn, keptOutput, numberedLines } from '../support/numbered-output.ts';
import { reliabilityCount } from '../support/reliability-count.ts';
import { seeded } from '../support/seeded.ts';
import { until } from '../support/until.ts';

const KILLS = reliabilityCount({ reduced: 5, full: 100 });
const SESSIONS = reliabilityCount({ reduced: 4, full: 20 });
const LINES_PER_SECOND = reliabilityCount({ reduced: 50, full: 200 });
/** The bar is 500 ms on an idle machine of two cores; tests share theirs. */
const REATTACH_MS_MAX = 4 * 500;

let home: FleetHome;
afterEach(() => home?.close());

it(`R3 ${KILLS} kills of the daemon end none of ${SESSIONS} sessions and touch no byte`, async () => {
  const seed = Number(process.env['FLEET_SEED'] ?? Date.now() % 1_000_000);
  const random = seeded(seed);
  home = new FleetHome();
  const runs = [];
  for (let i = 0; i < SESSIONS; i++) runs.push(await home.start(numberedLines(LINES_PER_SECOND)));
  const watches: Watch[] = [];
  for (const { session } of runs) {
    const socket = home.places.holderSocket(session!);
    watches.push(new Watch(await connectHolder({ socket, epoch: 0, timeoutMs: 5_000 }), 0));
  }
  const screens = await connectScreens({ socket: home.places.screensSocket, timeoutMs: 5_000 });
  let isWatched = true;
  let frames = 0;
  screens.onClose(() => (isWatched = false));
  screens.watch(1, runs[0]!.session!, () => {
    frames++;
    screens.credit(1);
  });
  const listed = JSON.parse((await home.fleet(['ls', '--json'])).stdout) as { runs: unknown };
  expect(listed.runs).toHaveLength(SESSIONS);

  const reattachMs: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await after(random(60));
    await killHard(await home.daemonPid());
    // Every third one dies once more, somewhere on its way up.
    if (kill % 3 === 2) await killStarting(random(300));
    const killedAt = performance.now();
    const { runs: now } = await home.state();
    reattachMs.push(performance.now() - killedAt);
    for (const { id, holder, child } of runs)
      expect(now[id], `run ${id}, seed ${seed}, kill ${kill}`).toMatchObject({
        phase: 'running',
        holder,
        child,
      });
  }
  const again = JSON.parse((await home.fleet(['ls', '--json'])).stdout) as { runs: unknown };
  expect(again.runs).toEqual(listed.runs);

  const daemon = await home.connect();
  for (const { id } of runs) await daemon.ask({ type: 'send', run: id, text: 'e', isSubmitted: false });
  for (const { id } of runs)
    expect((await home.runWhen(id, ({ phase }) => phase !== 'running')).exit).toEqual({
      code: 7,
      signal: null,
    });
  for (const [i, { session }] of runs.entries()) {
    const kept = keptOutput(home.places.session(session!));
    const watch = await until(
      () => (watches[i]!.next === kept.length ? watches[i] : undefined),
      'the last byte',
    );
    expect(faultIn(kept), `session ${i}, seed ${seed}`).toBeNull();
    expect(watch.brokenBytes).toBe(0);
    expect(watch.text === kept, `what the client of session ${i} saw, seed ${seed}`).toBe(true);
  }
  const last = keptOutput(home.places.session(runs[0]!.session!)).trimEnd().split('\r\n').at(-1)!;
  expect((await screens.screen(runs[0]!.session!)).rows).toContain(last);
  expect(isWatched).toBe(true);
  expect(frames).toBeGreaterThan(1);
  screens.close();
  const { alarms } = await home.state();
  expect(alarms).toEqual([]);
  expect((await home.fleet(['log', 'verify'])).code).toBe(0);
  const p99 = percentile(reattachMs, 0.99);
  report('R3', {
    kills: KILLS,
    sessions: SESSIONS,
    'reattach p50 ms': Math.round(percentile(reattachMs, 0.5)),
    'reattach p99 ms': Math.round(p99),
    seed,
  });
  expect(p99).toBeLessThan(REATTACH_MS_MAX);
});

it('R3 negative control: a terminal held in the killed process dies with it', async () => {
  const owner = spawn(process.execPath, [resolve(import.meta.dirname, '../support/in-process-pty.ts')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [said] = (await once(owner.stdout, 'data')) as [Buffer];
  const child = identityOf(Number(said))!;
  expect(isAlive(child)).toBe(true);
  await killHard(owner.pid!);
  await until(() => !isAlive(child) || undefined, 'the child to die');
});

/** Starts a daemon and kills it after so many milliseconds, wherever it is then. */
async function killStarting(ms: number): Promise<void> {
  const daemon = spawn(PROGRAM.node, [PROGRAM.script, 'daemon'], {
    env: home.environment,
    stdio: 'ignore',
    cwd: '/',
  });
  const exited = once(daemon, 'exit');
  await after(ms);
  daemon.kill('SIGKILL');
  await exited;
}
