import { describe, expect, test } from 'vitest';
import type { AgentDefinition } from '../../../source/core/agent.ts';
import { agentNamed } from '../../support/fleet.ts';
import { fetching, Permitted, read, search, shell, spawning, write } from '../../support/permitted.ts';

const allowing = (rule: string) => ({ effect: 'allow', rule }) as const;

/** A parent, and the project's agent `docs` that it may call as a sub-agent. */
function family(parent: Partial<AgentDefinition>, child: Partial<AgentDefinition>) {
  const world = new Permitted().project([agentNamed('docs', child)]);
  const { run, session } = world.up('lead', parent);
  const as = (kind: string) => (asked: ReturnType<typeof read>) =>
    world.call(session, { ...asked, kind }).word;
  return { world, run, session, asDocs: as('docs'), asExplore: as('Explore') };
}

describe('PE5 a sub-agent may no more than its parent', () => {
  test('and no more than the agent whose name it has', () => {
    const { asDocs, world, session } = family({ tier: 'read_write' }, { tier: 'restricted' });
    expect(world.call(session, write()).word).toBe('allow');
    expect(asDocs(read())).toBe('allow');
    expect(asDocs(search())).toBe('wait');
    expect(asDocs(write())).toBe('wait');
    expect(world.pending()[0]!.reason).toContain('sub-agent docs');
  });

  test('whatever the agent whose name it has may do by itself', () => {
    const rules = [{ effect: 'allow', rule: 'Bash(make release)' } as const];
    const { asDocs } = family({ tier: 'restricted' }, { tier: 'read_write', rules });
    expect(asDocs(read())).toBe('allow');
    expect(asDocs(write())).toBe('wait');
    expect(asDocs(shell('make release'))).toBe('wait');
  });

  test('and is denied what either is denied', () => {
    const rules = [{ effect: 'deny', rule: 'Read(secret.txt)' } as const];
    const file = read('/p/secret.txt');
    expect(family({ tier: 'read_only', rules }, { tier: 'read_only' }).asDocs(file)).toBe('deny');
    expect(family({ tier: 'read_only' }, { tier: 'read_only', rules }).asDocs(file)).toBe('deny');
  });

  test('of a kind that the project does not know it may what its parent may', () => {
    const { asExplore } = family({ tier: 'read_only' }, { tier: 'restricted' });
    expect(asExplore(search())).toBe('allow');
    expect(asExplore(write())).toBe('wait');
  });

  test('and shares its parent’s scopes', () => {
    const { world, run, session, asDocs } = family({ tier: 'read_only' }, { tier: 'read_only' });
    expect(asDocs(fetching())).toBe('wait');
    world.decides(world.pending()[0]!, 'approved');
    world.judgedAgain(session);
    expect(asDocs(fetching())).toBe('allow');
    world.submit({ type: 'revoke-scope', run, scope: 'network', reason: '' });
    expect(asDocs(fetching())).toBe('deny');
  });
});

