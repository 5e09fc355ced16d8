import { beforeEach, describe, expect, it } from 'vitest';
import { hostRulesOf } from '../../../source/core/network/hosts-of-run.ts';
import { agentNamed, Simulation } from '../../support/fleet.ts';

let fleet: Simulation;
let run: string;
let session: string;

beforeEach(() => {
  fleet = new Simulation();
  const agent = agentNamed('dev', { network: ['registry.npmjs.org', '*.example.com:8443'] });
  fleet.submit({ type: 'configure', project: { root: '/p', name: 'p', agents: [agent] } });
  ({ run, session } = fleet.running(agent));
});

const rules = () => hostRulesOf(fleet.fleet, fleet.fleet.runs[run]!);
const attempt = (host: string, port = 443) =>
  fleet.submit({
    type: 'network-attempt',
    session,
    host,
    port,
    verdict: 'deny',
    reason: 'not on the list',
    approvalLifeMs: 60_000,
  });
const scope = (type: 'grant-scope' | 'revoke-scope') =>
  fleet.submit({ type, run, scope: 'network', reason: 'docs' });
const waiting = () => Object.values(fleet.fleet.approvals).filter(({ state }) => state === 'pending');
const decide = (verdict: 'approved' | 'rejected') => {
  const { id, hash } = waiting()[0]!;
  return fleet.submit({
    type: 'decide',
    approval: id,
    verdict,
    hash,
    decision: `d-${id}`,
    editedInput: null,
    message: '',
  });
};

describe('the hosts of a run', () => {
  it('PE8 are what its files say, while it has the scope network', () => {
    expect(rules()).toEqual([]);
    scope('grant-scope');
    expect(rules()).toEqual([
      { host: 'registry.npmjs.org', isBelow: false, port: null },
      { host: 'example.com', isBelow: true, port: 8443 },
    ]);
    scope('revoke-scope');
    expect(rules()).toEqual([]);
  });

  it('PE8 a refused host is asked about once, and a yes opens it at once and this port only', () => {
    attempt('pypi.org');
    attempt('pypi.org');
    expect(waiting()).toMatchObject([{ subject: { type: 'host', host: 'pypi.org', port: 443 } }]);
    decide('approved');
    expect(rules()).toEqual([{ host: 'pypi.org', isBelow: false, port: 443 }]);
    expect(Object.values(fleet.fleet.approvals)).toMatchObject([{ state: 'executed' }]);
    expect(fleet.log.at(-1)?.event).toMatchObject({ type: 'host-allowed', host: 'pypi.org', run });
  });

  it('PE8 a no is not asked about again', () => {
    attempt('pypi.org');
    decide('rejected');
    attempt('pypi.org');
    expect(waiting()).toEqual([]);
    expect(rules()).toEqual([]);
  });

  it('PE7 with the scope go the hosts that were allowed, and nobody is asked any more', () => {
    attempt('pypi.org');
    decide('approved');
    scope('grant-scope');
    scope('revoke-scope');
    expect(rules()).toEqual([]);
    attempt('pypi.org', 80);
    expect(waiting()).toEqual([]);
  });

  it('PE8 they end with the session', () => {
    attempt('pypi.org');
    decide('approved');
    fleet.submit({ type: 'session-exited', session, code: 0, signal: null, exitedAt: fleet.at });
    expect(rules()).toEqual([]);
    expect(fleet.fleet.runs[run]?.hosts).toEqual([]);
  });

  it.each(['localhost', 'metadata', '169.254.169.254', 'x.localhost', '0x7f.1'])(
    'PE8 nobody is asked about %s, where no yes would lead',
    (host) => {
      attempt(host);
      expect(waiting()).toEqual([]);
    },
  );

  it('PE8 nor about a listed host that led elsewhere, nor about more than five at once', () => {
    scope('grant-scope');
    attempt('registry.npmjs.org');
    expect(waiting()).toEqual([]);
    for (let at = 0; at < 9; at++) attempt(`h${at}.example.net`);
    expect(waiting()).toHaveLength(5);
  });
});
