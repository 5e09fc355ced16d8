/** What the caller says about an event before it is recorded. */
import type { FleetEvent } from '../../core/event.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import { StoreError } from './store-error.ts';

export interface NewEvent {
  /** Unique for ever; UUIDv7, so that the index grows at its end. */
  readonly id: string;
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** `person:NAME`, `agent:NAME`, or `daemon`. */
  readonly actor: string;
  readonly agent: string | null;
  readonly project: string | null;
  readonly run: string | null;
  readonly session: string | null;
  readonly event: FleetEvent;
  /** Monotonic clock since boot: durations are taken from it, as the wall clock jumps. */
  readonly monotonicNs: bigint;
}

/** One transaction holds the loop up while it is written; 4,096 events are some 200 ms. */
export const EVENTS_PER_APPEND_MAX = 4_096;

/** Half of what fits into one frame between processes, so that a recorded event can always be sent. */
export const EVENT_CHARACTERS_MAX = 8 * 1024 * 1024;

/** The event's canonical JSON. Throws INVALID for what could not be read back as it was. */
export function payloadOf({ id, at, monotonicNs, event }: NewEvent): string {
  if (id === '') throw new StoreError('INVALID', `An event "${event.type}" has no id.`);
  if (!Number.isSafeInteger(at)) {
    throw new StoreError(
      'INVALID',
      `Event ${id} happened at ${at}, which is no whole number of milliseconds.`,
    );
  }
  if (BigInt.asIntN(64, monotonicNs) !== monotonicNs) {
    throw new StoreError(
      'INVALID',
      `Event ${id} has a monotonic time of ${monotonicNs} ns, which is no 64-bit number.`,
    );
  }
  const payload = canonicalJson(event);
  if (payload.length > EVENT_CHARACTERS_MAX) {
    throw new StoreError(
      'INVALID',
      `Event ${id} (${event.type}) has ${payload.length} characters; ${EVENT_CHARACTERS_MAX} are the most that can be recorded.`,
    );
  }
  return payload;
}
