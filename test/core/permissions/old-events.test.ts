import { expect, test } from 'vitest';
import { apply } from '../../../source/core/apply.ts';
import type { Recorded } from '../../../source/core/event.ts';
import { EMPTY_FLEET, type Fleet } from '../../../source/core/fleet.ts';
import { policyOfRun } from '../../../source/core/permissions/judge-call.ts';

/** As they were recorded before there were tiers, scopes and places of rules. */
const OLD = [
  {
    type: 'project-configured',
    root: '/p',
    name: 'p',
    agents: [
      {
        name: 'dev',
        tier: null,
        rules: [{ effect: 'deny', rule: 'Bash(rm *)' }],
        allowedSubagents: null,
        sources: ['fleet.yaml:2'],
      },
    ],
  },
  {
    type: 'run-requested',
    run: 'r',
    project: '/p',
    agent: 'dev',
    vendor: 'claude',
    command: ['claude'],
    task: '',
    worktree: true,
    maxConcurrent: 1,
    columns: 80,
    rows: 24,
    protection: 'gated',
  },
  { type: 'session-launching', run: 'r', session: 'r-1', cwd: '/p', gateTokenHash: 'h' },
  {
    type: 'tool-judged',
    run: 'r',
    session: 'r-1',
    call: { id: 'c', tool: 'Read', input: {}, subagent: null },
    verdict: 'allow',
    reason: 'Read inside the worktree',
  },
];

test('AU5 a log from before there were tiers and scopes is read, and its runs are attended', () => {
  const fleet = OLD.reduce(
    (before: Fleet, event, index) =>
      apply(before, {
        seq: index + 1,
        id: `e${index}`,
        at: index,
        actor: 'daemon',
        agent: 'dev',
        event: event as unknown as Recorded['event'],
      }),
    EMPTY_FLEET,
  );
  const run = fleet.runs['r']!;
  expect(run).toMatchObject({ isAttended: true, grants: {}, refusedScopes: {}, subagents: [] });
  expect(fleet.openCalls['r-1']!['c']).toMatchObject({ verdict: 'allow', kind: null });
  expect(policyOfRun(fleet, run)).toEqual({
    tier: 'read_only',
    tierSource: 'built in',
    rules: [{ effect: 'deny', rule: 'Bash(rm *)', source: 'fleet.yaml:2' }],
    scopes: ['project', 'build'],
    allowedSubagents: null,
    isAttended: true,
  });
});
