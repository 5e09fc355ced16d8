const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `7d` or a date as wall-clock milliseconds, counted back from `now`; NaN when it is neither. */
export function parseDuration(text: string, now: number): number {
  const span = /^(\d+)([smhd])$/.exec(text);
  return span ? now - Number(span[1]) * UNITS[span[2]!]! : Date.parse(text);
}
