import { describe, expect, it } from 'vitest';
import { byRiskAndAge, riskOf } from '../../../source/core/approvals/risk-of.ts';
import { apply } from '../../../source/core/apply.ts';
import { EMPTY_FLEET, pendingApprovals } from '../../../source/core/fleet.ts';
import { noticesOf } from '../../../source/core/notices.ts';
import { agentNamed, Simulation } from '../../support/fleet.ts';

const PENDING = 1_000;
const AGENTS = 20;

function waiting(count: number): Simulation {
  const world = new Simulation();
  const sessions = Array.from({ length: AGENTS }, (_, at) => world.running(agentNamed(`dev${at}`)).session);
  for (let at = 0; at < count; at++)
    world.asks(sessions[at % AGENTS]!, `c${at}`, `make part ${at}`, 3_600_000);
  return world;
}

describe('a thousand requests that wait', () => {
  const world = waiting(PENDING);

  it('HI7 are all kept and sorted within a moment', () => {
    expect(pendingApprovals(world.fleet)).toHaveLength(PENDING);
    const started = performance.now();
    const sorted = pendingApprovals(world.fleet)
      .map((approval) => ({ level: riskOf(approval).level, requestedAt: approval.requestedAt }))
      .sort(byRiskAndAge);
    expect(sorted).toHaveLength(PENDING);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('HI6 are folded from the log within a moment', () => {
    const started = performance.now();
    expect(pendingApprovals(world.log.reduce(apply, EMPTY_FLEET))).toHaveLength(PENDING);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('HI7 are expired and reminded of in one look', () => {
    const started = performance.now();
    world.at += 1_800_000;
    const told = (type: string) =>
      world.submit({ type: 'tick' }, 'daemon').events.filter((event) => event.type === type);
    expect(told('approval-reminded')).toHaveLength(PENDING);
    expect(told('approval-reminded')).toEqual([]);
    world.at += 1_800_000;
    expect(told('approval-closed')).toHaveLength(PENDING);
    expect(performance.now() - started).toBeLessThan(3_000);
    // What has ended is kept for a while, never for ever.
    world.asks(world.fleet.runs['n1']!.session!, 'one more');
    expect(Object.keys(world.fleet.approvals).length).toBeLessThanOrEqual(301);
  });
});

describe('notices', () => {
  const told = (world: Simulation, act: () => void) => {
    const [before, from] = [world.fleet, world.log.length];
    act();
    return noticesOf(world.log.slice(from), before, world.fleet).map(({ type }) => type);
  };

  it('HI9 come on the edge: the first that waits, not the second, and every dangerous one', () => {
    const world = new Simulation();
    const { session } = world.running();
    expect(told(world, () => world.asks(session, 'c1', 'make docs'))).toEqual(['first-waiting']);
    expect(told(world, () => world.asks(session, 'c2', 'make docs'))).toEqual([]);
    expect(told(world, () => world.asks(session, 'c3', 'rm -rf build'))).toEqual(['high-risk']);
  });

  it('HI9 never hold what the agent wrote', () => {
    const world = new Simulation();
    const { session } = world.running();
    const before = world.fleet;
    world.asks(session, 'c1', 'git reset --hard s3cret');
    const [notice] = noticesOf(world.log.slice(-1), before, world.fleet);
    expect(notice!.words).toMatch(/^dev asks for Bash, high risk \(\S+\)$/);
  });

  it('HI10 say that nobody answers, at half of the time and at four fifths, and time out as a no', () => {
    const world = new Simulation();
    const { session } = world.running();
    const id = world.asks(session, 'c1', 'make docs', 100_000);
    const tick = (ms: number) =>
      told(world, () => {
        world.at += ms;
        world.submit({ type: 'tick' }, 'daemon');
      }).filter((type) => type === 'unanswered');
    expect(tick(49_000)).toEqual([]);
    expect(tick(1_000)).toEqual(['unanswered']);
    expect(tick(1_000)).toEqual([]);
    expect(tick(29_000)).toEqual(['unanswered']);
    tick(20_000);
    expect(world.fleet.approvals[id]!.state).toBe('expired');
  });

  it('HI9 tell of a session that was lost, and of a run that failed, not of one that was stopped', () => {
    const world = new Simulation();
    const { session } = world.running();
    const exits = { type: 'session-exited', session, code: 1, signal: null, exitedAt: 1 } as const;
    expect(told(world, () => world.submit(exits, 'daemon'))).toEqual(['run-failed']);
    const other = new Simulation();
    const stopped = other.running();
    other.submit({ type: 'stop-run', run: stopped.run, reason: 'enough' });
    expect(told(other, () => other.submit({ ...exits, session: stopped.session }, 'daemon'))).toEqual([]);
    const third = new Simulation();
    const lost = third.running();
    expect(
      told(third, () =>
        third.submit({ type: 'session-lost', session: lost.session, reason: 'gone' }, 'daemon'),
      ),
    ).toEqual(['session-lost']);
  });
});
