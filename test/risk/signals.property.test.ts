import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scoreOf } from '../../source/core/risk/model.ts';
import { reach, SCALES, SIGNALS, type Readings } from '../../source/core/risk/signal.ts';
import { readingsAt } from '../../source/core/risk/readings.ts';
import { advance, freshSignals, record, type AgentSignals } from '../../source/core/risk/signals.ts';
import { DEFAULT_WEIGHTS } from '../../source/core/risk/weights.ts';
import { batchSignals, type Noted } from './batch-signals.ts';
import { historyOf, START } from './histories.ts';

const fold = (history: readonly Noted[]): AgentSignals =>
  history.reduce((signals, { at, observation }) => record(signals, at, observation), freshSignals(START));

it('RI1 observation by observation comes to what the whole history comes to', () => {
  fc.assert(
    fc.property(historyOf(12), fc.nat(1_800), (history, more) => {
      const to = (history.at(-1)?.at ?? START) + more * 1_000;
      const readings = readingsAt(fold(history), to);
      const batch = batchSignals(history, START, to);
      for (const signal of SIGNALS) {
        const reading = readings[signal];
        if (reading) expect(reading.value, signal).toBeCloseTo(batch[signal], 7);
        // No data counts as nothing bad.
        else expect(reach(signal, { value: batch[signal], n: 0, ageMs: 0, isUnsure: false }), signal).toBe(0);
      }
    }),
    { numRuns: 60 },
  );
});

it('RI1 looking in between changes no signal', () => {
  fc.assert(
    fc.property(historyOf(30), fc.array(fc.nat(600), { maxLength: 20 }), (history, looks) => {
      const plain = fold(history);
      let signals = freshSignals(START);
      for (const { at, observation } of history) {
        for (const seconds of looks)
          if (at - seconds * 1_000 > signals.at) signals = advance(signals, at - seconds * 1_000);
        signals = record(signals, at, observation);
      }
      const to = plain.at + 600_000;
      const expected = readingsAt(plain, to);
      const found = readingsAt(signals, to);
      for (const signal of SIGNALS) {
        if (expected[signal] === null) expect(found[signal]).toBeNull();
        else expect(found[signal]!.value).toBeCloseTo(expected[signal].value, 9);
      }
    }),
    { numRuns: 200 },
  );
});

const values = fc.record({
  error: fc.double({ min: 0, max: 1, noNaN: true }),
  restarts: fc.double({ min: 0, max: 20, noNaN: true }),
  silent: fc.double({ min: 0, max: 10, noNaN: true }),
  blocked: fc.double({ min: 0, max: 20, noNaN: true }),
  uptime: fc.double({ min: 0, max: 1, noNaN: true }),
  eval: fc.double({ min: 0, max: 100, noNaN: true }),
  sla: fc.double({ min: 0, max: 1, noNaN: true }),
});

const readingsOf = (figures: Readonly<Record<keyof Readings, number>>): Readings =>
  Object.fromEntries(
    SIGNALS.map((signal) => [signal, { value: figures[signal], n: 10, ageMs: 0, isUnsure: false }]),
  ) as unknown as Readings;

it('RI1 worse in any signal is never less risk, whatever the others say', () => {
  fc.assert(
    fc.property(
      values,
      fc.constantFrom(...SIGNALS),
      fc.double({ min: 0, max: 3, noNaN: true }),
      (figures, signal, step) => {
        const { good, bad } = SCALES[signal];
        const worse = { ...figures, [signal]: figures[signal] + step * (bad - good) };
        const before = scoreOf(readingsOf(figures), DEFAULT_WEIGHTS).probability;
        expect(scoreOf(readingsOf(worse), DEFAULT_WEIGHTS).probability).toBeGreaterThanOrEqual(before);
      },
    ),
    { numRuns: 500 },
  );
});

it('RI5 the pushes and the bias are the whole of the log-odds', () => {
  fc.assert(
    fc.property(values, (figures) => {
      const { contributions, logOdds, probability } = scoreOf(readingsOf(figures), DEFAULT_WEIGHTS);
      const sum = contributions.reduce((total, { push }) => total + push, DEFAULT_WEIGHTS.bias);
      expect(sum).toBeCloseTo(logOdds, 12);
      expect(Math.log(probability / (1 - probability))).toBeCloseTo(logOdds, 6);
    }),
  );
});

it('RI1 slow signals alone, even blocked tasks with them, never come to a quarantine', () => {
  const { probability } = scoreOf(
    readingsOf({ error: 0, restarts: 0, silent: 0, blocked: 99, uptime: 1, eval: 0, sla: 0 }),
    DEFAULT_WEIGHTS,
  );
  expect(probability).toBeLessThan(0.5);
});

it('RI1 silence alone is critical after an hour and a quarter, not after an hour', () => {
  const calm = { error: 0, restarts: 0, blocked: 0, uptime: 1, eval: 75, sla: 0.95 };
  const at = (silent: number) => scoreOf(readingsOf({ ...calm, silent }), DEFAULT_WEIGHTS).probability;
  expect(at(1)).toBeLessThan(0.5);
  expect(at(1.28)).toBeGreaterThan(0.8);
});
