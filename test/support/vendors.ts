/** An agent and a launch of it, with nothing said that a test does not say. */
import type { AgentDefinition } from '../../source/core/agent.ts';
import type { LaunchRequest } from '../../source/core/vendors/vendor.ts';

export const agentNamed = (name: string, change: Partial<AgentDefinition> = {}): AgentDefinition => ({
  name,
  description: '',
  role: '',
  department: '',
  reportsTo: null,
  vendor: 'command',
  command: [],
  instructions: '',
  tier: null,
  rules: [],
  allowedSubagents: null,
  subscribesTo: [],
  subscriptionGate: null,
  useGithubApp: false,
  worktree: true,
  maxConcurrent: 1,
  budgetSeconds: null,
  schedule: null,
  triggers: [],
  sources: ['fleet.yaml:1'],
  ...change,
});

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
  environment: { PATH: '/bin' },
  ...change,
});
