/**
 * The risk of the whole fleet: what is seen goes in, a look each minute brings out how every agent stands and
 * what has changed. Pure: the same observations at the same times lead to the same levels.
 */
import {
  assess,
  letGoOf,
  newAgentRisk,
  quarantine,
  release,
  see,
  type AgentRisk,
  type Assessment,
  type Crossing,
} from './agent-risk.ts';
import { commonOf, NOTHING_COMMON, withoutCommon } from './common-mode.ts';
import { MINUTE_MS } from './decay.ts';
import { TRIPWIRES, type Observation, type Tripwire } from './observation.ts';
import { readingsAt } from './readings.ts';
import { freeze, isWorking, recentErrors, skip } from './signals.ts';
import { DEFAULT_WEIGHTS, type Weights } from './weights.ts';

/** One look a minute: faster than anything here changes, slower than what it costs. */
export const LOOK_MS = MINUTE_MS;
/** Minutes nobody looked are looked at afterwards, a day of them at most: more would tell nothing new. */
const CATCH_UP_LOOKS_MAX = 24 * 60;

export interface RiskState {
  readonly weights: Weights;
  readonly agents: Readonly<Record<string, AgentRisk>>;
  /** When the fleet was last looked at on the minute. */
  readonly lookedAt: number | null;
  /** Latest moment anything was seen; time does not run backwards here, whatever the clock does. */
  readonly at: number;
}

export const newRiskState = (weights: Weights = DEFAULT_WEIGHTS): RiskState => ({
  weights,
  agents: {},
  lookedAt: null,
  at: 0,
});

export interface Seen {
  readonly agent: string;
  readonly observation: Observation;
}

export interface Looked {
  readonly state: RiskState;
  /** Of the last look. */
  readonly assessments: readonly Assessment[];
  /** Of all looks, oldest first. */
  readonly crossings: readonly Crossing[];
}

/** What was seen at one moment. */
export function note(state: RiskState, at: number, seen: readonly Seen[]): RiskState {
  if (seen.length === 0 && at <= state.at) return state;
  const now = Math.max(at, state.at);
  const agents: Record<string, AgentRisk> = { ...state.agents };
  for (const { agent, observation } of seen)
    agents[agent] = see(agents[agent] ?? newAgentRisk(now), now, observation);
  return { ...state, agents, at: now };
}

/** Looks at every whole minute since the last look up to now: whoever calls how often, the looks are the same. */
export function tick(state: RiskState, at: number): Looked {
  const last = Math.floor(Math.max(at, state.at) / LOOK_MS) * LOOK_MS;
  const first = Math.max((state.lookedAt ?? last - LOOK_MS) + LOOK_MS, last - CATCH_UP_LOOKS_MAX * LOOK_MS);
  let now = state;
  let assessments: readonly Assessment[] = [];
  const crossings: Crossing[] = [];
  for (let minute = first; minute <= last; minute += LOOK_MS) {
    const looked = evaluate(now, minute);
    now = { ...looked.state, lookedAt: minute };
    assessments = looked.assessments;
    crossings.push(...looked.crossings);
  }
  return { state: now, assessments, crossings };
}

/** One look at everybody. Without comparing peers, what happens to all is held against each: to measure with. */
export function evaluate(
  state: RiskState,
  given: number,
  { comparesPeers }: { readonly comparesPeers: boolean } = { comparesPeers: true },
): Looked {
  const at = Math.max(given, state.lookedAt ?? 0);
  const peers = Object.entries(state.agents).map(([agent, risk]) => ({
    agent,
    risk,
    readings: readingsAt(risk.signals, at),
    recent: recentErrors(risk.signals, at),
    isWorking: isWorking(risk.signals),
  }));
  const common = comparesPeers ? commonOf(peers) : () => NOTHING_COMMON;
  const agents: Record<string, AgentRisk> = {};
  const assessments: Assessment[] = [];
  const crossings: Crossing[] = [];
  for (const { agent, risk, readings } of peers) {
    const { error, isStandstill } = common(agent);
    const looked = assess(risk, {
      agent,
      at,
      readings: withoutCommon(readings, error),
      common: error,
      weights: state.weights,
    });
    agents[agent] = { ...looked.risk, signals: freeze(looked.risk.signals, at, isStandstill) };
    assessments.push(looked.assessment);
    crossings.push(...looked.crossings);
  }
  return { state: { ...state, agents, at: Math.max(at, state.at) }, assessments, crossings };
}

/** Which tripwires are tripped now and were not before: told at once, not at the next look. */
export function newlyTripped(before: RiskState, after: RiskState): readonly Crossing[] {
  const found: Crossing[] = [];
  for (const [agent, { tripwires }] of Object.entries(after.agents)) {
    const known = before.agents[agent];
    if (known?.tripwires === tripwires) continue;
    for (const tripwire of TRIPWIRES) {
      const tripped = tripwires.tripped[tripwire];
      if (tripped && known?.tripwires.tripped[tripwire]?.since !== tripped.since)
        found.push({ type: 'tripwire', agent, at: tripped.since, tripwire, detail: tripped.detail });
    }
  }
  return found;
}

/** Nobody saw what happened until now (the brain was off): everything fades, no clock has run. */
export function skipUnseen(state: RiskState, at: number): RiskState {
  const now = Math.max(at, state.at);
  return {
    ...changeAll(state, (risk) => ({ ...risk, signals: skip(risk.signals, now) })),
    at: now,
    lookedAt: state.lookedAt === null ? null : Math.floor(now / LOOK_MS) * LOOK_MS,
  };
}

export function quarantineAgent(
  state: RiskState,
  agent: string,
  given: { readonly at: number; readonly by: string; readonly reason: string },
): RiskState {
  const { at, by, reason } = given;
  return change(state, agent, at, (risk, now) => quarantine(risk, { since: now, by, reason }));
}

export function releaseAgent(
  state: RiskState,
  agent: string,
  given: { readonly at: number; readonly by: string; readonly reason: string },
): RiskState {
  const { at, by, reason } = given;
  return change(state, agent, at, (risk, now) => release(risk, now, { by, reason }));
}

/** A person lets a held agent go on. */
export const letGoOfAgent = (state: RiskState, agent: string, at: number, tripwire: Tripwire): RiskState =>
  change(state, agent, at, (risk) => letGoOf(risk, tripwire));

function change(
  state: RiskState,
  agent: string,
  at: number,
  apply: (risk: AgentRisk, now: number) => AgentRisk,
): RiskState {
  const now = Math.max(at, state.at);
  const risk = state.agents[agent] ?? newAgentRisk(now);
  return { ...state, agents: { ...state.agents, [agent]: apply(risk, now) }, at: now };
}

function changeAll(state: RiskState, apply: (risk: AgentRisk) => AgentRisk): RiskState {
  const agents = Object.entries(state.agents).map(([agent, risk]) => [agent, apply(risk)]);
  return { ...state, agents: Object.fromEntries(agents) };
}
