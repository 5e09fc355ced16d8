import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAgentFile } from '../../../source/core/config/agent-file.ts';
import { parseFleetFile } from '../../../source/core/config/fleet-file.ts';
import { parsePolicyFile } from '../../../source/core/config/policy-file.ts';
import { mergeProject } from '../../../source/core/config/merge-project.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8');

/** The keys a shape knows, as its own complaint about an unknown one lists them. */
function keysIn(yaml: string): readonly string[] {
  const { problems } = parseFleetFile(yaml, 'fleet.yaml');
  const { expected } = problems.find(({ message }) => message === 'unknown key')!;
  return expected.replace('one of ', '').split(', ');
}

test.each([
  ['fleet.yaml', 'qqqqqqqqqq: 1'],
  ['defaults', 'defaults: {qqqqqqqqqq: 1}'],
  ['backend', 'backend: {qqqqqqqqqq: 1}'],
  ['an agent', 'agents: [{qqqqqqqqqq: 1}]'],
  ['permissions', 'agents: [{permissions: {qqqqqqqqqq: 1}}]'],
  ['subscription_gate', 'agents: [{subscription_gate: {qqqqqqqqqq: 1}}]'],
  ['triggers', 'agents: [{triggers: [{qqqqqqqqqq: 1}]}]'],
])('AG1 the reference names every key of %s', (_, yaml) => {
  const keys = keysIn(yaml);
  expect(keys.length).toBeGreaterThan(1);
  expect(keys.filter((key) => !new RegExp(`[\`.]${key}[\`:]|^  *(- )?${key}:`, 'm').test(page))).toEqual([]);
});

test('PE2 the reference names every key of policy.yaml', () => {
  const { problems } = parsePolicyFile('qqqqqqqqqq: 1', 'policy.yaml');
  const keys = problems[0]!.expected.replace('one of ', '').split(', ');
  expect(keys.filter((key) => !page.includes(`| \`${key}\` |`))).toEqual([]);
  const example = /## policy.yaml\n\n```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  expect(parsePolicyFile(example, 'policy.yaml')).toMatchObject({
    problems: [],
    value: { tier: 'read_only' },
  });
});

test('AG1 the examples of the reference are sound', () => {
  const fleet = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  const agent = /```markdown\n([\s\S]*?)```/.exec(page)![1]!;
  const { project, problems } = mergeProject({
    root: '/work/acme',
    fleet: parseFleetFile(fleet, 'fleet.yaml'),
    agentFiles: [parseAgentFile(agent.replace('name: docs', 'name: writer'), 'agents/writer/AGENT.md')],
  });
  expect(problems).toEqual([]);
  expect(project?.agents.map(({ name }) => name)).toEqual(['lead', 'docs', 'writer']);
});

test('AG1 whatever stands in the files: a project, or an error with a place in the file', () => {
  const word = fc.constantFrom(
    'agents',
    'name',
    'docs',
    'permissions',
    'rules',
    'deny',
    'worktree',
    'true',
    '3',
    '~',
    'a b',
  );
  const mark = fc.constantFrom(
    ': ',
    '\n',
    '\n  ',
    '\n  - ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '"',
    "'",
    '&a ',
    '*a',
    '!t ',
    '#',
    '|\n',
    '\t',
    '---\n',
  );
  const text = fc
    .array(fc.oneof(word, mark, fc.string({ maxLength: 3 })), { maxLength: 40 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, (fleetText, agentText) => {
      const front = `---\n${agentText}\n---\n`;
      const { project, problems } = mergeProject({
        root: '/x',
        fleet: parseFleetFile(fleetText, 'fleet.yaml'),
        agentFiles: [parseAgentFile(front, 'AGENT.md')],
      });
      expect(project === null).toBe(problems.some(({ severity }) => severity === 'error'));
      for (const { file, line, column } of problems) {
        const lines = (file === 'AGENT.md' ? front : fleetText).split(/\r\n|\n|\r/);
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeGreaterThanOrEqual(1);
      }
    }),
    { numRuns: 2_000 },
  );
});
