import { describe, expect, test } from 'vitest';
import { fetching, Permitted, read, shell } from '../../support/permitted.ts';

function fetcher() {
  const world = new Permitted();
  const { run, session } = world.up('dev', { tier: 'read_only' });
  return { world, run, session };
}

const denied = (message: string) => ({ type: 'deny', message: expect.stringContaining(message) as string });

describe('PE6 a scope that is off', () => {
  test('holds the call and asks once, however many calls need it', () => {
    const { world, run, session } = fetcher();
    const first = world.call(session, fetching());
    const second = world.call(session, fetching('https://other.example.com/'));
    expect([first.word, second.word]).toEqual(['wait', 'wait']);
    const pending = world.pending();
    expect(pending).toHaveLength(1);
    expect(pending[0]).toMatchObject({ run, subject: { type: 'scope', scope: 'network' } });
    // What the first of them wants it for is there to be seen.
    expect(pending[0]!.subject).toMatchObject({
      reason: expect.stringContaining('WebFetch https://docs.example.com/a: '),
    });
    expect(world.log.filter(({ event }) => event.type === 'call-held')).toHaveLength(2);
  });

  test('is opened by no rule', () => {
    const world = new Permitted();
    const rules = [{ effect: 'allow', rule: 'WebFetch' } as const];
    const { session } = world.up('dev', { tier: 'read_write', rules });
    expect(world.call(session, fetching()).word).toBe('wait');
  });

  test('does not stand in the way of anything else', () => {
    const { world, session } = fetcher();
    world.call(session, fetching());
    expect(world.call(session, read()).word).toBe('allow');
    expect(world.call(session, shell('make release')).word).toBe('wait');
    expect(world.pending().map(({ subject }) => subject.type)).toEqual(['scope', 'tool-call']);
  });

  test('is not asked for where a rule denies the call anyway', () => {
    const world = new Permitted();
    const rules = [{ effect: 'deny', rule: 'WebFetch(domain:docs.example.com)' } as const];
    const { session } = world.up('dev', { tier: 'read_only', rules });
    expect(world.call(session, fetching()).word).toBe('deny');
    expect(world.pending()).toEqual([]);
  });
});

describe('PE7 a scope is granted', () => {
  test('by a yes to its request; the calls that waited are judged anew, and later ones need no question', () => {
    const { world, run, session } = fetcher();
    const call = world.call(session, fetching());
    const [request] = world.pending();
    expect(world.decides(request!, 'approved', 'reads the docs').refusal).toBe(undefined);
    expect(world.fleet.runs[run]!.grants.network).toMatchObject({
      by: 'person:ana',
      reason: 'reads the docs',
    });
    // Until it has been judged again it is told nothing.
    expect(call.answer().type).toBe('wait');
    world.judgedAgain(session);
    expect(call.answer().type).toBe('allow');
    expect(world.call(session, fetching()).word).toBe('allow');
    expect(world.fleet.approvals[request!.id]!.state).toBe('executed');
  });

  test('without being asked for; a question that waits is answered by it', () => {
    const { world, run, session } = fetcher();
    const call = world.call(session, fetching());
    world.submit({ type: 'grant-scope', run, scope: 'network', reason: 'docs' }, 'person:ben');
    world.judgedAgain(session);
    expect(call.answer().type).toBe('allow');
    expect(world.pending()).toEqual([]);
    expect(world.submit({ type: 'grant-scope', run, scope: 'network', reason: 'again' }).refusal?.code).toBe(
      'SCOPE_ON',
    );
  });

  test('and opens the ceiling only: what then asks is asked', () => {
    const world = new Permitted();
    const { run, session } = world.up('dev', { tier: 'restricted' });
    const call = world.call(session, fetching());
    world.submit({ type: 'grant-scope', run, scope: 'network', reason: 'docs' });
    world.judgedAgain(session);
    expect(call.answer().type).toBe('wait');
    expect(world.pending()).toMatchObject([{ subject: { type: 'tool-call' } }]);
    expect(world.decides(world.pending()[0]!, 'approved').refusal).toBe(undefined);
    expect(call.answer().type).toBe('allow');
  });

  test('with a reason, to a run that is up, by somebody who may', () => {
    const { world, run } = fetcher();
    const grant = (reason: string, actor: string, of = run) =>
      world.submit({ type: 'grant-scope', run: of, scope: 'network', reason }, actor).refusal?.code;
    expect(grant(' ', 'person:ana')).toBe('NO_REASON');
    expect(grant('r', 'person:ana', 'nobody')).toBe('NO_RUN');
    world.policy({ granters: { network: ['ben'] } });
    expect(grant('r', 'person:ana')).toBe('NOT_GRANTER');
    expect(grant('r', 'person:ben')).toBe(undefined);
  });

  test('PE11 a request goes to those who may grant it, and to nobody else', () => {
    const { world, session } = fetcher();
    world.policy({ granters: { network: ['ben'] } });
    world.call(session, fetching());
    const [request] = world.pending();
    expect(request!.needs.approvers).toEqual(['ben']);
    expect(world.decides(request!, 'approved').refusal?.code).toBe('NOT_APPROVER');
    expect(world.decides(request!, 'approved', '', 'person:ben').refusal).toBe(undefined);
  });
});

