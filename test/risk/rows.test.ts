import { expect, it } from 'vitest';
import { newSurvey, type Dialect } from '../../source/core/risk/rows/dialect.ts';
import { addFacts, newMinutes } from '../../source/core/risk/rows/minutes.ts';
import { rowOf, type Facts } from '../../source/core/risk/rows/row.ts';

const factsOf = (fields: Readonly<Record<string, unknown>>): Facts => {
  const row = rowOf({ t: 1, agent: 'ana', ...fields });
  if (!('type' in row) || row.type !== 'facts') throw new Error(JSON.stringify(row));
  return row.facts;
};

it('RI8 the documented rows say what the document says', () => {
  expect(factsOf({ kind: 'outcomes', n: 4, failed: 1, repeats: 2 })).toEqual({
    outcomes: 4,
    failed: 1,
    repeats: 2,
  });
  expect(factsOf({ kind: 'progress', n: 1 })).toEqual({ progress: 1 });
  expect(factsOf({ kind: 'restart' })).toEqual({ restarts: 1 });
  expect(factsOf({ kind: 'restart', planned: true })).toEqual({ restarts: 0 });
  expect(factsOf({ kind: 'down', minutes: 2 })).toEqual({ downMinutes: 2 });
  expect(factsOf({ kind: 'blocked', tasks: 3 })).toEqual({ blocked: 3 });
  expect(factsOf({ kind: 'in_flight', calls: 0 })).toEqual({ inFlight: 0 });
  expect(factsOf({ kind: 'state', state: 'waiting' })).toMatchObject({ mode: 'waiting' });
  expect(factsOf({ kind: 'task_end', score: 80, on_time: false })).toEqual({
    milestones: 1,
    tasks: [{ score: 80, isOnTime: false }],
  });
  expect(factsOf({ kind: 'output', bytes: 900 })).toEqual({ bytes: 900 });
});

it.each([
  [
    { kind: 'outcome', ok: true },
    { outcomes: 1, failed: 0 },
  ],
  [
    { kind: 'outcome', ok: false },
    { outcomes: 1, failed: 1 },
  ],
  [
    { kind: 'outcome', outcome: 'failed' },
    { outcomes: 1, failed: 1 },
  ],
  [
    { kind: 'outcome', outcome: 'ok', repeat: true },
    { outcomes: 1, failed: 0, repeats: 1 },
  ],
  [
    { kind: 'outcomes', ok: 3, err: 2 },
    { outcomes: 5, failed: 2 },
  ],
  [
    { kind: 'outcomes', ok: 3, failed: 0 },
    { outcomes: 3, failed: 0 },
  ],
  [
    { kind: 'outcomes', total: 6, errors: 2 },
    { outcomes: 6, failed: 2 },
  ],
  [
    { kind: 'outcomes', fields: { n: 6, e: 2 } },
    { outcomes: 6, failed: 2 },
  ],
  [
    { kind: 'tool-finished', tool: 'Bash', outcome: 'succeeded' },
    { outcomes: 1, failed: 0 },
  ],
  [
    { kind: 'error', n: 2 },
    { outcomes: 2, failed: 2 },
  ],
  [{ kind: 'repeats', count: 3 }, { repeats: 3 }],
  [{ kind: 'restarts', n: 2 }, { restarts: 2 }],
  [{ kind: 'unplanned_restart' }, { restarts: 1 }],
  [{ kind: 'restart', unplanned: false }, { restarts: 0 }],
  [{ kind: 'restart', reason: 'upgrade' }, { restarts: 0 }],
  [{ kind: 'downtime', seconds: 30 }, { downMinutes: 0.5 }],
  [{ kind: 'down', n: 1 }, { downMinutes: 1 }],
  [{ kind: 'blocked', count: 2 }, { blocked: 2 }],
  [
    { kind: 'blocked', n: 1, waiting_human: true },
    { blocked: 0, isWaiting: true },
  ],
  [
    { kind: 'taskEnd', quality: 55, late: true },
    { milestones: 1, tasks: [{ score: 55, isOnTime: false }] },
  ],
  [{ kind: 'sla', met: true }, { tasks: [{ score: null, isOnTime: true }] }],
  [{ kind: 'eval', value: 61 }, { tasks: [{ score: 61, isOnTime: null }] }],
  [{ kind: 'rate_limited' }, { isLimited: true }],
  [{ kind: 'idle' }, { mode: 'idle' }],
  [{ kind: 'working' }, { mode: 'working' }],
  [
    {
      kind: 'minute',
      ok: 4,
      err: 1,
      repeats: 0,
      progress: true,
      restarts: 0,
      down: 0,
      blocked: 0,
      working: true,
    },
    {
      outcomes: 5,
      failed: 1,
      repeats: 0,
      progress: 1,
      restarts: 0,
      downMinutes: 0,
      blocked: 0,
      mode: 'working',
    },
  ],
] as const)('RI8 other people say it otherwise: %j', (fields, facts) => {
  expect(factsOf(fields)).toEqual(facts);
});

