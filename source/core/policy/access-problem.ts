/** Why a path may not be touched as a matter of course, whatever the tier: it is secret, protected, or outside. */
import { isWriting, type Access, type AccessKind } from './access-kind.ts';
import { matchesShellName } from './name-pattern.ts';
import { isInside, namesBelow, type Place } from './paths.ts';
import type { World } from './policy.ts';
import { isSecretName, protectedPart, secretPart, TYPICAL_PROTECTED, TYPICAL_SECRETS } from './secrets.ts';

export interface Problem {
  readonly reason: string;
  /** What a rule that allows has to do about it. */
  readonly opens: 'any-rule' | 'no-rule' | { readonly naming: number };
}

/** `stars`: names below the place of which only a pattern is known. */
export function problemOf(
  access: Access,
  place: Place,
  stars: readonly string[] | null,
  world: World,
): Problem | null {
  const { kind } = access;
  if (place.real === null)
    return { reason: place.problem ?? `${place.spelled} is not known`, opens: 'any-rule' };
  const found = sensitive(kind, place, world);
  if (found) return found;
  if (!isInside(place.real, world.root)) {
    const isSystem = access.isSandboxed && !isWriting(kind) && kind !== 'search' && SYSTEM.test(place.real);
    return isSystem ? null : { reason: `${place.spelled} is outside the worktree`, opens: 'any-rule' };
  }
  if (stars) return patternProblem(access, place, stars, world);
  // A shell copies into the worktree's root; anything else done to the root is done to all of it.
  const isRoot = place.real === world.root && isWriting(kind) && !(kind === 'write' && access.isSandboxed);
  if (isRoot) return { reason: 'that is the whole worktree', opens: 'any-rule' };
  if (kind === 'delete') return deletionProblem(place, world);
  return kind === 'search' ? searchProblem(access, place, world) : null;
}

/** Files of the system that say nothing about this machine's people. */
const SYSTEM =
  /^\/(?:usr\/(?:include|share|lib)\/|etc\/(?:hosts|os-release|lsb-release|debian_version|issue|shells|services|protocols|timezone|localtime)$)/;

/** The name that makes a path secret or protected. */
export function sensitive(
  kind: AccessKind,
  place: Place,
  { root }: World,
): (Problem & { name: string }) | null {
  if (kind === 'list' || kind === 'glob') return null;
  const { spelled, real } = place;
  for (const path of real === null || real === spelled ? [spelled] : [spelled, real]) {
    const names = namesBelow(path, root);
    const secret = secretPart(names) ?? gitSecret(names);
    const name = secret ?? (isWriting(kind) ? protectedPart(names) : null);
    if (name === null) continue;
    const reason =
      secret === null ? `${name} is run or believed outside of the sandbox` : `${name} usually holds secrets`;
    const offset = namesBelow(path, '/').length - names.length;
    // Rules that allow match where the path leads; a link with a secret's name that leads elsewhere needs no more.
    const isReal = path === (real ?? path);
    return { name, reason, opens: isReal ? { naming: offset + names.indexOf(name) } : 'any-rule' };
  }
  return null;
}

/** A remote's address may hold a token. */
function gitSecret(names: readonly string[]): string | null {
  const last = names.at(-1) ?? '';
  return names.includes('.git') && /^(?:config|config\.worktree|credentials)$/.test(last) ? last : null;
}

export function patternProblem(
  { kind, isNameOnly }: Access,
  place: Place,
  stars: readonly string[],
  { root, secrets }: World,
): Problem | null {
  const problem = (reason: string): Problem => ({ reason, opens: 'no-rule' });
  if (stars.includes('..')) return problem('the pattern climbs out of the folder it starts in');
  if (kind === 'list' || kind === 'glob') {
    const links = secrets?.filter((path) => !isSecretName(path.slice(path.lastIndexOf('/') + 1))) ?? [];
    // At the end of the pattern a link may be a name like others; before it, it is a way.
    const link = met(isNameOnly ? stars.slice(0, -1) : stars, place, links);
    return link === null ? null : problem(`the pattern may follow ${link} out of the worktree`);
  }
  const found =
    (secrets === null ? typical(stars, TYPICAL_SECRETS) : met(stars, place, secrets)) ??
    // `prod*.pem` matches nothing typical, and still names nothing but secrets.
    stars.find((star) => isSecretName(star.replaceAll('*', 'x'))) ??
    null;
  if (found !== null) return problem(`the pattern may match ${found}, which usually holds secrets`);
  const guarded = isWriting(kind) && place.real === root ? typical(stars, TYPICAL_PROTECTED) : null;
  return guarded === null
    ? null
    : problem(`the pattern may match ${guarded}, which is believed outside of the sandbox`);
}

function typical(stars: readonly string[], names: readonly string[]): string | null {
  return names.find((name) => stars.some((star) => matchesShellName(star, name))) ?? null;
}

/** One of these paths that the pattern meets on its way. */
function met(stars: readonly string[], place: Place, paths: readonly string[]): string | null {
  for (const path of paths)
    for (const folder of [place.real!, place.spelled]) {
      if (!isInside(path, folder)) continue;
      const below = namesBelow(path, folder);
      if (below.length > stars.length) continue;
      if (below.every((name, at) => matchesShellName(stars[at]!, name))) return below.join('/');
    }
  return null;
}

/** What lies in a folder is gone with it. */
function deletionProblem(place: Place, { root, secrets }: World): Problem | null {
  const lost = secrets?.find((secret) => secret !== place.spelled && isInside(secret, place.spelled));
  if (lost === undefined) return null;
  return { reason: `${namesBelow(lost, root).join('/')} would be gone with it`, opens: 'no-rule' };
}

function searchProblem(access: Access, place: Place, { root, secrets }: World): Problem | null {
  const reaches = access.reaches ?? (() => true);
  if (secrets === null) {
    const isReached = TYPICAL_SECRETS.some((name) => reaches(name, name.startsWith('.'), [name]));
    return isReached
      ? { reason: `nobody looked whether ${place.spelled} holds secrets`, opens: 'no-rule' }
      : null;
  }
  const found = secrets.find((secret) => {
    const folder = isInside(secret, place.spelled) ? place.spelled : place.real!;
    if (!isInside(secret, folder)) return false;
    const below = namesBelow(secret, folder);
    const isHidden = below.some((name) => name.startsWith('.'));
    return reaches(below.at(-1) ?? '', isHidden, below);
  });
  if (found === undefined) return null;
  const name = namesBelow(found, root).join('/');
  return { reason: `it reads ${name} too, which usually holds secrets`, opens: 'no-rule' };
}
