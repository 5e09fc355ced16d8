/** Looks up what a verdict on a call wants to know of the file system: where the paths it names really lead. */
import { readlink, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { ToolCall } from '../core/approvals/envelope.ts';
import type { Run } from '../core/fleet.ts';
import { wantedPaths } from '../core/policy/judge.ts';
import type { World } from '../core/policy/policy.ts';
import { adapterOf } from '../core/vendors/registry.ts';

/** Nothing was looked up, so nothing that names a path is allowed. */
export const NO_WORLD: World = { root: '', home: '', cwd: '', real: {}, secrets: null };

/** More paths than a person could check; a call with more asks, as what is not known is never allowed. */
const PATHS_MAX = 2_000;

export async function worldOf(run: Pick<Run, 'vendor' | 'cwd'>, call: ToolCall, cwd: string): Promise<World> {
  const [root, home] = await Promise.all([realPathOf(run.cwd), realPathOf(homedir())]);
  const world: World = { root, home, cwd: cwd || run.cwd, real: {}, secrets: null };
  const action = adapterOf(run.vendor).actionOf(call);
  const wanted = [...new Set(wantedPaths({ action, world }))].slice(0, PATHS_MAX);
  const real = await Promise.all(wanted.map(async (path) => [path, await realPathOf(path)] as const));
  return { ...world, real: Object.fromEntries(real) };
}

/** As many links as the kernel follows before it takes them for a circle. */
const LINKS_MAX = 40;

/**
 * Where a path leads: links resolved as far as it exists, the rest as it is spelled. A link that leads to
 * nothing is followed, too: writing through it makes the file it names.
 */
async function realPathOf(path: string, links = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    if (parent === path) return path;
    const target = links < LINKS_MAX ? await readlink(path).catch(() => undefined) : undefined;
    const folder = await realPathOf(parent, links);
    return target === undefined
      ? join(folder, basename(path))
      : realPathOf(resolve(folder, target), links + 1);
  }
}
