import { describe, expect, test } from 'vitest';
import type { AgentDefinition } from '../../../source/core/agent.ts';
import { policyOfRun } from '../../../source/core/permissions/judge-call.ts';
import { policyOf, tierOf } from '../../../source/core/permissions/policy-of.ts';
import { agentNamed } from '../../support/fleet.ts';
import { Permitted, PROJECT } from '../../support/permitted.ts';

const who = (agent: string) => ({ project: PROJECT, agent, granted: [], isAttended: true });

const docs = (change: Partial<AgentDefinition> = {}) =>
  agentNamed('docs', { sources: ['fleet.yaml:2'], ...change });

describe('PE2 the tier that holds', () => {
  const tierIn = (world: Permitted, agent = 'docs') => tierOf(world.fleet, PROJECT, agent);

  test('is read_only where nobody says anything: looking and searching need no question', () => {
    expect(tierIn(new Permitted())).toEqual({ tier: 'read_only', source: 'built in', isOwn: false });
  });

  test('is the global default, then the project’s, then the agent’s own', () => {
    const world = new Permitted().policy({ tier: 'restricted', tierSource: 'policy.yaml:1' });
    world.project([docs()]);
    expect(tierIn(world)).toEqual({ tier: 'restricted', source: 'policy.yaml:1', isOwn: false });
    const defaults = { tier: 'read_only', tierSource: 'fleet.yaml:3', rules: [] } as const;
    world.project([docs({ tier: 'read_only', tierSource: 'fleet.yaml:3', hasOwnTier: false })], defaults);
    expect(tierIn(world)).toEqual({ tier: 'read_only', source: 'fleet.yaml:3', isOwn: false });
    expect(tierIn(world, 'somebody-else')).toMatchObject({ tier: 'read_only', source: 'fleet.yaml:3' });
    world.project([docs({ tier: 'read_write', tierSource: 'fleet.yaml:9', hasOwnTier: true })], defaults);
    expect(tierIn(world)).toEqual({ tier: 'read_write', source: 'fleet.yaml:9', isOwn: true });
  });

  test('is lowered by a person at once, and raised only with a word and a reason', () => {
    const world = new Permitted().project([docs({ tier: 'read_only', hasOwnTier: true })]);
    const set = (tier: 'restricted' | 'read_write' | null, isRaise = false, reason = '') =>
      world.submit({ type: 'set-tier', project: PROJECT, agent: 'docs', tier, isRaise, reason }).refusal
        ?.code;
    expect(set('restricted')).toBe(undefined);
    expect(tierIn(world)).toEqual({ tier: 'restricted', source: 'set by ana', isOwn: true });
    expect(set('read_write')).toBe('RAISE');
    expect(set('read_write', true)).toBe('NO_REASON');
    expect(set('read_write', true, 'it has to mend the docs')).toBe(undefined);
    expect(tierIn(world)).toMatchObject({ tier: 'read_write', source: 'set by ana' });
    expect(set(null)).toBe(undefined);
    expect(tierIn(world)).toMatchObject({ tier: 'read_only' });
    expect(set(null)).toBe('NOT_SET');
    expect(
      world.submit({
        type: 'set-tier',
        project: PROJECT,
        agent: 'nobody',
        tier: 'restricted',
        isRaise: false,
        reason: '',
      }).refusal?.code,
    ).toBe('NO_AGENT');
  });

  test('stays what a file lowers it to after a person had lowered it less', () => {
    const world = new Permitted().project([docs({ tier: 'read_write', hasOwnTier: true })]);
    world.submit({
      type: 'set-tier',
      project: PROJECT,
      agent: 'docs',
      tier: 'read_only',
      isRaise: false,
      reason: '',
    });
    world.project([docs({ tier: 'restricted', tierSource: 'fleet.yaml:4', hasOwnTier: true })]);
    expect(tierIn(world)).toMatchObject({ tier: 'restricted', source: 'fleet.yaml:4' });
  });
});

describe('PE3 the rules that hold', () => {
  test('are the global ones and the agent’s, each with its place', () => {
    const world = new Permitted()
      .policy({ rules: [{ effect: 'deny', rule: 'Read(.env)', source: 'policy.yaml:2' }] })
      .project([docs({ rules: [{ effect: 'allow', rule: 'Bash(npm test)' }] })]);
    expect(policyOf(world.fleet, who('docs')).rules).toEqual([
      { effect: 'deny', rule: 'Read(.env)', source: 'policy.yaml:2' },
      { effect: 'allow', rule: 'Bash(npm test)', source: 'fleet.yaml:2' },
    ]);
  });

  test('are the project’s for a command that no file describes', () => {
    const rules = [{ effect: 'deny', rule: 'Bash(rm *)', source: 'fleet.yaml:5' }] as const;
    const world = new Permitted().project([docs()], { tier: null, tierSource: '', rules });
    expect(policyOf(world.fleet, who('claude')).rules).toEqual(rules);
  });

  test('still bind a run whose agent its files no longer name', () => {
    const world = new Permitted();
    const rules = [{ effect: 'deny', rule: 'Bash', source: 'fleet.yaml:5' }] as const;
    const { run } = world.up('docs', { tier: 'restricted', rules });
    world.project([agentNamed('writer')]);
    const policy = policyOfRun(world.fleet, world.fleet.runs[run]!);
    expect(policy).toMatchObject({ tier: 'restricted', rules });
    world.project([agentNamed('docs', { tier: 'read_write' })]);
    expect(policyOfRun(world.fleet, world.fleet.runs[run]!)).toMatchObject({ tier: 'read_write', rules: [] });
  });
});

test('PE6 a run starts with what policy.yaml leaves on', () => {
  const world = new Permitted().project([docs()]);
  expect(policyOf(world.fleet, who('docs')).scopes).toEqual(['project', 'build']);
  world.policy({ scopes: ['project'] });
  expect(policyOf(world.fleet, { ...who('docs'), granted: ['network'] }).scopes).toEqual([
    'project',
    'network',
  ]);
});

test('PE9 a run that nobody attends needs a tier that somebody decided on', () => {
  const world = new Permitted().project([docs({ tier: 'read_only', hasOwnTier: false })]);
  const start = () =>
    world.submit({
      type: 'start-run',
      project: PROJECT,
      agent: docs({ tier: 'read_only' }),
      task: '',
      columns: 80,
      rows: 24,
      isAttended: false,
    });
  expect(start().refusal).toMatchObject({ code: 'NO_TIER' });
  world.submit({
    type: 'set-tier',
    project: PROJECT,
    agent: 'docs',
    tier: 'restricted',
    isRaise: false,
    reason: '',
  });
  expect(start().refusal).toBe(undefined);
  expect(Object.values(world.fleet.runs)).toMatchObject([{ isAttended: false }]);
});
