/** What people ask about agents that have gone bad, carried out. */
import type { Recorded } from '../core/event.ts';
import type { Input } from '../core/input.ts';
import { quarantineOf } from '../core/quarantine.ts';
import type { Store } from '../io/store/store.ts';
import type { Ask, AskValue } from '../wire/daemon-protocol.ts';
import type { Brain } from './brain.ts';
import { AskRefused } from './clients.ts';
import type { Evidence } from './evidence.ts';
import type { Loop } from './loop.ts';

type RiskAsk = Extract<
  Ask,
  { type: 'risk' | 'quarantine' | 'quarantine-detail' | 'release' | 'let-go' | 'reset-budget' }
>;

/** As far back as anybody reads before letting an agent work again. */
const DECISIONS_MAX = 40;
/** Events of a busy fleet between what an agent did last and now. */
const LOOKED_AT_MAX = 5_000;
/** Kinds of events that tell what an agent was allowed, refused, and did. */
const TELLING = ['tool-judged', 'approval-requested', 'approval-decided', 'tool-finished', 'alarm-raised'];

export class RiskAsks {
  readonly #options: {
    readonly loop: Loop;
    readonly store: Store;
    readonly brain: Brain;
    readonly evidence: Evidence;
  };

  constructor(options: { loop: Loop; store: Store; brain: Brain; evidence: Evidence }) {
    this.#options = options;
  }

  async answer(ask: RiskAsk, actor: string): Promise<AskValue[RiskAsk['type']]> {
    const { brain, evidence, loop } = this.#options;
    switch (ask.type) {
      case 'risk':
        return { agents: brain.assessments() };
      case 'quarantine':
        return this.#submit({ ...ask, grounds: null }, actor);
      case 'release':
      case 'let-go':
      case 'reset-budget':
        return this.#submit(ask, actor);
      case 'quarantine-detail': {
        const quarantine = quarantineOf(loop.fleet, ask);
        if (!quarantine) throw new AskRefused('NOT_QUARANTINED', `${ask.agent} is not in quarantine`);
        return {
          quarantine,
          evidence: await evidence.of(quarantine.id),
          decisions: this.#lastDecisions(ask.agent, quarantine.since),
        };
      }
      default:
        return ask satisfies never;
    }
  }

  /** Newest last. */
  #lastDecisions(agent: string, until: number): readonly Recorded[] {
    const { store } = this.#options;
    const after = Math.max(0, store.head().seq - LOOKED_AT_MAX);
    return store
      .read({ after, limit: LOOKED_AT_MAX, agent })
      .filter(({ event, at }) => TELLING.includes(event.type) && at <= until)
      .slice(-DECISIONS_MAX);
  }

  async #submit(input: Input, actor: string): Promise<Record<string, never>> {
    const { refusal } = await this.#options.loop.submit(input, actor);
    if (refusal) throw new AskRefused(refusal.code, refusal.message);
    return {};
  }
}
