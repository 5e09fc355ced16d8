import type { FleetEvent } from './event.ts';

export interface Refusal {
  /** For programs: NO_RUN, NOT_LIVE, BUSY, … */
  readonly code: string;
  /** For people: what was asked, what is so, what to do. */
  readonly message: string;
}

/** What an input leads to. A refusal may still come with events (a request that turned out to have expired). */
export interface Decision {
  readonly events: readonly FleetEvent[];
  readonly refusal?: Refusal;
}

export const nothing: Decision = { events: [] };
export const happened = (...events: readonly FleetEvent[]): Decision => ({ events });
export const refused = (code: string, message: string): Decision => ({
  events: [],
  refusal: { code, message },
});