it('RI8 a fault is known by its class, its agent, its onset and its end', () => {
  const fault = { kind: 'fault', agent: 'ana', onset: 10, end: 90 };
  expect(rowOf({ ...fault, class: 'crash_loop' })).toMatchObject({
    name: 'crash_loop',
    worth: 'quarantine',
    onset: 10,
    end: 90,
  });
  expect(rowOf({ ...fault, class: 'degrade' })).toMatchObject({ worth: 'attention' });
  expect(rowOf({ ...fault, class: 'quarantine', fault: 'block_cascade' })).toMatchObject({
    name: 'block_cascade',
    worth: 'quarantine',
  });
  expect(rowOf({ ...fault, class: 'attention', name: 'stall' })).toMatchObject({
    name: 'stall',
    worth: 'attention',
  });
  expect(rowOf({ kind: 'fault', onset: 1, end: 2, class: 'outage' })).toMatchObject({ worth: 'benign' });
  expect(rowOf({ ...fault, class: 'stall', end: null })).toMatchObject({ end: null });
  expect(rowOf({ ...fault, class: 'stall', end: 5 })).toEqual({
    problem: 'the fault ends (5) before its onset (10)',
  });
  expect(rowOf({ kind: 'fault', agent: 'ana', onset: 1 })).toEqual({
    problem: 'a fault needs a class: crash_loop, stall, doom_loop, …',
  });
});

it('RI8 what no row says is unknown, not an error', () => {
  expect(rowOf({ t: 1, agent: 'ana', kind: 'mood', colour: 'blue' })).toEqual({
    type: 'unknown',
    kind: 'mood',
  });
  expect(rowOf({ agent: 'ana', kind: 'progress' })).toEqual({
    problem: 'it has no time t (minutes since the start, or milliseconds)',
  });
  expect(rowOf({ t: 3, kind: 'progress' })).toEqual({ problem: 'it has no agent' });
  expect(rowOf([])).toMatchObject({ problem: expect.stringContaining('one JSON object') });
});

const surveyed = (rows: readonly Readonly<Record<string, unknown>>[]): Dialect => {
  const survey = newSurvey();
  for (const found of rows) {
    const row = rowOf(found);
    if ('type' in row && row.type === 'facts') survey.add(row);
  }
  return survey.dialect();
};

const everyMinute = (perMinute: number, start: number) =>
  Array.from({ length: 100 }, (_, minute) => ({
    t: start + minute * perMinute,
    agent: 'ana',
    kind: 'progress',
  }));

it.each([
  [1, 0],
  [60, 0],
  [60_000, 0],
  [60, 1_767_600_000],
  [60_000, 1_767_600_000_000],
])('RI8 %d of t are a minute, beginning at %d', (perMinute, start) => {
  expect(surveyed(everyMinute(perMinute, start)).perMinute).toBe(perMinute);
});

