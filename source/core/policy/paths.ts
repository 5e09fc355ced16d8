/** Where a path leads: spelled from the worktree or home, `..` resolved, then as the file system says. */
import type { World } from './policy.ts';

/** Asks where an absolute path really leads; undefined when nobody looked it up. */
export type Lookup = (path: string) => string | undefined;

export interface Place {
  /** Absolute, as spelled, without `.` and `..`. */
  readonly spelled: string;
  /** Where it really leads; null when that is not known or cannot be said. */
  readonly real: string | null;
  readonly problem: string | null;
}

/** `from` is the absolute folder that a relative path starts in. */
export function placeOf(path: string, from: string, world: World, lookup: Lookup): Place {
  const absolute = absoluteOf(path, from, world.home);
  if (absolute === null)
    return { spelled: path, real: null, problem: `${path} is in the home of a user nobody named here` };
  const { spelled, climbs } = normalised(absolute);
  // After `..` bash and the kernel may disagree about links: the folder that is left must be no link.
  for (const folder of climbs)
    if (lookup(folder) !== folder)
      return { spelled, real: null, problem: `${path} climbs out of ${folder}, which leads elsewhere` };
  const real = lookup(spelled);
  if (real === undefined) return { spelled, real: null, problem: `where ${spelled} leads is not known` };
  return { spelled, real, problem: null };
}

export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** The names of a path below a folder: `['src', 'a.ts']`; of a path outside, all of its names. */
export function namesBelow(path: string, folder: string): readonly string[] {
  const rest = isInside(path, folder) ? path.slice(folder.length) : path;
  return rest.split('/').filter((name) => name !== '');
}

function absoluteOf(path: string, from: string, home: string): string | null {
  if (path.startsWith('/')) return path;
  if (path === '~' || path.startsWith('~/')) return `${home}${path.slice(1)}`;
  // `~name` is somebody's home only to a shell; to everything else a file of that name.
  if (/^~[\w+-]*(?:\/|$)/.test(path)) return null;
  return `${from}/${path}`;
}

function normalised(absolute: string): { spelled: string; climbs: readonly string[] } {
  if (!/\/\.{0,2}(?:\/|$)/.test(absolute)) return { spelled: absolute, climbs: [] };
  const names: string[] = [];
  const climbs: string[] = [];
  for (const name of absolute.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') {
      names.push(name);
      continue;
    }
    if (names.length > 0) climbs.push(`/${names.join('/')}`);
    names.pop();
  }
  return { spelled: `/${names.join('/')}`, climbs };
}
