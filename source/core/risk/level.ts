/** The four levels, and how an agent moves between them without flickering. */

export const LEVELS = ['low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

/** Probability from which a level holds. */
export const LEVEL_FROM: Readonly<Record<Level, number>> = { low: 0, medium: 0.2, high: 0.5, critical: 0.8 };

/** Looks in a row that must agree before a level is raised: the higher, the surer. */
const LOOKS_UP: Readonly<Record<Level, number>> = { low: 0, medium: 2, high: 2, critical: 3 };
/** Looks nearer together than this are one: events make us look more often, but tell nothing more. */
const LOOK_APART_MS = 30_000;
/** A level is left only well below where it begins, */
const EXIT_MARGIN = 0.1;
/** and only after as long as this below. */
const EXIT_MS = 10 * 60_000;

export interface Standing {
  readonly level: Level;
  readonly since: number;
  /** For each level above, how many looks in a row have been at least there. */
  readonly looks: Readonly<Record<Level, number>>;
  readonly lookedAt: number | null;
  /** Since when the probability has been below the level's exit; null while it is not. */
  readonly belowSince: number | null;
}

export const newStanding = (at: number): Standing => ({
  level: 'low',
  since: at,
  looks: { low: 0, medium: 0, high: 0, critical: 0 },
  lookedAt: null,
  belowSince: null,
});

/** The probability below which a level is left in the end. */
export const exitOf = (level: Level): number => Math.max(0, LEVEL_FROM[level] - EXIT_MARGIN);

export const isAtLeast = (level: Level, other: Level): boolean =>
  LEVELS.indexOf(level) >= LEVELS.indexOf(other);

/**
 * One look at an agent. `cap`: the highest level it can reach for now. Critical is never left here: only a
 * person ends a quarantine.
 */
export function look(standing: Standing, at: number, probability: number, cap: Level): Standing {
  const isCounted = standing.lookedAt === null || at - standing.lookedAt >= LOOK_APART_MS;
  const looks = isCounted ? countLooks(standing, probability) : standing.looks;
  const lookedAt = isCounted ? at : standing.lookedAt;
  const raised = LEVELS.findLast(
    (level) => isAtLeast(cap, level) && probability >= LEVEL_FROM[level] && looks[level] >= LOOKS_UP[level],
  )!;
  if (raised !== standing.level && isAtLeast(raised, standing.level))
    return { level: raised, since: at, looks, lookedAt, belowSince: null };
  if (standing.level === 'critical' || probability >= exitOf(standing.level))
    return { ...standing, looks, lookedAt, belowSince: null };
  const belowSince = standing.belowSince ?? at;
  if (at - belowSince < EXIT_MS) return { ...standing, looks, lookedAt, belowSince };
  const fallen = LEVELS.findLast((level) => probability >= exitOf(level))!;
  return { level: fallen, since: at, looks, lookedAt, belowSince: null };
}

function countLooks({ looks }: Standing, probability: number): Standing['looks'] {
  const next = (level: Level): number => (probability >= LEVEL_FROM[level] ? looks[level] + 1 : 0);
  return { low: 0, medium: next('medium'), high: next('high'), critical: next('critical') };
}
