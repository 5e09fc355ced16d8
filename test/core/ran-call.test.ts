import { beforeEach, describe, expect, test } from 'vitest';
import { IN_P, Simulation } from '../support/fleet.ts';

let daemon: Simulation;
let session: string;
beforeEach(() => {
  daemon = new Simulation();
  ({ session } = daemon.running());
});

/** Approved, and handed to the agent. */
const approve = (approval: string, editedInput: Record<string, unknown> | null = null) => {
  daemon.submit({
    type: 'decide',
    approval,
    verdict: 'approved',
    hash: daemon.fleet.approvals[approval]!.hash,
    decision: `d-${approval}`,
    editedInput,
    message: '',
  });
  daemon.submit({ type: 'dispatch', approval }, 'daemon');
};

/** An agent that says what ran, but not which call that was. */
const ran = (command: string) =>
  daemon.submit({
    type: 'hook',
    session,
    hook: {
      type: 'tool-finished',
      call: { id: '', tool: 'Bash', input: { command }, subagent: null },
      outcome: 'succeeded',
      executedInput: { command },
      vendorSession: 'v',
    },
    facts: IN_P,
    approvalLifeMs: 1,
  });

const alarms = () => daemon.fleet.alarms.map(({ alarm }) => alarm);
const open = () => Object.keys(daemon.fleet.openCalls[session] ?? {});

describe('HI5 a call that ran without its name', () => {
  test('is the one that was allowed with that very input', () => {
    approve(daemon.asks(session, 'c1', 'npm run a'));
    approve(daemon.asks(session, 'c2', 'npm run b'));
    ran('npm run b');
    expect([open(), alarms()]).toEqual([['c1'], []]);
  });

  test('is the one that was approved as edited', () => {
    approve(daemon.asks(session, 'c1', 'npm run a'), { command: 'npm run b' });
    ran('npm run b');
    expect([open(), alarms()]).toEqual([[], []]);
  });

  test('of the same words twice is the one that was approved, not the one that waits', () => {
    daemon.asks(session, 'c1', 'npm run a');
    approve(daemon.asks(session, 'c2', 'npm run a'));
    ran('npm run a');
    expect([open(), alarms()]).toEqual([['c1'], []]);
  });

  test('and was allowed otherwise, or not at all, raises an alarm', () => {
    approve(daemon.asks(session, 'c1', 'npm run a'));
    ran('npm run evil');
    ran('npm run evil');
    expect(alarms()).toEqual(['executed-input-differs', 'ungated-tool-use']);
  });
});
