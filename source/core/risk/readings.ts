/** What the seven signals of an agent say at a moment. */
import { HOUR_MS, MINUTE_MS } from './decay.ts';
import type { Reading, Readings } from './signal.ts';
import { advance, type AgentSignals } from './signals.ts';

/** As if ten calls with half an error had been seen before: three calls are no evidence. */
const ERROR_PRIOR = { e: 0.5, n: 10 };
/** Down-time is measured against half an hour at least: two minutes lost at the start are no trend. */
const SCHEDULED_MINUTES_MIN = 30;
/** Hooks may rest this long while the terminal prints before silence is no longer believed. */
const HOOKS_QUIET_MS = 10 * MINUTE_MS;

/** The figures at a moment, not before the last observation. */
export function readingsAt(signals: AgentSignals, at: number): Readings {
  const now = advance(signals, at);
  const age = (since: number | null): number => Math.max(0, now.at - (since ?? now.since));
  const read = (value: number, n: number, since: number | null): Reading => ({
    value,
    n,
    ageMs: age(since),
    isUnsure: false,
  });
  const { e, n } = now.errors;
  const silentMs = longestSilence(now);
  return {
    error:
      now.outcomeAt === null
        ? null
        : read((e + ERROR_PRIOR.e) / (n + ERROR_PRIOR.n), now.outcomes, now.outcomeAt),
    restarts: read(now.restarts, now.restartCount, now.restartAt),
    silent:
      silentMs === null
        ? null
        : {
            ...read(silentMs / HOUR_MS, now.progress, now.progressAt),
            isUnsure: now.outcomeAt !== null && (now.outputAt ?? 0) - now.outcomeAt > HOOKS_QUIET_MS,
          },
    blocked: now.blockedAt === null ? null : read(now.blocked, 1, now.blockedAt),
    uptime:
      now.uptimeAt === null
        ? null
        : read(
            Math.max(0, 1 - now.downMinutes / Math.max(SCHEDULED_MINUTES_MIN, now.scheduledMinutes)),
            Math.round(now.scheduledMinutes),
            now.uptimeAt,
          ),
    eval: now.scoreAt === null ? null : read(now.score, now.scoreCount, now.scoreAt),
    sla: now.onTimeAt === null ? null : read(now.onTime, now.onTimeCount, now.onTimeAt),
  };
}

/** Null: no run of it has a clock. */
function longestSilence({ lanes }: AgentSignals): number | null {
  let longest: number | null = null;
  for (const name in lanes) longest = Math.max(longest ?? 0, lanes[name]!.silentMs);
  return longest;
}
