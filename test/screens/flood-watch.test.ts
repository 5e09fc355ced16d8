import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FloodWatch, type Flooding } from '../../source/screens/flood-watch.ts';
import { until } from '../support/until.ts';

class Session implements Flooding {
  paceMs = 0;
  isBehind = false;
  setFloodPace(ms: number): void {
    this.paceMs = ms;
  }
}

/** Lets these print a quarter of a second and a bit, `bytes` at a time. */
async function print(watch: FloodWatch, sessions: readonly Session[], bytes: number): Promise<void> {
  for (let round = 0; round < 30; round++) {
    for (const session of sessions) watch.note(session, bytes);
    await after(10);
  }
}

describe('floods that come at once', () => {
  it('are read less often, and as they come again when they have become few', async () => {
    const watch = new FloodWatch();
    const floods = [new Session(), new Session(), new Session(), new Session()];
    const calm = new Session();
    await print(watch, [...floods, calm], 4_095);
    await print(watch, floods, 16_000);
    await print(watch, [calm], 100);
    await print(watch, floods, 16_000);
    expect(floods.map(({ paceMs }) => paceMs)).toEqual([8, 8, 8, 8]);
    expect(calm.paceMs).toBe(0);
    for (const flood of floods) flood.isBehind = true;
    await after(600);
    expect(floods.map(({ paceMs }) => paceMs)).toEqual([8, 8, 8, 8]);
    for (const flood of floods) flood.isBehind = false;
    await until(() => (floods.every(({ paceMs }) => paceMs === 0) ? true : undefined), 'floods to be let go');
  });

  it('are so at once, before they have filled all there is to fill', () => {
    const watch = new FloodWatch();
    const floods = [new Session(), new Session(), new Session()];
    for (const flood of floods) watch.note(flood, 128 * 1024);
    expect(floods.map(({ paceMs }) => paceMs)).toEqual([6, 6, 6]);
    const fourth = new Session();
    watch.note(fourth, 128 * 1024);
    expect([...floods, fourth].map(({ paceMs }) => paceMs)).toEqual([8, 8, 8, 8]);
  });

  it('one or two are left alone', async () => {
    const watch = new FloodWatch();
    const floods = [new Session(), new Session()];
    await print(watch, floods, 64_000);
    expect(floods.map(({ paceMs }) => paceMs)).toEqual([0, 0]);
  });
});
