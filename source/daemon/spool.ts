/**
 * What hooks had to say while no daemon was there: one JSON line each, read once, in the order it was
 * written. A line that may be on record already (the daemon it was told to left before it answered; we
 * were killed while reading) must change nothing when it comes again.
 */
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runOfSession } from '../core/fleet.ts';
import { adapterFor } from '../core/vendors/registry.ts';
import type { SpooledReport } from '../wire/gate-protocol.ts';
import type { Places } from '../wire/places.ts';
import type { Loop } from './loop.ts';
import { NO_WORLD } from './world.ts';

/** A file being read; one that is there at the start was being read by a daemon that was killed. */
const TAKEN = '.taken';
/** A file some of which could not be read stays, for whoever wants to know what it was. */
const BROKEN = '.broken';

/**
 * The files are bounded by the gate that writes them; nobody answers these hooks any more, so no verdict depends
 * on it. Yields sentences about what could not be read.
 */
export async function ingestSpool(options: {
  places: Pick<Places, 'spool'>;
  loop: Pick<Loop, 'fleet' | 'submit'>;
}): Promise<readonly string[]> {
  const { places, loop } = options;
  const warnings: string[] = [];
  for (const name of filesOf(places.spool, TAKEN)) await ingestOrWarn(join(places.spool, name), true);
  for (const name of filesOf(places.spool, '.jsonl')) {
    const file = join(places.spool, name);
    const taken = file.replace(/\.jsonl$/, TAKEN);
    renameSync(file, taken);
    await ingestOrWarn(taken, false);
  }
  return warnings;

  async function ingestOrWarn(taken: string, isSecondTime: boolean): Promise<void> {
    try {
      if (await ingestFile(taken, isSecondTime, loop)) return rmSync(taken);
      const aside = taken.replace(/\.taken$/, BROKEN);
      renameSync(taken, aside);
      warnings.push(
        `some of what hooks reported while no daemon ran could not be read; it is kept in ${aside}`,
      );
    } catch (error) {
      if (error instanceof Error && 'syscall' in error)
        warnings.push(`what hooks reported while no daemon ran could not be read: ${error.message}`);
      else throw error;
    }
  }
}

/** False when some of its lines were no reports. */
async function ingestFile(
  file: string,
  isSecondTime: boolean,
  loop: Pick<Loop, 'fleet' | 'submit'>,
): Promise<boolean> {
  const session = basename(file, TAKEN);
  const run = runOfSession(loop.fleet, session);
  let isWhole = true;
  for (const line of run ? readFileSync(file, 'utf8').split('\n') : []) {
    const spooled = parse(line);
    if (!spooled) {
      isWhole &&= line === '';
      continue;
    }
    const hook = adapterFor(spooled.dialect).parseHook(parseAny(spooled.payload));
    // A question whose asker is gone needs no answer; what happened is what counts.
    if (hook.type === 'tool-asked') continue;
    const isKnown = hook.type === 'tool-finished' && !loop.fleet.openCalls[session]?.[hook.call.id];
    // Told twice, a finished call would look like one that went past the gate.
    if (isKnown && (isSecondTime || spooled.mayBeKnown)) continue;
    await loop.submit(
      { type: 'hook', session, hook, facts: NO_WORLD, approvalLifeMs: 0 },
      `agent:${run!.agent}`,
    );
  }
  return isWhole;
}

function filesOf(folder: string, ending: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .sort();
  } catch {
    return [];
  }
}

function parse(line: string): Pick<SpooledReport, 'dialect' | 'payload' | 'mayBeKnown'> | null {
  const value = parseAny(line);
  if (typeof value !== 'object' || value === null) return null;
  const { dialect, payload, mayBeKnown } = value as Partial<SpooledReport>;
  return typeof dialect === 'string' && typeof payload === 'string'
    ? { dialect, payload, mayBeKnown: mayBeKnown === true }
    : null;
}

function parseAny(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
