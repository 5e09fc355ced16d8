/**
 * A history with known faults, lived through once more by the model: when would it have quarantined whom? The
 * same code decides as in the running brain. The history goes on as it was recorded; who is quarantined is
 * released by the person who mended it, at the end of the fault, and goes on being scored until then.
 */
import type { AgentRisk, Assessment, Crossing } from '../agent-risk.ts';
import { MINUTE_MS } from '../decay.ts';
import { isAtLeast, newStanding } from '../level.ts';
import {
  evaluate,
  letGoOfAgent,
  newRiskState,
  newlyTripped,
  note,
  releaseAgent,
  type RiskState,
  type Seen,
} from '../risk.ts';
import type { Tripwire } from '../observation.ts';
import type { Worth } from '../rows/fault.ts';
import type { Weights } from '../weights.ts';
import { cellOf, count, newHistogram, type Histogram } from './histogram.ts';

/** What a model does without, to see what it is good for. */
export type Ablation = 'peers' | 'epoch-reset';

/** Times in minutes since the start of the file. */
export interface Fault {
  readonly fleet: string;
  readonly agent: string;
  readonly name: string;
  readonly worth: Worth;
  readonly onset: number;
  readonly end: number;
}

export interface FaultOutcome {
  readonly fault: Fault;
  /** Minute of the quarantine, of the first hold, of high or an insight; null: never while it lasted. */
  readonly quarantinedAt: number | null;
  readonly heldAt: number | null;
  readonly heldBy: Tripwire | null;
  readonly noticedAt: number | null;
  /** Scores while it lasted, by cell: what a bootstrap over faults draws from. */
  readonly cells: ReadonlyMap<number, number>;
}

export interface FalseAlarm {
  readonly fleet: string;
  readonly agent: string;
  readonly minute: number;
  /** Signals by what they pushed, most first; the tripwire of a hold. */
  readonly because: readonly string[];
}

export interface Replayed {
  readonly faults: readonly FaultOutcome[];
  readonly falseQuarantines: readonly FalseAlarm[];
  readonly falseHolds: readonly FalseAlarm[];
  /** Quarantines soon after a fault nobody had found was over: neither found nor false. */
  readonly late: number;
  readonly agentMinutes: number;
  readonly agents: number;
  /** Faults that must be stopped against ordinary minutes. */
  readonly histogram: Histogram;
  /** Scores while there was something to be looked at. */
  readonly attention: Float64Array;
}

/** One minute of one agent that is scored: in ordinary work, or while something goes on that must be stopped. */
export interface Scored {
  readonly fleet: string;
  readonly minute: number;
  readonly fault: Fault | null;
  readonly assessment: Assessment;
}

export interface Replay {
  /** One minute of one fleet: what was seen in it. Minutes of a fleet come in order. */
  minute(fleet: string, minute: number, seen: readonly Seen[]): void;
  result(): Replayed;
}

/** What was wrong rightly shows for a while after it is over. */
const AFTERMATH_MINUTES = 60;
/** A person looks into an alarm that was none, and lets the agent go on. */
const FALSE_ALARM_MINUTES = 60;

interface Watched {
  readonly fault: Fault;
  quarantinedAt: number | null;
  heldAt: number | null;
  heldBy: Tripwire | null;
  noticedAt: number | null;
  readonly cells: Map<number, number>;
}

interface AgentReplay {
  /** By onset. */
  readonly faults: readonly Watched[];
  /** First fault that is not long over. */
  next: number;
  releaseAt: number | null;
  readonly letGoAt: Map<Tripwire, number>;
}

interface FleetReplay {
  state: RiskState;
  readonly agents: Map<string, AgentReplay>;
}

