import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { command as train } from '../../source/cli/brain-train.ts';
import { SIGNALS } from '../../source/core/risk/signal.ts';
import type { Episode } from '../../source/core/risk/training/episodes.ts';
import { fit } from '../../source/core/risk/training/fit.ts';
import { objections } from '../../source/core/risk/training/promotion.ts';
import type { Report } from '../../source/core/risk/validation/report.ts';
import { DEFAULT_WEIGHTS } from '../../source/core/risk/weights.ts';
import { readWeights, weightsPlaces, writeWeights } from '../../source/io/store/weights-file.ts';
import { invoke } from '../support/invoke.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'fleet-train-'));
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(home, 'fleet.key'), privateKey.export({ format: 'pem', type: 'pkcs8' }), {
    mode: 0o600,
  });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const run = (options: Readonly<Record<string, unknown>>, file?: string) =>
  invoke(train, {
    cwd: home,
    positionals: file === undefined ? [] : [file],
    options,
    env: { FLEET_HOME: home, USER: 'ana' },
  });

/** So many agents that work for days and stall once each, some early, some late. */
function history(agents: number): string {
  const lines: string[] = [];
  const days = 2;
  for (let t = 0; t < days * 1_440; t += 5) {
    for (let index = 0; index < agents; index += 1) {
      const agent = `agent-${index}`;
      const onset = 300 + ((index * 97) % (days * 1_440 - 700));
      if (t === 0)
        lines.push(JSON.stringify({ kind: 'fault', agent, onset, end: onset + 200, class: 'stall' }));
      const isStalled = t >= onset && t < onset + 200;
      if (t === 0) lines.push(JSON.stringify({ t, agent, kind: 'state', state: 'working' }));
      if (!isStalled) lines.push(JSON.stringify({ t, agent, kind: 'minute', ok: 6, failed: 1, progress: 1 }));
    }
  }
  const file = join(home, `history-${agents}.jsonl`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

it('RI8 too few episodes teach nothing: the weights stay as they are', async () => {
  expect(await run({}, history(5))).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/too few to learn from/),
  });
});

it('RI8 what is learnt is a signed candidate; without a stressed history nobody can adopt it', async () => {
  const file = history(52);
  const alone = await run({ json: true }, file);
  expect(alone.code).toBe(1);
  expect(JSON.parse(alone.stdout)).toMatchObject({
    adoptableFrom: null,
    adopted: null,
    objections: [expect.stringMatching(/stressed history/)],
  });
  expect(await run({ adopt: true })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/may not take over/),
  });

  const measured = await run({ stressed: file }, file);
  expect(measured).toMatchObject({ code: 0, stdout: expect.stringMatching(/runs in the shadow/) });
  expect(await run({ adopt: true })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/in the shadow until/),
  });

  // A fortnight later.
  const places = weightsPlaces(home);
  const database = join(home, 'fleet.db');
  const candidate = readWeights(places.candidate, database)!;
  writeWeights(places.candidate, database, { ...candidate, adoptableFrom: Date.now() - 1 });
  expect(await run({ adopt: true })).toMatchObject({ code: 0 });
  expect(readWeights(places.inForce, database)).toMatchObject({
    weights: candidate.weights,
    adopted: { by: 'person:ana' },
  });
  expect(await run({ rollback: true })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/built-in weights/),
  });
  expect(readWeights(places.inForce, database)).toBeNull();
});

it('RI8 weights that anybody changed are refused', () => {
  const places = weightsPlaces(home);
  const database = join(home, 'fleet.db');
  const record = { weights: DEFAULT_WEIGHTS, trainedAt: 1, adoptableFrom: 1, objections: [], adopted: null };
  writeWeights(places.inForce, database, record);
  expect(readWeights(places.inForce, database)).toEqual(record);
  writeFileSync(places.inForce, readFileSync(places.inForce, 'utf8').replace('-4.6', '-9.6'));
  expect(() => readWeights(places.inForce, database)).toThrow(/signature is not of this fleet/);
  mkdirSync(join(home, 'empty'));
  expect(() => writeWeights(join(home, 'empty', 'w.json'), join(home, 'empty', 'fleet.db'), record)).toThrow(
    /no signing key/,
  );
});

/** Episodes of which only the second signal tells, and the first misleads. */
const episodes: readonly Episode[] = Array.from({ length: 400 }, (_, index) => ({
  isFault: index % 4 === 0,
  from: index,
  moments: Array.from({ length: 8 }, () =>
    Float64Array.from(SIGNALS, (_signal, column) =>
      column === 1 ? (index % 4 === 0 ? 1.5 : 0.1) : column === 0 ? (index % 4 === 0 ? 0 : 1.5) : 0,
    ),
  ),
}));

it('RI8 what tells gains weight, what misleads loses it and never falls below nothing; a narrow prior holds', () => {
  const wide = fit(episodes, { prior: DEFAULT_WEIGHTS, sigma: 2, version: 'w' });
  expect(wide.signals.restarts).toBeGreaterThan(DEFAULT_WEIGHTS.signals.restarts);
  expect(wide.signals.error).toBeLessThan(DEFAULT_WEIGHTS.signals.error);
  for (const signal of SIGNALS) expect(wide.signals[signal]).toBeGreaterThanOrEqual(0);
  expect(wide.signals.sla).toBe(DEFAULT_WEIGHTS.signals.sla);
  const narrow = fit(episodes, { prior: DEFAULT_WEIGHTS, sigma: 0.001, version: 'n' });
  for (const signal of SIGNALS)
    expect(narrow.signals[signal]).toBeCloseTo(DEFAULT_WEIGHTS.signals[signal], 2);
});

it('RI8 what cries wolf under stress, or misses a kind of fault more often, is not promoted', () => {
  const report = (rate: number, detected: number): Report =>
    ({
      falseQuarantines: { perAgentMonth: rate },
      classes: [{ name: 'stall', worth: 'quarantine', detected }],
    }) as unknown as Report;
  const compared = (candidate: Report) => [{ on: 'stressed', inForce: report(0.1, 1), candidate }];
  expect(objections(compared(report(0.14, 0.96)))).toEqual([]);
  expect(objections(compared(report(0.16, 1)))).toEqual([
    'stressed: 0.16 false quarantines an agent-month, 0.10 with those in force',
  ]);
  expect(objections(compared(report(0, 0.9)))).toEqual(['stressed: stall found in 90 % instead of 100 %']);
  expect(objections([])).toHaveLength(1);
});
