/** The events behind a figure, asked for page by page. */
import type { Recorded } from '../core/event.ts';
import type { DaemonLink } from './links/daemon-link.ts';
import type { Intent } from './ui-input.ts';

/** Of a busy fleet that is some hours; older ones are not what a figure of now stands on. */
const LOOKED_AT_MAX = 20_000;
/** As many as the daemon gives at once. */
const PAGE = 1_000;
/** Nobody scrolls through more; the latest are kept. */
const KEPT_MAX = 2_000;

export async function eventsOf(
  daemon: DaemonLink,
  { agent, since }: Intent & { type: 'events' },
): Promise<readonly Recorded[]> {
  const found: Recorded[] = [];
  let after = Math.max(0, daemon.fleet.seq - LOOKED_AT_MAX);
  for (let page = 0; page < LOOKED_AT_MAX / PAGE; page++) {
    const { events } = await daemon.ask({
      type: 'log',
      after,
      limit: PAGE,
      agent,
      eventType: null,
      run: null,
      since,
    });
    found.push(...events);
    if (events.length < PAGE) break;
    after = events.at(-1)!.seq;
  }
  return found.slice(-KEPT_MAX);
}
