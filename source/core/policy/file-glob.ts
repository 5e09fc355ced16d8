/** Globs that tell a searching program which files to search, as ripgrep reads them. */
import { matchesNames } from './pattern.ts';
import { expandBraces } from './shell/braces.ts';

/**
 * Whether one of these globs asks for a file on purpose: it is searched then, hidden and ignored or not. `below`:
 * its names from the folder that is searched. A glob that cannot be read may mean anything.
 */
export function asksFor(globs: readonly string[], below: readonly string[]): boolean {
  return globs
    .flatMap((glob) => glob.split(/[\s,]+(?![^{]*\})/))
    .filter((glob) => glob !== '' && !glob.startsWith('!'))
    .some((glob) => {
      const spelled = expandBraces(glob);
      return spelled === null || spelled.some((each) => fits(each, below));
    });
}

/** Without a slash a glob is about names, wherever they stand; with one, about paths. */
function fits(glob: string, below: readonly string[]): boolean {
  const names = glob
    .toLowerCase()
    .replace(/^\.?\//, '')
    .replaceAll(/\[[^\]]*\]|\?/g, '*')
    .split('/');
  const path = below.map((name) => name.toLowerCase());
  return matchesNames(glob.includes('/') ? names : ['**', ...names], path);
}

/** The folder a pattern of names starts in, before its first star; empty where it starts with one. */
export function literalFolder(pattern: string): string {
  const names = pattern.split('/');
  const star = names.findIndex((name) => /[*?[{]/.test(name));
  return names.slice(0, star < 0 ? -1 : star).join('/');
}