describe('PE5 the sub-agent of a sub-agent', () => {
  const nested = (child: Partial<AgentDefinition>) => {
    const { world, run, session } = family({ tier: 'read_write' }, child);
    const call = (kind: string, subagent: string, asked: ReturnType<typeof read>) =>
      world.call(session, { ...asked, kind, subagent });
    return { world, run, session, call };
  };

  test('may no more than whoever started it, though its vendor names only its own kind', () => {
    const { world, session, call } = nested({ tier: 'restricted', rules: [allowing('Task')] });
    expect(world.call(session, spawning('docs')).word).toBe('allow');
    expect(call('docs', 's1', spawning('Explore')).word).toBe('allow');
    expect(call('Explore', 's2', search()).word).toBe('wait');
    expect(world.pending()[0]!.reason).toContain('as sub-agent docs');
    // And so on down.
    expect(call('Explore', 's2', spawning('general-purpose')).word).toBe('allow');
    expect(call('general-purpose', 's3', search()).word).toBe('wait');
  });

  test('in the background may no more either, though the call that started it has long come back', () => {
    const { world, run, session, call } = nested({ tier: 'restricted', rules: [allowing('Task')] });
    world.call(session, spawning('docs'));
    const spawned = call('docs', 's1', spawning('Explore'));
    spawned.ends();
    world.tell(session, { type: 'subagent-ended', vendorSession: 'v', subagent: 's1', kind: 'docs' });
    expect(call('Explore', 's2', search()).word).toBe('wait');
    expect(world.fleet.runs[run]!.expectedSubagents).toEqual([]);
  });

  test('of the run itself in the background is held to the run alone, whoever else is at work', () => {
    const { world, session, call } = nested({ tier: 'restricted' });
    world.call(session, spawning('docs'));
    call('docs', 's1', read());
    world.call(session, spawning('Explore')).ends();
    expect(call('Explore', 's2', search()).word).toBe('allow');
  });

  test('of which two of a kind are on their way is held to the stricter, whichever comes first', () => {
    const { world, session, call } = nested({ tier: 'restricted', rules: [allowing('Task')] });
    world.call(session, spawning('docs'));
    call('docs', 's1', spawning('Explore')).ends();
    world.call(session, spawning('Explore')).ends();
    expect(call('Explore', 's2', search()).word).toBe('wait');
    expect(call('Explore', 's3', search()).word).toBe('wait');
    // Nobody else is on the way: it must be of the run, or of whoever is at work.
    expect(call('Explore', 's4', search()).word).toBe('wait');
  });

  test('is held to everybody who is at work where no call tells who started it', () => {
    const { call } = nested({ tier: 'restricted' });
    expect(call('docs', 's1', read()).word).toBe('allow');
    expect(call('Explore', 's2', search()).word).toBe('wait');
  });

  test('of the run itself is held to the run alone', () => {
    const { world, run, session, call } = nested({ tier: 'restricted' });
    expect(call('docs', 's1', read()).word).toBe('allow');
    expect(world.call(session, spawning('Explore')).word).toBe('allow');
    expect(call('Explore', 's2', search()).word).toBe('allow');
    expect(world.fleet.runs[run]!.subagents).toMatchObject([
      { id: 's1', kind: 'docs', under: [] },
      { id: 's2', kind: 'Explore', under: [] },
    ]);
  });
});

describe('PE5 allowed_subagents', () => {
  const spawn = (allowedSubagents: readonly string[] | null, kind: string) => {
    const { world, session } = family({ tier: 'read_write', allowedSubagents }, {});
    return world.call(session, spawning(kind)).answer();
  };

  test.each([
    [null, 'Explore', 'allow'],
    [['docs'], 'docs', 'allow'],
    [['docs'], 'Explore', 'deny'],
    [['docs'], 'general-purpose', 'deny'],
    [[], 'docs', 'deny'],
  ] as const)('%j: %s is %s', (allowed, kind, expected) => {
    expect(spawn(allowed, kind).type).toBe(expected);
  });

  test('says to the model what it may call', () => {
    expect(spawn(['docs'], 'Explore')).toMatchObject({ message: expect.stringContaining('docs') as string });
  });

  test('holds for a sub-agent’s own sub-agents, too', () => {
    const { world, session } = family({ tier: 'read_write' }, { tier: 'read_write', allowedSubagents: [] });
    expect(world.call(session, { ...spawning('Explore'), kind: 'docs' }).word).toBe('deny');
  });
});

test('AG8 sub-agents are children of their run, until they end', () => {
  const { world, run, session } = family({}, {});
  const tell = (type: 'subagent-began' | 'subagent-ended', subagent: string, kind: string) =>
    world.submit(
      {
        type: 'hook',
        session,
        hook: { type, vendorSession: 'v', subagent, kind },
        facts: { root: '', home: '', cwd: '', real: {}, secrets: null },
        approvalLifeMs: 0,
      },
      'agent:lead',
    );
  tell('subagent-began', 'a1', 'docs');
  world.at += 5;
  tell('subagent-ended', 'a1', 'docs');
  // As compaction reports itself.
  tell('subagent-ended', 'a2', '');
  expect(world.fleet.runs[run]!.subagents).toEqual([
    { id: 'a1', kind: 'docs', under: [], beganAt: world.at - 5, endedAt: world.at },
  ]);
  expect(world.log.filter(({ event }) => event.type.startsWith('subagent-'))).toHaveLength(2);
});
