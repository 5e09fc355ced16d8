/** The history of being asked, for figures and previews. */
import { setImmediate as soon } from 'node:timers/promises';
import type { FleetEvent, Recorded } from '../core/event.ts';
import type { Store } from '../io/store/store.ts';

const TYPES: readonly FleetEvent['type'][] = [
  'approval-requested',
  'approval-decided',
  'approval-undone',
  'approval-closed',
];
const PAGE = 500;
/** Two months of a busy fleet; a figure needs no more, and a look at it must stay a matter of a second. */
const EVENTS_MAX = 10_000;

/** Oldest first. Other work goes on between pages. */
export async function recordedAsks(
  store: Store,
  since: number,
  types: readonly FleetEvent['type'][] = TYPES,
): Promise<readonly Recorded[]> {
  const found: Recorded[] = [];
  for (const type of types) {
    for (let after = 0, read = 0; read < EVENTS_MAX; read += PAGE) {
      const page = store.read({ after, limit: PAGE, type, since });
      found.push(...page);
      if (page.length < PAGE) break;
      after = page.at(-1)!.seq;
      await soon();
    }
  }
  return found.sort((a, b) => a.seq - b.seq);
}
