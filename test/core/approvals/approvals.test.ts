import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../source/core/canonical-json.ts';
import { answerTo, EXECUTION_WINDOW_MS } from '../../../source/core/approvals/answer.ts';
import { envelopeOf } from '../../../source/core/approvals/envelope.ts';
import { hashEnvelope } from '../../../source/core/approvals/hash.ts';
import { IN_P, agentNamed, Simulation } from '../../support/fleet.ts';

const call = (id: string, command = 'npm test') => ({ id, tool: 'Bash', input: { command }, subagent: null });

function pending() {
  const world = new Simulation();
  const { run, session } = world.running();
  const approval = world.asks(session, 'c1');
  const hash = world.fleet.approvals[approval]!.hash;
  const decide = (change: object = {}, actor = 'person:ana') =>
    world.submit(
      {
        type: 'decide',
        approval,
        verdict: 'approved',
        hash,
        decision: 'd1',
        editedInput: null,
        message: '',
        ...change,
      },
      actor,
    );
  const answer = (wanted = call('c1')) => answerTo(world.fleet, { session, call: wanted, at: world.at });
  return { world, run, session, approval, hash, decide, answer };
}

describe('an approval', () => {
  it('HI5 is bound to the hash of exactly what was shown', () => {
    const { world, approval, hash, decide } = pending();
    expect(hashEnvelope(envelopeOf(world.fleet.approvals[approval]!))).toBe(hash);
    expect(decide({ hash: 'f'.repeat(64) }).refusal?.code).toBe('HASH');
    expect(world.fleet.approvals[approval]!.state).toBe('pending');
  });

  it('HI5 two people deciding at once yield one verdict, and the second is told whose', () => {
    const { world, approval, decide, answer } = pending();
    expect(decide({ verdict: 'rejected', message: 'not on Friday' }, 'person:ben').refusal).toBeUndefined();
    world.at += 3_000;
    expect(decide({ decision: 'd2' }).refusal).toEqual({
      code: 'DECIDED',
      message: 'already rejected by ben 3 s ago (not on Friday)',
    });
    expect(world.fleet.approvals[approval]!.state).toBe('rejected');
    expect(answer()).toMatchObject({ type: 'deny', message: 'not on Friday' });
  });

  it('HI5 the same decision sent again gets the same answer and happens once', () => {
    const { decide } = pending();
    expect(decide().events).toHaveLength(1);
    expect(decide()).toEqual({ events: [] });
  });

  it('HI2 approved input is exactly what runs, edited input runs as edited', () => {
    const plain = pending();
    plain.decide();
    expect(plain.answer()).toMatchObject({ type: 'allow', input: { command: 'npm test' } });
    const edited = pending();
    edited.decide({ editedInput: { command: 'npm test -- --watch=false' } });
    expect(edited.answer()).toMatchObject({ type: 'allow', input: { command: 'npm test -- --watch=false' } });
  });

  it('HI6 expires as a no, even when the decision comes in the very same moment', () => {
    const { world, approval, decide, answer } = pending();
    world.at += 60_000;
    expect(answer()).toMatchObject({ type: 'deny' });
    expect(decide().refusal?.code).toBe('EXPIRED');
    expect(world.fleet.approvals[approval]!.state).toBe('expired');
  });

  it('HI6 an approval the agent does not come for in time lapses', () => {
    const { world, decide, answer } = pending();
    decide();
    world.at += EXECUTION_WINDOW_MS + 1;
    expect(answer()).toMatchObject({ type: 'deny' });
  });

  it('HI6 ends with its session', () => {
    const { world, session, approval, answer } = pending();
    world.submit({ type: 'session-lost', session, reason: 'holder killed' });
    expect(world.fleet.approvals[approval]!.state).toBe('cancelled');
    expect(answer()).toMatchObject({ type: 'deny' });
  });

  it('HI5 a call that was changed while it waited is not the call that was approved', () => {
    const { decide, answer } = pending();
    decide();
    expect(answer(call('c1', 'npm publish'))).toMatchObject({ type: 'deny' });
  });

  it('HI5 a call that has run is not let through again', () => {
    const { world, session, approval, decide, answer } = pending();
    decide();
    world.submit({ type: 'dispatch', approval }, 'daemon');
    const hook = {
      type: 'tool-finished',
      call: call('c1'),
      outcome: 'succeeded',
      executedInput: { command: 'npm test' },
      vendorSession: 'v',
    } as const;
    world.submit({ type: 'hook', session, hook, facts: IN_P, approvalLifeMs: 0 });
    expect(world.fleet.alarms).toEqual([]);
    expect(answer()).toMatchObject({ type: 'deny' });
  });

  it('HI5 executed input that differs from the approved one raises an alarm', () => {
    const { world, session, approval, decide } = pending();
    decide();
    world.submit({ type: 'dispatch', approval }, 'daemon');
    const hook = {
      type: 'tool-finished',
      call: call('c1', 'npm publish'),
      outcome: 'succeeded',
      executedInput: { command: 'npm publish' },
      vendorSession: 'v',
    } as const;
    world.submit({ type: 'hook', session, hook, facts: IN_P, approvalLifeMs: 0 });
    expect(world.fleet.alarms.map(({ alarm }) => alarm)).toEqual(['executed-input-differs']);
  });

  it('HI5 a call that runs while its yes is still held raises an alarm', () => {
    const { world, session, approval, decide } = pending();
    decide({ undoMs: 3_000 });
    const hook = {
      type: 'tool-finished',
      call: call('c1'),
      outcome: 'succeeded',
      executedInput: { command: 'npm test' },
      vendorSession: 'v',
    } as const;
    world.submit({ type: 'hook', session, hook, facts: IN_P, approvalLifeMs: 0 });
    expect(world.fleet.alarms.map(({ alarm }) => alarm)).toEqual(['ungated-tool-use']);
    expect(world.fleet.approvals[approval]!.state).toBe('approved');
  });

  it('HI5 a yes that is held leaves when its time is over, and cannot be taken back any more', () => {
    const { world, approval, decide, answer } = pending();
    decide({ undoMs: 3_000 });
    expect(answer()).toEqual({ type: 'wait', until: world.at + 3_000 });
    expect(world.submit({ type: 'dispatch', approval }, 'daemon').events).toEqual([]);
    expect(world.submit({ type: 'undo', approval }, 'person:ben').refusal?.code).toBe('NOT_YOURS');
    world.at += 3_000;
    expect(answer()).toMatchObject({ type: 'allow' });
    expect(world.submit({ type: 'undo', approval }).refusal?.code).toBe('TOO_LATE');
    expect(world.submit({ type: 'dispatch', approval }, 'daemon').events).toHaveLength(1);
    expect(world.submit({ type: 'undo', approval }).refusal?.message).toContain('stop the run');
  });

  it('HI8 old records without a subject are read as the calls they are about', () => {
    const { world, run, session } = pending();
    const asked = { run, session, call: call('old'), cwd: '/p', branch: null, reason: 'asks' };
    const hash = 'd0'.repeat(32);
    world.record({
      type: 'approval-requested',
      approval: 'old',
      ...asked,
      hash,
      expiresAt: world.at + 1_000,
    });
    expect(world.fleet.approvals['old']).toMatchObject({
      form: 1,
      subject: { type: 'tool-call', vendor: 'claude', call: call('old') },
      needs: { votes: 1, approvers: null },
    });
    expect(hashEnvelope(envelopeOf(world.fleet.approvals['old']!))).toBe(
      createHash('sha256')
        .update(`fleet-approval-v1${canonicalJson({ agent: 'dev', ...asked })}`)
        .digest('hex'),
    );
  });

  it('HI5 a tool use without a gate record raises an alarm', () => {
    const { world, session } = pending();
    const hook = {
      type: 'tool-finished',
      call: call('never-asked'),
      outcome: 'succeeded',
      executedInput: { command: 'npm test' },
      vendorSession: 'v',
    } as const;
    world.submit({ type: 'hook', session, hook, facts: IN_P, approvalLifeMs: 0 });
    expect(world.fleet.alarms.map(({ alarm }) => alarm)).toEqual(['ungated-tool-use']);
  });

  it('HI8 every decision is on record: who, what, the edited input, the hash', () => {
    const { world, hash, decide } = pending();
    decide({ editedInput: { command: 'ls' } });
    expect(world.log.at(-1)).toMatchObject({
      actor: 'person:ana',
      event: { type: 'approval-decided', verdict: 'approved', hash, editedInput: { command: 'ls' } },
    });
  });
});

