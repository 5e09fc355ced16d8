import { expect, test } from 'vitest';
import { dryRun, pastCalls, replay, unmetRules } from '../../../source/core/policy-tools/replay.ts';
import type { Rule } from '../../../source/core/agent.ts';
import { agentNamed, Simulation } from '../../support/fleet.ts';

const RULES: readonly Rule[] = [{ effect: 'allow', rule: 'Bash(npm run build)', source: 'fleet.yaml:4' }];

test('PE10 a replay says what the present rules would decide otherwise', () => {
  const fleet = new Simulation();
  fleet.submit({ type: 'configure', project: projectWith([]) });
  const { session } = fleet.running(agentNamed('dev', { tier: 'read_only' }));
  fleet.asks(session, 'c1', 'npm test');
  fleet.asks(session, 'c2', 'ls');
  fleet.asks(session, 'c3', 'rm -rf src');
  fleet.submit({
    type: 'configure',
    project: projectWith([
      { effect: 'allow', rule: 'Bash(npm test)', source: 'fleet.yaml:4' },
      { effect: 'deny', rule: 'Bash(rm *)', source: 'fleet.yaml:5' },
    ]),
  });
  const result = replay(pastCalls(fleet.log, fleet.fleet.runs), fleet.fleet);
  expect(result).toMatchObject({ judged: 3, unknown: 0, counts: { 'ask→allow': 1, 'ask→deny': 1 } });
  expect(result.changes.map(({ past, judgement }) => [past.call.id, judgement.decidedBy])).toEqual([
    ['c1', { type: 'rule', effect: 'allow', rule: 'Bash(npm test)', source: 'fleet.yaml:4' }],
    ['c3', { type: 'rule', effect: 'deny', rule: 'Bash(rm *)', source: 'fleet.yaml:5' }],
  ]);
});

test('PE10 a replay under unchanged rules changes nothing', () => {
  const fleet = new Simulation();
  fleet.submit({ type: 'configure', project: projectWith(RULES) });
  const { session } = fleet.running(agentNamed('dev', { tier: 'read_write', rules: RULES }));
  for (const [at, command] of ['npm run build', 'ls -la', 'git push', 'echo x > out.txt'].entries())
    fleet.asks(session, `c${at}`, command);
  expect(replay(pastCalls(fleet.log, fleet.fleet.runs), fleet.fleet)).toMatchObject({
    judged: 4,
    changes: [],
  });
});

test('PE10 a call on record without its facts is counted and not guessed at', () => {
  const fleet = new Simulation();
  const { run, session } = fleet.running();
  const call = { id: 'old', tool: 'Bash', input: { command: 'ls' }, subagent: null };
  fleet.record({ type: 'tool-judged', run, session, call, verdict: 'allow', reason: 'as it was' });
  expect(pastCalls(fleet.log, fleet.fleet.runs)).toEqual({ calls: [], unknown: 1 });
  expect(pastCalls(fleet.log, {})).toEqual({ calls: [], unknown: 1 });
});

test('PE10 a dry run says what a rule would have been good for, and what it would not', () => {
  const fleet = new Simulation();
  fleet.submit({ type: 'configure', project: projectWith([]) });
  const { session } = fleet.running(agentNamed('dev', { tier: 'read_only' }));
  for (const [at, command] of ['npm test', 'npm test', 'npm test && node x.js', 'ls', 'npm testx'].entries())
    fleet.asks(session, `c${at}`, command);
  const rule = { effect: 'allow', rule: 'Bash(npm test)', source: '--rule' } as const;
  const result = dryRun(pastCalls(fleet.log, fleet.fleet.runs), fleet.fleet, rule);
  expect(result).toMatchObject({ judged: 5, met: { allow: 2, ask: 1, deny: 0 } });
  expect(result.changes.map(({ past }) => past.call.id)).toEqual(['c0', 'c1']);
  expect(result.kept.map(({ past }) => past.call.id)).toEqual(['c2']);
});

test('PE10 rules that no call met are found, whatever decided', () => {
  const fleet = new Simulation();
  const { session } = fleet.running(agentNamed('dev', { tier: 'read_only' }));
  fleet.asks(session, 'c1', 'npm run build && ls');
  const { calls } = pastCalls(fleet.log, fleet.fleet.runs);
  const rules = ['Bash(npm run *)', 'Bash(cargo *)', 'Bash(ls)', 'Read(src/**)'].map((rule, at) => ({
    effect: 'allow' as const,
    rule,
    source: `f:${at}`,
  }));
  expect(unmetRules(calls, rules).map(({ rule }) => rule)).toEqual(['Bash(cargo *)', 'Read(src/**)']);
});

const projectWith = (rules: readonly Rule[]) => ({
  root: '/p',
  name: 'p',
  agents: [agentNamed('dev', { tier: 'read_only', rules })],
});
