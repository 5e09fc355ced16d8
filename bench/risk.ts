/**
 * risk: what the brain costs. A look at a fleet of a hundred agents, after as many events as asked for; next to a
 * look at the same agents when they had seen none: a look must not get dearer with history.
 */
import type { Observation } from '../source/core/risk/observation.ts';
import { evaluate, newRiskState, note, tick, type RiskState } from '../source/core/risk/risk.ts';
import { type Bench, compare, median } from './support/row.ts';

const AGENTS = 100;
/** Odd, so that a median is one of the measured values. */
const ROUNDS = 7;
const LOOKS = 20;
const MINUTE_MS = 60_000;
const START = 1_767_600_000_000;

/** A look of a hundred agents is noticed by nobody who types meanwhile. */
const LOOK_MS_MAX = 5;

export function run(events = 10_000_000): Promise<Bench> {
  const names = Array.from({ length: AGENTS }, (_, index) => `project\nagent-${index}`);
  let state = newRiskState();
  for (const agent of names)
    state = note(state, START, [{ agent, observation: { type: 'mode', lane: 'r', mode: 'working' } }]);
  const young = state;
  const perMinute = 2_000;
  let folding = 0;
  let looking = 0;
  let at = START;
  for (let done = 0; done < events; done += perMinute) {
    at += MINUTE_MS;
    let begun = performance.now();
    state = tick(state, at).state;
    looking += performance.now() - begun;
    begun = performance.now();
    state = note(state, at, seenIn(names, done, perMinute));
    folding += performance.now() - begun;
  }
  const old = state;
  const rounds = Array.from({ length: ROUNDS }, () => ({
    ours: lookMs(old, at),
    peer: lookMs(young, START),
  }));
  const looks = events / perMinute;
  return Promise.resolve({
    id: 'risk',
    rows: [
      compare({
        name: `risk: ms a look at ${AGENTS} agents after ${events / 1e6} million events; peer: after none`,
        ours: rounds.map(({ ours }) => ours),
        peer: rounds.map(({ peer }) => peer),
        limit: { value: LOOK_MS_MAX, unit: 'ms' },
      }),
      compare({
        name: 'risk: µs an event; peer: the looks meanwhile',
        ours: [(folding * 1_000) / events],
        peer: [(looking * 1_000) / looks],
      }),
    ],
  });
}

function seenIn(
  names: readonly string[],
  from: number,
  count: number,
): { readonly agent: string; readonly observation: Observation }[] {
  return Array.from({ length: count }, (_, index) => ({
    agent: names[(from + index) % names.length]!,
    observation:
      index % 2 === 0
        ? { type: 'outcomes', n: 1, failed: index % 20 === 0 ? 1 : 0, repeats: 0 }
        : { type: 'progress', lane: 'r' },
  }));
}

function lookMs(state: RiskState, at: number): number {
  const times = Array.from({ length: LOOKS }, (_, index) => {
    const begun = performance.now();
    evaluate(state, at + (index + 1) * MINUTE_MS);
    return performance.now() - begun;
  });
  return median(times);
}

if (import.meta.main) {
  const { rows } = await run();
  for (const { name, ours, peer, target, pass } of rows)
    process.stdout.write(
      `${name}: ${ours.toFixed(3)}, ${peer.toFixed(3)}, ${target}: ${pass ? 'met' : 'MISSED'}\n`,
    );
}
