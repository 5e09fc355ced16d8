/** Everything the risk of one agent is judged by. */
import { MINUTE_MS } from './decay.ts';
import { remember, NO_HISTORY, type History } from './history.ts';
import { follow, insightsAt, newTrends, type Insight, type Trends } from './insight-rules.ts';
import { look, newStanding, type Level, type Standing } from './level.ts';
import { scoreOf, type Score } from './model.ts';
import type { Observation, Tripwire } from './observation.ts';
import type { Readings } from './signal.ts';
import { advance, forgetPast, freshSignals, record, type AgentSignals } from './signals.ts';
import { letGo, NO_TRIPWIRES, watch, type Tripwires } from './tripwires.ts';
import type { Weights } from './weights.ts';

/** The first half hour of work, and the first ten signs of life, are no ground to stop an agent on. */
const WARM_UP_WORK_MS = 30 * MINUTE_MS;
const WARM_UP_EVIDENCE = 10;
/** What was released is watched as closely as ever, and shown as released, for this long. */
const PROBATION_MS = 60 * MINUTE_MS;

export interface Epoch {
  /** 1 is the agent's first; each release begins another. */
  readonly number: number;
  readonly since: number;
  /** Who released it: `person:ana`; null in the first. */
  readonly by: string | null;
  readonly reason: string;
}

export interface Quarantine {
  readonly since: number;
  /** `brain`, or the person who put it there. */
  readonly by: string;
  readonly reason: string;
}

export interface AgentRisk {
  readonly signals: AgentSignals;
  readonly tripwires: Tripwires;
  readonly trends: Trends;
  readonly standing: Standing;
  readonly insights: readonly Insight[];
  readonly epoch: Epoch;
  readonly quarantine: Quarantine | null;
  readonly history: History;
}

export interface Assessment extends Score {
  readonly agent: string;
  readonly at: number;
  /** As the model saw them: what is common to the fleet taken off. */
  readonly readings: Readings;
  readonly level: Level;
  /** Too little seen of it: high is the most it can reach. */
  readonly isWarmingUp: boolean;
  /** Until when a released agent is on probation; null when it is not. */
  readonly probationUntil: number | null;
  readonly quarantine: Quarantine | null;
  readonly tripwires: Tripwires['tripped'];
  readonly insights: readonly Insight[];
}

export type Crossing =
  | {
      readonly type: 'level';
      readonly agent: string;
      readonly at: number;
      readonly from: Level;
      readonly to: Level;
      readonly assessment: Assessment;
    }
  /** The agent is to be stopped; only a person lets it start again. */
  | {
      readonly type: 'quarantine';
      readonly agent: string;
      readonly at: number;
      readonly assessment: Assessment;
    }
  /** The agent is to be held: no further calls until a person lets go. */
  | {
      readonly type: 'tripwire';
      readonly agent: string;
      readonly at: number;
      readonly tripwire: Tripwire;
      readonly detail: string;
    }
  | { readonly type: 'insight'; readonly agent: string; readonly at: number; readonly insight: Insight };

export function newAgentRisk(at: number): AgentRisk {
  return {
    signals: freshSignals(at),
    tripwires: NO_TRIPWIRES,
    trends: newTrends(at),
    standing: newStanding(at),
    insights: [],
    epoch: { number: 1, since: at, by: null, reason: '' },
    quarantine: null,
    history: NO_HISTORY,
  };
}

export function see(risk: AgentRisk, at: number, observation: Observation): AgentRisk {
  return {
    ...risk,
    signals: record(risk.signals, at, observation),
    tripwires: watch(risk.tripwires, at, observation),
    trends: follow(risk.trends, at, observation),
  };
}

export function quarantine(risk: AgentRisk, given: Quarantine): AgentRisk {
  const { since } = given;
  return {
    ...risk,
    quarantine: risk.quarantine ?? given,
    standing: { ...risk.standing, level: 'critical', since },
  };
}

/** A person lets it work again, and says why: signals count from here on, nothing from before does. */
export function release(
  risk: AgentRisk,
  at: number,
  given: { readonly by: string; readonly reason: string },
): AgentRisk {
  return {
    ...risk,
    signals: forgetPast(risk.signals, at),
    tripwires: NO_TRIPWIRES,
    // How it errs usually is not evidence against it but what it is compared with.
    trends: { ...newTrends(at), usual: risk.trends.usual },
    standing: newStanding(at),
    insights: [],
    epoch: { number: risk.epoch.number + 1, since: at, ...given },
    quarantine: null,
  };
}

export const letGoOf = (risk: AgentRisk, tripwire: Tripwire): AgentRisk => ({
  ...risk,
  tripwires: letGo(risk.tripwires, tripwire),
});

/** Counted up to `at`: an agent that stalls is heard of no more, and works on all the same. */
function isWarmingUp({ signals, epoch }: AgentRisk, at: number): boolean {
  if (epoch.number > 1) return false;
  const { workedMs, evidence } = advance(signals, at);
  return workedMs < WARM_UP_WORK_MS || evidence < WARM_UP_EVIDENCE;
}

/** One look at the agent: what it is now, and what has changed with it. */
export function assess(
  risk: AgentRisk,
  given: {
    readonly agent: string;
    readonly at: number;
    readonly readings: Readings;
    readonly common: number;
    readonly weights: Weights;
  },
): { readonly risk: AgentRisk; readonly assessment: Assessment; readonly crossings: readonly Crossing[] } {
  const { agent, at, readings, common, weights } = given;
  const score = scoreOf(readings, weights);
  const isCold = isWarmingUp(risk, at);
  const standing = look(risk.standing, at, score.probability, isCold ? 'high' : 'critical');
  const insights = insightsAt(risk.trends, at, readings, common);
  const isNewlyCritical = standing.level === 'critical' && risk.quarantine === null;
  const next: AgentRisk = {
    ...risk,
    standing,
    insights,
    quarantine: isNewlyCritical
      ? { since: at, by: 'brain', reason: `risk ${score.probability.toFixed(2)}` }
      : risk.quarantine,
    history: remember(risk.history, at, score.probability),
  };
  const { number, since } = risk.epoch;
  const assessment: Assessment = {
    ...score,
    agent,
    at,
    readings,
    level: standing.level,
    isWarmingUp: isCold,
    probationUntil: number > 1 && at - since < PROBATION_MS ? since + PROBATION_MS : null,
    quarantine: next.quarantine,
    tripwires: next.tripwires.tripped,
    insights,
  };
  const crossings: Crossing[] = [];
  if (standing.level !== risk.standing.level)
    crossings.push({ type: 'level', agent, at, from: risk.standing.level, to: standing.level, assessment });
  if (isNewlyCritical) crossings.push({ type: 'quarantine', agent, at, assessment });
  for (const insight of insights)
    if (!risk.insights.includes(insight)) crossings.push({ type: 'insight', agent, at, insight });
  return { risk: next, assessment, crossings };
}
