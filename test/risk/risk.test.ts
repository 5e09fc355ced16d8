import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Crossing } from '../../source/core/risk/agent-risk.ts';
import { counterfactualsOf } from '../../source/core/risk/counterfactual.ts';
import { columnsOf, probabilityBefore } from '../../source/core/risk/history.ts';
import { exitOf, look, newStanding, type Level, type Standing } from '../../source/core/risk/level.ts';
import { scoreOf } from '../../source/core/risk/model.ts';
import type { Observation } from '../../source/core/risk/observation.ts';
import {
  letGoOfAgent,
  newlyTripped,
  newRiskState,
  note,
  releaseAgent,
  skipUnseen,
  tick,
  type RiskState,
} from '../../source/core/risk/risk.ts';
import { SIGNALS, type Readings } from '../../source/core/risk/signal.ts';
import { DEFAULT_WEIGHTS, parseWeights, weightsHash } from '../../source/core/risk/weights.ts';
import { historyOf, START } from './histories.ts';

const MINUTE = 60_000;

/** A fleet whose minutes are told one after the other. */
class Minutes {
  state: RiskState = newRiskState();
  crossings: Crossing[] = [];
  at = START;

  pass(minutes: number, seen: (agent: string) => readonly Observation[], agents: readonly string[]): this {
    for (let minute = 0; minute < minutes; minute += 1) {
      this.at += MINUTE;
      const looked = tick(this.state, this.at);
      this.crossings.push(...looked.crossings);
      this.state = note(
        looked.state,
        this.at,
        agents.flatMap((agent) => seen(agent).map((observation) => ({ agent, observation }))),
      );
    }
    return this;
  }

  level(agent: string): Level {
    return this.state.agents[agent]!.standing.level;
  }
}

const working: Observation = { type: 'mode', lane: '', mode: 'working' };
const fine = (): readonly Observation[] => [
  working,
  { type: 'outcomes', n: 3, failed: 0, repeats: 0 },
  { type: 'progress', lane: '' },
];
const nothing = (): readonly Observation[] => [working];
const failing = (): readonly Observation[] => [working, { type: 'outcomes', n: 4, failed: 4, repeats: 0 }];
const DAY = 24 * 60;

it('RI2 an agent that stalls is quarantined within an hour and a half, once', () => {
  const fleet = new Minutes().pass(60, fine, ['ana']).pass(85, nothing, ['ana']);
  const quarantines = fleet.crossings.filter(({ type }) => type === 'quarantine');
  expect(quarantines).toHaveLength(1);
  expect(fleet.state.agents['ana']!.quarantine).toMatchObject({ by: 'brain' });
  fleet.pass(120, nothing, ['ana']);
  expect(fleet.crossings.filter(({ type }) => type === 'quarantine')).toHaveLength(1);
});

it('RI3 critical does not pass by itself, however well the agent does afterwards', () => {
  const fleet = new Minutes().pass(60, fine, ['ana']).pass(90, nothing, ['ana']).pass(DAY, fine, ['ana']);
  expect(fleet.level('ana')).toBe('critical');
});

it('RI3 a released agent is not quarantined again by what was before', () => {
  fc.assert(
    fc.property(historyOf(40), (history) => {
      let state = newRiskState();
      for (const { at, observation } of history)
        state = note(tick(state, at).state, at, [{ agent: 'ana', observation }]);
      const at = state.at + MINUTE;
      state = releaseAgent(state, 'ana', { at, by: 'person:ana', reason: 'looked into it' });
      // It works and gets on from here; anything bad there is to find lies before.
      for (let minute = 1; minute <= 180; minute += 1) {
        const looked = tick(state, at + minute * MINUTE);
        expect(looked.crossings.filter(({ type }) => type === 'quarantine')).toEqual([]);
        const { lanes } = looked.state.agents['ana']!.signals;
        state = note(
          looked.state,
          at + minute * MINUTE,
          [...new Set([...Object.keys(lanes), ''])].flatMap((lane) => [
            { agent: 'ana', observation: { type: 'mode', lane, mode: 'working' } as const },
            { agent: 'ana', observation: { type: 'progress', lane } as const },
            { agent: 'ana', observation: { type: 'outcomes', n: 3, failed: 0, repeats: 0 } as const },
          ]),
        );
      }
      expect(state.agents['ana']!.standing.level).not.toBe('critical');
    }),
    { numRuns: 100 },
  );
});

