import { describe, expect, it } from 'vitest';
import { BATCH_MAX } from '../../../source/core/approvals/decide-batch.ts';
import type { Grounds } from '../../../source/core/approvals/grounds.ts';
import { Simulation } from '../../support/fleet.ts';

const grounds = (content: string): Grounds => ({
  cwd: '/p',
  head: null,
  files: [{ path: 'Makefile', leadsTo: '/p/Makefile', content }],
});

function waiting(commands: readonly string[]) {
  const world = new Simulation();
  const { session } = world.running();
  const ids = commands.map((command, at) => world.asks(session, `c${at}`, command, 60_000, grounds('one')));
  const member = (id: string) => ({
    approval: id,
    hash: world.fleet.approvals[id]!.hash,
    decision: `d-${id}`,
    grounds: grounds('one'),
  });
  const decide = (
    members: readonly ReturnType<typeof member>[],
    verdict: 'approved' | 'rejected' = 'approved',
  ) => world.submit({ type: 'decide-batch', members, verdict, message: '' });
  const states = () => ids.map((id) => world.fleet.approvals[id]!.state);
  return { world, ids, member, decide, states };
}

describe('one answer to several requests', () => {
  it('HI7 is one decision on each of them, and the same batch again changes nothing', () => {
    const { ids, member, decide, states } = waiting(['make part 1', 'make part 2', 'make part 3']);
    expect(decide(ids.map(member)).events.map(({ type }) => type)).toEqual([
      'approval-decided',
      'approval-decided',
      'approval-decided',
    ]);
    expect(states()).toEqual(['approved', 'approved', 'approved']);
    expect(decide(ids.map(member))).toEqual({ events: [] });
  });

  it('HI7 is none where one of them is not what was seen, is decided, or stands in it twice', () => {
    const { world, ids, member, decide, states } = waiting(['make part 1', 'make part 2']);
    const [one, two] = ids as [string, string];
    expect(decide([member(one), { ...member(two), hash: 'other' }]).refusal?.code).toBe('HASH');
    expect(decide([member(one), member(one)]).refusal?.code).toBe('BATCH');
    expect(decide([]).refusal?.code).toBe('BATCH');
    world.submit({
      type: 'decide',
      ...member(two),
      verdict: 'rejected',
      editedInput: null,
      message: '',
      decision: 'x',
    });
    expect(decide([member(one), member(two)]).refusal?.message).toMatch(
      /^nothing was decided: \S+: already rejected by ana/,
    );
    expect(states()).toEqual(['pending', 'rejected']);
  });

  it('HI7 is for one class, at most twenty, and a yes to nothing risky', () => {
    const others = waiting(['make part 1', 'make whole 1']);
    expect(others.decide(others.ids.map(others.member)).refusal?.code).toBe('CLASS');
    const risky = waiting(['rm -rf a/1', 'rm -rf a/2']);
    expect(risky.decide(risky.ids.map(risky.member)).refusal?.code).toBe('RISK');
    expect(risky.states()).toEqual(['pending', 'pending']);
    // A no is never too risky.
    expect(risky.decide(risky.ids.map(risky.member), 'rejected').refusal).toBeUndefined();
    const many = waiting(Array.from({ length: BATCH_MAX + 1 }, (_, at) => `make part ${at}`));
    expect(many.decide(many.ids.map(many.member)).refusal?.code).toBe('BATCH');
  });

  it('R18 leaves out what has changed meanwhile, and asks about it anew', () => {
    const { world, ids, member, decide, states } = waiting(['make part 1', 'make part 2']);
    const [one, two] = ids as [string, string];
    const { refusal } = decide([member(one), { ...member(two), grounds: grounds('two') }]);
    expect(refusal?.code).toBe('CHANGED');
    expect(states()).toEqual(['approved', 'superseded']);
    const again = Object.values(world.fleet.approvals).find(({ supersedes }) => supersedes === two);
    expect(again).toMatchObject({ state: 'pending', grounds: grounds('two') });
  });
});
