/** One path touched in one way: by a tool, by a redirection, or by a program whose operands are known. */
import { isWriting, type Access, type AccessKind } from './access-kind.ts';
import { patternProblem, problemOf, sensitive, type Problem } from './access-problem.ts';
import { reachesTier, tierAllows, tierAsks, type Case } from './case.ts';
import { strictest, type Finding } from './finding.ts';
import { namePattern } from './name-pattern.ts';
import { allowsPlace, bindsBelow, bindsInside, bindsPattern, bindsPlace } from './path-rule.ts';
import { isInside, namesBelow, placeOf, type Place } from './paths.ts';
import { UNKNOWN } from './pattern.ts';
import { ruled, type ReadRule } from './rules.ts';
import type { VerdictWord } from './verdict.ts';

/** Which rules forbid or ask; the first also do so without a specifier. */
const BINDING: Readonly<Record<AccessKind, { whole: readonly string[]; named: readonly string[] }>> = {
  read: { whole: ['Read'], named: [] },
  list: { whole: ['LS'], named: ['Read'] },
  glob: { whole: ['Glob'], named: ['Read'] },
  search: { whole: ['Grep', 'Read'], named: [] },
  write: { whole: ['Write', 'Edit'], named: [] },
  edit: { whole: ['Edit', 'Write'], named: [] },
  delete: { whole: ['Delete', 'Edit'], named: [] },
};

/** Which rules allow; the first also does so without a specifier. Deleting is more than editing, so only its own rule does. */
const OPENING: Readonly<Record<AccessKind, readonly string[]>> = {
  read: ['Read'],
  list: ['LS', 'Read'],
  glob: ['Glob', 'Read'],
  search: ['Grep', 'Read'],
  write: ['Write', 'Edit'],
  edit: ['Edit'],
  delete: ['Delete'],
};

const VERBS: Readonly<Record<AccessKind, string>> = {
  read: 'reading',
  list: 'listing',
  glob: 'finding',
  search: 'searching',
  write: 'writing',
  edit: 'editing',
  delete: 'deleting',
};

/** Part of the shell rather than of the file system, and the sources of zeros and chance. */
const FREE = /^\/dev\/(?:null|stdin|stdout|stderr|zero|u?random|fd\/\d+)$/;
/** Written to, these are no files either. */
const FREE_SINK = /^\/dev\/(?:null|stdout|stderr|fd\/\d+)$/;
/** They belong to no project, so no scope is about them. */
const SYSTEM_FOLDER = /^\/(?:dev|proc|sys|etc|usr|bin|sbin|lib|lib64|run|boot)(?:\/|$)/;

/** A path, or the folder of a pattern of names with what is known of the names. */
interface Target {
  readonly access: Access;
  readonly place: Place;
  readonly stars: readonly string[] | null;
}

export function judgeAccess(access: Access, theCase: Case): Finding {
  const { kind, path } = access;
  if (path.includes(UNKNOWN)) return tierAsks(theCase, 'which file it is shows only when it runs');
  if (isFree(access)) return tierAllows(theCase, `${path} is no file`);
  const target = targetOf(access, theCase);
  const bound = boundTarget(target, theCase);
  if (bound) return bound;
  const problem = problemOf(access, target.place, target.stars, theCase.world);
  const allowed = openedBy(target, problem, theCase);
  if (allowed) return allowed;
  if (problem) return tierAsks(theCase, problem.reason);
  // A program that searches has a tier of its own; here it is only about the files.
  const isSearching = !access.isSandboxed && (kind === 'search' || kind === 'glob');
  const tier = isWriting(kind) ? 'read_write' : isSearching ? 'read_only' : 'restricted';
  if (!reachesTier(theCase, tier))
    return tierAsks(theCase, `${VERBS[kind]} files is not part of the tier ${theCase.policy.tier}`);
  return tierAllows(theCase, `${VERBS[kind]} inside the worktree`);
}