it('RI3 on probation a relapse is quarantined without a warm-up', () => {
  const fleet = new Minutes().pass(60, fine, ['ana']).pass(90, nothing, ['ana']);
  fleet.state = releaseAgent(fleet.state, 'ana', {
    at: fleet.at,
    by: 'person:bo',
    reason: 'restarted its server',
  });
  fleet.crossings = [];
  fleet.pass(25, failing, ['ana']);
  expect(fleet.state.agents['ana']!.quarantine).not.toBeNull();
});

it('RI1 in its first half hour an agent reaches high at most', () => {
  const fleet = new Minutes().pass(28, failing, ['ana']);
  expect(fleet.level('ana')).toBe('high');
  fleet.pass(10, failing, ['ana']);
  expect(fleet.level('ana')).toBe('critical');
});

it('RI1 an agent that says nothing any more still comes to the end of its first half hour', () => {
  const fleet = new Minutes().pass(8, fine, ['ana']).pass(110, () => [], ['ana']);
  expect(fleet.level('ana')).toBe('critical');
});

it('R22 an outage of the whole fleet quarantines nobody; the one that stays down after it is found', () => {
  const agents = Array.from({ length: 12 }, (_, index) => `agent-${index}`);
  const fleet = new Minutes().pass(90, fine, agents).pass(120, failing, agents);
  expect(fleet.crossings.filter(({ type }) => type === 'quarantine')).toEqual([]);
  fleet.pass(60, (agent) => (agent === 'agent-3' ? failing() : fine()), agents);
  const found = fleet.crossings.filter(({ type }) => type === 'quarantine');
  expect(found.map(({ agent }) => agent)).toEqual(['agent-3']);
});

it('R22 at night three agents are enough to know an outage by, but not two; and a project can have one of its own', () => {
  const quarantined = (agents: readonly string[], broken: readonly string[]): readonly string[] => {
    const fleet = new Minutes().pass(90, fine, agents);
    fleet.pass(120, (agent) => (broken.includes(agent) ? failing() : fine()), agents);
    return fleet.crossings.filter(({ type }) => type === 'quarantine').map(({ agent }) => agent);
  };
  expect(quarantined(['a', 'b', 'c'], ['a', 'b', 'c'])).toEqual([]);
  expect(quarantined(['a', 'b'], ['a', 'b'])).toEqual(['a', 'b']);
  const shop = ['/shop\nana', '/shop\nben', '/shop\ncy'];
  const others = Array.from({ length: 8 }, (_, index) => `/site\nagent-${index}`);
  expect(quarantined([...shop, ...others], shop)).toEqual([]);
  expect(quarantined([...shop, ...others], [shop[0]!])).toEqual([shop[0]]);
});

it('RI1 minutes nobody watched (the brain was off) are no silence', () => {
  const fleet = new Minutes().pass(60, fine, ['ana']);
  fleet.at += 300 * MINUTE;
  fleet.state = skipUnseen(fleet.state, fleet.at);
  fleet.pass(20, nothing, ['ana']);
  expect(fleet.level('ana')).toBe('low');
});

it('RI1 who looks how often changes nothing: the looks are on the minute', () => {
  fc.assert(
    fc.property(historyOf(25), fc.array(fc.nat(3_600), { maxLength: 30 }), (history, extra) => {
      const ends = (history.at(-1)?.at ?? START) + 30 * MINUTE;
      const run = (looks: readonly number[]): RiskState => {
        let state = newRiskState();
        const steps = [
          ...history.map(({ at, observation }) => ({ at, observation })),
          ...looks.map((at) => ({ at, observation: null })),
        ].sort((a, b) => a.at - b.at || Number(a.observation === null) - Number(b.observation === null));
        for (const { at, observation } of steps) {
          state = tick(state, at).state;
          if (observation) state = note(state, at, [{ agent: 'ana', observation }]);
        }
        return tick(state, ends).state;
      };
      const plain = run([]);
      const busy = run(
        extra
          .map((seconds) => START + seconds * 1_000)
          .filter((at) => at < ends && at >= (history[0]?.at ?? 0)),
      );
      expect(busy.agents['ana']?.standing).toEqual(plain.agents['ana']?.standing);
      expect(busy.agents['ana']?.history).toEqual(plain.agents['ana']?.history);
    }),
    { numRuns: 100 },
  );
});

