import { describe, expect, test } from 'vitest';
import { VENDORS } from '../../../source/core/agent.ts';
import { adapterFor, adapterOf, protectionOf } from '../../../source/core/vendors/registry.ts';
import { scripted } from '../../../source/core/vendors/scripted.ts';
import { agentNamed } from '../../support/fleet.ts';
import { launchRequest } from '../../support/vendors.ts';

describe('AG11 any other command', () => {
  test('runs as it is, and says that it is only contained', () => {
    const agent = agentNamed('editor', { command: ['vim', '-n', 'notes.md'] });
    expect(adapterOf('command').launch(launchRequest({ agent, task: 'tidy up' }))).toEqual({
      type: 'launch',
      command: ['vim', '-n', 'notes.md'],
      env: { FLEET_SESSION: 's1', FLEET_TASK: 'tidy up' },
      unsetEnv: [],
    });
    expect(protectionOf('command')).toBe('contained only');
  });

  test('does not believe itself inside the tmux the person sat in', () => {
    const agent = agentNamed('sh', { command: ['sh'] });
    const environment = { TMUX: 'x', TERM_PROGRAM: 'tmux', FLEET_HOME: '/h', HOME: '/root', TERM: 'xterm' };
    expect(adapterOf('command').launch(launchRequest({ agent, environment }))).toMatchObject({
      unsetEnv: ['TMUX', 'TERM_PROGRAM', 'FLEET_HOME'],
    });
  });

  test.each(['command', 'scripted'] as const)('of kind %s without a command is refused', (vendor) => {
    expect(adapterOf(vendor).launch(launchRequest())).toMatchObject({ type: 'refused' });
  });

  test.each([['opencode', ['opencode', '--prompt=-v']]] as const)(
    '%s gets its task as its first prompt',
    (vendor, command) => {
      expect(adapterOf(vendor).launch(launchRequest({ task: '-v' }))).toMatchObject({ command });
    },
  );

  test('only an agent whose hooks cannot be skipped is called gated', () => {
    expect(VENDORS.filter((vendor) => protectionOf(vendor) === 'gated')).toEqual([
      'claude',
      'codex',
      'gemini',
      'opencode',
    ]);
  });
});

describe('a dialect', () => {
  test('HI6 that nobody speaks is refused', () => {
    for (const dialect of ['klingon', '', '__proto__']) {
      const adapter = adapterFor(dialect);
      const hook = adapter.parseHook({ event: 'tool-asked' });
      expect(adapter.answer(hook, { type: 'allow', input: {} }).exitCode).toBe(2);
    }
  });
});

describe('UI9 a script of anybody', () => {
  const call = { id: '1', tool: 'Publish', input: { to: 'npm' } };

  test('finds the gate and its task in its environment', () => {
    const agent = agentNamed('demo', { vendor: 'scripted', command: ['node', 'demo.mjs'] });
    expect(scripted.launch(launchRequest({ agent }))).toEqual({
      type: 'launch',
      command: ['node', 'demo.mjs'],
      env: {
        FLEET_GATE_SOCKET: '/run/s1.gate.sock',
        FLEET_SESSION: 's1',
        FLEET_TOKEN: 'secret-token',
        FLEET_SPOOL: '/home/x/.fleet/spool/s1.jsonl',
        FLEET_TASK: 'write the docs',
        FLEET_NODE: '/opt/node',
        FLEET_GATE: '/opt/fleet-gate.cjs',
      },
      unsetEnv: [],
    });
  });

  test('PE5 says of which kind the sub-agent is that asks', () => {
    const by = (more: object) =>
      scripted.parseHook({ event: 'tool-asked', call: { ...call, ...more }, cwd: '/work' });
    expect(by({ subagent: 's1', kind: 'docs' })).toMatchObject({ kind: 'docs', call: { subagent: 's1' } });
    expect(by({ subagent: 's1' })).toMatchObject({ kind: null });
    expect(by({ kind: 'docs' })).toMatchObject({ kind: null, call: { subagent: null } });
  });

  test('asks in our own words and is answered in them', () => {
    const hook = scripted.parseHook({ event: 'tool-asked', call, cwd: '/work' });
    expect(hook).toEqual({
      type: 'tool-asked',
      call: { ...call, subagent: null },
      kind: null,
      cwd: '/work',
      vendorSession: 'script',
      mode: '',
    });
    expect(scripted.answer(hook, { type: 'allow', input: { to: 'staging' } })).toEqual({
      stdout: '{"verdict":"allow","input":{"to":"staging"}}',
      stderr: '',
      exitCode: 0,
    });
    expect(scripted.answer(hook, { type: 'deny', message: 'not on a Friday' }).stdout).toBe(
      '{"verdict":"deny","message":"not on a Friday"}',
    );
    expect(JSON.parse(scripted.answer(hook, { type: 'acknowledge' }).stdout)).toMatchObject({
      verdict: 'deny',
    });
  });

  test('tells what it ran', () => {
    expect(scripted.parseHook({ event: 'tool-finished', call, outcome: 'failed' })).toMatchObject({
      type: 'tool-finished',
      outcome: 'failed',
      executedInput: { to: 'npm' },
    });
  });

  const broken = [
    undefined,
    {},
    { event: 'tool-asked' },
    { event: 'tool-asked', call: { ...call, id: '' } },
    { event: 'tool-asked', call: { ...call, tool: undefined } },
    { event: 'tool-asked', call: { ...call, input: 'npm' } },
    { event: 'tool-finished', call, outcome: 'perhaps' },
  ];
  test.each(broken.map((payload) => [payload]))('HI6 that sends %o is refused', (payload) => {
    const hook = scripted.parseHook(payload);
    expect(scripted.answer(hook, { type: 'allow', input: {} })).toMatchObject({ exitCode: 2 });
  });
});
