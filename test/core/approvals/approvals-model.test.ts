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

const people = fc.constantFrom('person:ana', 'person:ben', 'person:cy');
const callNumber = fc.nat({ max: 3 });
const content = fc.constantFrom('one', 'two');
const step = fc.oneof(
  fc.record({ type: fc.constant('ask' as const), call: callNumber, command: fc.constantFrom('a', 'b') }),
  fc.record({
    type: fc.constant('decide' as const),
    call: callNumber,
    by: people,
    verdict: fc.constantFrom('approved' as const, 'rejected' as const),
    isHashRight: fc.boolean(),
    decision: fc.constantFrom('d1', 'd2', 'd3', ''),
    edit: fc.option(fc.constantFrom('x', 'y'), { nil: null }),
    undoMs: fc.constantFrom(0, UNDO_MS),
  }),
  fc.record({ type: fc.constant('undo' as const), call: callNumber, by: people }),
  fc.record({
    type: fc.constant('snooze' as const),
    call: callNumber,
    ms: fc.constantFrom(1_000, LIFE_MS / 2),
  }),
  fc.record({
    type: fc.constant('wait' as const),
    ms: fc.constantFrom(1, 1_000, UNDO_MS, LIFE_MS / 2, LIFE_MS, EXECUTION_WINDOW_MS),
  }),
  fc.record({ type: fc.constant('tick' as const) }),
  fc.record({ type: fc.constant('hang-up' as const), call: callNumber }),
  fc.record({
    type: fc.constant('fetch' as const),
    call: callNumber,
    command: fc.constantFrom('a', 'b'),
    reports: fc.boolean(),
  }),
  fc.record({ type: fc.constant('write' as const), content }),
  fc.record({ type: fc.constant('session-ends' as const) }),
  fc.record({ type: fc.constant('crash' as const) }),
);

/** One and the same file is what every call rests on. */
const groundsWith = (held: string): Grounds => ({
  cwd: '/p',
  head: null,
  files: [{ path: 'run.sh', leadsTo: '/p/run.sh', content: held }],
});

/** Steps that lead somewhere interesting come about too rarely by chance alone. */
const story = fc.array(step, { maxLength: STEPS, minLength: 5 });

function play(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) {
  const world = new Simulation();
  const { session } = world.running();
  const terminal = new Map<string, string>();
  const answers = new Map<string, Set<string>>();
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
        answers.set(id, (answers.get(id) ?? new Set()).add(canonicalJson({ ...answer, approval: null })));
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
      if (approval.state === 'executed') expect(answers.get(approval.id)?.size).toBe(1);
    }
  }
  return { world, answers };
}

it('R16 one terminal state each; what runs was approved, unchanged, in its window; a no is final; expiry denies', () => {
  fc.assert(
    fc.property(story, (steps) => {
      const { world, answers } = play(steps);
      // However often it was fetched, taken back or asked for again: one answer ever left.
      for (const given of answers.values()) expect(given.size).toBe(1);
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
