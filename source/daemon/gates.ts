/**
 * Hooks that wait. What a hook is told is a function of the state (core/approvals/answer.ts); here is only
 * who waits, and the rule that a verdict is on record before it is handed out.
 */
import { answerTo } from '../core/approvals/answer.ts';
import type { ToolCall } from '../core/approvals/envelope.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { runOfSession, type Approval } from '../core/fleet.ts';
import { adapterFor } from '../core/vendors/registry.ts';
import type { HookEvent, HookVerdict } from '../core/vendors/vendor.ts';
import type { Places } from '../wire/places.ts';
import type { GateAnswer, GateAsk } from '../wire/gate-protocol.ts';
import { listenForGate, type GateEndpoint } from './gate-endpoint.ts';
import { groundsOf, groundsOfEdited } from './grounds.ts';
import type { Configuration } from './configuration.ts';
import type { Loop } from './loop.ts';
import { NO_WORLD, worldOf } from './world.ts';

interface Waiter {
  readonly session: string;
  readonly call: ToolCall;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Its answer is being put on record. */
  isLeaving: boolean;
  /** For an answer that is held for a while. */
  timer: NodeJS.Timeout | undefined;
  done(verdict: HookVerdict): void;
}

export class Gates {
  readonly #places: Places;
  readonly #loop: () => Loop;
  readonly #configuration: () => Configuration;
  readonly #approvalLifeMs: number;
  readonly #now: () => number;
  readonly #endpoints = new Map<string, GateEndpoint>();
  readonly #waiters = new Map<string, Set<Waiter>>();

  constructor(options: {
    places: Places;
    loop: () => Loop;
    configuration: () => Configuration;
    approvalLifeMs: number;
    now: () => number;
  }) {
    this.#places = options.places;
    this.#configuration = options.configuration;
    this.#loop = options.loop;
    this.#approvalLifeMs = options.approvalLifeMs;
    this.#now = options.now;
  }

  /** Opens the session's endpoint: whoever shows the token asks in its name. */
  async open(session: string, tokenHash: string): Promise<void> {
    if (this.#endpoints.has(session)) return;
    const endpoint = await listenForGate({
      socket: this.#places.gateSocket(session),
      session,
      tokenHash,
      onAsk: (ask, signal) => this.#asked(session, ask, signal),
    });
    this.#endpoints.set(session, endpoint);
  }

  close(session: string): void {
    this.#endpoints.get(session)?.close();
    this.#endpoints.delete(session);
  }

  closeAll(): void {
    for (const session of this.#endpoints.keys()) this.close(session);
  }

  /** Answers every hook of the session whose call has its verdict now. */
  answerWaiting(session: string): void {
    for (const waiter of this.#waiters.get(session) ?? []) this.#answer(waiter);
  }

  /** What runs may do has changed: calls that wait are judged anew, in the world as it is now; null: of every session. */
  judgeAgain(session: string | null): void {
    for (const [name, waiting] of this.#waiters)
      if (session === null || session === name)
        for (const waiter of waiting)
          this.#judgeAgain(waiter).catch(() => {
            // Not on record, so it does not hold: a call that still has its question waits on for that.
            if (this.#loop().fleet.openCalls[name]?.[waiter.call.id]?.heldFor)
              this.#leave(waiter, UNRECORDED);
          });
  }

  async #judgeAgain({ session, call, cwd }: Waiter): Promise<void> {
    const run = runOfSession(this.#loop().fleet, session);
    if (!run) return;
    const subject = { type: 'tool-call', vendor: run.vendor, call } as const;
    const [facts, grounds] = await Promise.all([worldOf(run, call, cwd), groundsOf(subject, cwd)]);
    const approvalLifeMs = this.#approvalLifeMs;
    await this.#loop().submit({
      type: 'judge-again',
      session,
      call: call.id,
      cwd,
      facts,
      grounds,
      approvalLifeMs,
    });
  }

  async #asked(session: string, ask: GateAsk, signal: AbortSignal): Promise<GateAnswer> {
    const adapter = adapterFor(ask.dialect);
    const hook = adapter.parseHook(parseJson(ask.payload), ask.id);
    const verdict = await this.#verdictOn(session, hook, signal);
    return adapter.answer(hook, verdict);
  }

  async #verdictOn(session: string, hook: HookEvent, signal: AbortSignal): Promise<HookVerdict> {
    const run = runOfSession(this.#loop().fleet, session);
    if (!run) return { type: 'deny', message: 'fleet: this session is not known' };
    const isAsked = hook.type === 'tool-asked';
    const [facts, grounds] = await Promise.all([
      isAsked ? worldOf(run, hook.call, hook.cwd) : NO_WORLD,
      isAsked ? groundsOf({ type: 'tool-call', vendor: run.vendor, call: hook.call }, hook.cwd) : null,
      // A rule holds from the moment its file is saved.
      isAsked ? this.#configuration().refresh(run.project) : null,
    ]);
    const actor = `agent:${run.agent}`;
    await this.#loop().submit(
      { type: 'hook', session, hook, facts, grounds, approvalLifeMs: this.#approvalLifeMs },
      actor,
    );
    if (hook.type === 'tool-asked') return this.#wait(session, hook, signal);
    if (hook.type === 'permission-asked') return this.#permission(session, hook);
    return { type: 'acknowledge' };
  }