export function newReplay(given: {
  readonly weights: Weights;
  readonly faults: readonly Fault[];
  readonly ablation?: Ablation;
  /** Minutes before are lived through, not scored. */
  readonly scoredFrom?: number;
  /** Is told every scored minute. */
  readonly onScore?: (scored: Scored) => void;
}): Replay {
  const { weights, ablation, scoredFrom = -Infinity, onScore } = given;
  // What is nobody's fault is ordinary: left alone it must be.
  const watched = given.faults
    .filter(({ worth }) => worth !== 'benign')
    .map((fault): Watched => ({
      fault,
      quarantinedAt: null,
      heldAt: null,
      heldBy: null,
      noticedAt: null,
      cells: new Map(),
    }));
  const byAgent = Map.groupBy(watched, ({ fault }) => `${fault.fleet}\n${fault.agent}`);
  const fleets = new Map<string, FleetReplay>();
  const histogram = newHistogram();
  const attention = newHistogram().positives;
  const falseQuarantines: FalseAlarm[] = [];
  const falseHolds: FalseAlarm[] = [];
  let late = 0;
  let agentMinutes = 0;

  const agentOf = (fleet: FleetReplay, name: string, agent: string): AgentReplay => {
    const known = fleet.agents.get(agent);
    if (known) return known;
    const faults = (byAgent.get(`${name}\n${agent}`) ?? []).toSorted((a, b) => a.fault.onset - b.fault.onset);
    const made: AgentReplay = { faults, next: 0, releaseAt: null, letGoAt: new Map() };
    fleet.agents.set(agent, made);
    return made;
  };

  /** The fault that goes on, if any; and the one whose aftermath it is. */
  const faultsAt = (agent: AgentReplay, minute: number): { now?: Watched; past?: Watched } => {
    while (
      agent.next < agent.faults.length &&
      agent.faults[agent.next]!.fault.end + AFTERMATH_MINUTES < minute
    )
      agent.next += 1;
    const found: { now?: Watched; past?: Watched } = {};
    for (let index = agent.next; index < agent.faults.length; index += 1) {
      const fault = agent.faults[index]!;
      if (fault.fault.onset > minute) break;
      // What must be stopped comes before what is only to be looked at.
      if (minute < fault.fault.end) {
        if (!found.now || fault.fault.worth === 'quarantine') found.now = fault;
      } else if (minute <= fault.fault.end + AFTERMATH_MINUTES) found.past = fault;
    }
    return found;
  };

  const quarantined = (name: string, minute: number, assessment: Assessment, agent: AgentReplay): void => {
    const { now, past } = faultsAt(agent, minute);
    if (now) {
      now.quarantinedAt ??= minute;
      agent.releaseAt = Math.ceil(now.fault.end);
      return;
    }
    agent.releaseAt = minute + FALSE_ALARM_MINUTES;
    if (minute < scoredFrom) return;
    if (past && past.quarantinedAt === null) late += 1;
    else
      falseQuarantines.push({
        fleet: name,
        agent: assessment.agent,
        minute,
        because: assessment.contributions
          .filter(({ push }) => push > 0)
          .toSorted((a, b) => b.push - a.push)
          .map(({ signal, push }) => `${signal} +${push.toFixed(1)}`),
      });
  };

  const held = (
    name: string,
    minute: number,
    crossing: Extract<Crossing, { type: 'tripwire' }>,
    agent: AgentReplay,
  ): void => {
    const { now, past } = faultsAt(agent, minute);
    const { tripwire } = crossing;
    agent.letGoAt.set(tripwire, now ? Math.ceil(now.fault.end) : minute + FALSE_ALARM_MINUTES);
    if (now) {
      now.heldAt ??= minute;
      now.heldBy ??= tripwire;
    } else if (!past && minute >= scoredFrom)
      falseHolds.push({ fleet: name, agent: crossing.agent, minute, because: [tripwire] });
  };

  const score = (name: string, minute: number, assessment: Assessment, agent: AgentReplay): void => {
    if (minute < scoredFrom) return;
    agentMinutes += 1;
    const { now, past } = faultsAt(agent, minute);
    if (now) {
      if (isAtLeast(assessment.level, 'high') || assessment.insights.length > 0) now.noticedAt ??= minute;
      // A fault of attention is neither a case for quarantine nor an ordinary minute.
      const cell = cellOf(assessment.logOdds);
      if (now.fault.worth === 'attention') {
        attention[cell]! += 1;
        return;
      }
      now.cells.set(cell, (now.cells.get(cell) ?? 0) + 1);
      count(histogram, assessment.logOdds, assessment.probability, true);
      onScore?.({ fleet: name, minute, fault: now.fault, assessment });
    } else if (!past) {
      count(histogram, assessment.logOdds, assessment.probability, false);
      onScore?.({ fleet: name, minute, fault: null, assessment });
    }
  };

  return {
    minute(name, minute, seen) {
      let fleet = fleets.get(name);
      if (!fleet) fleets.set(name, (fleet = { state: newRiskState(weights), agents: new Map() }));
      const at = minute * MINUTE_MS;
      for (const [agent, theirs] of fleet.agents) {
        if (theirs.releaseAt !== null && theirs.releaseAt <= minute) {
          fleet.state = released(fleet.state, agent, at, ablation);
          theirs.releaseAt = null;
        }
        for (const [tripwire, letGoAt] of theirs.letGoAt) {
          if (letGoAt > minute) continue;
          fleet.state = letGoOfAgent(fleet.state, agent, at, tripwire);
          theirs.letGoAt.delete(tripwire);
        }
      }
      const before = fleet.state;
      const after = note(before, at, seen);
      const looked = evaluate(after, at, { comparesPeers: ablation !== 'peers' });
      fleet.state = looked.state;
      for (const crossing of newlyTripped(before, after))
        if (crossing.type === 'tripwire') held(name, minute, crossing, agentOf(fleet, name, crossing.agent));
      for (const crossing of looked.crossings)
        if (crossing.type === 'quarantine')
          quarantined(name, minute, crossing.assessment, agentOf(fleet, name, crossing.agent));
      for (const assessment of looked.assessments)
        score(name, minute, assessment, agentOf(fleet, name, assessment.agent));
    },
    result: () => ({
      faults: watched.filter(({ fault }) => fault.onset >= scoredFrom),
      falseQuarantines,
      falseHolds,
      late,
      agentMinutes,
      agents: [...fleets.values()].reduce((sum, { agents }) => sum + agents.size, 0),
      histogram,
      attention,
    }),
  };
}

function released(state: RiskState, agent: string, at: number, ablation: Ablation | undefined): RiskState {
  const next = releaseAgent(state, agent, { at, by: 'person:replay', reason: 'the fault is mended' });
  if (ablation !== 'epoch-reset') return next;
  // Let go, with all that spoke against it still in its windows.
  const risk: AgentRisk = { ...state.agents[agent]!, quarantine: null, standing: newStanding(at) };
  return { ...state, agents: { ...state.agents, [agent]: risk } };
}
