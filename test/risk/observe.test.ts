import { expect, it } from 'vitest';
import { applyToBudgets, budgetUse, NO_BUDGETS, resetBudget } from '../../source/core/budget.ts';
import type { FleetEvent, Recorded } from '../../source/core/event.ts';
import { follow } from '../../source/core/risk/follow-log.ts';
import { agentKey, agentOfKey, newWatch, type Watch } from '../../source/core/risk/observe.ts';
import { newRiskState, tick } from '../../source/core/risk/risk.ts';
import type { Signal } from '../../source/core/risk/signal.ts';
import { readingsAt } from '../../source/core/risk/readings.ts';
import { Simulation } from '../support/fleet.ts';

const MINUTE = 60_000;
const DEV = agentKey('/p', 'dev');
const SECOND = 1_000;

/** A run that is up and works, and what is told of it. */
class Working {
  readonly world = new Simulation();
  readonly run: string;
  session: string;
  #calls = 0;

  constructor() {
    const { run, session } = this.world.running();
    this.run = run;
    this.session = session;
    this.tell({ type: 'activity-changed', run, session, activity: 'working' });
  }

  tell(event: FleetEvent, actor = 'daemon'): this {
    this.world.record(event, actor);
    return this;
  }

  pass(minutes: number): this {
    this.world.at += minutes * MINUTE;
    return this;
  }

  /** A call from judgement to end. */
  call(command: string, outcome: 'succeeded' | 'failed', resultHash?: string): this {
    const call = { id: `c${++this.#calls}`, tool: 'Bash', input: { command }, subagent: null };
    const { run, session } = this;
    this.tell({ type: 'tool-judged', run, session, call, verdict: 'allow', reason: '' });
    return this.tell({
      type: 'tool-finished',
      run,
      session,
      call,
      outcome,
      ...(resultHash ? { resultHash } : {}),
    });
  }

  watch(): Watch {
    return this.world.log.reduce<Watch>(
      (watch, recorded) => follow(watch, recorded),
      newWatch(newRiskState()),
    );
  }

  value(signal: Signal): number | undefined {
    return readingsAt(this.watch().risk.agents[DEV]!.signals, this.world.at)[signal]?.value;
  }
}

it('RI1 failed calls are errors; failing tests and checks are results', () => {
  const errorOf = (command: string): number =>
    Array.from({ length: 20 })
      .reduce<Working>((working, _, index) => working.call(`${command} ${index}`, 'failed'), new Working())
      .value('error')!;
  expect(errorOf('cat missing')).toBeGreaterThan(0.6);
  for (const command of [
    'npm test',
    'npx vitest run',
    'cd app && pytest -k',
    'cargo test',
    'tsc -p .',
    'make check',
  ])
    expect(errorOf(command), command).toBeLessThan(0.05);
});

it('RI1 the same call with the same result is a repeat; with another result it is progress', () => {
  const same = new Working();
  for (let index = 0; index < 8; index += 1) same.call('gh pr checks', 'succeeded', 'r1').pass(0.5);
  expect(Object.keys(same.watch().risk.agents[DEV]!.tripwires.tripped)).toEqual(['identical-call']);
  const changing = new Working();
  for (let index = 0; index < 8; index += 1)
    changing.call('gh pr checks', 'succeeded', `r${index}`).pass(0.5);
  expect(changing.watch().risk.agents[DEV]!.tripwires.tripped).toEqual({});
  expect(changing.value('error')).toBeLessThan(0.05);
});

it('RI1 the clock of silence runs while it works, slowly while a tool runs, not while a person is asked or it rests', () => {
  const working = new Working().call('ls', 'succeeded').pass(30);
  expect(working.value('silent')).toBeCloseTo(0.5, 6);
  const { run, session } = working;
  const call = { id: 'long', tool: 'Bash', input: { command: 'make all' }, subagent: null };
  working.tell({ type: 'tool-judged', run, session, call, verdict: 'allow', reason: '' }).pass(60);
  expect(working.value('silent')).toBeCloseTo(0.75, 6);
  working.tell({ type: 'tool-finished', run, session, call, outcome: 'succeeded' });
  expect(working.value('silent')).toBe(0);

  const asking = new Working().call('ls', 'succeeded');
  asking.world.asks(asking.session, 'q', 'npm publish', 300 * MINUTE);
  asking.pass(120);
  expect(asking.value('silent')).toBe(0);
  // After half an hour without an answer, what waits counts as blocked.
  expect(asking.value('blocked')).toBeGreaterThan(0.9);

  const resting = new Working().call('ls', 'succeeded');
  resting
    .tell({ type: 'activity-changed', run: resting.run, session: resting.session, activity: 'idle' })
    .pass(500);
  expect(resting.value('silent')).toBe(0);
});