  #wait(
    session: string,
    { call, cwd }: Extract<HookEvent, { type: 'tool-asked' }>,
    signal: AbortSignal,
  ): Promise<HookVerdict> {
    return new Promise((done) => {
      const waiter: Waiter = { session, call, cwd, signal, isLeaving: false, timer: undefined, done };
      const waiting = this.#waiters.get(session) ?? new Set();
      this.#waiters.set(session, waiting.add(waiter));
      signal.addEventListener('abort', () => {
        clearTimeout(waiter.timer);
        if (!this.#drop(waiter)) return;
        // Somebody else may still wait for the same call (a hook that reconnected before this one was noticed gone).
        if ([...waiting].some((other) => other.call.id === call.id)) return;
        void this.#loop().submit({ type: 'hook-gone', session, call: call.id });
      });
      this.#answer(waiter);
    });
  }

  #answer(waiter: Waiter): void {
    const { session, call } = waiter;
    const answer = answerTo(this.#loop().fleet, { session, call, at: this.#now() });
    if (answer.type === 'wait') return this.#answerAgain(waiter, answer.until);
    if (waiter.isLeaving) return;
    if (!answer.approval) return this.#leave(waiter, verdictOf(answer));
    waiter.isLeaving = true;
    this.#dispatch(waiter, answer.approval, answer.type === 'allow').then(
      (verdict) => {
        waiter.isLeaving = false;
        if (verdict) this.#leave(waiter, verdict);
        // Taken back, or asked anew because the world has changed: it waits on.
        else if (!waiter.signal.aborted) this.#answer(waiter);
      },
      () => this.#leave(waiter, UNRECORDED),
    );
  }

  /** On record first: a verdict nobody knows of could be handed out twice. null when it may not leave after all. */
  async #dispatch(
    { session, call }: Waiter,
    { id, subject, cwd, end }: Approval,
    isAllowed: boolean,
  ): Promise<HookVerdict | null> {
    const run = runOfSession(this.#loop().fleet, session);
    const runs = { ...call, input: end?.editedInput ?? call.input };
    const [facts, ownGrounds, editedGrounds] =
      isAllowed && run
        ? await Promise.all([
            worldOf(run, runs, cwd),
            groundsOf(subject, cwd),
            groundsOfEdited(subject, end?.editedInput ?? null, cwd),
          ])
        : [null, null, null];
    const { fleet, events } = await this.#loop().submit({
      type: 'dispatch',
      approval: id,
      ...(facts ? { facts } : {}),
      grounds: editedGrounds ?? ownGrounds,
      ownGrounds,
    });
    if (!events.some(({ event }) => event.type === 'verdict-dispatched')) return null;
    const answer = answerTo(fleet, { session, call, at: this.#now() });
    return answer.type === 'wait' ? null : verdictOf(answer);
  }

  #answerAgain(waiter: Waiter, until: number | null): void {
    clearTimeout(waiter.timer);
    if (until !== null) waiter.timer = setTimeout(() => this.#answer(waiter), until - this.#now());
  }

  #leave(waiter: Waiter, verdict: HookVerdict): void {
    clearTimeout(waiter.timer);
    if (this.#drop(waiter)) waiter.done(verdict);
  }

  #drop(waiter: Waiter): boolean {
    const waiting = this.#waiters.get(waiter.session);
    const wasThere = waiting?.delete(waiter) ?? false;
    if (waiting?.size === 0) this.#waiters.delete(waiter.session);
    return wasThere;
  }

  /** The agent's own dialog: a yes only for a call the gate has already let through and that has not run yet. */
  #permission(session: string, hook: Extract<HookEvent, { type: 'permission-asked' }>): HookVerdict {
    const { fleet } = this.#loop();
    const wanted = canonicalJson(hook.input);
    for (const { call } of Object.values(fleet.openCalls[session] ?? {})) {
      if (call.tool !== hook.tool) continue;
      const answer = answerTo(fleet, { session, call, at: this.#now() });
      if (answer.type === 'allow' && canonicalJson(answer.input) === wanted)
        return { type: 'allow', input: answer.input };
    }
    return { type: 'deny', message: 'fleet: this call has not passed the gate' };
  }
}

const UNRECORDED: HookVerdict = {
  type: 'deny',
  message: 'fleet: the verdict could not be recorded, so it does not hold',
};

const verdictOf = (answer: Exclude<ReturnType<typeof answerTo>, { type: 'wait' }>): HookVerdict =>
  answer.type === 'allow'
    ? { type: 'allow', input: answer.input }
    : { type: 'deny', message: answer.message };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