it('AG5 max_concurrent is enforced, and the refusal says what to do', () => {
  const world = new Simulation();
  world.running(agentNamed('dev', { maxConcurrent: 1 }));
  const { refusal } = world.submit({
    type: 'start-run',
    project: '/p',
    agent: agentNamed('dev', { maxConcurrent: 1 }),
    task: '',
    columns: 80,
    rows: 24,
  });
  expect(refusal).toEqual({
    code: 'BUSY',
    message: 'dev already has 1 of 1 runs at once (n1); stop one or raise max_concurrent',
  });
});

it('AG1 a disabled agent does not start, and the refusal says how to enable it', () => {
  const world = new Simulation();
  const agent = agentNamed('dev', { isEnabled: false });
  const { refusal, events } = world.submit({
    type: 'start-run',
    project: '/p',
    agent,
    task: '',
    columns: 80,
    rows: 24,
  });
  expect(events).toEqual([]);
  expect(refusal?.code).toBe('DISABLED');
});

it('HI6 a question that waits is not forgotten however many calls come after it', () => {
  const world = new Simulation();
  const { session } = world.running();
  const approval = world.asks(session, 'first');
  for (let i = 0; i < 500; i++) {
    const call = { id: `r${i}`, tool: 'Read', input: { file_path: '/p/a' }, subagent: null };
    const hook = { type: 'tool-asked', call, cwd: '/p', vendorSession: 'v', mode: '' } as const;
    const facts = { ...IN_P, real: { '/p': '/p', '/p/a': '/p/a' } };
    world.submit({ type: 'hook', session, hook, facts, approvalLifeMs: 60_000 });
  }
  expect(Object.keys(world.fleet.openCalls[session]!).length).toBeLessThanOrEqual(200);
  expect(answerTo(world.fleet, { session, call: call('first'), at: world.at })).toEqual({
    type: 'wait',
    until: null,
  });
  expect(world.fleet.approvals[approval]!.state).toBe('pending');
});
