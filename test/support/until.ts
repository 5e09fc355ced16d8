import { setTimeout as after } from 'node:timers/promises';

/** Between two looks at a condition nothing tells of. */
const LOOK_MS = 10;

/** Looks until the condition yields something; fails with what was waited for, never by the runner's time-out. */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  what: string,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await after(LOOK_MS);
  }
}
