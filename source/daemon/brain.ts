/**
 * The brain: follows the log, looks at every agent once a minute, and sees to it that one that has gone bad
 * is stopped. What it finds becomes events like everything else; it stops nobody by itself.
 */
import type { Recorded } from '../core/event.ts';
import type { Fleet } from '../core/fleet.ts';
import type { Input } from '../core/input.ts';
import { holdsOf, quarantineOf, type QuarantineGrounds } from '../core/quarantine.ts';
import type { Assessment, Crossing } from '../core/risk/agent-risk.ts';
import { counterfactualsOf } from '../core/risk/counterfactual.ts';
import { follow } from '../core/risk/follow-log.ts';
import { columnsOf, NO_HISTORY, probabilityBefore } from '../core/risk/history.ts';
import { agentOfKey, newWatch, type Watch } from '../core/risk/observe.ts';
import { evaluate, LOOK_MS, newlyTripped, newRiskState, tick } from '../core/risk/risk.ts';
import { type Weights, weightsHash } from '../core/risk/weights.ts';
import type { Store } from '../io/store/store.ts';
import type { AgentAssessment } from '../wire/daemon-protocol.ts';
import type { Loop } from './loop.ts';

/** Older events say nothing any more: the slowest figure has halved a dozen times since. */
const FOLLOWED_MS = 24 * 60 * 60_000;
const PAGE = 1_000;
/** A fleet's busiest day; of a busier one the beginning is left out. */
const EVENTS_MAX = 200_000;
/** Between this and twenty minutes ago lies the trend that is told. */
const TREND_MS = 20 * 60_000;

export interface BrainOptions {
  readonly loop: () => Loop;
  readonly now: () => number;
  /** How many minutes of agents' life pass in one; above 1 for trying out what takes hours. */
  readonly speed?: number;
  /** Trained ones that a person has adopted; the built-in ones otherwise. */
  readonly weights?: Weights;
}

export class Brain {
  readonly #options: BrainOptions;
  readonly #speed: number;
  readonly #since: number;
  #watch: Watch;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: BrainOptions) {
    this.#options = options;
    this.#speed = options.speed ?? 1;
    this.#since = options.now();
    this.#watch = newWatch(newRiskState(options.weights));
  }

  /** What happened while nobody watched, so that a restart forgets nothing. */
  recall(store: Store): void {
    const since = this.#options.now() - FOLLOWED_MS;
    let after = Math.max(0, store.head().seq - EVENTS_MAX);
    for (;;) {
      const page = store.read({ after, limit: PAGE, since });
      for (const recorded of page) this.#watch = follow(this.#watch, this.#sped(recorded));
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = last.seq;
    }
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_MS / this.#speed);
    // Critical when the last daemon died, and not stopped yet.
    this.#enforce(this.#options.loop().fleet);
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** Takes in what has just been recorded. */
  see(events: readonly Recorded[]): void {
    const before = this.#watch.risk;
    const crossings: Crossing[] = [];
    for (const recorded of events) {
      const followed = follow(this.#watch, this.#sped(recorded));
      this.#watch = followed;
      crossings.push(...followed.crossings);
    }
    this.#tell([...crossings, ...newlyTripped(before, this.#watch.risk)]);
  }

  /** How every agent stands now. */
  assessments(): readonly AgentAssessment[] {
    const at = this.#at(this.#options.now());
    const { risk } = this.#watch;
    return evaluate(risk, at).assessments.map((assessment) => {
      const { agent: key, probability, level } = assessment;
      const { history = NO_HISTORY, epoch } = risk.agents[key] ?? {};
      return {
        ...agentOfKey(key),
        probability,
        level,
        readings: assessment.readings,
        contributions: assessment.contributions,
        counterfactuals: counterfactualsOf(assessment, risk.weights, level),
        isWarmingUp: assessment.isWarmingUp,
        isOnProbation: assessment.probationUntil !== null,
        insights: assessment.insights,
        before: probabilityBefore(history, at, TREND_MS),
        history: {
          '6h': columnsOf(history, '6h', at),
          '24h': columnsOf(history, '24h', at),
          '7d': columnsOf(history, '7d', at),
        },
        ledger: {
          model: risk.weights.version,
          weights: weightsHash(risk.weights),
          epoch: epoch?.number ?? 1,
          releasedBy: epoch?.by ?? null,
        },
      };
    });
  }

  #look(): void {
    const { state, crossings } = tick(this.#watch.risk, this.#at(this.#options.now()));
    this.#watch = { ...this.#watch, risk: state };
    this.#tell(crossings);
    this.#enforce(this.#options.loop().fleet);
  }

  #tell(crossings: readonly Crossing[]): void {
    for (const crossing of crossings) this.#submit(inputOf(crossing));
  }

  /** Whoever is critical is in quarantine, also when the word of it was lost on the way. */
  #enforce(fleet: Fleet): void {
    for (const [key, { quarantine, tripwires }] of Object.entries(this.#watch.risk.agents)) {
      const agent = agentOfKey(key);
      if (quarantine?.by === 'brain' && !quarantineOf(fleet, agent)) {
        const found = evaluate(this.#watch.risk, this.#watch.risk.at).assessments.find(
          (assessment) => assessment.agent === key,
        );
        if (found) this.#submit(quarantineInput(found));
      }
      for (const [tripwire, tripped] of Object.entries(tripwires.tripped)) {
        const isHeld = holdsOf(fleet, agent).some((hold) => hold.tripwire === tripwire);
        if (!isHeld && tripped && !quarantineOf(fleet, agent))
          this.#submit({
            type: 'hold',
            ...agent,
            tripwire: tripwire as HoldInput['tripwire'],
            detail: tripped.detail,
          });
      }
    }
  }

  #submit(input: Input): void {
    // A store that cannot keep it ends the daemon; the next one finds the agent critical again.
    this.#options
      .loop()
      .submit(input)
      .catch(() => {});
  }

  #sped(recorded: Recorded): Recorded {
    return this.#speed === 1 ? recorded : { ...recorded, at: this.#at(recorded.at) };
  }

  #at(wall: number): number {
    return this.#since + (wall - this.#since) * this.#speed;
  }
}

type HoldInput = Extract<Input, { type: 'hold' }>;

function inputOf(crossing: Crossing): Input {
  const agent = agentOfKey(crossing.agent);
  switch (crossing.type) {
    case 'quarantine':
      return quarantineInput(crossing.assessment);
    case 'tripwire':
      return { type: 'hold', ...agent, tripwire: crossing.tripwire, detail: crossing.detail };
    case 'level': {
      const { from, to, assessment } = crossing;
      const { probability } = assessment;
      return { type: 'risk-changed', event: { type: 'risk-level-changed', ...agent, from, to, probability } };
    }
    case 'insight':
      return { type: 'risk-changed', event: { type: 'insight-raised', ...agent, insight: crossing.insight } };
    default:
      return crossing satisfies never;
  }
}

function quarantineInput({ agent, probability, contributions, readings }: Assessment): Input {
  const signals = contributions
    .filter(({ push }) => push > 0)
    .sort((a, b) => b.push - a.push)
    .map(({ signal, push }) => ({ signal, value: readings[signal]?.value ?? 0, logOdds: push }));
  const grounds: QuarantineGrounds = { probability, signals };
  const worst = signals.slice(0, 2).map(({ signal }) => signal);
  return {
    type: 'quarantine',
    ...agentOfKey(agent),
    reason: `risk ${probability.toFixed(2)}: ${worst.join(' and ') || 'no single signal'}`,
    grounds,
  };
}
