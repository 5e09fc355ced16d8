/** Moments and stretches of time as a clock on the wall tells them. */
import type { Stretch } from '../../page.ts';

const DAY_MS = 24 * 3_600_000;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

const two = (figure: number): string => String(figure).padStart(2, '0');

/** `13:20`, with the day when it was not within the last one. */
export function clockWords(at: number, now: number): string {
  const date = new Date(at);
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return now - at < DAY_MS ? clock : `${DAYS[date.getDay()]} ${clock}`;
}

/** `13:20–13:25` */
export const momentWords = ({ from, until }: Stretch, now: number): string =>
  `${clockWords(from, now)}–${until >= now ? 'now' : clockWords(until, now)}`;
