import { beforeEach, describe, expect, test } from 'vitest';
import { agentNamed, IN_P, Simulation } from '../support/fleet.ts';

const MINUTE_MS = 60_000;

let daemon: Simulation;
beforeEach(() => (daemon = new Simulation()));

function minutesLater(count: number): string[] {
  daemon.at += count * MINUTE_MS;
  daemon.submit({ type: 'tick' });
  return daemon.fleet.alarms.map(({ alarm }) => alarm);
}

describe('PE12 an agent that has a task and lets nothing hear of its hooks', () => {
  test('raises an alarm after a minute, once', () => {
    const { run } = daemon.running();
    expect(minutesLater(0.5)).toEqual([]);
    expect(minutesLater(0.5)).toEqual(['gate-unproven']);
    expect(minutesLater(5)).toEqual(['gate-unproven']);
    expect(daemon.fleet.alarms[0]).toMatchObject({ run, message: expect.stringContaining('or stop it') });
  });

  test('raises none once its hooks were heard', () => {
    const { session } = daemon.running();
    daemon.submit({
      type: 'hook',
      session,
      hook: { type: 'turn-started', vendorSession: 'v1' },
      facts: IN_P,
      approvalLifeMs: 1,
    });
    expect(minutesLater(2)).toEqual([]);
  });

  test('raises none where nothing is gated', () => {
    daemon.running(agentNamed('dev', { vendor: 'command', command: ['vim'] }));
    expect(minutesLater(2)).toEqual([]);
  });
});
