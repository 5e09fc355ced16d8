/**
 * How one file tells its story, found out by reading it once: its unit of time, whether states are told when they
 * change or over and over, and whether it says itself what was progress.
 */
import type { Mode } from '../observation.ts';
import type { Facts, FactsRow } from './row.ts';

export interface Dialect {
  /** How much of `t` is one minute. */
  readonly perMinute: number;
  /** Where `t` begins: at 0, or with the first row where it counts from 1970. */
  readonly start: number;
  /** The file's own word on progress counts; otherwise a call that succeeded and was no repeat does, too. */
  readonly saysProgress: boolean;
  /** Minutes a state holds after its row; Infinity: until the next row about it. */
  readonly holds: Readonly<Record<Level, number>>;
  readonly work: Work;
}

/**
 * How the file tells when an agent is at work. `modes`: it says so. `rests`: it says only when not. `scheduled`:
 * in the minutes it is meant to be up. `tasks`: from a task's start to its end. `always`: it does not tell, so
 * from its first row to the file's last.
 */
export type Work = 'modes' | 'rests' | 'scheduled' | 'tasks' | 'always';

export const STATE_LEVELS = ['mode', 'blocked', 'inFlight', 'isWaiting', 'isLimited'] as const;
export type Level = (typeof STATE_LEVELS)[number];

/** Progress told in one of ten minutes with successful calls is told on purpose, not a commit now and then. */
const PROGRESS_SHARE_MIN = 0.1;
/** Rows that only say again what was so: a file of samples, not of changes. */
const AGAIN_SHARE_MIN = 0.5;
/** Samples are no further apart. */
const SAMPLE_GAP_MAX = 30;
/** Numbers from here on are milliseconds: as minutes they would be two thousand years. */
const MILLISECONDS_FROM = 1e9;
/** Nobody records forty years: so many minutes count from 1970. */
const SINCE_1970_FROM = 2e7;
/** Seconds since 1970 of any time that matters. */
const EPOCH_SECONDS = { from: 1e9, to: 1e10 };
/** A file of minutes has two rows at neighbouring minutes within so many times. */
const UNIT_TIMES_MIN = 30;

interface LevelCount {
  again: number;
  changes: number;
  zeros: number;
  gaps: number[];
}

export interface Survey {
  add(row: FactsRow): void;
  remark(unit: string | null): void;
  dialect(): Dialect;
}

export function newSurvey(): Survey {
  let given: string | null = null;
  let min = Infinity;
  let max = -Infinity;
  let times = 0;
  let inMinutes = true;
  let inSeconds = true;
  let progress = 0;
  let gotOn = 0;
  let saysWorking = false;
  let starts = 0;
  let ends = 0;
  let scheduled = 0;
  const counts = Object.fromEntries(
    STATE_LEVELS.map((level) => [level, { again: 0, changes: 0, zeros: 0, gaps: [] }]),
  ) as unknown as Record<Level, LevelCount>;
  const last = new Map<string, { readonly value: unknown; readonly t: number }>();

  const countLevel = (level: Level, key: string, value: Mode | number | boolean, t: number): void => {
    const count = counts[level];
    const known = last.get(key);
    if (known && known.value === value) {
      count.again += 1;
      if (t > known.t && count.gaps.length < 10_000) count.gaps.push(t - known.t);
    } else count.changes += 1;
    if (value === 0 || value === false) count.zeros += 1;
    last.set(key, { value, t });
  };

  return {
    add({ t, agent, fleet, facts }) {
      if (t < min) min = t;
      if (t > max) max = t;
      times += 1;
      if (t % 60_000 !== 0) inMinutes = false;
      if (t % 60 !== 0) inSeconds = false;
      if ((facts.progress ?? 0) > 0) progress += 1;
      if (isGettingOn(facts)) gotOn += 1;
      if (facts.mode === 'working') saysWorking = true;
      if ((facts.taskStarts ?? 0) > 0) starts += 1;
      if (facts.tasks) ends += 1;
      if ((facts.scheduledMinutes ?? 0) > 0) scheduled += 1;
      for (const level of STATE_LEVELS) {
        const value = facts[level];
        if (value !== undefined) countLevel(level, `${level}\n${fleet ?? ''}\n${agent}`, value, t);
      }
    },
    remark(unit) {
      given ??= unit;
    },
    dialect() {
      const perMinute = unitOf({ given, min, max, times, inMinutes, inSeconds });
      const holdOf = (level: Level): number => {
        const { again, changes, zeros, gaps } = counts[level];
        const isSampled =
          level === 'mode' ? again / Math.max(1, again + changes) >= AGAIN_SHARE_MIN : zeros === 0;
        if (!isSampled) return Infinity;
        const usual = gaps
          .map((gap) => gap / perMinute)
          .filter((gap) => gap <= SAMPLE_GAP_MAX)
          .sort((a, b) => a - b);
        return Math.ceil(1.5 * (usual[usual.length >> 1] ?? 1));
      };
      return {
        perMinute,
        start: min / perMinute >= SINCE_1970_FROM ? min : 0,
        saysProgress: progress > 0 && progress >= PROGRESS_SHARE_MIN * gotOn,
        holds: {
          mode: holdOf('mode'),
          blocked: holdOf('blocked'),
          inFlight: holdOf('inFlight'),
          isWaiting: holdOf('isWaiting'),
          isLimited: holdOf('isLimited'),
        },
        work: saysWorking
          ? 'modes'
          : counts.mode.again + counts.mode.changes > 0
            ? 'rests'
            : scheduled > 0
              ? 'scheduled'
              : starts > 0 && ends > 0
                ? 'tasks'
                : 'always',
      };
    },
  };
}

/** A call succeeded and was no repeat, as far as this row knows. */
export const isGettingOn = ({ outcomes = 0, failed = 0, repeats = 0 }: Facts): boolean =>
  outcomes - failed - repeats > 0;

function unitOf(found: {
  readonly given: string | null;
  readonly min: number;
  readonly max: number;
  readonly times: number;
  readonly inMinutes: boolean;
  readonly inSeconds: boolean;
}): number {
  const { given, min, max, times, inMinutes, inSeconds } = found;
  if (given !== null) {
    if (/^(?:ms|milli)/i.test(given)) return 60_000;
    if (/^s/i.test(given)) return 60;
    if (/^m/i.test(given)) return 1;
  }
  if (min >= EPOCH_SECONDS.from && max < EPOCH_SECONDS.to && !inMinutes) return 60;
  if (max > MILLISECONDS_FROM) return 60_000;
  // Whole minutes in a smaller unit: true by chance of a few rows, not of many.
  if (times >= UNIT_TIMES_MIN && max > min) {
    if (inMinutes) return 60_000;
    if (inSeconds) return 60;
  }
  return 1;
}
