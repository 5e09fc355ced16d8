/** Calls that agents have made, out of the daemon's log. */
import { existsSync } from 'node:fs';
import type { Recorded } from '../core/event.ts';
import type { Fleet } from '../core/fleet.ts';
import { pastCalls, type PastCalls } from '../core/policy-tools/replay.ts';
import type { Invocation } from './command.ts';
import { placesFor, withDaemon } from './daemon-ask.ts';

const PAGE = 500;
/** Weeks of a busy fleet; more would only take longer to say the same. */
const CALLS_MAX = 20_000;
/** The events that say which calls were made, and which scopes their runs had. */
const TYPES = ['tool-judged', 'approval-requested', 'call-held', 'scope-granted', 'scope-revoked'] as const;

export interface History extends PastCalls {
  readonly fleet: Fleet;
  /** There are more, and only the latest were looked at. */
  readonly isCut: boolean;
}

/** null: this machine has no log yet. */
export async function recordedCalls(
  invocation: Invocation,
  { since, agent }: { readonly since: number | null; readonly agent: string | null },
): Promise<History | null> {
  if (!existsSync(placesFor(invocation).database)) return null;
  return withDaemon(invocation, async (daemon) => {
    const { fleet } = await daemon.ask({ type: 'fleet' });
    const events: Recorded[] = [];
    for (const eventType of TYPES) {
      let after = 0;
      for (;;) {
        const query = { type: 'log', after, limit: PAGE, agent, eventType, run: null, since } as const;
        const page = await daemon.ask(query);
        events.push(...page.events);
        after = page.events.at(-1)?.seq ?? after;
        if (page.events.length < PAGE) break;
      }
    }
    events.sort((a, b) => a.seq - b.seq);
    const { calls, unknown } = pastCalls(events, fleet.runs);
    return { fleet, calls: calls.slice(-CALLS_MAX), unknown, isCut: calls.length > CALLS_MAX };
  });
}
