import fc from 'fast-check';
import { expect, it } from 'vitest';
import { betaQuantile } from '../../source/core/quality/beta.ts';
import { DIMENSIONS, judgeTask, type Peers } from '../../source/core/quality/dimensions.ts';
import { evaluateWork } from '../../source/core/quality/evaluation.ts';
import { collectTasks } from '../../source/core/quality/finished-tasks.ts';
import type { TaskRecord } from '../../source/core/quality/task-record.ts';
import { agentKey } from '../../source/core/risk/observe.ts';
import { Simulation } from '../support/fleet.ts';

const NOW = 1_767_600_000_000;
const DAY = 86_400_000;
const MINUTE = 60_000;

const UNKNOWN: TaskRecord = {
  task: 't',
  agent: 'ana',
  role: 'backend',
  finishedAt: NOW,
  size: 'medium',
  endState: null,
  isFirstAttempt: null,
  unplannedRestarts: null,
  workMinutes: 0,
  stallMinutes: 0,
  isGreenOnFirstPush: null,
  review: null,
  isReverted: null,
  isClean: null,
  churn: null,
  hasFewerTests: false,
  rework: null,
  handOffs: null,
  answers: null,
  hadConflict: null,
  published: null,
  budgetSeconds: null,
  usedSeconds: null,
};
const ALONE: Peers = { minutes: { small: null, medium: null, large: null } };
const task = (known: Partial<TaskRecord>): TaskRecord => ({ ...UNKNOWN, ...known });
const tasks = (count: number, known: Partial<TaskRecord>): TaskRecord[] =>
  Array.from({ length: count }, (_, index) =>
    task({ ...known, task: `t${index}`, finishedAt: NOW - index * MINUTE }),
  );

it('EV1 what nobody recorded is n/a in every dimension, and so is the whole', () => {
  for (const dimension of DIMENSIONS) expect(judgeTask(UNKNOWN, dimension, ALONE), dimension).toBeNull();
  const [evaluation] = evaluateWork([UNKNOWN], NOW);
  expect(evaluation).toMatchObject({ tasks: 1, overall: null });
  for (const dimension of DIMENSIONS) expect(evaluation!.dimensions[dimension].score).toBeNull();
});

it('EV1 the output is what became of the task', () => {
  const output = (endState: TaskRecord['endState']) => judgeTask(task({ endState }), 'output', ALONE);
  expect(output({ type: 'merged' })).toBe(1);
  expect(output({ type: 'open-and-green' })).toBe(0.7);
  expect(output({ type: 'partial', met: 1, of: 4 })).toBe(0.25);
  expect(output({ type: 'nothing' })).toBe(0);
});

it('EV1 reliability counts attempts, crashes and stalls', () => {
  const steady = { isFirstAttempt: true, unplannedRestarts: 0, workMinutes: 60, stallMinutes: 0 };
  expect(judgeTask(task(steady), 'reliability', ALONE)).toBe(1);
  expect(
    judgeTask(task({ ...steady, isFirstAttempt: false, unplannedRestarts: 4 }), 'reliability', ALONE),
  ).toBeCloseTo(0.2);
  expect(judgeTask(task({ ...steady, stallMinutes: 30 }), 'reliability', ALONE)).toBeCloseTo(0.9);
});

it('EV1 gaming does not pay: no marks for own reviews, half at most for taking away tests, small tasks count less', () => {
  const good = { isGreenOnFirstPush: true, isReverted: false, isClean: true };
  const quality = (known: Partial<TaskRecord>) => judgeTask(task({ ...good, ...known }), 'quality', ALONE);
  expect(quality({ review: { rounds: 0, isOwn: true } })).toBe(quality({ review: null }));
  expect(quality({ review: { rounds: 3, isOwn: false } })).toBeLessThan(quality({ review: null })!);
  expect(quality({ hasFewerTests: true })).toBe(0.5);
  expect(quality({ churn: 1 })).toBe(0.5);
  const split = [
    ...tasks(9, { size: 'small', endState: { type: 'merged' } }),
    ...tasks(3, { size: 'large', endState: { type: 'nothing' } }),
  ];
  expect(evaluateWork(split, NOW)[0]!.dimensions.output.score).toBe(50);
});

