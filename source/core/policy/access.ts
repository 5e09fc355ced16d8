/** One path touched in one way: by a tool, by a redirection, or by a program whose operands are known. */
import { reachesTier, tierAllows, tierAsks, type Case } from './case.ts';
import type { Finding } from './finding.ts';
import { allowsPlace, bindsBelow, bindsInside, bindsPlace } from './path-rule.ts';
import { isInside, namesBelow, placeOf, type Place } from './paths.ts';
import { ANY, matchesNames, ONE, UNKNOWN } from './pattern.ts';
import { ruled, type ReadRule } from './rules.ts';
import { isSecretName, protectedPart, secretPart, TYPICAL_SECRETS } from './secrets.ts';

/** `search` reads whatever lies below; `list` and `glob` see names only. */
export type AccessKind = 'read' | 'list' | 'glob' | 'search' | 'write' | 'edit' | 'delete';

export interface Access {
  readonly kind: AccessKind;
  /** As written; may hold the marks of a pattern of names. */
  readonly path: string;
  /** Absolute folder that a relative path starts in. */
  readonly from: string;
  /** The system's own files may be looked at: true inside the sandbox only, where a shell works. */
  readonly isSandboxed: boolean;
  /** Of a search: whether it could come across this name below the path. */
  readonly reaches?: (name: string, isHidden: boolean) => boolean;
}

/** Which rules forbid or ask; the first also does so without a specifier. */
const BINDING: Readonly<Record<AccessKind, { whole: readonly string[]; named: readonly string[] }>> = {
  read: { whole: ['Read'], named: [] },
  list: { whole: ['LS'], named: ['Read'] },
  glob: { whole: ['Glob'], named: ['Read'] },
  search: { whole: ['Grep', 'Read'], named: [] },
  write: { whole: ['Write', 'Edit'], named: [] },
  edit: { whole: ['Edit', 'Write'], named: [] },
  delete: { whole: ['Delete', 'Edit'], named: [] },
};

/** Which rules allow. Deleting is more than editing, so only its own rule does. */
const OPENING: Readonly<Record<AccessKind, readonly string[]>> = {
  read: ['Read'],
  list: ['LS', 'Read'],
  glob: ['Glob', 'Read'],
  search: ['Grep', 'Read'],
  write: ['Write', 'Edit'],
  edit: ['Edit'],
  delete: ['Delete'],
};

/** Part of the shell rather than of the file system, and the sources of zeros and chance. */
const FREE = /^\/dev\/(?:null|stdin|stdout|stderr|zero|u?random|fd\/\d+)$/;
/** Written to, these are no files either. */
const FREE_SINK = /^\/dev\/(?:null|stdout|stderr|fd\/\d+)$/;
/** Files of the system that say nothing about this machine's people. */
const SYSTEM =
  /^\/(?:usr\/(?:include|share|lib)\/|etc\/(?:hosts|os-release|lsb-release|debian_version|issue|shells|services|protocols|timezone|localtime)$)/;
/** They belong to no project, so no scope is about them. */
const SYSTEM_FOLDER = /^\/(?:dev|proc|sys|etc|usr|bin|sbin|lib|lib64|run|boot)(?:\/|$)/;

export function judgeAccess(access: Access, theCase: Case): Finding {
  const { kind, path } = access;
  if (path.includes(UNKNOWN)) return tierAsks(theCase, 'which file it is shows only when it runs');
  if (access.isSandboxed && (isWriting(kind) ? FREE_SINK : FREE).test(path))
    return tierAllows(theCase, `${path} is no file`);
  const pattern = splitPattern(path);
  const place = placeOf(pattern?.folder ?? path, access.from, theCase.world, theCase.lookup);
  const forbidden = boundBy('deny', access, place, theCase);
  if (forbidden) return forbidden;
  const missing = missingScope(place, theCase);
  if (missing) return missing;
  const asked = boundBy('ask', access, place, theCase);
  if (asked) return asked;
  const problem = problemOf(access, place, pattern?.names ?? null, theCase);
  const spelledOut =
    pattern && place.real !== null ? { ...place, real: `${place.real}/${pattern.stars}` } : place;
  const allowed = openedBy(access, spelledOut, problem, theCase);
  if (allowed) return allowed;
  if (problem) return tierAsks(theCase, problem.reason);
  const tier = isWriting(kind)
    ? 'read_write'
    : kind === 'search' || kind === 'glob'
      ? 'read_only'
      : 'restricted';
  if (!reachesTier(theCase, tier))
    return tierAsks(theCase, `${VERBS[kind]} files is not part of the tier ${theCase.policy.tier}`);
  return tierAllows(theCase, `${VERBS[kind]} ${path} inside the worktree`);
}

/** Only what forbids or asks, for a command that a rule of its own allows: its words are the rule's business, these files are not. */
export function judgeBinding(access: Access, theCase: Case): Finding | null {
  const { path } = access;
  if (path.includes(UNKNOWN) || FREE.test(path)) return null;
  const pattern = splitPattern(path);
  const place = placeOf(pattern?.folder ?? path, access.from, theCase.world, theCase.lookup);
  return (
    boundBy('deny', access, place, theCase) ??
    missingScope(place, theCase) ??
    boundBy('ask', access, place, theCase)
  );
}

