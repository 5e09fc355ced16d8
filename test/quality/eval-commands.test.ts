import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isEnded } from '../../source/core/fleet.ts';
import { FleetHome } from '../support/fleet-home.ts';

let home: FleetHome;
beforeEach(() => {
  home = new FleetHome();
});
afterEach(() => home.close());

it('EV2 what a real run came to is evaluated from the log; what nobody recorded is n/a', async () => {
  expect(await home.fleet(['eval', 'list'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/no task has been finished/),
  });
  expect(await home.fleet(['eval', 'run', 'nobody'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/nobody has finished no task in the last fortnight/),
  });
  const project = join(home.folder, 'project');
  mkdirSync(project);
  for (const end of ['exit 0', 'exit 3']) {
    const { id } = await home.start(['sh', '-c', end], project);
    await home.runWhen(id, isEnded);
  }
  const listed = await home.fleet(['eval', 'list', '--json']);
  const [work] = JSON.parse(listed.stdout);
  expect(work).toMatchObject({
    project,
    tasks: 2,
    dimensions: { reliability: { n: 2, isTooLittle: true }, output: { score: null, interval: null } },
  });
  expect(work.dimensions.reliability.score).toBeLessThan(100);
  const one = await home.fleet(['eval', 'run', work.agent]);
  expect(one.code).toBe(0);
  for (const word of ['reliability', 'not enough work', 'n/a', 'nothing recorded tells of it'])
    expect(one.stdout).toContain(word);
  expect(await home.fleet(['eval', 'list', '--limit', '0'])).toMatchObject({ code: 2 });
});
