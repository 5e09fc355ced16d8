import { durationMs } from '../core/duration.ts';

/** `7d` or a date as wall-clock milliseconds, counted back from `now`; NaN when it is neither. */
export function parseDuration(text: string, now: number): number {
  const span = durationMs(text);
  return span === undefined ? Date.parse(text) : now - span;
}