/** The name that makes a path secret or protected; a rule has to name it to open it. */
export function sensitiveName(access: Access, theCase: Case): string | null {
  if (access.path.includes(UNKNOWN) || splitPattern(access.path)) return null;
  const place = placeOf(access.path, access.from, theCase.world, theCase.lookup);
  return sensitive(access.kind, place, theCase)?.name ?? null;
}

const VERBS: Readonly<Record<AccessKind, string>> = {
  read: 'reading',
  list: 'listing',
  glob: 'finding',
  search: 'searching',
  write: 'writing',
  edit: 'editing',
  delete: 'deleting',
};

export function isWriting(kind: AccessKind): boolean {
  return kind === 'write' || kind === 'edit' || kind === 'delete';
}

function boundBy(effect: 'deny' | 'ask', access: Access, place: Place, theCase: Case): Finding | null {
  const { whole, named } = BINDING[access.kind];
  for (const tool of [...whole, ...named])
    for (const rule of theCase.rules.of(tool, effect)) {
      const isBound = rule.path
        ? bindsPlace(rule.path, place) || (access.kind === 'search' && bindsSearch(rule, access, place))
        : whole.includes(tool);
      if (isBound) return ruled(rule);
    }
  return null;
}

function bindsSearch(rule: ReadRule, access: Access, place: Place): boolean {
  const last = rule.path?.base?.at(-1);
  if (!rule.path) return false;
  if (bindsInside(rule.path, place)) return true;
  const isSkipped = last !== undefined && access.reaches?.(last, last.startsWith('.')) === false;
  return !isSkipped && bindsBelow(rule.path, place);
}

function missingScope({ real }: Place, { world, policy }: Case): Finding | null {
  if (real === null || FREE.test(real)) return null;
  const scope = isInside(real, world.root) ? 'project' : 'other-projects';
  if (policy.scopes.includes(scope) || (scope === 'other-projects' && SYSTEM_FOLDER.test(real))) return null;
  const reason =
    scope === 'project'
      ? 'this run may not touch the files of its project'
      : `${real} belongs to no project of this run`;
  return { verdict: 'deny', reason, decidedBy: { type: 'scope', scope } };
}

interface Problem {
  readonly reason: string;
  /** Where in the real path the name stands that a rule has to name; null: any rule that matches opens it; -1: none does. */
  readonly at: number | null;
}

function problemOf(
  access: Access,
  place: Place,
  names: readonly string[] | null,
  theCase: Case,
): Problem | null {
  const { world } = theCase;
  const { kind } = access;
  if (place.real === null) return { reason: place.problem ?? `${place.spelled} is not known`, at: null };
  const found = sensitive(kind, place, theCase);
  if (found) return { reason: found.reason, at: found.at };
  if (!isInside(place.real, world.root)) {
    const isSystem = access.isSandboxed && !isWriting(kind) && kind !== 'search' && SYSTEM.test(place.real);
    return isSystem ? null : { reason: `${place.spelled} is outside the worktree`, at: null };
  }
  if (
    isWriting(kind) &&
    place.real === world.root &&
    names === null &&
    !(kind === 'write' && access.isSandboxed)
  )
    return { reason: 'that is the whole worktree', at: null };
  if (names) return patternProblem(kind, place, names, theCase);
  if (kind === 'delete') return deletionProblem(place, theCase);
  return kind === 'search' ? searchProblem(access, place, theCase) : null;
}

function sensitive(
  kind: AccessKind,
  place: Place,
  { world }: Case,
): { name: string; reason: string; at: number | null } | null {
  if (kind === 'list' || kind === 'glob') return null;
  for (const path of place.real === null || place.real === place.spelled
    ? [place.spelled]
    : [place.spelled, place.real]) {
    const names = namesBelow(path, world.root);
    const offset = namesBelow(path, '/').length - names.length;
    const secret = secretPart(names) ?? gitSecret(names);
    const guarded = isWriting(kind) ? protectedPart(names) : null;
    const name = secret ?? guarded;
    if (name === null) continue;
    const reason =
      secret === null ? `${name} is run or believed outside of the sandbox` : `${name} usually holds secrets`;
    // Only the real path is matched by rules that allow; a link with a secret name to something else needs no more.
    return { name, reason, at: path === (place.real ?? path) ? offset + names.indexOf(name) : null };
  }
  return null;
}

/** A remote's address may hold a token. */
function gitSecret(names: readonly string[]): string | null {
  return names.includes('.git') && /^(?:config|config\.worktree|credentials)$/.test(names.at(-1)!)
    ? names.at(-1)!
    : null;
}

