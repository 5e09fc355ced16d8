/** The state as the events tell it, with a saved projection to start from so that a long log costs nothing. */
import { apply } from '../core/apply.ts';
import { EMPTY_FLEET, type Fleet } from '../core/fleet.ts';
import type { Store } from '../io/store/store.ts';

/** Name and form of the saved state; a changed form gets a new name, and the old one is simply not found. */
const PROJECTION = 'fleet-5';
const PAGE = 1_000;

/** From the newest projection when there is one, else from the first event. */
export function loadFleet(store: Store): Fleet {
  const saved = store.loadProjection(PROJECTION);
  const head = store.head().seq;
  const start = saved && saved.seq <= head ? (saved.state as Fleet) : EMPTY_FLEET;
  return foldFrom(store, start);
}

export function saveFleet(store: Store, fleet: Fleet): void {
  store.saveProjection(PROJECTION, fleet.seq, fleet);
}

/** Drops every projection and folds the log from its first event. */
export function rebuildFleet(store: Store): Fleet {
  store.dropProjections();
  const fleet = foldFrom(store, EMPTY_FLEET);
  saveFleet(store, fleet);
  return fleet;
}

/** What a rebuild found, in words. */
export function describeRebuild(before: Fleet, after: Fleet): { events: number; words: string } {
  const isSame = JSON.stringify(sorted(before)) === JSON.stringify(sorted(after));
  return {
    events: after.seq,
    words: isSame
      ? `folded ${after.seq} events; the state is the same as before`
      : `folded ${after.seq} events; the state DIFFERS from what was in use: restart the daemon (fleet brain stop) to use it`,
  };
}

/** Records compare by what they hold, not by the order their keys were added in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

function foldFrom(store: Store, start: Fleet): Fleet {
  let fleet = start;
  for (;;) {
    const page = store.read({ after: fleet.seq, limit: PAGE });
    for (const recorded of page) fleet = apply(fleet, recorded);
    if (page.length < PAGE) return fleet;
  }
}
