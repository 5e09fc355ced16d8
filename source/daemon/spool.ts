/**
 * What hooks had to say while no daemon was there: one JSON line each, read once, in the order it was
 * written. A line that is already on record (a crash between recording and deleting) changes nothing,
 * because a finished call is no longer open.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runOfSession } from '../core/fleet.ts';
import { adapterFor } from '../core/vendors/registry.ts';
import type { SpooledReport } from '../wire/gate-protocol.ts';
import type { Places } from '../wire/places.ts';
import type { Loop } from './loop.ts';

/** The files are bounded by the gate that writes them; nobody answers these hooks any more, so no verdict depends on it. */
export async function ingestSpool(options: { places: Places; loop: Loop }): Promise<void> {
  const { places, loop } = options;
  for (const name of filesOf(places.spool)) {
    const file = join(places.spool, name);
    const session = basename(name, '.jsonl');
    const run = runOfSession(loop.fleet, session);
    for (const line of run ? readFileSync(file, 'utf8').split('\n') : []) {
      const spooled = parse(line);
      if (!spooled) continue;
      const hook = adapterFor(spooled.dialect).parseHook(parseAny(spooled.payload));
      // A question whose asker is gone needs no answer; what happened is what counts.
      if (hook.type === 'tool-asked') continue;
      // The last daemon may have recorded it before it went; seen twice it would look like a call past the gate.
      if (
        spooled.mayBeKnown &&
        hook.type === 'tool-finished' &&
        !loop.fleet.openCalls[session]?.[hook.call.id]
      )
        continue;
      await loop.submit(
        { type: 'hook', session, hook, facts: { worktree: '', real: {} }, approvalLifeMs: 0 },
        `agent:${run!.agent}`,
      );
    }
    rmSync(file, { force: true });
  }
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .sort();
  } catch {
    return [];
  }
}

function parse(line: string): Pick<SpooledReport, 'dialect' | 'payload' | 'mayBeKnown'> | null {
  const value = parseAny(line) as { dialect?: unknown; payload?: unknown; mayBeKnown?: unknown } | undefined;
  return typeof value?.dialect === 'string' && typeof value.payload === 'string'
    ? { dialect: value.dialect, payload: value.payload, mayBeKnown: value.mayBeKnown === true }
    : null;
}

function parseAny(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
