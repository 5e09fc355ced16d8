/** R16, R17: requests that need several people, decided on by some who may and some who may not, in any order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { requestApproval } from '../../../source/core/approvals/request.ts';
import { Simulation } from '../../support/fleet.ts';
import { reliabilityCount } from '../../support/reliability-count.ts';

const RUNS = reliabilityCount({ reduced: 200, full: 2_000 });
const LIFE_MS = 60_000;

const person = fc.constantFrom('ana', 'ben', 'cy', 'dan');
const needs = fc.record({
  votes: fc.integer({ min: 1, max: 3 }),
  approvers: fc.option(fc.uniqueArray(person, { minLength: 3, maxLength: 4 }), { nil: null }),
});
const act = fc.oneof(
  fc.record({
    type: fc.constant('decide' as const),
    by: person,
    verdict: fc.constantFrom(
      'approved' as const,
      'approved' as const,
      'approved' as const,
      'rejected' as const,
    ),
    isRepeated: fc.boolean(),
    undoMs: fc.constantFrom(0, 3_000),
  }),
  fc.record({ type: fc.constant('undo' as const), by: person }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(1, 3_000, LIFE_MS / 2) }),
  fc.record({ type: fc.constant('tick' as const) }),
);

it('R16 votes count once for each person who may vote, any no of theirs ends it, and time is a no', () => {
  fc.assert(
    fc.property(needs, fc.array(act, { maxLength: 20 }), (wanted, acts) => {
      const world = new Simulation();
      const { run, session } = world.running();
      const call = { id: 'c', tool: 'Bash', input: { command: 'npm publish' }, subagent: null };
      const request = requestApproval(
        {
          agent: 'dev',
          run,
          session,
          subject: { type: 'tool-call', vendor: 'claude', call },
          cwd: '/p',
          branch: null,
          reason: 'asks',
          tier: 'read_only',
          grounds: null,
        },
        {
          moment: { at: world.at, actor: 'agent:dev', fresh: 'a1' },
          judgement: null,
          lifeMs: LIFE_MS,
          needs: wanted,
        },
      );
      world.record(request);
      let decision = 0;
      let last = '';
      for (const now of acts) {
        const before = world.fleet.approvals['a1']!;
        if (now.type === 'wait') world.at += now.ms;
        else if (now.type === 'tick') world.submit({ type: 'tick' }, 'daemon');
        else if (now.type === 'undo') world.submit({ type: 'undo', approval: 'a1' }, `person:${now.by}`);
        else {
          const { verdict, undoMs, by } = now;
          last = now.isRepeated && last !== '' ? last : `d${++decision}`;
          const { events } = world.submit(
            {
              type: 'decide',
              approval: 'a1',
              verdict,
              hash: request.hash,
              decision: last,
              editedInput: null,
              message: '',
              undoMs,
            },
            `person:${by}`,
          );
          const counted = events.filter(
            ({ type }) => type === 'approval-decided' || type === 'approval-voted',
          );
          if (counted.length > 0) {
            expect(before.state).toBe('pending');
            expect(wanted.approvers?.includes(by) ?? true).toBe(true);
            expect(world.at).toBeLessThan(before.expiresAt);
          }
          if (verdict === 'rejected' && before.state === 'pending' && counted.length > 0)
            expect(world.fleet.approvals['a1']!.state).toBe('rejected');
        }
        const { state, votes, end } = world.fleet.approvals['a1']!;
        const people = votes.map((vote) => vote.by);
        expect(new Set(people).size).toBe(people.length);
        expect(people.length).toBeLessThan(wanted.votes);
        if (state === 'approved')
          expect(new Set([...people, end!.by]).size, 'different people said yes').toBe(wanted.votes);
        if (state === 'expired') expect(world.at).toBeGreaterThanOrEqual(before.expiresAt);
      }
    }),
    { numRuns: RUNS },
  );
});
