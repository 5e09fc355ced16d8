/**
 * PE4 against bash itself: random scripts are judged, and those that are allowed are run by a real bash whose
 * programs are all stubs. A seed that fails is run alone with `FLEET_POLICY_SEED=<seed>`.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judge, wantedPaths } from '../../source/core/policy/judge.ts';
import type { Policy } from '../../source/core/policy/policy.ts';
import { SCOPES } from '../../source/core/policy/verdict.ts';
import { checkScript, checkSeed, worldFor } from './oracle/bash-check.ts';
import type { Check, LaneJudge } from './oracle/bash-check.ts';
import { policyCount } from './oracle/count.ts';
import { Lane } from './oracle/lane.ts';
import { PROGRAMS } from './oracle/script-words.ts';

const BASH = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'].find((path) => existsSync(path));
/** Enough to find what is often wrong in a few seconds; all of them before a release. */
const COUNT = { reduced: 1_500, full: 100_000 };
/** Two processes a script at most; more lanes than cores only wait for each other. */
const LANES = Math.min(4, availableParallelism());
const SEED = 20_261_120;
/** A script takes some ten milliseconds on a slow core, and a tenth of them loop until they are stopped. */
const FULL_MS = 2 * 60 * 60_000;

let top: string;
let lanes: Lane[];
beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'fleet-oracle-'));
  lanes = Array.from(
    { length: LANES },
    (_, lane) => new Lane({ top: join(top, String(lane)), bash: BASH ?? '', programs: PROGRAMS }),
  );
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

const real: LaneJudge = ({ action, policy, lane, cwd }) => {
  const world = { ...worldFor(lane, cwd), real: {} };
  const facts = wantedPaths({ action, world }).map((path) => [path, lane.realOf(path)] as const);
  return judge({ action, policy, world: { ...world, real: Object.fromEntries(facts) } });
};

test.skipIf(!BASH)(
  'PE4 what bash does with an allowed script is allowed by itself, however the script is written',
  async () => {
    const count = policyCount(COUNT);
    const only = process.env['FLEET_POLICY_SEED'];
    const seeds = only === undefined ? range(SEED, count) : [Number(only)];
    const started = performance.now();
    const checks = await checkAll(seeds, real);
    const seconds = (performance.now() - started) / 1_000;
    const allowed = checks.filter(({ isAllowed }) => isAllowed);
    const wrong = checks.filter(({ wrongs }) => wrongs.length > 0);
    const share = allowed.length / checks.length;
    console.log(
      `${checks.length} scripts, ${(share * 100).toFixed(1)} % allowed and run, ` +
        `${allowed.reduce((sum, { stubRuns }) => sum + stubRuns, 0)} programs called, ` +
        `${allowed.filter(({ isTimedOut }) => isTimedOut).length} stopped, ` +
        `${wrong.length} wrong, ${(checks.length / seconds).toFixed(0)} scripts/s`,
    );
    if (only !== undefined) for (const check of checks) console.log(told(check));
    expect(wrong.slice(0, 20).map(told)).toEqual([]);
    // A judge that allows nothing is never wrong.
    if (only === undefined) expect(share).toBeGreaterThan(0.1);
  },
  FULL_MS,
);

test.skipIf(!BASH).each([
  ['a program', 'ls && rm x', /^ran rm x in /],
  ['a program that only a run reveals', 'x=rm; $x y', /^ran rm y in /],
  ['a program in the background', '(ls; rm late) &', /^ran rm late in /],
  ['another program of the same name', 'PATH=OTHER ls', /^ran \S+other-stubs\/ls in /],
  ['a program in another folder', 'cd ..; cat x', /^ran cat x in \S+\/6 /],
  ['a variable that changes a program', 'LD_PRELOAD=./x.so ls', /^ran ls with \.\/x\.so in its environment/],
  ['a file that is written', 'echo x > ../y', /^wrote \S+\/y /],
  ['a file that is emptied', ': > config/.env', /^wrote \S+\/config\/\.env /],
  ['a secret that is printed', 'echo "$(<.env)"', /^showed \S+\/\.env /],
  ['a secret that is handed over', 'cat < link-env', /^gave \S+\/\.env to cat /],
  ['a script that is read', '. ./x.sh', /^ran rm out-of-x\.sh in /],
])('PE4 a judge that allows everything is caught by %s', async (_, written, evidence) => {
  const [lane] = lanes as [Lane];
  const script = written.replace('OTHER', lane.places.otherStubs);
  const lax: LaneJudge = (given) =>
    given.action.type === 'shell' && given.action.command === script ? ALLOWED : real(given);
  const policy = { ...NO_RULES, tier: 'read_only' } as const;
  const { wrongs } = await checkScript({ seed: 0, policy, script }, lane, lax);
  expect(wrongs.join('\n')).toMatch(new RegExp(evidence, 'm'));
});

const NO_RULES: Omit<Policy, 'tier'> = {
  tierSource: 'test',
  rules: [],
  scopes: SCOPES,
  allowedSubagents: null,
  isAttended: true,
};

const ALLOWED = {
  verdict: 'allow',
  reason: '',
  decidedBy: { type: 'tier', tier: 'read_write', source: '' },
  parts: [],
} as const;

async function checkAll(seeds: readonly number[], judged: LaneJudge): Promise<Check[]> {
  const left = seeds.values();
  const checks: Check[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      // One iterator for all lanes: each takes the next seed when it is free.
      for (const seed of left) checks.push(await checkSeed(seed, lane, judged));
    }),
  );
  return checks;
}

function told({ seed, policy, script, isAllowed, wrongs }: Check): string {
  const rules = policy.rules.map(({ effect, rule }) => `${effect} ${rule}`).join(', ');
  return `seed ${seed}, ${policy.tier}, ${rules || 'no rules'}, ${isAllowed ? 'allowed' : 'not allowed'}\n${script}\n  ${wrongs.join('\n  ')}`;
}

const range = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => first + at);
