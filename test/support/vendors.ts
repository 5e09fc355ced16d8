/** A launch with nothing said that a test does not say. */
import type { LaunchRequest } from '../../source/core/vendors/vendor.ts';
import { agentNamed } from './fleet.ts';

export const launchRequest = (change: Partial<LaunchRequest> = {}): LaunchRequest => ({
  agent: agentNamed('docs'),
  task: 'write the docs',
  isInteractive: true,
  session: 's1',
  gate: {
    node: '/opt/node',
    script: '/opt/fleet-gate.cjs',
    socket: '/run/s1.gate.sock',
    token: 'secret-token',
    spool: '/home/x/.fleet/spool/s1.jsonl',
  },
  folder: '/home/x/.fleet/start/s1',
  environment: { PATH: '/bin' },
  ...change,
});