const lookAll = (
  probabilities: readonly number[],
  from: Standing = newStanding(0),
  apartMs = MINUTE,
): Standing =>
  probabilities.reduce(
    (standing, probability) =>
      look(standing, (standing.lookedAt ?? from.since) + apartMs, probability, 'critical'),
    from,
  );

it('RI1 a level is raised by two looks, critical by three, and not by three looks in the same second', () => {
  expect(lookAll([0.6]).level).toBe('low');
  expect(lookAll([0.6, 0.6]).level).toBe('high');
  expect(lookAll([0.9, 0.9]).level).toBe('high');
  expect(lookAll([0.9, 0.9, 0.9]).level).toBe('critical');
  expect(lookAll([0.9, 0.1, 0.9]).level).toBe('low');
  let standing = newStanding(0);
  for (const at of [0, 100, 200, 300]) standing = look(standing, at, 0.9, 'critical');
  expect(standing.level).toBe('low');
});

it('RI1 a level is left only well below it and for ten minutes', () => {
  const high = lookAll([0.6, 0.6]);
  expect(
    lookAll(
      Array.from({ length: 60 }, () => 0.41),
      high,
    ).level,
  ).toBe('high');
  expect(
    lookAll(
      Array.from({ length: 9 }, () => 0.39),
      high,
    ).level,
  ).toBe('high');
  expect(
    lookAll(
      Array.from({ length: 11 }, () => 0.39),
      high,
    ).level,
  ).toBe('medium');
  expect(
    lookAll(
      Array.from({ length: 11 }, () => 0.05),
      high,
    ).level,
  ).toBe('low');
});

const reading = (value: number) => ({ value, n: 20, ageMs: 0, isUnsure: false });
const CALM: Readings = {
  error: reading(0.05),
  restarts: reading(0),
  silent: reading(0),
  blocked: reading(0),
  uptime: reading(1),
  eval: reading(75),
  sla: reading(0.95),
};

