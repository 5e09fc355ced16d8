import { expect, test } from 'vitest';
import { audit, type AuditFacts } from '../../source/core/audit.ts';
import type { AgentDefinition } from '../../source/core/agent.ts';
import { agentNamed } from '../support/fleet.ts';

const backend = { provider: 'anthropic', upstream: 'https://api.anthropic.com', key: 'MODEL' } as const;

const auditOf = (
  agents: readonly Partial<AgentDefinition>[],
  change: Partial<AuditFacts> & { backend?: null } = {},
) =>
  audit({
    project: {
      root: '/p',
      name: 'p',
      ...(change.backend === null ? {} : { backend }),
      agents: agents.map((agent, at) => agentNamed(`a${at}`, { sandbox: 'on', ...agent })),
    },
    policy: { scopes: ['project', 'build'], rules: [] },
    vault: { kind: 'os', label: 'Secret Service', isLocked: false, names: ['MODEL'] },
    secretsFound: 0,
    ...change,
  });

const failing = (lines: ReturnType<typeof audit>) =>
  lines.flatMap(({ state }, at) => (state === 'holds' ? [] : [`${at} ${state}`]));

test('SE10 a project that gives nothing away passes all eight, with evidence', () => {
  const lines = auditOf([{ network: ['registry.npmjs.org'] }]);
  expect(lines).toHaveLength(8);
  expect(failing(lines)).toEqual([]);
  expect(lines.every(({ evidence, fix }) => evidence !== '' && fix === '')).toBe(true);
  expect(lines[3]!.evidence).toContain('1 listed hosts');
});

test.each<[string, Partial<AgentDefinition>, Parameters<typeof auditOf>[1], string[]]>([
  ['no sandbox', { sandbox: 'off' }, {}, ['0 fails', '3 fails', '4 fails']],
  ['a folder of yours', { worktree: false }, {}, ['4 fails', '6 fails']],
  ['a rule that pushes', { rules: [{ effect: 'allow', rule: 'Bash(git push *)' }] }, {}, ['6 fails']],
  ['a rule that asks before it pushes', { rules: [{ effect: 'ask', rule: 'Bash(git push *)' }] }, {}, []],
  ['secrets in the repository', {}, { secretsFound: 2 }, ['1 fails']],
  ['no repository', {}, { secretsFound: null }, ['1 unknown']],
  [
    'a vault that is locked',
    {},
    { vault: { kind: 'file', label: 'encrypted files', isLocked: true, names: ['MODEL'] } },
    ['2 unknown', '7 fails'],
  ],
  ['no backend', {}, { backend: null }, ['7 fails']],
  [
    'scopes for everybody',
    {},
    { policy: { scopes: ['network', 'deploy', 'other-projects'], rules: [] } },
    ['0 fails', '3 fails', '5 fails'],
  ],
  ['an agent that is disabled', { isEnabled: false, sandbox: 'off' }, {}, []],
])('SE10 %s is told where it matters, with what mends it', (_what, agent, change, expected) => {
  const lines = auditOf([agent], change);
  expect(failing(lines)).toEqual(expected);
  expect(lines.every(({ state, fix }) => (state === 'holds') === (fix === ''))).toBe(true);
});