it('RI8 a state told over and over holds for its minute, one told on change holds until the next', () => {
  const samples = Array.from({ length: 50 }, (_, t) => ({
    t,
    agent: 'ana',
    kind: 'state',
    state: 'working',
  }));
  expect(surveyed(samples).holds.mode).toBe(2);
  const changes = Array.from({ length: 50 }, (_, t) => ({
    t: t * 40,
    agent: 'ana',
    kind: 'state',
    state: t % 2 ? 'idle' : 'working',
  }));
  expect(surveyed(changes).holds.mode).toBe(Infinity);
});

it('RI8 where a history says what progress is, a call that succeeded is none by itself', () => {
  const calls = Array.from({ length: 100 }, (_, t) => ({
    t,
    agent: 'ana',
    kind: 'outcomes',
    n: 2,
    failed: 0,
  }));
  const progress = (every: number) =>
    calls.flatMap((row) => (row.t % every === 0 ? [row, { ...row, kind: 'progress' }] : [row]));
  expect(surveyed(calls).saysProgress).toBe(false);
  expect(surveyed(progress(2)).saysProgress).toBe(true);
  // A commit now and then does not make everything else idle.
  expect(surveyed(progress(50)).saysProgress).toBe(false);
});

it('RI8 the rows of a minute are one look: calls add up, of a state the last word holds', () => {
  const minutes = newMinutes(surveyed([]));
  const facts: Facts = {};
  for (const more of [
    { outcomes: 2, failed: 1 },
    { outcomes: 1, repeats: 1 },
    { blocked: 2 },
    { blocked: 1 },
  ])
    addFacts(facts, more);
  expect(minutes.seen(0, new Map([['ana', facts]])).map(({ observation }) => observation)).toEqual([
    { type: 'outcomes', n: 3, failed: 1, repeats: 1 },
    { type: 'progress', lane: '' },
    { type: 'mode', lane: '', mode: 'working' },
    { type: 'blocked', tasks: 1 },
  ]);
  expect(minutes.seen(1, new Map())).toEqual([]);
});

const minutesAtWork = (
  rows: readonly Readonly<Record<string, unknown>>[],
  last: number,
): readonly number[] => {
  const minutes = newMinutes(surveyed(rows));
  const found: number[] = [];
  let isWorking = false;
  for (let minute = 0; minute <= last; minute += 1) {
    const facts = new Map<string, Facts>();
    for (const row of rows.filter(({ t }) => t === minute)) facts.set('ana', factsOf(row));
    for (const { observation } of minutes.seen(minute, facts))
      if (observation.type === 'mode') isWorking = observation.mode === 'working';
    if (isWorking) found.push(minute);
  }
  return found;
};
const at = (t: number, kind: string, more: Readonly<Record<string, unknown>> = {}) => ({
  t,
  agent: 'ana',
  kind,
  ...more,
});

it.each([
  ['says so', [at(1, 'state', { state: 'working' }), at(4, 'state', { state: 'idle' })], [1, 2, 3]],
  [
    'says when it rests',
    [at(0, 'outcomes', { n: 1 }), at(2, 'idle'), at(4, 'outcomes', { n: 1 })],
    [0, 1, 4, 5, 6],
  ],
  [
    'says when it is scheduled',
    [at(1, 'scheduled', { minutes: 1 }), at(2, 'scheduled', { minutes: 1 })],
    [1, 2, 3],
  ],
  ['has tasks', [at(1, 'task_start'), at(4, 'task_end', { score: 80 })], [1, 2, 3]],
  ['does not tell', [at(2, 'outcomes', { n: 1 })], [2, 3, 4, 5, 6]],
] as const)('RI8 when an agent is at work in a history that %s', (_, rows, expected) => {
  expect(minutesAtWork(rows, 6)).toEqual(expected);
});
