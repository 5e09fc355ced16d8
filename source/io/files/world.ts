/** What the file system says about an action: where the paths it names really lead, and which secrets lie near. */
import { readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Action } from '../../core/policy/action.ts';
import { wantedPaths } from '../../core/policy/judge.ts';
import type { World } from '../../core/policy/policy.ts';
import { isSecretName, leadsAstray } from '../../core/policy/secrets.ts';

/** More paths than a person could check; what is not looked up is never allowed. */
const PATHS_MAX = 2_000;
/** As many links as Linux follows before it takes them for a circle. */
const LINKS_MAX = 40;
/** Names looked at in search of secrets; a larger worktree counts as not searched. */
const NAMES_MAX = 50_000;
/** Folders read at once: more than Node has threads for them, fewer than descriptors. */
const FOLDERS_AT_ONCE = 16;
/** Other people's code: as large as it is dull, and the keys in it are their tests'. */
const NOT_SEARCHED = new Set(['node_modules', '.git', '.venv', 'venv', '__pycache__']);
/** Commands that may read a file they do not name: by a pattern, or because they go through folders. */
const READS_UNNAMED = /[*?[]|\b(?:[efr]?grep|rg|ag|ack|git|diff|find|fd|cp|mv|tar|zip|rsync|xargs)\b/;

export async function lookUpWorld(
  action: Action,
  { root, home, cwd }: { readonly root: string; readonly home: string; readonly cwd: string },
): Promise<World> {
  const [realRoot, realHome] = await Promise.all([realPathOf(root), realPathOf(home)]);
  const secrets = wantsSecrets(action) ? await secretsBelow(realRoot) : null;
  const world: World = { root: realRoot, home: realHome, cwd, real: {}, secrets };
  const wanted = [...new Set(wantedPaths({ action, world }))].slice(0, PATHS_MAX);
  const real = await Promise.all(wanted.map(async (path) => [path, await realPathOf(path)] as const));
  return { ...world, real: Object.fromEntries(real) };
}

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

/** The search costs more than everything else together; without it a command that needed it only asks. */
function wantsSecrets(action: Action): boolean {
  return action.type === 'grep' || (action.type === 'shell' && READS_UNNAMED.test(action.command));
}

/** Secrets by name, and links that lead to one or out. null: there is too much to look through, or something could not be looked at. */
async function secretsBelow(root: string): Promise<readonly string[] | null> {
  const found: string[] = [];
  const folders = [root];
  for (let seen = 0; folders.length > 0;) {
    const read = folders.splice(0, FOLDERS_AT_ONCE).map(async (folder) => ({
      folder,
      entries: await readdir(folder, { withFileTypes: true }).catch(() => null),
    }));
    for (const { folder, entries } of await Promise.all(read)) {
      seen += entries?.length ?? 0;
      if (entries === null || seen > NAMES_MAX) return null;
      for (const entry of entries) {
        const path = join(folder, entry.name);
        const isAstray = entry.isSymbolicLink() && leadsAstray(await realPathOf(path), root);
        if (isAstray || isSecretName(entry.name)) found.push(path);
        else if (entry.isDirectory() && !NOT_SEARCHED.has(entry.name)) folders.push(path);
      }
    }
  }
  return found;
}
