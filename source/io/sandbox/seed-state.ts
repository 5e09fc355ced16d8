/** A run's own copy of what its CLI keeps, made once: what the CLI has written since is not overwritten. */
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoopbackServices } from '../../core/containment/doors.ts';
import { seededText, type VendorState } from '../../core/containment/vendor-state.ts';

/** Settings, instructions, a few skills; a larger thing is a cache, and not needed to start. */
const SEED_BYTES_MAX = 16 * 1024 * 1024;

/** Where the copy lies. */
export function seedState(given: {
  readonly state: VendorState;
  readonly folder: string;
  readonly project: string;
  readonly worktree: string;
  readonly services: LoopbackServices;
}): string {
  const { state, folder } = given;
  const place = join(folder, 'state', state.name);
  if (existsSync(place)) return place;
  mkdirSync(place, { recursive: true, mode: 0o700 });
  for (const seed of state.seeds) {
    const { from, to } = seed;
    const found = statSync(from, { throwIfNoEntry: false });
    if (!found || (found.isFile() && found.size > SEED_BYTES_MAX)) continue;
    if (seed.as !== undefined)
      writeFileSync(join(place, to), seededText(seed, readFileSync(from, 'utf8'), given), { mode: 0o600 });
    // Links are followed by whoever reads them inside, where they lead nowhere else.
    else cpSync(from, join(place, to), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  }
  return place;
}
