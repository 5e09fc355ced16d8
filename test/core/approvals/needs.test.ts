import { describe, expect, it } from 'vitest';
import { needsFor, withApprovers } from '../../../source/core/approvals/needs.ts';
import { mergeProject } from '../../../source/core/config/merge-project.ts';
import { parseFleetFile } from '../../../source/core/config/fleet-file.ts';
import { parsePolicyFile } from '../../../source/core/config/policy-file.ts';
import { EMPTY_FLEET } from '../../../source/core/fleet.ts';
import type { Judgement } from '../../../source/core/policy/verdict.ts';

const WORLD = { root: '/p', home: '/home/dev', cwd: '/p', real: { '/p': '/p' }, secrets: [] };
const shell = (command: string) => ({ type: 'shell', command }) as const;

function fleetWith(policy: string, fleetFile = 'agents: [{name: dev}]\n') {
  const { value, problems } = parsePolicyFile(policy, 'policy.yaml');
  expect(problems).toEqual([]);
  const merged = mergeProject({ root: '/p', fleet: parseFleetFile(fleetFile, 'fleet.yaml'), agentFiles: [] });
  expect(merged.problems).toEqual([]);
  return { ...EMPTY_FLEET, policy: value!, projects: { '/p': merged.project! } };
}

const needs = (fleet: ReturnType<typeof fleetWith>, command: string) =>
  needsFor(fleet, { project: '/p', action: shell(command), world: WORLD });

describe('classes of actions that named people decide on', () => {
  const publishing = fleetWith(
    "approvers:\n  - {rule: 'Bash(make publish:*)', people: [ana, ben], votes: 2}\n",
  );

  it('HI10 are found wherever they stand in a command, and nothing else is', () => {
    const two = { votes: 2, approvers: ['ana', 'ben'] };
    for (const command of [
      'make publish',
      'make publish now',
      'true && env make publish',
      'bash -c "make publish"',
    ])
      expect(needs(publishing, command), command).toEqual(two);
    expect(needs(publishing, 'make docs')).toEqual({ votes: 1, approvers: null });
  });

  it('HI10 of several all hold: the most votes, of people whom all of them name', () => {
    const fleet = fleetWith(
      "approvers:\n  - {rule: 'Bash(make:*)', people: [ana, ben, cy]}\n",
      "defaults:\n  approvers:\n    - {rule: 'Bash(make publish)', people: [ben, cy, dan], votes: 2}\nagents: [{name: dev}]\n",
    );
    expect(needs(fleet, 'make publish')).toEqual({ votes: 2, approvers: ['ben', 'cy'] });
    expect(needs(fleet, 'make docs')).toEqual({ votes: 1, approvers: ['ana', 'ben', 'cy'] });
  });

  it('HI10 are asked about even where a rule or a tier allows, and denied where nobody is asked', () => {
    const allowed: Judgement = {
      verdict: 'allow',
      reason: 'a rule allows it',
      decidedBy: { type: 'rule', effect: 'allow', rule: 'Bash', source: 'fleet.yaml:3' },
      parts: [],
    };
    const given = { project: '/p', action: shell('make publish'), world: WORLD, judgement: allowed };
    expect(withApprovers(publishing, { ...given, isAttended: true })).toMatchObject({
      verdict: 'ask',
      reason: 'Bash(make publish:*) is for ana or ben to decide',
    });
    expect(withApprovers(publishing, { ...given, isAttended: false })).toMatchObject({ verdict: 'deny' });
    const other = { ...given, action: shell('make docs'), isAttended: true };
    expect(withApprovers(publishing, other)).toBe(allowed);
  });

  it('HI10 that cannot be fulfilled are an error with its line', () => {
    const wrong = (yaml: string) =>
      parsePolicyFile(yaml, 'policy.yaml').problems.map(({ message }) => message);
    expect(wrong('approvers: [{people: [ana]}]')).toEqual(['names no rule']);
    expect(wrong("approvers: [{rule: 'Bash(', votes: 2}]")[0]).toContain('closing parenthesis');
    expect(wrong('approvers: [{rule: Bash, people: [ana], votes: 2}]')).toEqual([
      'needs 2 votes of 1 people',
    ]);
  });
});