it('EV1 efficiency is measured by the middle of the role, cost by the budget', () => {
  const work = [
    ...tasks(3, { agent: 'ana', workMinutes: 30 }),
    ...tasks(3, { agent: 'ben', workMinutes: 60 }),
    ...tasks(3, { agent: 'cy', workMinutes: 120, rework: 0.1 }),
  ];
  const scores = evaluateWork(work, NOW).map(({ dimensions }) => dimensions.efficiency.score);
  expect(scores).toEqual([100, 66.7, 23.3]);
  expect(judgeTask(task({ budgetSeconds: 600, usedSeconds: 300 }), 'cost', ALONE)).toBe(1);
  expect(judgeTask(task({ budgetSeconds: 600, usedSeconds: 1_200 }), 'cost', ALONE)).toBe(0.5);
});

it('EV1 few tasks are not enough work, and are drawn towards the role', () => {
  const [ana, ben] = evaluateWork(
    [
      ...tasks(1, { agent: 'ana', endState: { type: 'nothing' } }),
      ...tasks(10, { agent: 'ben', endState: { type: 'merged' } }),
    ],
    NOW,
  );
  expect(ana!.dimensions.output).toMatchObject({ score: 83.3, n: 1, isTooLittle: true });
  expect(ben!.dimensions.output).toMatchObject({ score: 100, n: 10, isTooLittle: false });
});

it('EV1 only the last twenty tasks of the last fortnight count', () => {
  const old = tasks(5, { endState: { type: 'nothing' } }).map((each) => ({
    ...each,
    finishedAt: NOW - 15 * DAY,
  }));
  const many = tasks(25, { endState: { type: 'merged' } });
  const [evaluation] = evaluateWork([...old, ...many], NOW);
  expect(evaluation).toMatchObject({ tasks: 20, dimensions: { output: { score: 100, n: 20 } } });
});

it('EV1 more tasks make it surer, and the score lies within its interval', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }), (good, bad) => {
      fc.pre(good + bad >= 3);
      const work = (times: number) => [
        ...tasks(good * times, { endState: { type: 'merged' } }),
        ...tasks(bad * times, { endState: { type: 'nothing' } }),
      ];
      const { score, interval } = evaluateWork(work(1), NOW)[0]!.dimensions.output;
      expect(interval![0]).toBeLessThanOrEqual(score! + 0.1);
      expect(interval![1]).toBeGreaterThanOrEqual(score! - 0.1);
      expect(interval![0]).toBeGreaterThanOrEqual(0);
      expect(interval![1]).toBeLessThanOrEqual(100);
    }),
  );
});

it('EV1 quantiles of the beta distribution are those of the tables', () => {
  expect(betaQuantile(0.5, 1, 1)).toBeCloseTo(0.5, 9);
  expect(betaQuantile(0.05, 2, 5)).toBeCloseTo(0.06285, 4);
  expect(betaQuantile(0.95, 2, 5)).toBeCloseTo(0.5818, 4);
  expect(betaQuantile(0.95, 20.5, 0.5)).toBeCloseTo(0.9999, 3);
});

it('EV2 finished runs of the log are the tasks: crashes, stalls and repeats are seen in them', () => {
  const world = new Simulation();
  const { run, session } = world.running();
  const finish = (id: string, outcome: 'succeeded' | 'failed', resultHash: string): void =>
    world.record({
      type: 'tool-finished',
      run,
      session,
      call: { id, tool: 'Bash', input: { command: 'ls' }, subagent: null },
      outcome,
      resultHash,
    });
  world.record({ type: 'activity-changed', run, session, activity: 'working' });
  world.at += 10 * MINUTE;
  finish('c1', 'succeeded', 'r1');
  world.at += 45 * MINUTE;
  finish('c2', 'succeeded', 'r1');
  finish('c3', 'succeeded', 'r2');
  world.at += 5 * MINUTE;
  world.record({ type: 'session-exited', run, session, code: 1, signal: null, exitedAt: world.at });
  const collector = collectTasks(() => ({ role: 'backend', budgetSeconds: 3_600 }));
  for (const recorded of world.log) collector.add(recorded);
  const found = collector.finished();
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    task: run,
    agent: agentKey('/p', 'dev'),
    role: 'backend',
    isFirstAttempt: false,
    unplannedRestarts: 1,
    workMinutes: 60,
    stallMinutes: 30,
    usedSeconds: 3_600,
    endState: null,
  });
  expect(found[0]!.rework).toBeCloseTo(1 / 3);
});
