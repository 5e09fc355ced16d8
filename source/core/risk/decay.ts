/** Amounts that fade: what happened one half-life ago counts half. All of them hold whatever the steps time goes in. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** The share of an amount that is left after so long. */
export const left = (ms: number, halfLifeMs: number): number => Math.exp((-Math.LN2 * ms) / halfLifeMs);

/** What a minute each minute has come to, faded likewise, after so long: in minutes. */
export const accrued = (ms: number, halfLifeMs: number): number =>
  (halfLifeMs / Math.LN2 / MINUTE_MS) * (1 - left(ms, halfLifeMs));
