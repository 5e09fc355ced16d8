/**
 * How good an agent's work is, by what is recorded of it: six dimensions, each with how many tasks it stands on
 * and how sure it is. Nobody is stopped for it, and no model is asked.
 */
import { betaQuantile } from './beta.ts';
import {
  DIMENSIONS,
  DIMENSION_WEIGHTS,
  judgeTask,
  weightOf,
  type Dimension,
  type Peers,
} from './dimensions.ts';
import type { SizeClass, TaskRecord } from './task-record.ts';

/** The work that is judged: the last tasks, of the last fortnight. */
const TASKS_MAX = 20;
const WINDOW_MS = 14 * 24 * 3_600_000;
/** Fewer tasks are not enough work to say anything by itself; what others of the role do counts as much as five. */
const TASKS_MIN = 3;
const ROLE_TASKS = 5;

export interface DimensionScore {
  /** 0 to 100; null: n/a. */
  readonly score: number | null;
  /** Tasks behind it. */
  readonly n: number;
  /** 90 % of what it may be in truth; null: n/a. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Too few tasks: drawn towards the middle of its role. */
  readonly isTooLittle: boolean;
}

export interface Evaluation {
  readonly agent: string;
  readonly role: string;
  readonly tasks: number;
  readonly dimensions: Readonly<Record<Dimension, DimensionScore>>;
  /** Of the dimensions that are known, by their weights; null: n/a. */
  readonly overall: number | null;
}

/** Evaluations of all agents that have finished tasks, in the order of their names. */
export function evaluateWork(tasks: readonly TaskRecord[], at: number): readonly Evaluation[] {
  const recent = tasks.filter(({ finishedAt }) => finishedAt <= at && at - finishedAt <= WINDOW_MS);
  const byAgent = Map.groupBy(recent, ({ agent }) => agent);
  const judged = [...byAgent]
    .map(([agent, theirs]) => {
      const last = theirs.toSorted((a, b) => a.finishedAt - b.finishedAt).slice(-TASKS_MAX);
      const { role } = last.at(-1)!;
      return { agent, role, tasks: last };
    })
    .sort((a, b) => a.agent.localeCompare(b.agent));
  const roles = Map.groupBy(judged, ({ role }) => role);
  const peers = new Map(
    [...roles].map(([role, agents]) => [role, peersOf(agents.flatMap((each) => each.tasks))]),
  );
  const plain = judged.map((each) => ({ ...each, scores: scoresOf(each.tasks, peers.get(each.role)!) }));
  return plain.map(({ agent, role, tasks: theirs, scores }) => {
    const dimensions = Object.fromEntries(
      DIMENSIONS.map((dimension) => {
        const others = plain
          .filter((other) => other.role === role && other.agent !== agent)
          .map((other) => other.scores[dimension])
          .filter(({ n }) => n >= TASKS_MIN)
          .map(({ score }) => score!);
        return [dimension, drawnToRole(scores[dimension], middle(others))];
      }),
    ) as Record<Dimension, DimensionScore>;
    return { agent, role, tasks: theirs.length, dimensions, overall: overallOf(dimensions) };
  });
}

function scoresOf(tasks: readonly TaskRecord[], peers: Peers): Record<Dimension, DimensionScore> {
  return Object.fromEntries(
    DIMENSIONS.map((dimension) => {
      let weighted = 0;
      let weights = 0;
      let n = 0;
      for (const task of tasks) {
        const value = judgeTask(task, dimension, peers);
        if (value === null) continue;
        const weight = dimension === 'output' ? weightOf(task) : 1;
        weighted += weight * value;
        weights += weight;
        n += 1;
      }
      return [dimension, scoreOf(weights > 0 ? weighted / weights : null, n)];
    }),
  ) as Record<Dimension, DimensionScore>;
}

function scoreOf(share: number | null, n: number): DimensionScore {
  if (share === null) return { score: null, n: 0, interval: null, isTooLittle: true };
  // Half a task each way, seen before any (Jeffreys): three good ones do not make a certainty.
  const a = share * n + 0.5;
  const b = (1 - share) * n + 0.5;
  return {
    score: round(100 * share),
    n,
    interval: [round(100 * betaQuantile(0.05, a, b)), round(100 * betaQuantile(0.95, a, b))],
    isTooLittle: n < TASKS_MIN,
  };
}

function drawnToRole(own: DimensionScore, role: number | null): DimensionScore {
  if (!own.isTooLittle || own.score === null || role === null) return own;
  const score = (own.n * own.score + ROLE_TASKS * role) / (own.n + ROLE_TASKS);
  return { ...own, score: round(score) };
}

function overallOf(dimensions: Readonly<Record<Dimension, DimensionScore>>): number | null {
  let sum = 0;
  let weights = 0;
  for (const dimension of DIMENSIONS) {
    const { score } = dimensions[dimension];
    if (score === null) continue;
    sum += DIMENSION_WEIGHTS[dimension] * score;
    weights += DIMENSION_WEIGHTS[dimension];
  }
  return weights === 0 ? null : round(sum / weights);
}

function peersOf(tasks: readonly TaskRecord[]): Peers {
  const minutesOf = (size: SizeClass): number | null =>
    middle(
      tasks
        .filter((task) => task.size === size && task.workMinutes > 0)
        .map(({ workMinutes }) => workMinutes),
    );
  return { minutes: { small: minutesOf('small'), medium: minutesOf('medium'), large: minutesOf('large') } };
}

function middle(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

const round = (value: number): number => Math.round(value * 10) / 10;
