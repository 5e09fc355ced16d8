import { expect, test } from 'vitest';
import { parseAgentFile } from '../../../source/core/config/agent-file.ts';
import { parseFleetFile } from '../../../source/core/config/fleet-file.ts';
import { mergeProject } from '../../../source/core/config/merge-project.ts';

const read = (fleet: string, ...files: string[]) =>
  mergeProject({
    root: '/p',
    fleet: parseFleetFile(fleet, 'fleet.yaml'),
    agentFiles: files.map((text) => parseAgentFile(text, 'agents/docs/AGENT.md')),
  });

test('PE8 an agent may reach the hosts of its project and its own', () => {
  const { project, problems } = read(
    'network: [registry.npmjs.org]\nagents:\n  - {name: dev, network: ["*.example.com:8443", registry.npmjs.org]}\n  - {name: docs}\n',
  );
  expect(problems).toEqual([]);
  expect(project?.agents.map(({ network }) => network)).toEqual([
    ['registry.npmjs.org', '*.example.com:8443'],
    ['registry.npmjs.org'],
  ]);
});

test.each([
  ['127.1', 'an address is written as four decimal numbers'],
  ['*.com', 'would allow all of .com'],
  ['https://example.com', 'is no host'],
  ['example.com:0', 'is no port'],
])('PE8 the host %s is an error with its place', (host, words) => {
  const { project, problems } = read(
    `agents:\n  - name: dev\n    network:\n      - ok.example\n      - "${host}"\n`,
  );
  expect(project).toBeNull();
  expect(problems).toMatchObject([
    { file: 'fleet.yaml', line: 5, path: 'agents[0].network[1]', message: expect.stringContaining(words) },
  ]);
});

test('AG6 a backend has an upstream of its own, or names one', () => {
  expect(read('backend: {provider: anthropic, key: MODEL}\nagents: [{name: dev}]').project?.backend).toEqual({
    provider: 'anthropic',
    upstream: 'https://api.anthropic.com',
    key: 'MODEL',
  });
  const gateway =
    'backend: {provider: bedrock, upstream: "https://gw.example/x/", key: MODEL}\nagents: [{name: dev}]';
  expect(read(gateway).project?.backend?.upstream).toBe('https://gw.example/x');
});

test.each([
  ['provider: vertex, key: MODEL', 'has no address of its own'],
  ['provider: anthropic, key: "sk-ant-not a name"', 'cannot be the name of a secret'],
  ['provider: anthropic, key: K, upstream: "http://models.example"', 'is no https:// address'],
  ['provider: anthropic', 'lacks the key "key"'],
  ['provider: antropic, key: K', '"antropic" is not known'],
])('AG6 the backend {%s} is an error', (keys, words) => {
  const { project, problems } = read(`backend: {${keys}}\nagents: [{name: dev}]`);
  expect(project).toBeNull();
  expect(problems).toMatchObject([{ line: 1, message: expect.stringContaining(words) }]);
});
