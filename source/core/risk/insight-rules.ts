/**
 * Slow decline that is no reason to stop an agent but one to look at it: rules of their own, beside the model,
 * because its weights are made for what must be stopped.
 */
import { HOUR_MS, left, MINUTE_MS } from './decay.ts';
import type { Observation } from './observation.ts';
import type { Readings } from './signal.ts';

export const INSIGHTS = ['blocked-cascade', 'late-tasks', 'rising-errors', 'hooks-quiet'] as const;
export type Insight = (typeof INSIGHTS)[number];

const BLOCKED_TASKS = 3;
const BLOCKED_MS = 30 * MINUTE_MS;
/** One task in twenty may be late; six times as many over hours and just now use that up within days. */
const LATE_SHARE = 6 * 0.05;
const LATE_LONG_HALF_MS = 6 * HOUR_MS;
const LATE_SHORT_HALF_MS = 30 * MINUTE_MS;
/** Fewer tasks than this make no rate. */
const LATE_TASKS_MIN = 2;
/** How an agent errs usually, over its last week; and how it errs these hours. */
const USUAL_HALF_MS = 7 * 24 * HOUR_MS;
const RECENT_HALF_MS = 90 * MINUTE_MS;
const USUAL_CALLS_MIN = 300;
const RECENT_CALLS_MIN = 40;
/** Risen: half as much again and seven points more; a hundredth that becomes two is no trend. */
const RISEN_FACTOR = 1.5;
const RISEN_BY = 0.07;

interface Count {
  readonly bad: number;
  readonly n: number;
}

const NONE: Count = { bad: 0, n: 0 };

export interface Trends {
  readonly at: number;
  readonly lateLong: Count;
  readonly lateShort: Count;
  readonly usual: Count;
  readonly recent: Count;
  /** Since when at least three tasks have been blocked without a break. */
  readonly blockedSince: number | null;
}

export const newTrends = (at: number): Trends => ({
  at,
  lateLong: NONE,
  lateShort: NONE,
  usual: NONE,
  recent: NONE,
  blockedSince: null,
});

export function follow(trends: Trends, at: number, observation: Observation): Trends {
  switch (observation.type) {
    case 'outcomes': {
      const now = fade(trends, at);
      const { failed: bad, n } = observation;
      return { ...now, usual: plus(now.usual, bad, n), recent: plus(now.recent, bad, n) };
    }
    case 'task-ended': {
      if (observation.isOnTime === null) return trends;
      const now = fade(trends, at);
      const bad = observation.isOnTime ? 0 : 1;
      return { ...now, lateLong: plus(now.lateLong, bad, 1), lateShort: plus(now.lateShort, bad, 1) };
    }
    case 'blocked':
      if (observation.tasks < BLOCKED_TASKS) return { ...trends, blockedSince: null };
      return { ...trends, blockedSince: trends.blockedSince ?? at };
    case 'progress':
    case 'restarts':
    case 'mode':
    case 'gone':
    case 'in-flight':
    case 'wait-began':
    case 'wait-ended':
    case 'down-time':
    case 'scheduled-time':
    case 'output':
    case 'tripwire':
      return trends;
    default:
      return observation satisfies never;
  }
}

/** What is worth a look at this moment; `common` is the whole fleet's share of the errors. */
export function insightsAt(trends: Trends, at: number, readings: Readings, common: number): Insight[] {
  const { blockedSince, lateLong, lateShort, usual, recent } = fade(trends, at);
  const found: Insight[] = [];
  if (blockedSince !== null && at - blockedSince >= BLOCKED_MS) found.push('blocked-cascade');
  if (
    lateLong.n >= LATE_TASKS_MIN &&
    share(lateLong) >= LATE_SHARE &&
    lateShort.bad > 0 &&
    share(lateShort) >= LATE_SHARE
  )
    found.push('late-tasks');
  const rate = share(recent) - common;
  if (
    usual.n >= USUAL_CALLS_MIN &&
    recent.n >= RECENT_CALLS_MIN &&
    rate >= share(usual) * RISEN_FACTOR &&
    rate >= share(usual) + RISEN_BY
  )
    found.push('rising-errors');
  if (readings.silent?.isUnsure) found.push('hooks-quiet');
  return found;
}

function fade(trends: Trends, to: number): Trends {
  const ms = to - trends.at;
  if (ms <= 0) return trends;
  return {
    at: to,
    lateLong: times(trends.lateLong, left(ms, LATE_LONG_HALF_MS)),
    lateShort: times(trends.lateShort, left(ms, LATE_SHORT_HALF_MS)),
    usual: times(trends.usual, left(ms, USUAL_HALF_MS)),
    recent: times(trends.recent, left(ms, RECENT_HALF_MS)),
    blockedSince: trends.blockedSince,
  };
}

const plus = ({ bad, n }: Count, moreBad: number, more: number): Count => ({
  bad: bad + moreBad,
  n: n + more,
});
const times = ({ bad, n }: Count, factor: number): Count => ({ bad: bad * factor, n: n * factor });
const share = ({ bad, n }: Count): number => (n > 0 ? bad / n : 0);
