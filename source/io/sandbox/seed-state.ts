/** A run's own copy of what its CLI keeps, made once: what the CLI has written since is not overwritten. */
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pickedClaudeSettings, type VendorState } from '../../core/containment/vendor-state.ts';

/** Settings, instructions, a few skills; a larger thing is a cache, and not needed to start. */
const SEED_BYTES_MAX = 16 * 1024 * 1024;

/** Where the copy lies. */
export function seedState(given: {
  readonly state: VendorState;
  readonly folder: string;
  readonly project: string;
  readonly worktree: string;
}): string {
  const { state, folder, project, worktree } = given;
  const place = join(folder, 'state', state.name);
  if (existsSync(place)) return place;
  mkdirSync(place, { recursive: true, mode: 0o700 });
  for (const { from, to, pick } of state.seeds) {
    const found = statSync(from, { throwIfNoEntry: false });
    if (!found || (found.isFile() && found.size > SEED_BYTES_MAX)) continue;
    if (pick === 'claude-settings')
      writeFileSync(join(place, to), pickedClaudeSettings(readFileSync(from, 'utf8'), project, worktree), {
        mode: 0o600,
      });
    // Links are followed by whoever reads them inside, where they lead nowhere else.
    else cpSync(from, join(place, to), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  }
  return place;
}
