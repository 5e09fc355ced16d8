/**
 * R16: any number of people, hooks and crashes in any order. The model is kept beside the real thing in the
 * plainest possible form: what a person was last truthfully told.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { answerTo, EXECUTION_WINDOW_MS } from '../../source/core/approvals/answer.ts';
import { canonicalJson } from '../../source/core/canonical-json.ts';
import { apply } from '../../source/core/apply.ts';
import { EMPTY_FLEET, type ApprovalState } from '../../source/core/fleet.ts';
import { Simulation } from '../support/fleet.ts';
import { reliabilityCount } from '../support/reliability-count.ts';

const RUNS = reliabilityCount({ reduced: 200, full: 2_000 });
const STEPS = 40;
const LIFE_MS = 60_000;

const people = fc.constantFrom('person:ana', 'person:ben', 'person:cy');
const callNumber = fc.nat({ max: 3 });
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
  }),
  fc.record({
    type: fc.constant('wait' as const),
    ms: fc.constantFrom(1, 1_000, LIFE_MS / 2, LIFE_MS, EXECUTION_WINDOW_MS),
  }),
  fc.record({ type: fc.constant('tick' as const) }),
  fc.record({ type: fc.constant('hang-up' as const), call: callNumber }),
  fc.record({ type: fc.constant('fetch' as const), call: callNumber, command: fc.constantFrom('a', 'b') }),
  fc.record({ type: fc.constant('session-ends' as const) }),
  fc.record({ type: fc.constant('crash' as const) }),
);

it('R16 one terminal state each; what runs was approved, unchanged, in its window; a no is final; expiry denies', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: STEPS, minLength: 5 }), (steps) => {
      const world = new Simulation();
      const { session } = world.running();
      const terminal = new Map<string, ApprovalState>();
      const executed = new Map<string, number>();
      const approvalOf = (call: number) => world.fleet.openCalls[session]?.[`c${call}`]?.approval ?? '';

      for (const now of steps) {
        switch (now.type) {
          case 'ask':
            world.asks(session, `c${now.call}`, now.command, LIFE_MS);
            break;
          case 'decide': {
            const approval = approvalOf(now.call);
            const before = world.fleet.approvals[approval];
            const outcome = world.submit(
              {
                type: 'decide',
                approval,
                verdict: now.verdict,
                hash: now.isHashRight ? (before?.hash ?? '') : 'wrong',
                decision: now.decision,
                editedInput: now.edit === null ? null : { command: now.edit },
                message: '',
              },
              now.by,
            );
            const isWinner = outcome.events.some((event) => event.type === 'approval-decided');
            if (isWinner) {
              expect(before?.state).toBe('pending');
              expect(now.isHashRight).toBe(true);
              expect(world.at).toBeLessThan(before!.expiresAt);
            }
            break;
          }
          case 'wait':
            world.at += now.ms;
            break;
          case 'tick':
            world.submit({ type: 'tick' }, 'daemon');
            break;
          case 'hang-up':
            world.submit({ type: 'hook-gone', session, call: `c${now.call}` }, 'daemon');
            break;
          case 'fetch': {
            // The agent's hook comes for its answer and, when it is a yes, runs the call and says so.
            const call = {
              id: `c${now.call}`,
              tool: 'Bash',
              input: { command: now.command },
              subagent: null,
            };
            const approval = world.fleet.approvals[approvalOf(now.call)];
            const answer = answerTo(world.fleet, { session, call, at: world.at });
            if (answer.type !== 'allow') break;
            expect(approval?.state).toBe('approved');
            expect(canonicalJson(approval!.call)).toBe(canonicalJson(call));
            expect(canonicalJson(answer.input)).toBe(
              canonicalJson(approval!.end!.editedInput ?? approval!.call.input),
            );
            expect(world.at).toBeLessThanOrEqual(approval!.end!.at + EXECUTION_WINDOW_MS);
            executed.set(approval!.id, (executed.get(approval!.id) ?? 0) + 1);
            world.submit({ type: 'dispatch', approval: approval!.id }, 'daemon');
            const hook = {
              type: 'tool-finished',
              call,
              outcome: 'succeeded',
              executedInput: answer.input,
              vendorSession: 'v',
            } as const;
            world.submit({
              type: 'hook',
              session,
              hook,
              facts: { worktree: '', real: {} },
              approvalLifeMs: 0,
            });
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
          else if (approval.state !== 'pending') terminal.set(approval.id, approval.state);
          if (approval.state === 'expired') expect(world.at).toBeGreaterThanOrEqual(approval.expiresAt);
        }
      }
      for (const times of executed.values()) expect(times).toBe(1);
      const deciders = world.log.filter(({ event }) => event.type === 'approval-decided');
      expect(new Set(deciders.map(({ event }) => 'approval' in event && event.approval)).size).toBe(
        deciders.length,
      );
    }),
    { numRuns: RUNS },
  );
});