/** Only what forbids or asks, for a command that a rule of its own allows: its words are the rule's business, these files are not. */
export function judgeBinding(access: Access, theCase: Case): Finding | null {
  if (access.path.includes(UNKNOWN) || isFree(access)) return null;
  return boundTarget(targetOf(access, theCase), theCase);
}

/** Why a path needs a rule that names it, not one that covers it with a star. */
export function sensitiveReason(
  access: Access,
  theCase: Case,
): { reason: string; name: string | null } | null {
  if (access.path.includes(UNKNOWN)) return null;
  const { place, stars } = targetOf(access, theCase);
  const found = sensitive(access.kind, place, theCase.world);
  if (found) return found;
  const isLooked = stars && place.real !== null && access.kind !== 'list' && access.kind !== 'glob';
  const problem = isLooked ? patternProblem(access, place, stars, theCase.world) : null;
  return problem && { reason: problem.reason, name: null };
}

function isFree({ kind, path, isSandboxed }: Access): boolean {
  return isSandboxed && (isWriting(kind) ? FREE_SINK : FREE).test(path);
}

function targetOf(access: Access, { world, lookup }: Case): Target {
  const pattern = namePattern(access.path);
  const place = placeOf(pattern?.folder ?? access.path, access.from, world, lookup);
  return { access, place, stars: pattern?.stars ?? null };
}

function boundTarget(target: Target, theCase: Case): Finding | null {
  const found = [
    boundBy('deny', target, theCase),
    missingScope(target.place, theCase),
    boundBy('ask', target, theCase),
  ];
  return strictest(found.filter((each) => each !== null));
}

function boundBy(effect: 'deny' | 'ask', target: Target, { rules }: Case): Finding | null {
  const { whole, named } = BINDING[target.access.kind];
  let mayBe: Finding | null = null;
  for (const tool of [...whole, ...named])
    for (const rule of rules.of(tool, effect)) {
      const bound = bindingOf(rule, target, whole.includes(tool));
      if (bound === 'deny' || (bound !== null && effect === 'ask')) return ruled(rule);
      if (bound === 'ask')
        mayBe = { ...ruled(rule), verdict: 'ask', reason: `it may come across what ${rule.rule} is about` };
    }
  // What may be forbidden asks, but not before the rules that forbid for certain had their say.
  return mayBe;
}

/** `deny`: the rule is about this for certain; `ask`: it may be. */
function bindingOf(rule: ReadRule, { access, place, stars }: Target, isWhole: boolean): VerdictWord | null {
  if (!rule.path) return isWhole ? 'deny' : null;
  if (bindsPlace(rule.path, place)) return 'deny';
  if (stars) {
    const bound = bindsPattern(rule.path, place, stars);
    return bound === 'some' ? 'ask' : bound === 'all' ? 'deny' : null;
  }
  if (access.kind !== 'search') return null;
  if (bindsInside(rule.path, place)) return 'deny';
  const last = rule.path.base?.at(-1);
  const isSkipped = last !== undefined && access.reaches?.(last, last.startsWith('.'), [last]) === false;
  return !isSkipped && bindsBelow(rule.path, place) ? 'ask' : null;
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

function openedBy(
  { access, place, stars }: Target,
  problem: Problem | null,
  { rules }: Case,
): Finding | null {
  if (place.real === null) return null;
  const real = stars ? `${place.real}/${stars.join('/')}` : place.real;
  const [own] = OPENING[access.kind];
  for (const tool of OPENING[access.kind])
    for (const rule of rules.of(tool, 'allow')) {
      if (rule.path ? !allowsPlace(rule.path, real) : tool !== own && tool !== 'Edit') continue;
      if (problem === null || opens(rule, real, problem)) return ruled(rule);
    }
  return null;
}

/** Whether a rule means a sensitive name, rather than covering it with a star among others. */
function opens(rule: ReadRule, real: string, { opens: needed }: Problem): boolean {
  if (needed === 'any-rule') return true;
  if (needed === 'no-rule' || !rule.path) return false;
  const other = namesBelow(real, '/').with(needed.naming, 'any other name');
  return !allowsPlace(rule.path, `/${other.join('/')}`);
}