it('RI5 what would bring it down is enough, and less is not', () => {
  fc.assert(
    fc.property(
      fc.record({
        error: fc.double({ min: 0, max: 1, noNaN: true }),
        restarts: fc.double({ min: 0, max: 9, noNaN: true }),
        silent: fc.double({ min: 0, max: 3, noNaN: true }),
        uptime: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      (figures) => {
        const readings = { ...CALM };
        for (const [signal, value] of Object.entries(figures))
          readings[signal as keyof typeof figures] = reading(value);
        const score = scoreOf(readings, DEFAULT_WEIGHTS);
        const found = counterfactualsOf(score, DEFAULT_WEIGHTS, 'critical');
        if (!found) expect(score.probability).toBeLessThan(exitOf('critical'));
        for (const option of [found?.single, found?.pair]) {
          if (!option) continue;
          const changed = { ...readings };
          for (const { signal, value } of option.changes) changed[signal] = reading(value);
          expect(scoreOf(changed, DEFAULT_WEIGHTS).probability).toBeLessThan(0.7);
          expect(scoreOf(changed, DEFAULT_WEIGHTS).probability).toBeGreaterThan(0.698);
        }
      },
    ),
    { numRuns: 300 },
  );
});

it('RI5 silence that any progress ends is told as the one thing to change', () => {
  const score = scoreOf({ ...CALM, silent: reading(1.4) }, DEFAULT_WEIGHTS);
  const found = counterfactualsOf(score, DEFAULT_WEIGHTS, 'critical')!;
  expect(found.single!.changes.map(({ signal }) => signal)).toEqual(['silent']);
  expect(found.pair).toBeNull();
});

it('RI1 five crashes in ten minutes hold the agent at once; a person lets go, and only new ones hold it again', () => {
  const crash: Observation = { type: 'restarts', n: 1 };
  const before = note(newRiskState(), START, []);
  let state = before;
  for (let index = 0; index < 5; index += 1)
    state = note(state, START + index * MINUTE, [{ agent: 'ana', observation: crash }]);
  expect(newlyTripped(before, state)).toEqual([
    {
      type: 'tripwire',
      agent: 'ana',
      at: START + 4 * MINUTE,
      tripwire: 'crash-loop',
      detail: 'crashed 5 times within ten minutes',
    },
  ]);
  state = letGoOfAgent(state, 'ana', START + 5 * MINUTE, 'crash-loop');
  state = note(state, START + 6 * MINUTE, [{ agent: 'ana', observation: crash }]);
  expect(state.agents['ana']!.tripwires.tripped).toEqual({});
});

it('RI1 the same call eight times with the same result holds the agent; progress in between does not', () => {
  const repeat: Observation = { type: 'outcomes', n: 1, failed: 0, repeats: 1 };
  const seen = (observations: readonly Observation[]) =>
    observations.reduce(
      (state, observation, index) => note(state, START + index * 30_000, [{ agent: 'ana', observation }]),
      newRiskState(),
    ).agents['ana']!.tripwires.tripped;
  const repeats = (count: number) => Array.from({ length: count }, () => repeat);
  expect(seen(repeats(6))).toEqual({});
  expect(Object.keys(seen(repeats(7)))).toEqual(['identical-call']);
  expect(seen([...repeats(6), { type: 'progress', lane: '' }, ...repeats(6)])).toEqual({});
});

it('RI1 hooks that go quiet while the terminal prints make silence doubtful: an insight, never a quarantine', () => {
  const fleet = new Minutes().pass(60, fine, ['ana']);
  fleet.pass(300, () => [working, { type: 'output' }], ['ana']);
  expect(fleet.crossings.filter(({ type }) => type === 'quarantine')).toEqual([]);
  expect(fleet.state.agents['ana']!.insights).toContain('hooks-quiet');
});

it('RI5 slow decline is told as an insight, not as risk', () => {
  const blocked: Observation = { type: 'blocked', tasks: 3 };
  const fleet = new Minutes().pass(60, fine, ['ana']).pass(40, () => [...fine(), blocked], ['ana']);
  expect(fleet.crossings).toContainEqual(
    expect.objectContaining({ type: 'insight', insight: 'blocked-cascade' }),
  );
  expect(fleet.level('ana')).not.toBe('critical');
});

it('RI6 the history of six hours, a day and a week has as many columns as fit, newest last', () => {
  const fleet = new Minutes().pass(400, fine, ['ana']);
  const { history } = fleet.state.agents['ana']!;
  for (const span of ['6h', '24h', '7d'] as const) {
    const columns = columnsOf(history, span, fleet.at);
    expect(columns).toHaveLength(72);
    expect(columns.at(-1)).toBeCloseTo(0.01, 2);
  }
  expect(columnsOf(history, '6h', fleet.at).filter((column) => column === null)).toEqual([]);
  expect(columnsOf(history, '24h', fleet.at)[0]).toBeNull();
  expect(probabilityBefore(history, fleet.at, 20 * MINUTE)).toBeCloseTo(0.01, 2);
});

it('RI8 weights read from outside are complete, known and never negative', () => {
  expect(parseWeights(structuredClone(DEFAULT_WEIGHTS))).toEqual(DEFAULT_WEIGHTS);
  for (const signal of SIGNALS)
    expect(
      parseWeights({ ...DEFAULT_WEIGHTS, signals: { ...DEFAULT_WEIGHTS.signals, [signal]: -1 } }),
    ).toEqual({
      problem: `the weight of ${signal} must be a number from 0 up`,
    });
  expect(parseWeights({ ...DEFAULT_WEIGHTS, signals: { ...DEFAULT_WEIGHTS.signals, mood: 1 } })).toEqual({
    problem: 'there is no signal mood',
  });
  expect(weightsHash(DEFAULT_WEIGHTS)).toMatch(/^[0-9a-f]{12}$/);
});
