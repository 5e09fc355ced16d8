import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEFAULT_WEIGHTS } from '../../source/core/risk/weights.ts';
import { weightsPlaces, writeWeights } from '../../source/io/store/weights-file.ts';
import { FleetHome } from '../support/fleet-home.ts';
import { until } from '../support/until.ts';

let home: FleetHome;
beforeEach(() => {
  home = new FleetHome();
});
afterEach(() => home.close());

const restarted = async (): Promise<readonly string[]> => {
  const daemon = await home.connect();
  const gone = new Promise<void>((done) => daemon.onClose(() => done()));
  await daemon.ask({ type: 'shutdown' });
  await gone;
  return until(async () => (await home.connect()).daemon.warnings, 'the next daemon');
};
const modelOf = async (): Promise<string | undefined> =>
  (await (await home.connect()).ask({ type: 'risk' })).agents[0]?.ledger.model;

it('RI8 adopted weights are in force from the next start; a file that was changed is not, and everybody sees why', async () => {
  const project = join(home.folder, 'project');
  mkdirSync(project);
  await home.start(['sleep', '1000'], project);
  expect(await modelOf()).toBe('defaults-1');
  const { inForce } = weightsPlaces(home.places.home);
  writeWeights(inForce, home.places.database, {
    weights: { ...DEFAULT_WEIGHTS, version: 'trained-test' },
    trainedAt: 1,
    adoptableFrom: 1,
    objections: [],
    adopted: { by: 'person:ana', at: 2 },
  });
  await restarted();
  expect(await modelOf()).toBe('trained-test');
  writeFileSync(inForce, readFileSync(inForce, 'utf8').replace('trained-test', 'trained-by-nobody'));
  expect(await restarted()).toContainEqual(expect.stringMatching(/signature is not of this fleet/));
  expect(await modelOf()).toBe('defaults-1');
});
