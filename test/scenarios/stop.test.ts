/** A stop is a promise: whatever happens between the asking and the end, the session ends. */
import { afterEach, expect, it } from 'vitest';
import { isAlive } from '../../source/wire/process-identity.ts';
import { FleetHome } from '../support/fleet-home.ts';
import { killHard } from '../support/home-processes.ts';

let home: FleetHome;
afterEach(() => home?.close());

it('AG5 a stop asked the moment a run runs is not lost', async () => {
  home = new FleetHome();
  const daemon = await home.connect();
  // The moment is short: some of these hit it.
  for (let i = 0; i < 10; i++) {
    const { id } = await home.start(['/bin/cat']);
    await daemon.ask({ type: 'stop', run: id, reason: 'enough' });
    expect((await home.runWhen(id, ({ phase }) => phase !== 'stopping')).phase).toBe('exited');
  }
});

it('R3 a stop the daemon died over is carried out by the next', async () => {
  home = new FleetHome();
  // Hears neither the hang-up nor the plea to end, so that it is still there when the daemon is not.
  const run = await home.start(['/bin/sh', '-c', 'trap "" HUP TERM; while :; do sleep 1; done']);
  const daemon = await home.connect();
  await daemon.ask({ type: 'stop', run: run.id, reason: 'enough' });
  await killHard(daemon.daemon.pid);
  expect(isAlive(run.child!)).toBe(true);
  expect((await home.runWhen(run.id, ({ phase }) => phase !== 'stopping')).phase).toBe('exited');
  expect(isAlive(run.child!)).toBe(false);
});

it('AG5 stopping nothing in particular stops nothing', async () => {
  home = new FleetHome();
  const { id } = await home.start(['/bin/cat']);
  expect(await home.fleet(['stop', ''])).toMatchObject({
    code: 1,
    stderr: 'fleet stop: name a run; see: fleet ls\n',
  });
  expect((await home.state()).runs[id]?.phase).toBe('running');
});
