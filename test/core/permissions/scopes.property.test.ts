/** Whatever people and agents do in whatever order: a scope that is off lets nothing through, and nobody waits for nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FleetEvent } from '../../../source/core/event.ts';
import { fetching, Permitted, read, shell } from '../../support/permitted.ts';

type Step =
  | {
      readonly type:
        | 'fetch'
        | 'read'
        | 'make'
        | 'grant'
        | 'revoke'
        | 'yes'
        | 'no'
        | 'tick'
        | 'lower'
        | 'raise';
    }
  | { readonly type: 'later'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('fetch' as const) }) },
  fc.record({
    type: fc.constantFrom<'read' | 'make' | 'grant' | 'revoke' | 'yes' | 'no' | 'tick' | 'lower' | 'raise'>(
      'read',
      'make',
      'grant',
      'revoke',
      'yes',
      'no',
      'tick',
      'lower',
      'raise',
    ),
  }),
  fc.record({ type: fc.constant('later' as const), ms: fc.integer({ min: 1, max: 70_000 }) }),
);

test('PE6 PE7 a scope that is off lets nothing through, and no call waits for a question that has ended', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const world = new Permitted();
      const { run, session } = world.up('dev', { tier: 'read_only' });
      // By what people have said, not by what the fold made of it.
      const lastWord = () => world.log.findLast(({ event }) => isWord(event))?.event;
      const isOn = () => lastWord()?.type === 'scope-granted';
      const fetches: ReturnType<Permitted['call']>[] = [];
      const allowed = new Set<string>();
      for (const { type, ...more } of steps) {
        take(world, { run, session }, type, more, fetches);
        world.judgedAgain(session);
        for (const call of fetches) {
          const { type: answer } = call.answer();
          // An approval of the call itself never opens a scope; it was on when the call was let through.
          if (answer === 'allow' && !allowed.has(call.id)) expect(isOn()).toBe(true);
          if (answer === 'allow') allowed.add(call.id);
          if (answer === 'wait') expect(world.pending().length).toBeGreaterThan(0);
        }
        const requests = world.pending().filter(({ subject }) => subject.type === 'scope');
        expect(requests.length).toBeLessThanOrEqual(1);
        // Neither with it nor after a no is it asked for.
        if (lastWord()) expect(requests).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});

const isWord = (event: FleetEvent): boolean =>
  event.type === 'scope-granted' ||
  event.type === 'scope-revoked' ||
  (event.type === 'approval-decided' && event.verdict === 'rejected' && event.message === NO_TO_SCOPE);

const NO_TO_SCOPE = 'no to the scope';

function take(
  world: Permitted,
  { run, session }: { run: string; session: string },
  type: Step['type'],
  more: { readonly ms?: number },
  fetches: ReturnType<Permitted['call']>[],
): void {
  const [request] = world.pending();
  const setTier = (tier: 'restricted' | 'read_write') =>
    world.submit({ type: 'set-tier', project: '/p', agent: 'dev', tier, isRaise: true, reason: 'r' });
  switch (type) {
    case 'fetch':
      return void fetches.push(world.call(session, fetching()));
    case 'read':
      return void world.call(session, read());
    case 'make':
      return void world.call(session, shell('make release'));
    case 'grant':
      return void world.submit({ type: 'grant-scope', run, scope: 'network', reason: 'r' });
    case 'revoke':
      return void world.submit({ type: 'revoke-scope', run, scope: 'network', reason: 'r' });
    case 'yes':
    case 'no':
      return (
        request &&
        void world.decides(
          request,
          type === 'yes' ? 'approved' : 'rejected',
          request.subject.type === 'scope' ? NO_TO_SCOPE : 'no',
        )
      );
    case 'lower':
      return void setTier('restricted');
    case 'raise':
      return void setTier('read_write');
    case 'later':
      world.at += more.ms ?? 0;
      return;
    case 'tick':
      return void world.submit({ type: 'tick' }, 'daemon');
    default:
      return type satisfies never;
  }
}
