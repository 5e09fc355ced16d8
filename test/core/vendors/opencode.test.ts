import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AgentDefinition } from '../../../source/core/agent.ts';
import { OPENCODE_PLUGIN } from '../../../source/core/vendors/opencode-plugin.ts';
import { opencode } from '../../../source/core/vendors/opencode.ts';
import type { Launch, LaunchRequest } from '../../../source/core/vendors/vendor.ts';
import { agentNamed } from '../../support/fleet.ts';
import { launchRequest } from '../../support/vendors.ts';

const launch = (change: Partial<LaunchRequest> = {}, agent: Partial<AgentDefinition> = {}): Launch =>
  opencode.launch(
    launchRequest({
      agent: agentNamed('docs', { vendor: 'opencode', ...agent }),
      folder: '/start/a b',
      ...change,
    }),
  );

function launched(change?: Partial<LaunchRequest>, agent?: Partial<AgentDefinition>) {
  const result = launch(change, agent);
  if (result.type !== 'launch') throw new Error(JSON.stringify(result));
  return {
    ...result,
    config: JSON.parse(result.env['OPENCODE_CONFIG_CONTENT']!) as Record<string, unknown>,
  };
}

describe('AG11 opencode is started', () => {
  test('with the plugin that asks, and with questions in the pane should it not be loaded', () => {
    const { command, env, config, files } = launched({ task: '-v' });
    expect(command).toEqual(['opencode', '--prompt=-v']);
    expect(env['OPENCODE_DISABLE_PROJECT_CONFIG']).toBe('1');
    expect(config).toEqual({
      plugin: ['file:///start/a%20b/fleet-gate.mjs'],
      permission: { '*': 'ask' },
    });
    expect(files).toEqual([{ name: 'fleet-gate.mjs', content: OPENCODE_PLUGIN }]);
  });

  test('with what the person handed over, our plugin last', () => {
    const given = { model: 'a/b', plugin: ['mine'], permission: { bash: 'allow' } };
    const environment = {
      OPENCODE_CONFIG_CONTENT: JSON.stringify(given),
      OPENCODE_PURE: '1',
      NODE_OPTIONS: 'x',
    };
    const { config, unsetEnv } = launched({ environment });
    expect(config).toMatchObject({
      model: 'a/b',
      plugin: ['mine', expect.stringMatching(/fleet-gate/)],
      permission: { '*': 'ask' },
    });
    expect(config['permission']).toEqual({ '*': 'ask' });
    expect(unsetEnv).toEqual(['OPENCODE_PURE', 'NODE_OPTIONS']);
  });

  test('to answer and leave without a person, or where its command says run', () => {
    expect(launched({ isInteractive: false }).command).toEqual(['opencode', 'run', '--', 'write the docs']);
    expect(launched({}, { command: ['opencode', 'run', '-m', 'a/b'] }).command.slice(0, 4)).toEqual([
      'opencode',
      'run',
      '-m',
      'a/b',
    ]);
  });

  test.each([
    ['--pure'],
    ['--auto'],
    ['--port=4096'],
    ['serve'],
    ['attach', 'http://x'],
    ['-m'],
    ['--', 'x'],
  ])('PE12 not with %s %s', (...words) => {
    expect(launch({}, { command: ['opencode', ...words] })).toMatchObject({ type: 'refused' });
  });

  test('PE12 not with settings nobody can read', () => {
    expect(launch({ environment: { OPENCODE_CONFIG_CONTENT: '{' } })).toMatchObject({ type: 'refused' });
  });
});

describe('what a call of opencode does', () => {
  const of = (tool: string, input: Record<string, unknown>) =>
    opencode.actionOf({ id: 'c1', tool, input, subagent: null });

  test.each([
    ['bash', { command: 'ls', workdir: '/x' }, { type: 'shell', command: 'ls' }],
    ['read', { filePath: '/a', offset: 1 }, { type: 'read', paths: ['/a'] }],
    ['write', { filePath: '/a', content: '\u202E' }, { type: 'write', paths: ['/a'] }],
    ['edit', { filePath: '/a', oldString: '', newString: 'y' }, { type: 'edit', paths: ['/a'] }],
    ['glob', { pattern: '*' }, { type: 'glob', pattern: '*', files: null, paths: ['.'] }],
    ['grep', { pattern: 'x', include: '*.ts' }, { type: 'grep', pattern: 'x', files: '*.ts', paths: ['.'] }],
    ['webfetch', { url: 'https://a.example' }, { type: 'fetch', url: 'https://a.example' }],
    [
      'task',
      { description: 'd', prompt: 'p', subagent_type: 'general' },
      { type: 'subagent', kind: 'general', tier: null },
    ],
    ['todowrite', { todos: [] }, { type: 'note', tool: 'todowrite' }],
  ])('%s %j', (tool, input, action) => {
    expect(of(tool, input)).toEqual(action);
  });

  test.each([
    ['bash', { command: 'ls', shell: 'zsh' }],
    ['task', { description: 'd', prompt: 'p', subagent_type: 'general', command: 'x' }],
    ['grep', { pattern: 'x', include: ['..'] }],
    ['github_merge', { pr: 1 }],
    ['batch', { tool_calls: [] }],
  ])('PE1 what is not understood asks: %s %j', (tool, input) => {
    expect(of(tool, input).type).toBe('unknown');
  });
});