it('RI1 a crash is an unplanned restart; what a person stops or restarts is none', () => {
  const crash = (working: Working): Working =>
    working.tell({
      type: 'session-exited',
      run: working.run,
      session: working.session,
      code: 1,
      signal: null,
      exitedAt: working.world.at,
    });
  expect(crash(new Working()).value('restarts')).toBe(1);
  const stopped = new Working();
  stopped.tell(
    { type: 'stop-requested', run: stopped.run, session: stopped.session, reason: 'enough' },
    'person:ana',
  );
  expect(crash(stopped).value('restarts')).toBe(0);
  const restarted = new Working();
  restarted.tell({ type: 'restart-requested', run: restarted.run }, 'person:ana');
  expect(restarted.value('restarts')).toBe(0);
});

it('RI1 five crashes of a run that is started again and again hold its agent', () => {
  const working = new Working();
  for (let generation = 1; generation <= 5; generation += 1) {
    const session = `${working.run}-${generation}`;
    working.tell({
      type: 'session-exited',
      run: working.run,
      session,
      code: 1,
      signal: null,
      exitedAt: working.world.at,
    });
    working.pass(1);
    working.tell({
      type: 'session-launching',
      run: working.run,
      session: `${working.run}-${generation + 1}`,
      cwd: '/p',
      gateTokenHash: 'h',
    });
  }
  expect(Object.keys(working.watch().risk.agents[DEV]!.tripwires.tripped)).toEqual(['crash-loop']);
  expect(working.value('uptime')).toBeLessThan(0.9);
});

it('RI1 while the daemon was away nobody saw progress, so there is no silence', () => {
  const working = new Working().call('ls', 'succeeded').pass(10);
  working.pass(600).tell({
    type: 'daemon-started',
    version: 'test',
    process: { pid: 1, startTime: '1', bootId: 'b' },
  });
  expect(working.value('silent')).toBe(0);
  working.pass(15);
  expect(working.value('silent')).toBeCloseTo(0.25, 6);
});

it('RI1 R22 the log replayed leads to the same levels as it did while it was written', () => {
  const working = new Working();
  for (let minute = 0; minute < 40; minute += 1) working.call(`cat ${minute}`, 'succeeded').pass(1);
  for (let minute = 0; minute < 40; minute += 1) working.call(`cat ${minute % 3}`, 'failed').pass(1);
  // As it was lived: a look at every minute, and some between.
  let live: Watch = newWatch(newRiskState());
  const levels: string[] = [];
  for (const recorded of working.world.log) {
    for (const at of [recorded.at - 20 * SECOND, recorded.at - SECOND]) {
      const looked = tick(live.risk, at);
      levels.push(...looked.crossings.map(({ type, at: when }) => `${type} ${when}`));
      live = { ...live, risk: looked.state };
    }
    const seen = follow(live, recorded);
    levels.push(...seen.crossings.map(({ type, at: when }) => `${type} ${when}`));
    live = seen;
  }
  const replayed: string[] = [];
  let again: Watch = newWatch(newRiskState());
  for (const recorded of working.world.log) {
    const seen = follow(again, recorded);
    replayed.push(...seen.crossings.map(({ type, at: when }) => `${type} ${when}`));
    again = seen;
  }
  expect(replayed).toEqual(levels);
  expect(replayed.some((crossing) => crossing.startsWith('quarantine'))).toBe(true);
  expect(again.risk.agents[DEV]!.standing).toEqual(live.risk.agents[DEV]!.standing);
});

it('RI3 what people decided is part of the log: a release begins anew', () => {
  const working = new Working();
  for (let minute = 0; minute < 60; minute += 1) working.call(`cat ${minute % 3}`, 'failed').pass(1);
  expect(working.watch().risk.agents[DEV]!.quarantine).not.toBeNull();
  working.tell(
    {
      type: 'agent-released',
      project: '/p',
      agent: 'dev',
      quarantine: 'q1',
      reason: 'its token was renewed',
    },
    'person:ana',
  );
  const { quarantine, epoch, standing } = working.watch().risk.agents[DEV]!;
  expect({ quarantine, level: standing.level, epoch: epoch.number, by: epoch.by }).toEqual({
    quarantine: null,
    level: 'low',
    epoch: 2,
    by: 'person:ana',
  });
  expect(working.value('error')).toBeUndefined();
});

