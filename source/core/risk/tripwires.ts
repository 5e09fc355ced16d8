/**
 * What needs no model: each trips by itself, has a name, and holds the agent (further calls are denied and a
 * person is asked) until somebody lets go of it.
 */
import { MINUTE_MS } from './decay.ts';
import type { Observation, Tripwire } from './observation.ts';

const CRASHES = 5;
const CRASHES_MS = 10 * MINUTE_MS;
/** The same call with the same result, and nothing new in between; who polls takes longer between its calls. */
const IDENTICAL_CALLS = 8;
/** The first of them repeats nothing. */
const REPEATS = IDENTICAL_CALLS - 1;
const IDENTICAL_CALLS_MS = 6 * MINUTE_MS;

export interface Tripped {
  readonly since: number;
  readonly detail: string;
}

export interface Tripwires {
  readonly tripped: Readonly<Partial<Record<Tripwire, Tripped>>>;
  /** When the latest crashes were, at most as many as trip it. */
  readonly crashes: readonly number[];
  /** When the latest repeats were, since the last progress. */
  readonly repeats: readonly number[];
}

export const NO_TRIPWIRES: Tripwires = { tripped: {}, crashes: [], repeats: [] };

export function watch(wires: Tripwires, at: number, observation: Observation): Tripwires {
  switch (observation.type) {
    case 'restarts': {
      const crashes = latest(wires.crashes, at, observation.n, CRASHES);
      const detail = `crashed ${CRASHES} times within ten minutes`;
      return trip({ ...wires, crashes }, 'crash-loop', at, isFull(crashes, CRASHES, at - CRASHES_MS), detail);
    }
    case 'outcomes': {
      if (observation.repeats <= 0) return wires;
      const repeats = latest(wires.repeats, at, observation.repeats, REPEATS);
      const detail = `made the same call ${IDENTICAL_CALLS} times with the same result`;
      return trip(
        { ...wires, repeats },
        'identical-call',
        at,
        isFull(repeats, REPEATS, at - IDENTICAL_CALLS_MS),
        detail,
      );
    }
    case 'progress':
      return wires.repeats.length === 0 ? wires : { ...wires, repeats: [] };
    case 'tripwire':
      return trip(wires, observation.tripwire, at, true, observation.detail);
    case 'mode':
    case 'gone':
    case 'in-flight':
    case 'blocked':
    case 'wait-began':
    case 'wait-ended':
    case 'down-time':
    case 'scheduled-time':
    case 'task-ended':
    case 'output':
      return wires;
    default:
      return observation satisfies never;
  }
}

/** A person lets go: what tripped it before does not trip it again. */
export function letGo(wires: Tripwires, tripwire: Tripwire): Tripwires {
  const { [tripwire]: _letGo, ...tripped } = wires.tripped;
  return {
    tripped,
    crashes: tripwire === 'crash-loop' ? [] : wires.crashes,
    repeats: tripwire === 'identical-call' ? [] : wires.repeats,
  };
}

function trip(wires: Tripwires, name: Tripwire, at: number, isSo: boolean, detail: string): Tripwires {
  if (!isSo || wires.tripped[name]) return wires;
  return { ...wires, tripped: { ...wires.tripped, [name]: { since: at, detail } } };
}

function latest(times: readonly number[], at: number, n: number, most: number): readonly number[] {
  const more = Array.from({ length: Math.min(Math.ceil(n), most) }, () => at);
  return [...times, ...more].slice(-most);
}

const isFull = (times: readonly number[], most: number, since: number): boolean =>
  times.length >= most && times[0]! >= since;
