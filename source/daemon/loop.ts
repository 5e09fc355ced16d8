/**
 * The one loop that decides: Input → decide → Event[] → append (one transaction, durable) → apply →
 * publish → react → Effect[] → perform → Input. Inputs that arrive together share a transaction.
 */
import { randomBytes } from 'node:crypto';
import { uuidv7 } from './ids.ts';
import type { Decision, Refusal } from '../core/decision.ts';
import { decide } from '../core/decide.ts';
import type { Effect } from '../core/effect.ts';
import type { FleetEvent, Recorded } from '../core/event.ts';
import { apply } from '../core/apply.ts';
import type { Fleet } from '../core/fleet.ts';
import type { Input, Moment } from '../core/input.ts';
import { react } from '../core/react.ts';
import type { NewEvent, Store } from '../io/store/store.ts';

/** One transaction's worth: enough to share the cost of the disk's sync, few enough to answer soon. */
const BATCH_EVENTS_MAX = 128;

export interface Outcome {
  readonly fleet: Fleet;
  readonly events: readonly Recorded[];
  readonly refusal: Refusal | null;
}

export interface LoopOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly now: () => number;
  publish(events: readonly Recorded[], fleet: Fleet): void;
  perform(effect: Effect): void;
  /** The store could not keep an event. Nothing of the batch happened. */
  failed(error: unknown): void;
}

interface Pending {
  readonly input: Input;
  readonly moment: Moment;
  done(outcome: Outcome): void;
  failed(error: unknown): void;
}

export class Loop {
  readonly #options: LoopOptions;
  #fleet: Fleet;
  #queue: Pending[] = [];
  #isScheduled = false;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#fleet = options.fleet;
  }

  get fleet(): Fleet {
    return this.#fleet;
  }

  /** Resolves once what came of the input is on disk. Rejects when the store could not keep it. */
  submit(input: Input, actor = 'daemon'): Promise<Outcome> {
    return new Promise((done, failed) => {
      const moment = { at: this.#options.now(), actor, fresh: freshName() };
      this.#queue.push({ input, moment, done, failed });
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      setImmediate(() => this.#drain());
    });
  }

  #drain(): void {
    this.#isScheduled = false;
    while (this.#queue.length > 0) this.#batch();
  }

  #batch(): void {
    const before = this.#fleet;
    const taken: { pending: Pending; decision: Decision; events: Recorded[] }[] = [];
    const drafts: NewEvent[] = [];
    let fleet = before;
    while (this.#queue.length > 0 && drafts.length < BATCH_EVENTS_MAX) {
      const pending = this.#queue.shift()!;
      const decision = decide(fleet, pending.input, pending.moment);
      const events: Recorded[] = [];
      for (const event of decision.events) {
        const draft = this.#draft(event, pending.moment, fleet);
        const recorded = { ...pick(draft), seq: fleet.seq + 1 };
        fleet = apply(fleet, recorded);
        drafts.push(draft);
        events.push(recorded);
      }
      taken.push({ pending, decision, events });
    }
    try {
      const kept = drafts.length > 0 ? this.#options.store.append(drafts) : [];
      if (kept.length > 0 && kept.at(-1)!.seq !== fleet.seq)
        throw new Error(
          `the store stands at ${kept.at(-1)!.seq}, the state at ${fleet.seq}: somebody else wrote to it`,
        );
    } catch (error) {
      for (const { pending } of taken) pending.failed(error);
      this.#options.failed(error);
      return;
    }
    this.#fleet = fleet;
    const recorded = taken.flatMap(({ events }) => events);
    if (recorded.length > 0) this.#options.publish(recorded, fleet);
    for (const { pending, decision, events } of taken)
      pending.done({ fleet, events, refusal: decision.refusal ?? null });
    for (const { event } of recorded) for (const effect of react(fleet, event)) this.#options.perform(effect);
  }

  #draft(event: FleetEvent, moment: Moment, fleet: Fleet): NewEvent {
    const run = 'run' in event && event.run !== null ? event.run : null;
    const known = run === null ? undefined : fleet.runs[run];
    return {
      id: uuidv7(moment.at),
      at: moment.at,
      monotonicNs: process.hrtime.bigint(),
      actor: moment.actor,
      agent: known?.agent ?? ('agent' in event ? event.agent : null),
      project: known?.project ?? ('project' in event ? event.project : null),
      run,
      session: 'session' in event ? event.session : null,
      event,
    };
  }
}

const pick = ({ id, at, actor, agent, event }: NewEvent): Omit<Recorded, 'seq'> => ({
  id,
  at,
  actor,
  agent,
  event,
});

/** Letters and digits that nobody mistakes for one another, as ids are read aloud and typed. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

function freshName(): string {
  let name = '';
  for (const byte of randomBytes(6)) name += LETTERS[byte % LETTERS.length];
  return name;
}