test('PE7 what was allowed and never fetched is not allowed any more once the scope is gone', () => {
  const { world, run, session } = fetcher();
  world.submit({ type: 'grant-scope', run, scope: 'network', reason: 'docs' });
  const call = world.call(session, fetching());
  expect(call.word).toBe('allow');
  // The daemon died before it could say so; the hook asks the next one, which knows of the revocation.
  const before = world.log.length;
  call.again();
  expect(world.log).toHaveLength(before);
  world.submit({ type: 'revoke-scope', run, scope: 'network', reason: 'enough' });
  call.again();
  expect(call.answer()).toMatchObject(denied('enough'));
});

test('PE3 what waited while no daemon was there is judged by what holds when it asks again', () => {
  const world = new Permitted();
  const { session } = world.up('dev', { tier: 'read_only' });
  const call = world.call(session, shell('make release'));
  expect(call.word).toBe('wait');
  call.again();
  expect(world.pending()).toHaveLength(1);
  world.up('dev', { tier: 'read_only', maxConcurrent: 2, rules: [{ effect: 'deny', rule: 'Bash(make *)' }] });
  call.again();
  expect(call.answer()).toMatchObject(denied('make'));
  expect(world.pending()).toEqual([]);
});

test('PE11 what nobody may grant is not asked for', () => {
  const { world, session } = fetcher();
  world.policy({ granters: { network: [] } });
  expect(world.call(session, fetching()).answer()).toMatchObject(denied('nobody may grant it'));
  expect(world.pending()).toEqual([]);
});

describe('PE7 a scope is refused', () => {
  test('with words that reach the model, and without asking again', () => {
    const { world, session } = fetcher();
    const call = world.call(session, fetching());
    world.decides(world.pending()[0]!, 'rejected', 'use the local docs');
    world.judgedAgain(session);
    expect(call.answer()).toMatchObject(denied('use the local docs'));
    const next = world.call(session, fetching());
    expect(next.answer()).toMatchObject(denied('ana said no to it: use the local docs'));
    expect(world.pending()).toEqual([]);
  });

  test('by nobody answering: the calls are denied, the next one asks again', () => {
    const { world, session } = fetcher();
    const call = world.call(session, fetching());
    world.at += 60_001;
    world.submit({ type: 'tick' }, 'daemon');
    world.judgedAgain(session);
    expect(call.answer()).toMatchObject(denied('nobody'));
    expect(world.call(session, fetching()).word).toBe('wait');
  });
});

describe('PE7 a scope is revoked', () => {
  test('at once: calls that wait and need it are denied, and so is what was approved and not fetched', () => {
    const world = new Permitted();
    const rules = [{ effect: 'ask', rule: 'WebFetch' } as const];
    const { run, session } = world.up('dev', { tier: 'read_only', rules });
    world.submit({ type: 'grant-scope', run, scope: 'network', reason: 'docs' });
    const [asked, approved] = [world.call(session, fetching()), world.call(session, fetching())];
    expect([asked.word, approved.word]).toEqual(['wait', 'wait']);
    const [, request] = world.pending();
    world.decides(request!, 'approved');
    world.submit({ type: 'revoke-scope', run, scope: 'network', reason: 'enough' });
    world.judgedAgain(session);
    expect(asked.answer()).toMatchObject(denied('enough'));
    const facts = { root: '/p', home: '/h', cwd: '/p', real: {}, secrets: [] };
    world.submit({ type: 'dispatch', approval: request!.id, facts }, 'daemon');
    expect(world.fleet.approvals[request!.id]!.state).toBe('lapsed');
    expect(approved.answer().type).toBe('deny');
    // Whoever took it away does not want to be asked for it again.
    expect(world.call(session, fetching()).word).toBe('deny');
  });

  test('only where the run has it', () => {
    const { world, run } = fetcher();
    const revoke = (scope: 'network' | 'build') =>
      world.submit({ type: 'revoke-scope', run, scope, reason: '' }).refusal?.message;
    expect(revoke('network')).toContain('does not have the scope network');
    expect(revoke('build')).toContain('policy.yaml');
  });

  test('by the end of the run', () => {
    const { world, run, session } = fetcher();
    world.submit({ type: 'grant-scope', run, scope: 'network', reason: 'docs' });
    world.submit({ type: 'session-exited', session, code: 0, signal: null, exitedAt: world.at }, 'daemon');
    expect(world.fleet.runs[run]!.grants).toEqual({});
    expect(world.submit({ type: 'grant-scope', run, scope: 'network', reason: 'docs' }).refusal?.code).toBe(
      'NOT_LIVE',
    );
  });
});

test('PE9 nobody is asked for a scope in a run that nobody attends', () => {
  const world = new Permitted();
  const agent = { tier: 'read_only', hasOwnTier: true } as const;
  const { session } = world.up('dev', agent);
  // The same run, as an unattended one.
  world.record({ type: 'run-requested', ...requested(world), isAttended: false });
  world.submit({
    type: 'workspace-ready',
    run: 'night',
    worktree: null,
    cwd: '/p',
    gateTokenHash: 'h',
  });
  expect(world.call('night-1', fetching()).answer()).toMatchObject(denied('network'));
  expect(world.pending()).toEqual([]);
  expect(world.call(session, fetching()).word).toBe('wait');
});

function requested(world: Permitted) {
  const event = world.log.find((recorded) => recorded.event.type === 'run-requested')!.event;
  if (event.type !== 'run-requested') throw new Error('no run was requested');
  const { type: _, ...rest } = event;
  return { ...rest, run: 'night' };
}
