/** Rules about files: `./x` and `x/y` from the worktree's root, bare `x` at any depth, `~/x`, `//absolute`. */
import { couldBeBoth } from './name-pattern.ts';
import { namesBelow, type Place } from './paths.ts';
import { matchesNames } from './pattern.ts';
import type { World } from './policy.ts';

export interface PathRule {
  /** Names from `/` on, with stars. */
  readonly patterns: readonly (readonly string[])[];
  /** The same in lower case: what forbids also holds where the file system ignores case. */
  readonly lowered: readonly (readonly string[])[];
  /** Names without stars that every match starts with, where there are any. */
  readonly base: readonly string[] | null;
}

export function pathRule(specifier: string, world: Pick<World, 'root' | 'home'>): PathRule {
  const patterns = spellings(specifier, world).map((each) => each.split('/').filter((name) => name !== ''));
  const [first = []] = patterns;
  const star = first.findIndex((name) => name.includes('*'));
  const base = star < 0 ? first : first.slice(0, star);
  const lowered = patterns.map((each) => each.map((name) => name.toLowerCase()));
  const rootDepth = namesBelow(world.root, '/').length;
  return { patterns, lowered, base: base.length > rootDepth || patterns.length > 1 ? base : null };
}

/** What allows has to match where the path really leads, or a link would carry the permission elsewhere. */
export function allowsPlace(rule: PathRule, real: string): boolean {
  return matches(rule.patterns, namesBelow(real, '/'));
}

/** What forbids or asks matches the name as spelled, too, and everything below a folder that it names. */
export function bindsPlace(rule: PathRule, place: Place): boolean {
  const spelled = namesBelow(place.spelled.toLowerCase(), '/');
  if (matchesWithin(rule.lowered, spelled)) return true;
  return (
    place.real !== null &&
    place.real !== place.spelled &&
    matchesWithin(rule.lowered, namesBelow(place.real.toLowerCase(), '/'))
  );
}

/** Whether a pattern of names below a folder stands for what the rule is about: all of it, some of it, or none. */
export function bindsPattern(
  rule: PathRule,
  place: Place,
  stars: readonly string[],
): 'all' | 'some' | 'none' {
  const below = stars.map((star) => star.toLowerCase());
  const folder = namesBelow((place.real ?? place.spelled).toLowerCase(), '/');
  if (matchesWithin(rule.lowered, [...folder, ...below])) return 'all';
  const names = [...folder, ...below];
  const met = rule.lowered.filter((pattern) => {
    if (pattern.includes('**')) return couldBeBoth(below.at(-1)!, pattern.at(-1)!);
    return pattern.length <= names.length && pattern.every((each, at) => couldBeBoth(names[at]!, each));
  });
  // A file that a rule names in full is taken to be there.
  const isNamed = met.some((pattern) => pattern.every((name) => name === '**' || !name.includes('*')));
  return isNamed ? 'all' : met.length > 0 ? 'some' : 'none';
}

/** Whether the rule is about everything in a folder. */
export function bindsInside(rule: PathRule, place: Place): boolean {
  return matches(rule.lowered, [...namesBelow((place.real ?? place.spelled).toLowerCase(), '/'), ' ']);
}

/** Whether a folder that is read with all that is below it holds what the rule is about. */
export function bindsBelow(rule: PathRule, place: Place): boolean {
  const names = namesBelow((place.real ?? place.spelled).toLowerCase(), '/');
  const base = rule.base?.map((name) => name.toLowerCase());
  return base !== undefined && base.length > names.length && names.every((name, at) => name === base[at]);
}

function spellings(specifier: string, { root, home }: Pick<World, 'root' | 'home'>): readonly string[] {
  const below = specifier.endsWith('/') ? `${specifier}**` : specifier;
  if (below.startsWith('//')) return [below.slice(1)];
  if (below.startsWith('~/')) return [`${home}${below.slice(1)}`];
  // One slash is the worktree's root to some agents and the file system's to people; both are what was named.
  if (below.startsWith('/')) return [`${root}${below}`, below];
  if (below.startsWith('./')) return [`${root}${below.slice(1)}`];
  if (below.includes('/') || below === '**') return [`${root}/${below}`];
  return [`${root}/**/${below}`];
}

function matches(patterns: readonly (readonly string[])[], names: readonly string[]): boolean {
  return patterns.some((pattern) => matchesNames(pattern, names));
}

function matchesWithin(patterns: readonly (readonly string[])[], names: readonly string[]): boolean {
  for (let length = names.length; length > 0; length--)
    if (matches(patterns, names.slice(0, length))) return true;
  return false;
}
