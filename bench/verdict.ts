/**
 * verdict: what a judgement costs, over the whole corpus and for commands as long as agents write them, next to
 * the shell parser alone on the same texts in the same run: what rules, tables and paths add to reading.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'unbash';
import { judge, type JudgeRequest } from '../source/core/policy/judge.ts';
import { actionFrom } from '../source/core/policy/vocabulary.ts';
import { policyOf, worldOf, type PolicyCase } from '../test/policy/virtual-repo.ts';
import { compare, quantile, type Bench } from './support/row.ts';

/** Odd, so that a median is one of the measured values. */
const ROUNDS = 15;
/** Until then the compiler of the engine is still at work. */
const WARM_UP_ROUNDS = 5;
/** A gate answers while an agent waits: a verdict may cost no more than nothing that anybody notices. */
const MEDIAN_US = 50;
const P99_US = 2_000;
/** Of a long command, each part. */
const PART_US = 50;
const PARTS = 2_000;
const LONG_BYTES = 100_000;

const RULES = [
  { effect: 'deny', rule: 'Bash(rm *)' },
  { effect: 'deny', rule: 'Read(./secrets/**)' },
  { effect: 'ask', rule: 'Bash(git push*)' },
  { effect: 'allow', rule: 'Bash(npm run *)' },
] as const;

export function run(): Promise<Bench> {
  const corpus = readFileSync(new URL('../test/policy/corpus.jsonl', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PolicyCase)
    .map(({ tool, input, tier, rules, cwd }) => requestOf(tool, input, policyOf(tier, rules), cwd));
  const parts = shell(Array.from({ length: PARTS }, (_, at) => `cat src/a${at}.ts`).join('; '));
  const long = shell(`git commit -m "${'a line of text '.repeat(LONG_BYTES / 15)}"`);
  const rows = [
    compare({
      name: 'verdict, median over the corpus (µs)',
      ...measure(corpus, 0.5),
      limit: { value: MEDIAN_US, unit: 'µs' },
    }),
    compare({
      name: 'verdict, p99 over the corpus (µs)',
      ...measure(corpus, 0.99),
      limit: { value: P99_US, unit: 'µs' },
    }),
    compare({
      name: `verdict, each of ${PARTS} parts of one command (µs)`,
      ...measure([parts], 0.5, PARTS),
      limit: { value: PART_US, unit: 'µs' },
    }),
    compare({
      name: 'verdict, a command of 100 kB (µs)',
      ...measure([long], 0.5),
      limit: { value: P99_US, unit: 'µs' },
    }),
  ];
  return Promise.resolve({ id: 'verdict', rows });
}

function measure(requests: readonly JudgeRequest[], share: number, divisor = 1) {
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const judging = requests.map((request) => time(() => judge(request)));
    const parsing = requests.map(({ action }) =>
      time(() => parse(action.type === 'shell' ? action.command : '')),
    );
    if (round < 0) continue;
    ours.push(quantile(judging, share) / divisor);
    peer.push(quantile(parsing, share) / divisor);
  }
  return { ours, peer };
}

function shell(command: string): JudgeRequest {
  return requestOf(
    'Bash',
    { command },
    policyOf('read_write', [...RULES, { effect: 'allow', rule: 'Bash(git commit *)' }]),
  );
}

function requestOf(
  tool: string,
  input: Readonly<Record<string, unknown>>,
  policy: JudgeRequest['policy'],
  cwd?: string,
): JudgeRequest {
  const action = actionFrom(tool, input);
  return { action, policy, world: worldOf(action, cwd) };
}

/** Microseconds. */
function time(work: () => unknown): number {
  const started = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - started) / 1_000;
}