function openedBy(access: Access, place: Place, problem: Problem | null, theCase: Case): Finding | null {
  const [own] = OPENING[access.kind];
  for (const tool of OPENING[access.kind])
    for (const rule of theCase.rules.of(tool, 'allow')) {
      if (rule.path ? !allowsPlace(rule.path, place) : tool !== own && tool !== 'Edit') continue;
      if (problem && !names(rule, place, problem)) continue;
      return ruled(rule);
    }
  return null;
}

/** Whether a rule means the sensitive name, rather than covering it with a star among others. */
function names(rule: ReadRule, place: Place, { at }: Problem): boolean {
  if (at === null) return place.real !== null;
  if (at < 0 || !rule.path || place.real === null) return false;
  const other = namesBelow(place.real, '/').with(at, 'any other name');
  return !allowsPlace(rule.path, { ...place, real: `/${other.join('/')}` });
}

/** Folder and names of a pattern such as `src/*.ts`; null for a path without marks. */
function splitPattern(path: string): { folder: string; names: readonly string[]; stars: string } | null {
  const mark = path.search(MARK);
  if (mark < 0) return null;
  const slash = path.lastIndexOf('/', mark);
  const folder = slash < 0 ? '.' : path.slice(0, slash) || '/';
  const names = path
    .slice(slash + 1)
    .split('/')
    .filter((name) => name !== '' && name !== '.');
  return { folder, names, stars: names.join('/').replaceAll(ANY, '*').replaceAll(ONE, '*') };
}

const MARK = new RegExp(`[${ANY}${ONE}]`);

function patternProblem(
  kind: AccessKind,
  place: Place,
  names: readonly string[],
  { world }: Case,
): Problem | null {
  if (names.includes('..')) return { reason: 'the pattern climbs out of the folder it starts in', at: -1 };
  const stars = names.map((name) => name.replaceAll(ANY, '*').replaceAll(ONE, '*'));
  if (kind === 'list' || kind === 'glob') {
    const links = world.secrets?.filter((path) => !isSecretName(path.slice(path.lastIndexOf('/') + 1)));
    // At the end of the pattern a link is a name like others; before it, it is a way.
    const link = linkMet(stars.slice(0, -1), place, links ?? null);
    return link === null ? null : { reason: `the pattern may follow ${link} out of the worktree`, at: -1 };
  }
  const typical = isWriting(kind) ? [...TYPICAL_SECRETS, ...TYPICAL_PROTECTED] : TYPICAL_SECRETS;
  const met =
    world.secrets === null || isWriting(kind)
      ? (typical.find((name) => stars.some((star) => matchesShellName(star, name))) ?? null)
      : linkMet(stars, place, world.secrets);
  // `prod*.pem` matches nothing typical, and still names nothing but secrets.
  const own = stars.find((star) => isSecretName(star.replaceAll('*', 'x')));
  const name = met ?? own;
  return name === undefined
    ? null
    : { reason: `the pattern may match ${name}, which usually holds secrets`, at: -1 };
}

const TYPICAL_PROTECTED = ['.git', '.mcp.json', '.vscode', 'fleet.yaml', 'AGENT.md'] as const;

/** A secret, or a link out of the worktree, that the pattern meets on its way. */
function linkMet(stars: readonly string[], place: Place, secrets: readonly string[] | null): string | null {
  for (const secret of secrets ?? []) {
    for (const folder of [place.real!, place.spelled]) {
      if (!isInside(secret, folder)) continue;
      const below = namesBelow(secret, folder);
      if (below.length > stars.length) continue;
      if (below.every((name, at) => stars[at] === '**' || matchesShellName(stars[at]!, name)))
        return below.join('/');
    }
  }
  return null;
}

/** In a shell a star at the start of a name does not match a dot. */
function matchesShellName(star: string, name: string): boolean {
  if (name.startsWith('.') && !star.startsWith('.')) return false;
  return matchesNames([star], [name]);
}

/** What is gone with a folder is gone by name only in the folder. */
function deletionProblem(place: Place, { world }: Case): Problem | null {
  const lost = world.secrets?.find((secret) => secret !== place.spelled && isInside(secret, place.spelled));
  return lost === undefined
    ? null
    : { reason: `${namesBelow(lost, world.root).join('/')} would be gone with it`, at: -1 };
}

function searchProblem(access: Access, place: Place, { world }: Case): Problem | null {
  const reaches = access.reaches ?? (() => true);
  if (world.secrets === null) {
    const found = TYPICAL_SECRETS.find((name) => reaches(name, name.startsWith('.')));
    return found === undefined
      ? null
      : { reason: `nobody looked whether ${place.spelled} holds secrets`, at: -1 };
  }
  const met = world.secrets.find((secret) => {
    const folder = isInside(secret, place.spelled) ? place.spelled : place.real!;
    if (!isInside(secret, folder)) return false;
    const below = namesBelow(secret, folder);
    return reaches(
      below.at(-1) ?? '',
      below.some((name) => name.startsWith('.')),
    );
  });
  return met === undefined
    ? null
    : {
        reason: `it reads ${namesBelow(met, world.root).join('/')} too, which usually holds secrets`,
        at: -1,
      };
}
