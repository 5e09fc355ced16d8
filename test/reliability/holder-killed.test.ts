/** R5: a holder dies, a pid is given again, a home is copied: exactly one session is touched, or none. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Run } from '../../source/core/fleet.ts';
import { isAlive } from '../../source/wire/process-identity.ts';
import type { SessionMeta } from '../../source/wire/session-files.ts';
import { percentile, report } from '../support/figures.ts';
import { FleetHome } from '../support/fleet-home.ts';
import { killHard } from '../support/home-processes.ts';
import { keptOutput } from '../support/numbered-output.ts';
import { reliabilityCount } from '../support/reliability-count.ts';
import { seeded } from '../support/seeded.ts';
import { until } from '../support/until.ts';

const KILLS = reliabilityCount({ reduced: 6, full: 100 });
const SESSIONS = reliabilityCount({ reduced: 4, full: 20 });
const NOTICED_MS_MAX = 2_000;

let home: FleetHome;
afterEach(() => home?.close());

const shell = (script: string) => ['/bin/sh', '-c', script];
const talking = () => home.start(shell('echo here I am; exec cat'));
const said = (run: Run) =>
  until(
    () => (keptOutput(home.places.session(run.session!)).includes('here I am') ? true : undefined),
    'the session to speak',
  );
const runningIds = async () =>
  Object.values((await home.state()).runs)
    .filter(({ phase }) => phase === 'running')
    .map(({ id }) => id);

describe('a killed holder', () => {
  it(`R5 costs exactly its own session, ${KILLS} times; its output stays, its child does not`, async () => {
    const seed = Number(process.env['FLEET_SEED'] ?? Date.now() % 1_000_000);
    const random = seeded(seed);
    home = new FleetHome();
    const runs: Run[] = [];
    const begin = async () => {
      const run = await talking();
      await said(run);
      runs.push(run);
    };
    for (let i = 0; i < SESSIONS; i++) await begin();
    const noticedMs: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const [run] = runs.splice(random(runs.length), 1);
      const isDaemonAway = random(3) === 0;
      if (isDaemonAway) await killHard(await home.daemonPid());
      const killedAt = performance.now();
      await killHard(run!.holder!.pid);
      const lost = await home.runWhen(run!.id, ({ phase }) => phase !== 'running');
      noticedMs.push(performance.now() - killedAt);
      expect(lost.phase, `seed ${seed}`).toBe('lost');
      expect(lost.reason).toMatch(/^its holder is gone \(killed/);
      await until(() => !isAlive(run!.child!) || undefined, 'its child to be gone');
      expect((await runningIds()).toSorted()).toEqual(runs.map(({ id }) => id).toSorted());
      const { alarms } = await home.state();
      expect(alarms.at(-1)).toMatchObject({ alarm: 'session-lost', run: run!.id });
      expect(alarms).toHaveLength(Math.min(100, kill + 1));
      expect((await home.fleet(['logs', run!.id])).stdout).toContain('here I am');
      await begin();
    }
    for (const { holder, child } of runs) expect(isAlive(holder!) && isAlive(child!)).toBe(true);
    expect((await home.fleet(['ls', '--all'])).stdout).toContain('lost: its holder');
    const p99 = percentile(noticedMs, 0.99);
    report('R5', { kills: KILLS, sessions: SESSIONS, 'noticed p99 ms': Math.round(p99), seed });
    expect(p99).toBeLessThan(NOTICED_MS_MAX);
  });

  it('R5 takes along a child that would not hang up', async () => {
    home = new FleetHome();
    const run = await home.start(shell('trap "" HUP TERM; echo here I am; while :; do sleep 1; done'));
    await said(run);
    await killHard(run.holder!.pid);
    await home.runWhen(run.id, ({ phase }) => phase === 'lost');
    await until(() => !isAlive(run.child!) || undefined, 'the stubborn child to be gone');
  });

  it('R5 the same when nobody was there to see it', async () => {
    home = new FleetHome();
    const run = await home.start(shell('trap "" HUP TERM; echo here I am; while :; do sleep 1; done'));
    const other = await talking();
    await said(run);
    await killHard(await home.daemonPid());
    await killHard(run.holder!.pid);
    expect(await home.runWhen(run.id, ({ phase }) => phase === 'lost')).toMatchObject({
      reason: 'its holder is gone (killed, or the machine was restarted)',
    });
    await until(() => !isAlive(run.child!) || undefined, 'the stubborn child to be gone');
    expect(await runningIds()).toEqual([other.id]);
  });
});

describe('what only looks like a holder', () => {
  it('R5 a pid that was given again is not taken for the session', async () => {
    home = new FleetHome();
    const run = await talking();
    const other = await talking();
    await said(run);
    await killHard(await home.daemonPid());
    await killHard(run.holder!.pid);
    // As if this very process had been given the holder's number, and its child's.
    changeMeta(run, (meta) => ({
      ...meta,
      holder: { ...meta.holder, pid: process.pid },
      child: { ...meta.child, pid: process.pid },
    }));
    await home.runWhen(run.id, ({ phase }) => phase === 'lost');
    expect(await runningIds()).toEqual([other.id]);
  });

  it('R5 a socket that was left behind is not taken for the session', async () => {
    home = new FleetHome();
    const run = await talking();
    await said(run);
    await killHard(await home.daemonPid());
    await killHard(run.holder!.pid);
    expect(existsSync(home.places.holderSocket(run.session!))).toBe(true);
    await home.runWhen(run.id, ({ phase }) => phase === 'lost');
  });

  it('R5 somebody else who answers on its socket is not taken for the session', async () => {
    home = new FleetHome();
    const run = await talking();
    const other = await talking();
    await said(run);
    await killHard(await home.daemonPid());
    await killHard(run.holder!.pid);
    const socket = home.places.holderSocket(run.session!);
    rmSync(socket);
    // Speaks the protocol, and names itself as another session's holder would.
    const stranger = createServer((client) => client.end('I hold nothing'));
    await new Promise<void>((done) => stranger.listen(socket, done));
    try {
      await home.runWhen(run.id, ({ phase }) => phase === 'lost');
      expect(await runningIds()).toEqual([other.id]);
    } finally {
      stranger.close();
    }
  });

  it("R5 a session moved under another's name is not taken for it", async () => {
    home = new FleetHome();
    const [run, other] = [await talking(), await talking()];
    await said(run);
    await said(other);
    await killHard(await home.daemonPid());
    await killHard(run.holder!.pid);
    const folder = home.places.session(run.session!);
    renameSync(folder, `${folder}.aside`);
    cpSync(home.places.session(other.session!), folder, { recursive: true });
    await home.runWhen(run.id, ({ phase }) => phase === 'lost');
    expect(await runningIds()).toEqual([other.id]);
  });

  it('R5 a copy of the home adopts, stops and types into nothing of the original', async () => {
    home = new FleetHome();
    const run = await talking();
    await said(run);
    const clone = new FleetHome();
    try {
      await killHard(await home.daemonPid());
      mkdirSync(clone.places.home, { mode: 0o700 });
      for (const name of readdirSync(home.places.home))
        // A copy made with cp leaves sockets out or makes dead ones of them.
        if (name !== 'run')
          cpSync(join(home.places.home, name), join(clone.places.home, name), { recursive: true });
      const there = await clone.runWhen(run.id, ({ phase }) => phase !== 'running');
      expect(there).toMatchObject({ phase: 'lost' });
      expect((await clone.fleet(['stop', run.id])).code).toBe(1);
      expect((await clone.fleet(['send', run.id, 'hello'])).code).toBe(1);
      expect(isAlive(run.holder!) && isAlive(run.child!)).toBe(true);
      expect(await runningIds()).toEqual([run.id]);
      expect(keptOutput(home.places.session(run.session!))).not.toContain('hello');
    } finally {
      await clone.close();
    }
  });
});

const changeMeta = (run: Run, change: (meta: SessionMeta) => SessionMeta): void => {
  const file = join(home.places.session(run.session!), 'meta.json');
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as SessionMeta)));
};
