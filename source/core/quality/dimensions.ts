/** The six dimensions of an agent's work, each task by itself: 0 to 1, or null where nothing is known. */
import type { SizeClass, TaskRecord } from './task-record.ts';

export const DIMENSIONS = [
  'output',
  'reliability',
  'quality',
  'efficiency',
  'collaboration',
  'cost',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** In the whole: what comes out and how good it is, before how. */
export const DIMENSION_WEIGHTS: Readonly<Record<Dimension, number>> = {
  output: 25,
  reliability: 20,
  quality: 25,
  efficiency: 10,
  collaboration: 10,
  cost: 10,
};

/** A large task is as much work as three small ones. */
const SIZE_WEIGHTS: Readonly<Record<SizeClass, number>> = { small: 1, medium: 2, large: 3 };
/** An open pull request is not merged yet, and may never be. */
const OPEN_SHARE = 0.7;
/** Who takes away tests makes everything green: half is the most that is worth. */
const FEWER_TESTS_MAX = 0.5;
/** All lines rewritten within a week cost half of the quality. */
const CHURN_COST = 0.5;
/** How much faster or slower than others of the role still counts. */
const PACE = { min: 0.25, max: 1.5 };

export interface Peers {
  /** Minutes of work of the role's middle task of each size; null: nobody to compare with. */
  readonly minutes: Readonly<Record<SizeClass, number | null>>;
}

export const weightOf = ({ size }: TaskRecord): number => SIZE_WEIGHTS[size];

export function judgeTask(task: TaskRecord, dimension: Dimension, peers: Peers): number | null {
  switch (dimension) {
    case 'output':
      return outputOf(task);
    case 'reliability':
      return average([
        [0.5, fraction(task.isFirstAttempt)],
        [0.3, task.unplannedRestarts === null ? null : 1 - Math.min(1, task.unplannedRestarts)],
        [0.2, task.workMinutes > 0 ? 1 - Math.min(1, task.stallMinutes / task.workMinutes) : null],
      ]);
    case 'quality':
      return qualityOf(task);
    case 'efficiency': {
      const usual = peers.minutes[task.size];
      if (usual === null || task.workMinutes <= 0) return null;
      const pace = clamp(usual / task.workMinutes, PACE.min, PACE.max) / PACE.max;
      return Math.max(0, pace - (task.rework ?? 0));
    }
    case 'collaboration':
      return average([
        [0.4, shareOf(task.handOffs && [task.handOffs.accepted, task.handOffs.of])],
        [0.3, shareOf(task.answers && [task.answers.inTime, task.answers.of])],
        [0.2, task.hadConflict === null ? null : fraction(!task.hadConflict)],
        [0.1, shareOf(task.published && [task.published.done, task.published.of])],
      ]);
    case 'cost':
      if (task.budgetSeconds === null || task.usedSeconds === null) return null;
      return task.usedSeconds <= 0 ? 1 : clamp(task.budgetSeconds / task.usedSeconds, 0, 1);
    default:
      return dimension satisfies never;
  }
}

function outputOf({ endState }: TaskRecord): number | null {
  if (endState === null) return null;
  switch (endState.type) {
    case 'merged':
    case 'closed':
    case 'artifact':
      return 1;
    case 'open-and-green':
      return OPEN_SHARE;
    case 'partial':
      return endState.of > 0 ? clamp(endState.met / endState.of, 0, 1) : 0;
    case 'nothing':
      return 0;
    default:
      return endState satisfies never;
  }
}

function qualityOf(task: TaskRecord): number | null {
  const { review, churn } = task;
  const found = average([
    [0.35, fraction(task.isGreenOnFirstPush)],
    [0.35, review === null || review.isOwn ? null : 1 / (1 + review.rounds)],
    [0.2, task.isReverted === null ? null : fraction(!task.isReverted)],
    [0.1, fraction(task.isClean)],
  ]);
  if (found === null) return null;
  const kept = found * (1 - CHURN_COST * clamp(churn ?? 0, 0, 1));
  return task.hasFewerTests ? Math.min(FEWER_TESTS_MAX, kept) : kept;
}

/** Of what is known, each part by its weight among them; null of nothing. */
function average(parts: readonly (readonly [weight: number, value: number | null])[]): number | null {
  let sum = 0;
  let weights = 0;
  for (const [weight, value] of parts) {
    if (value === null) continue;
    sum += weight * value;
    weights += weight;
  }
  return weights === 0 ? null : sum / weights;
}

const fraction = (isSo: boolean | null): number | null => (isSo === null ? null : Number(isSo));
const shareOf = (counted: readonly [number, number] | null): number | null =>
  counted === null || counted[1] <= 0 ? null : clamp(counted[0] / counted[1], 0, 1);
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
