/** The log is gone, the agents are not. */
import { rmSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { FleetHome } from '../support/fleet-home.ts';
import { until } from '../support/until.ts';

let home: FleetHome;
afterEach(() => home.close());

it('UI7 a session the log has lost is found again, seen, and can be stopped', async () => {
  home = new FleetHome();
  const run = await home.start(['/bin/sh', '-c', 'echo still here; exec sleep 1000']);
  process.kill(await home.daemonPid(), 'SIGKILL');
  for (const end of ['', '-wal', '-shm']) rmSync(`${home.places.database}${end}`, { force: true });
  const refused = await home.fleet(['ls']);
  expect(refused.stderr).toContain('fleet db restore');
  const restored = await home.fleet(['db', 'restore', '--empty']);
  expect(restored).toMatchObject({ code: 0, stderr: '' });
  const found = await until(
    async () => Object.values((await home.state()).runs).find(({ session }) => session === run.session),
    'the session to be found again',
  );
  expect(found).toMatchObject({ id: run.id, agent: 'recovered', phase: 'running', child: run.child });
  const screen = await until(async () => {
    const { stdout } = await home.fleet(['screen', run.id]);
    return stdout.includes('still here') ? stdout : undefined;
  }, 'its screen');
  expect(screen).toContain('still here');
  await home.fleet(['stop', run.id]);
  await home.runWhen(run.id, ({ phase }) => phase === 'exited');
  expect((await home.log()).map(({ event }) => event.type)).toContain('session-recovered');
});
