/** `src/*.ts` as a shell expands it: a folder, and names below it of which only a pattern is known. */
import { ANY, couldMatchStars, matchesStars, ONE } from './pattern.ts';

export interface NamePattern {
  readonly folder: string;
  /** Names with `*` for every unknown piece. */
  readonly stars: readonly string[];
}

const MARK = new RegExp(`[${ANY}${ONE}]`);

/** null for a path without marks, which is a path. */
export function namePattern(path: string): NamePattern | null {
  const mark = path.search(MARK);
  if (mark < 0) return null;
  const slash = path.lastIndexOf('/', mark);
  const folder = slash < 0 ? '.' : path.slice(0, slash) || '/';
  const names = path.slice(slash + 1).split('/');
  return {
    folder,
    stars: names
      .filter((name) => name !== '' && name !== '.')
      .map((name) => name.replaceAll(ANY, '*').replaceAll(ONE, '*')),
  };
}

/** In a shell a star at the start of a name does not match a dot. */
export function matchesShellName(star: string, name: string): boolean {
  return !isHiddenFrom(star, name) && matchesStars(star, name);
}

/** Whether some name fits both. */
export function couldBeBoth(star: string, pattern: string): boolean {
  return !isHiddenFrom(star, pattern) && couldMatchStars(pattern, star.replaceAll('*', ANY));
}

function isHiddenFrom(star: string, name: string): boolean {
  return name.startsWith('.') && !star.startsWith('.');
}