it('RI1 agents of the same name in two projects are two agents', () => {
  expect(agentOfKey(agentKey('/a b', 'dev'))).toEqual({ project: '/a b', agent: 'dev' });
  expect(agentKey('/a', 'dev')).not.toBe(agentKey('/b', 'dev'));
});

const budgetsOf = (log: readonly Recorded[]) => log.reduce(applyToBudgets, NO_BUDGETS);

it('WT4 run-time adds up over sessions, and goes on across restarts of everything but the session', () => {
  const { world, run, session } = new Working();
  world.at += 100 * SECOND;
  world.record({ type: 'daemon-started', version: 'test', process: { pid: 2, startTime: '1', bootId: 'b' } });
  const process = { pid: 3, startTime: '1', bootId: 'b' };
  world.record({ type: 'session-started', run, session, holder: process, child: process });
  world.at += 50 * SECOND;
  const use = (budgetSeconds: number | null) =>
    budgetUse(budgetsOf(world.log), DEV, { at: world.at, budgetSeconds });
  expect(use(null)).toMatchObject({
    usedSeconds: 150,
    runs: 1,
    share: null,
    state: 'within',
    exceededAt: null,
  });
  expect(use(200)).toMatchObject({ share: 0.75, state: 'within', exceededAt: world.at + 50 * SECOND });
  expect(use(180)).toMatchObject({ state: 'warning' });
  expect(use(150)).toMatchObject({ share: 1, state: 'exceeded', exceededAt: null });
  // It ended ten seconds before anybody noticed.
  world.at += 20 * SECOND;
  world.record({
    type: 'session-exited',
    run,
    session,
    code: 0,
    signal: null,
    exitedAt: world.at - 10 * SECOND,
  });
  world.at += 1_000 * SECOND;
  expect(use(200)).toMatchObject({ usedSeconds: 160, exceededAt: null });
});

it('WT4 a reset gives the whole budget again, to what runs now, too', () => {
  const { world } = new Working();
  world.at += 100 * SECOND;
  const state = resetBudget(budgetsOf(world.log), DEV, world.at);
  const after = budgetUse(state, DEV, { at: world.at + 5 * SECOND, budgetSeconds: 10 });
  expect(after).toMatchObject({ usedSeconds: 5, runs: 1, share: 0.5 });
});

it('WT4 a clock set back gives no time back', () => {
  const { world, run, session } = new Working();
  world.at += 100 * SECOND;
  world.record({ type: 'activity-changed', run, session, activity: 'idle' });
  const use = budgetUse(budgetsOf(world.log), DEV, { at: world.at - 50 * SECOND, budgetSeconds: null });
  expect(use.usedSeconds).toBe(100);
});

it('RI1 WT4 three thousand runs later what is remembered of runs has not grown', () => {
  let watch: Watch = newWatch(newRiskState());
  let budgets = NO_BUDGETS;
  const process = { pid: 1, startTime: '1', bootId: 'b' };
  const template = new Working().world.log.find(({ event }) => event.type === 'run-requested')!;
  for (let index = 0; index < 3_000; index += 1) {
    const run = `r${index}`;
    const session = `${run}-1`;
    const at = template.at + index * SECOND;
    const requested = { ...template.event, run } as FleetEvent;
    const events: readonly FleetEvent[] = [
      requested,
      { type: 'session-started', run, session, holder: process, child: process },
      { type: 'session-exited', run, session, code: 0, signal: null, exitedAt: at },
    ];
    for (const event of events) {
      const recorded = { ...template, at, event };
      watch = follow(watch, recorded);
      budgets = applyToBudgets(budgets, recorded);
    }
  }
  expect(Object.keys(watch.runs)).toEqual([]);
  expect(Object.keys(watch.ended).length).toBeLessThanOrEqual(1_000);
  expect(Object.keys(watch.risk.agents[DEV]!.signals.lanes)).toEqual([]);
  expect(Object.keys(budgets.agentOfRun).length).toBeLessThanOrEqual(1_000);
  expect(budgetUse(budgets, DEV, { at: 0, budgetSeconds: null }).runs).toBe(3_000);
});
