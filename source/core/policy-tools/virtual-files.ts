/**
 * Files that only a policy case has: names, and links that lead elsewhere. They answer what the judge wants to
 * know of a file system, so that a case says the same on every machine.
 */
import type { World } from '../policy/policy.ts';
import { isSecretName, leadsAstray } from '../policy/secrets.ts';

/** What stands at a path. Contents matter to no verdict. */
export type VirtualEntry =
  | { readonly type: 'file' | 'folder' }
  | { readonly type: 'link'; readonly target: string };

/** By absolute path, without `.` and `..`. */
export type VirtualFiles = ReadonlyMap<string, VirtualEntry>;

/** As many links as Linux follows in one path; more of them run in a circle. */
const LINKS_MAX = 40;

/** Where an absolute path really leads; what does not exist stays as spelled. undefined: its links run in a circle. */
function realPathIn(files: VirtualFiles, path: string): string | undefined {
  const left = namesOf(path);
  let real = '';
  let links = 0;
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name === '..') {
      real = real.slice(0, Math.max(0, real.lastIndexOf('/')));
      continue;
    }
    const entry = files.get(`${real}/${name}`);
    if (entry?.type !== 'link') {
      real = `${real}/${name}`;
      continue;
    }
    if (++links > LINKS_MAX) return undefined;
    left.unshift(...namesOf(entry.target));
    if (entry.target.startsWith('/')) real = '';
  }
  return real === '' ? '/' : real;
}

/** Paths below the worktree whose names usually hold secrets, and links that lead to one or out. */
function secretsIn(files: VirtualFiles, root: string): readonly string[] {
  const found = new Set<string>();
  for (const [path, entry] of files) {
    if (!path.startsWith(`${root}/`)) continue;
    if (entry.type === 'link' && leadsAstray(realPathIn(files, path) ?? '/', root)) found.add(path);
    const names = path.slice(root.length + 1).split('/');
    const secret = names.findIndex((name) => isSecretName(name));
    if (secret >= 0) found.add(`${root}/${names.slice(0, secret + 1).join('/')}`);
  }
  return [...found];
}

/** What the judge is told of the world a case plays in. */
export function worldIn(
  files: VirtualFiles,
  places: { readonly root: string; readonly home: string; readonly cwd: string },
  wanted: (world: World) => readonly string[],
): World {
  const root = realPathIn(files, places.root) ?? places.root;
  const bare: World = { ...places, root, real: {}, secrets: secretsIn(files, root) };
  const real: Record<string, string> = {};
  for (const path of wanted(bare)) {
    const leads = realPathIn(files, path);
    if (leads !== undefined) real[path] = leads;
  }
  return { ...bare, real };
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
