/** Arbitrary histories of one agent, in order, at whole seconds. */
import fc from 'fast-check';
import type { Mode, Observation } from '../../source/core/risk/observation.ts';
import type { Noted } from './batch-signals.ts';

const lane = fc.constantFrom('a', 'b');
const wait = fc.constantFrom('w1', 'w2');
const MODES: readonly Mode[] = ['working', 'idle', 'paused', 'waiting', 'limited', 'down'];

export const observation: fc.Arbitrary<Observation> = fc.oneof(
  fc.record({ n: fc.nat(9), failed: fc.nat(9), repeats: fc.nat(9) }).map(({ n, failed, repeats }) => ({
    type: 'outcomes' as const,
    n: n + 1,
    failed: Math.min(failed, n + 1),
    repeats: Math.min(repeats, n + 1),
  })),
  lane.map((name) => ({ type: 'progress' as const, lane: name })),
  fc.constant({ type: 'restarts' as const, n: 1 }),
  fc.record({ lane, mode: fc.constantFrom(...MODES) }).map((given) => ({ type: 'mode' as const, ...given })),
  fc
    .record({ lane, mode: fc.constant('working' as const) })
    .map((given) => ({ type: 'mode' as const, ...given })),
  lane.map((name) => ({ type: 'gone' as const, lane: name })),
  fc.record({ lane, calls: fc.nat(2) }).map((given) => ({ type: 'in-flight' as const, ...given })),
  fc.nat(5).map((tasks) => ({ type: 'blocked' as const, tasks })),
  fc.record({ lane, wait }).map((given) => ({ type: 'wait-began' as const, ...given })),
  wait.map((name) => ({ type: 'wait-ended' as const, wait: name })),
  fc.nat(5).map((minutes) => ({ type: 'down-time' as const, ms: minutes * 60_000 })),
  fc.nat(5).map((minutes) => ({ type: 'scheduled-time' as const, ms: minutes * 60_000 })),
  fc
    .record({
      score: fc.option(fc.nat(100), { nil: null }),
      isOnTime: fc.option(fc.boolean(), { nil: null }),
    })
    .map((given) => ({ type: 'task-ended' as const, ...given })),
);

/** Gaps of seconds mostly, of an hour now and then. */
const gapMs = fc.oneof(fc.nat(120), fc.nat(3_600)).map((seconds) => seconds * 1_000);

export const START = 1_700_000_040_000;

export const historyOf = (max: number): fc.Arbitrary<readonly Noted[]> =>
  fc.array(fc.record({ gapMs, observation }), { maxLength: max }).map((steps) => {
    let at = START;
    return steps.map((step) => ({ at: (at += step.gapMs), observation: step.observation }));
  });
