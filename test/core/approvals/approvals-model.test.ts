/**
 * R16: any number of people, hooks and crashes in any order. The model is kept beside the real thing in the
 * plainest possible form: what a person was last truthfully told, and what left for the agent.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { answerTo, EXECUTION_WINDOW_MS } from '../../../source/core/approvals/answer.ts';
import type { Grounds } from '../../../source/core/approvals/grounds.ts';
import { shownAs } from '../../../source/core/approvals/subject.ts';
import { apply } from '../../../source/core/apply.ts';
import { canonicalJson } from '../../../source/core/canonical-json.ts';
import { EMPTY_FLEET, isFinal, type Approval } from '../../../source/core/fleet.ts';
import { IN_P, Simulation } from '../../support/fleet.ts';
import { reliabilityCount } from '../../support/reliability-count.ts';

const RUNS = reliabilityCount({ reduced: 200, full: 2_000 });
const STEPS = 40;
const LIFE_MS = 60_000;
const UNDO_MS = 3_000;

/** Mostly the usual, so that stories get somewhere, and now and then what should not be. */
const mostly = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof(
    { arbitrary: fc.constant(usual), weight: 8 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  );
const people = fc.constantFrom('person:ana', 'person:ben', 'person:cy');
const callNumber = fc.nat({ max: 1 });
const command = mostly('a', 'b');
const ask = fc.record({ type: fc.constant('ask' as const), call: callNumber, command });
const decide = fc.record({
  type: fc.constant('decide' as const),
  call: callNumber,
  by: people,
  verdict: mostly<'approved' | 'rejected'>('approved', 'rejected'),
  isHashRight: mostly(true, false),
  decision: fc.constantFrom('d1', 'd2', 'd3', 'd4', 'd5', ''),
  edit: mostly<string | null>(null, 'x', 'y'),
  undoMs: fc.constantFrom(0, UNDO_MS),
});
const undo = fc.record({ type: fc.constant('undo' as const), call: callNumber, by: people });
const snooze = fc.record({
  type: fc.constant('snooze' as const),
  call: callNumber,
  ms: fc.constantFrom(1_000, LIFE_MS / 2),
});
const wait = fc.record({
  type: fc.constant('wait' as const),
  ms: fc.constantFrom(1, 1_000, UNDO_MS, UNDO_MS, LIFE_MS / 2, LIFE_MS, EXECUTION_WINDOW_MS),
});
const fetch = fc.record({
  type: fc.constant('fetch' as const),
  call: callNumber,
  command,
  reports: fc.constantFrom(true, true, true, false),
});
const write = fc.record({ type: fc.constant('write' as const), content: fc.constantFrom('one', 'two') });
const hangUp = fc.record({ type: fc.constant('hang-up' as const), call: callNumber });
const rest = fc.constantFrom({ type: 'tick' as const }, { type: 'crash' as const });
const sessionEnds = fc.constant({ type: 'session-ends' as const });
const step = fc.oneof(
  { arbitrary: ask, weight: 8 },
  { arbitrary: decide, weight: 10 },
  { arbitrary: undo, weight: 3 },
  { arbitrary: snooze, weight: 1 },
  { arbitrary: wait, weight: 3 },
  { arbitrary: fetch, weight: 10 },
  { arbitrary: write, weight: 1 },
  { arbitrary: hangUp, weight: 1 },
  { arbitrary: rest, weight: 3 },
  { arbitrary: sessionEnds, weight: 1 },
);

/** One and the same file is what every call rests on. */
const groundsWith = (held: string): Grounds => ({
  cwd: '/p',
  head: null,
  files: [{ path: 'run.sh', leadsTo: '/p/run.sh', content: held }],
});

const story = fc.array(step, { maxLength: STEPS, minLength: STEPS / 2, size: 'max' });

function play(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) {
  const world = new Simulation();
  const { session } = world.running();
  const terminal = new Map<string, string>();
  /** What left for the agent, in the order it left. */
  const answers = new Map<string, string[]>();
  let held = 'one';
  const approvalOf = (call: number): Approval | undefined =>
    world.fleet.approvals[world.fleet.openCalls[session]?.[`c${call}`]?.approval ?? ''];

  for (const now of steps) {
    switch (now.type) {
      case 'ask':
        world.asks(session, `c${now.call}`, now.command, LIFE_MS, groundsWith(held));
        break;
      case 'decide': {
        const before = approvalOf(now.call);
        const outcome = world.submit(
          {
            type: 'decide',
            approval: before?.id ?? '',
            verdict: now.verdict,
            hash: now.isHashRight ? (before?.hash ?? '') : 'wrong',
            decision: now.decision,
            editedInput: now.edit === null ? null : { command: now.edit },
            message: '',
            undoMs: now.undoMs,
            grounds: groundsWith(held),
            editedGrounds: groundsWith(held),
          },
          now.by,
        );
        if (outcome.events.some((event) => event.type === 'approval-decided')) {
          expect(before?.state).toBe('pending');
          expect(now.isHashRight).toBe(true);
          expect(world.at).toBeLessThan(before!.expiresAt);
          // A yes is about what is there now, not about what was there when it was asked.
          if (now.verdict === 'approved') expect(before!.grounds).toEqual(groundsWith(held));
        }
        break;
      }
      case 'undo': {
        const before = approvalOf(now.call);
        const outcome = world.submit({ type: 'undo', approval: before?.id ?? '' }, now.by);
        if (outcome.events.length === 0) break;
        // Nothing has left, and nobody takes back what somebody else said.
        expect(before).toMatchObject({ state: 'approved', dispatches: 0, end: { by: now.by } });
        expect(world.at).toBeLessThan(before!.end!.dispatchAt);
        expect(answers.has(before!.id)).toBe(false);
        break;
      }
      case 'snooze':
        world.submit({
          type: 'snooze',
          approval: approvalOf(now.call)?.id ?? '',
          until: world.at + now.ms,
        });
        break;
      case 'wait':
        world.at += now.ms;
        break;
      case 'tick':
        world.submit({ type: 'tick' }, 'daemon');
        break;
      case 'hang-up':
        world.submit({ type: 'hook-gone', session, call: `c${now.call}` }, 'daemon');
        break;
      case 'write':
        held = now.content;
        break;
      case 'fetch': {
        // The agent's hook comes for its answer and, when it is a yes, runs the call and says so.
        const call = { id: `c${now.call}`, tool: 'Bash', input: { command: now.command }, subagent: null };
        const answer = answerTo(world.fleet, { session, call, at: world.at });
        if (answer.type === 'wait' || !answer.approval) break;
        const grounds = groundsWith(held);
        const outcome = world.submit(
          { type: 'dispatch', approval: answer.approval.id, grounds, ownGrounds: grounds },
          'daemon',
        );
        if (!outcome.events.some((event) => event.type === 'verdict-dispatched')) break;
        const { id, subject, end, state } = world.fleet.approvals[answer.approval.id]!;
        answers.set(id, [...(answers.get(id) ?? []), canonicalJson({ ...answer, approval: null })]);
        if (answer.type !== 'allow') break;
        expect(state).toBe('dispatched');
        expect(canonicalJson(shownAs(subject))).toBe(canonicalJson(call));
        expect(canonicalJson(answer.input)).toBe(canonicalJson(end!.editedInput ?? call.input));
        expect(world.at).toBeGreaterThanOrEqual(end!.dispatchAt);
        expect(world.at).toBeLessThanOrEqual(end!.dispatchAt + EXECUTION_WINDOW_MS);
        // What it rests on is as it was when the person said yes. Handed out again it is the same call of the same hook.
        if (answer.approval.state === 'approved')
          expect(answer.approval.end!.editedGrounds ?? answer.approval.grounds).toEqual(grounds);
        if (!now.reports) break;
        const hook = {
          type: 'tool-finished',
          call,
          outcome: 'succeeded',
          executedInput: answer.input,
          vendorSession: 'v',
        } as const;
        world.submit({ type: 'hook', session, hook, facts: IN_P, approvalLifeMs: 0 });
        expect(world.fleet.approvals[id]!.state).toBe('executed');
        break;
      }
      case 'session-ends':
        world.submit(
          { type: 'session-exited', session, code: 0, signal: null, exitedAt: world.at },
          'daemon',
        );
        break;
      case 'crash':
        // All that is left of a daemon is its log.
        world.fleet = world.log.reduce(apply, EMPTY_FLEET);
        break;
      default:
        now satisfies never;
    }
    for (const approval of Object.values(world.fleet.approvals)) {
      const known = terminal.get(approval.id);
      if (known !== undefined) expect(approval.state).toBe(known);
      else if (isFinal(approval)) terminal.set(approval.id, approval.state);
      if (approval.state === 'expired') expect(world.at).toBeGreaterThanOrEqual(approval.expiresAt);
      if (approval.state === 'executed') expect(new Set(answers.get(approval.id)).size).toBe(1);
    }
  }
  return { world, answers };
}

it('R16 the model reaches every end a request can have', () => {
  const reached = new Map<string, number>();
  for (const steps of fc.sample(story, { numRuns: 1_000, seed: 16 }))
    for (const { state } of Object.values(play(steps).world.fleet.approvals))
      reached.set(state, (reached.get(state) ?? 0) + 1);
  for (const state of ['executed', 'unknown', 'lapsed', 'rejected', 'expired', 'cancelled', 'superseded'])
    expect(reached.get(state) ?? 0, `${state} of ${JSON.stringify([...reached])}`).toBeGreaterThan(5);
});

it('R16 one terminal state each; what runs was approved, unchanged, in its window; a no is final; expiry denies', () => {
  fc.assert(
    fc.property(story, (steps) => {
      const { world, answers } = play(steps);
      // However often it was fetched, taken back or asked for again: one yes, never another one, none after a no.
      for (const [id, given] of answers) {
        const yes = given.filter((answer) => answer.includes('"type":"allow"'));
        expect(new Set(yes).size).toBeLessThanOrEqual(1);
        expect(given.slice(0, yes.length)).toEqual(yes);
        // A no after a yes only where it is too late to know what came of the yes.
        if (yes.length > 0 && yes.length < given.length)
          expect(world.fleet.approvals[id]?.state).toBe('unknown');
      }
      const standing = new Map<string, number>();
      for (const { event } of world.log) {
        if (event.type === 'approval-decided')
          standing.set(event.approval, (standing.get(event.approval) ?? 0) + 1);
        if (event.type === 'approval-undone')
          standing.set(event.approval, (standing.get(event.approval) ?? 0) - 1);
      }
      for (const verdicts of standing.values()) expect(verdicts).toBeLessThanOrEqual(1);
    }),
    { numRuns: RUNS },
  );
});