interface Plugin {
  config(config: Record<string, unknown>): Promise<void>;
  event(said: { event: { type: string; properties: unknown } }): Promise<void>;
  'tool.execute.before'(call: object, output: { args: Record<string, unknown> }): Promise<void>;
}

describe('the plugin of opencode', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fleet-plugin-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The plugin in front of a gate that is this script. */
  async function loaded(gate: string): Promise<Plugin> {
    const script = join(folder, 'gate');
    writeFileSync(script, `#!/bin/sh\n${gate}\n`);
    chmodSync(script, 0o755);
    const file = join(folder, 'plugin.mjs');
    writeFileSync(
      file,
      OPENCODE_PLUGIN.replace(
        '= inherited;',
        `= { FLEET_NODE: '/bin/sh', FLEET_GATE: ${JSON.stringify(script)} };`,
      ),
    );
    const plugin = (await import(pathToFileURL(file).href)) as {
      FleetGate(context: { directory: string }): Promise<Plugin>;
    };
    return plugin.FleetGate({ directory: '/work' });
  }

  const CALL = { tool: 'bash', sessionID: 's1', callID: 'c1' };
  const answering = (answer: object, code = 0): string =>
    `cat > /dev/null; echo '${JSON.stringify(answer)}'; exit ${code}`;

  test('HI5 puts exactly what was allowed where opencode looks', async () => {
    const plugin = await loaded(answering({ verdict: 'allow', input: { command: 'pwd' } }));
    const args = { command: 'ls', workdir: '/etc' };
    const output = { args };
    await plugin['tool.execute.before'](CALL, output);
    expect(output.args).toBe(args);
    expect(args).toEqual({ command: 'pwd' });
  });

  test.each([
    ['a no', answering({ verdict: 'deny', message: 'ana: no' }), 'ana: no'],
    ['an exit code and a sentence', 'cat > /dev/null; echo why >&2; exit 2', 'why'],
    ['a yes that ends badly', answering({ verdict: 'allow', input: {} }, 1), 'the gate ended with 1'],
    ['a yes without an input', answering({ verdict: 'allow' }), 'does not run'],
    ['garbage', 'cat > /dev/null; echo yes', ''],
    ['nothing', 'exit 0', ''],
    ['a gate that is killed', 'kill -9 $$', 'the gate ended with null'],
  ])('HI6 takes %s for a no', async (_, gate, message) => {
    const plugin = await loaded(gate);
    const output = { args: { command: 'ls' } };
    await expect(plugin['tool.execute.before'](CALL, output)).rejects.toThrow(message);
    expect(output.args).toEqual({ command: 'ls' });
  });

  test('AG8 says which sub-agent calls, and where a command will run', async () => {
    const told = join(folder, 'told');
    const plugin = await loaded(`cat > ${told}; echo '{"verdict":"allow","input":{}}'`);
    const info = { id: 's2', parentID: 's1', agent: 'general' };
    await plugin.event({ event: { type: 'session.created', properties: { info } } });
    await plugin['tool.execute.before']({ ...CALL, sessionID: 's2' }, { args: { workdir: '/etc' } });
    const hook = opencode.parseHook(JSON.parse(readFileSync(told, 'utf8')));
    expect(hook).toMatchObject({
      type: 'tool-asked',
      call: { id: 'c1', tool: 'bash', subagent: 's2' },
      kind: 'general',
      cwd: '/etc',
      vendorSession: 's2',
    });
  });

  test('PE12 gives the yes to its own questions only by being there', async () => {
    const plugin = await loaded('exit 0');
    const config: Record<string, unknown> = { permission: { '*': 'ask' } };
    await plugin.config(config);
    expect(config['permission']).toEqual({ '*': 'allow' });
  });
});
