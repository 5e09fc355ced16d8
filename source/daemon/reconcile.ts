/**
 * Start-up: what the log says is running and what really is are brought together. Holders are adopted;
 * a session without one is lost or has exited; nothing is ever deleted because a socket is missing.
 */
import { isEnded, isLive, type Fleet } from '../core/fleet.ts';
import type { Places } from '../wire/places.ts';
import type { Gates } from './gates.ts';
import { scanHolders, type FoundHolder } from './holders.ts';
import type { Loop } from './loop.ts';
import type { ScreensLink } from './screens-link.ts';
import type { Sessions } from './sessions.ts';

export interface Reconciled {
  readonly adopted: number;
  readonly exited: number;
  readonly lost: number;
  /** Sessions whose holder lives but does not answer: neither adopted nor given up, to be looked at again. */
  readonly silent: readonly string[];
}

export async function reconcile(options: {
  readonly places: Places;
  readonly loop: Loop;
  readonly sessions: Sessions;
  readonly gates: Gates;
  readonly screens: ScreensLink;
}): Promise<Reconciled> {
  const { places, loop, sessions, gates, screens } = options;
  const found = new Map((await scanHolders(places)).map((holder) => [holder.session, holder]));
  const count = { adopted: 0, exited: 0, lost: 0 };
  const silent: string[] = [];
  for (const run of Object.values(loop.fleet.runs)) {
    if (isEnded(run) || (run.session && sessions.isHeld(run.session))) continue;
    if (run.phase === 'requested' || !run.session) {
      await refuseUnfinished(loop, run.id);
      continue;
    }
    const holder = found.get(run.session);
    if (holder?.state === 'live') {
      if (await adopt(run.session, holder)) count.adopted++;
      else count.lost++;
    } else if (holder?.state === 'exited' && holder.exit) {
      await becomeLive(run.session, holder);
      const { code, signal, at } = holder.exit;
      await loop.submit({ type: 'session-exited', session: run.session, code, signal, exitedAt: at });
      count.exited++;
    } else if (holder?.state === 'silent') silent.push(run.session);
    else if (run.phase === 'launching') await refuseUnfinished(loop, run.id);
    else {
      await loop.submit({ type: 'session-lost', session: run.session, reason: lostBecause(holder) });
      count.lost++;
    }
  }
  return { ...count, silent };

  async function adopt(session: string, holder: FoundHolder): Promise<boolean> {
    try {
      await becomeLive(session, holder);
      const run = Object.values(loop.fleet.runs).find((candidate) => candidate.session === session);
      if (run) await gates.open(session, run.gateTokenHash);
      await sessions.adopt(session);
      screens.opened(session);
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await loop.submit({ type: 'session-lost', session, reason: `its holder does not answer: ${reason}` });
      return false;
    }
  }

  /** The daemon died between starting the holder and recording it: the holder itself is the record. */
  async function becomeLive(session: string, holder: FoundHolder): Promise<void> {
    const run = Object.values(loop.fleet.runs).find((candidate) => candidate.session === session);
    if (!run || isLive(run) || !holder.meta) return;
    await loop.submit({
      type: 'session-started',
      session,
      holder: holder.meta.holder,
      child: holder.meta.child,
    });
  }
}

/** Whether anything was started cannot be known, so nothing is started again by itself. */
async function refuseUnfinished(loop: Loop, run: string): Promise<void> {
  await loop.submit({
    type: 'run-failed',
    run,
    reason: 'the daemon ended while it was starting; start it again',
  });
}

function lostBecause(holder: FoundHolder | undefined): string {
  if (!holder) return 'its files are gone';
  return holder.reason || 'its holder is gone (killed, or the machine was restarted)';
}

/** Sessions of runs the log does not know are left as they are and reported: they may belong to a restored database. */
export function unknownSessions(fleet: Fleet, found: readonly FoundHolder[]): readonly FoundHolder[] {
  const known = new Set(Object.values(fleet.runs).map((run) => run.session));
  return found.filter((holder) => holder.state === 'live' && !known.has(holder.session));
}
