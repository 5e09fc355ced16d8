import { describe, expect, test } from 'vitest';
import type { AgentDefinition } from '../../../source/core/agent.ts';
import { claude } from '../../../source/core/vendors/claude.ts';
import type { Launch, LaunchRequest } from '../../../source/core/vendors/vendor.ts';
import { agentNamed } from '../../support/fleet.ts';
import { launchRequest } from '../../support/vendors.ts';

const launch = (change: Partial<LaunchRequest> = {}, agent: Partial<AgentDefinition> = {}): Launch =>
  claude.launch(
    launchRequest({
      agent: agentNamed('docs', { vendor: 'claude', ...agent }),
      answer: '{"session_id":"v0","hook_event_name":"SessionStart"}',
      ...change,
    }),
  );

function launched(change?: Partial<LaunchRequest>, agent?: Partial<AgentDefinition>) {
  const result = launch(change, agent);
  if (result.type !== 'launch') throw new Error(JSON.stringify(result));
  return result;
}

const settingsOf = (command: readonly string[]) => {
  const argument = command.find((word) => word.startsWith('--settings='))!;
  return JSON.parse(argument.slice('--settings='.length)) as {
    disableAllHooks: boolean;
    hooks: Record<string, [{ hooks: [Record<string, unknown>] }]>;
  };
};

describe('AG11 Claude Code is started', () => {
  test('gated: manual mode, no project hooks, the task last whatever it begins with', () => {
    const { command } = launched(
      { task: '--bare is a flag' },
      { command: ['claude', '--model', 'opus'], instructions: 'You write docs.' },
    );
    expect(command.map((word) => word.replace(/^(--settings=).*/s, '$1…'))).toEqual([
      'claude',
      '--permission-mode=manual',
      '--setting-sources=user',
      '--settings=…',
      '--allowedTools=Glob,Grep',
      '--append-system-prompt=You write docs.',
      '--model',
      'opus',
      '--',
      '--bare is a flag',
    ]);
  });

  test('with the gate on every call, which blocks when it fails and waits a week', () => {
    const { disableAllHooks, hooks } = settingsOf(launched().command);
    expect(disableAllHooks).toBe(false);
    const command = { type: 'command', command: '/opt/node', args: ['/opt/fleet-gate.cjs', 'claude'] };
    for (const event of ['PreToolUse', 'PermissionRequest', 'ConfigChange'])
      expect(hooks[event]).toEqual([
        {
          hooks: [
            {
              ...command,
              timeout: 604_800,
              onFailure: 'block',
              statusMessage: 'fleet: waiting for approval',
            },
          ],
        },
      ]);
    for (const event of ['PostToolUse', 'PostToolUseFailure', 'SessionStart', 'UserPromptSubmit', 'Stop'])
      expect(hooks[event]).toEqual([{ hooks: [{ ...command, timeout: 30 }] }]);
  });

  test('with nothing secret where `ps` shows it', () => {
    const { command, env } = launched();
    expect(env['FLEET_TOKEN']).toBe('secret-token');
    expect(command.join(' ')).not.toContain('secret-token');
  });

  test('to print and leave when nobody will type to it', () => {
    expect(launched({ isInteractive: false }).command).toContain('--print');
    expect(launched({ isInteractive: false }, { command: ['claude', '-p'] }).command).not.toContain(
      '--print',
    );
    expect(launched().command).not.toContain('--print');
  });

  test('without a task it just opens', () => {
    expect(launched({ task: '' }).command).not.toContain('--');
  });

  test('with the loopback out of the proxy, whatever else is', () => {
    const { env } = launched({ environment: { NO_PROXY: 'corp.example, localhost' } });
    expect(env['NO_PROXY']).toBe('corp.example,localhost,127.0.0.1');
    expect(env['no_proxy']).toBe(env['NO_PROXY']);
  });

  test('without the marks of the session around it, and with what pays for it', () => {
    const environment = {
      CLAUDECODE: '1',
      CLAUDE_CODE_SIMPLE: '1',
      CLAUDE_CODE_SAFE_MODE: '1',
      CLAUDE_CODE_PERSONAL_HOOKS_OFF: 'retry',
      CLAUDE_CODE_SESSION_ID: 'x',
      CLAUDE_CODE_OF_NEXT_YEAR: '1',
      NODE_OPTIONS: '--require /tmp/evil.cjs',
      TMUX: '/tmp/tmux',
      TMUX_PANE: '%1',
      FLEET_TOKEN: 'of-the-outer-session',
      FLEET_HOME: '/home/x/.fleet',
      NO_COLOR: '1',
    };
    const kept = {
      CLAUDE_CONFIG_DIR: '/c',
      CLAUDE_CODE_USE_BEDROCK: '1',
      CLAUDE_CODE_OAUTH_TOKEN: 't',
      ANTHROPIC_API_KEY: 'k',
      PATH: '/bin',
      WINDOWS_ARE_FINE: '1',
    };
    const { unsetEnv, env } = launched({ environment: { ...environment, ...kept } });
    expect([...unsetEnv, 'FLEET_TOKEN'].sort()).toEqual(Object.keys(environment).sort());
    expect(env['FLEET_TOKEN']).toBe('secret-token');
  });

  test.each([
    '--bare',
    '--safe-mode',
    '--dangerously-skip-permissions',
    '--settings={"disableAllHooks":true}',
    '--settings',
    '--setting-sources=project',
    '--permission-mode=bypassPermissions',
    '--permission-prompt-tool',
    '--cloud',
    '--bg',
    '-wname',
    '--',
  ])('PE12 not at all with %s in its command', (flag) => {
    expect(launch({}, { command: ['claude', flag] })).toEqual({
      type: 'refused',
      reason: expect.stringContaining(`agent docs: "${flag}" cannot stand in its command: `),
    });
  });

  test('AG2 not with a flag that would hide its instructions', () => {
    const command = ['claude', '--append-system-prompt', 'x'];
    expect(launch({}, { command, instructions: 'Be kind.' }).type).toBe('refused');
    expect(launch({}, { command }).type).toBe('launch');
  });
});

describe('PE12 before Claude Code starts', () => {
  test('it is made to run one hook that it is handed, and no other', () => {
    const first = launch({ answer: undefined, folder: '/start/s1' }, { command: ['/opt/claude', '-p'] });
    if (first.type !== 'ask-first') throw new Error(first.type);
    expect([first.command[0], first.command[1], first.command.at(-1)]).toEqual([
      '/opt/claude',
      '--setting-sources=',
      '--init-only',
    ]);
    expect(settingsOf(first.command).hooks['SessionStart']![0].hooks).toMatchObject([
      { command: '/bin/sh', args: ['-c', 'cat > "$0"', `/start/s1/${first.question.answerFile}`] },
    ]);
    expect(first.unsetEnv).toEqual(launched().unsetEnv);
  });

  test.each(['', 'not json', '[]', '{"hook_event_name":"Setup"}'])(
    'it is refused when the hook left %j',
    (answer) => {
      expect(launch({ answer })).toEqual({
        type: 'refused',
        reason: expect.stringMatching(/^agent docs: Claude Code does not run the hooks/),
      });
    },
  );
});

describe('a version of Claude Code', () => {
  test.each([
    ['2.1.329 (Claude Code)', 'fine'],
    ['2.1.295', 'fine'],
    ['3.0.0', 'fine'],
    ['2.2.0', 'fine'],
    ['2.1.294 (Claude Code)', 'too-old'],
    ['2.0.999', 'too-old'],
    ['1.9.400', 'too-old'],
    ['', 'unreadable'],
    ['command not found', 'unreadable'],
  ])('AG7 that calls itself "%s" is %s', (text, type) => expect(claude.version!.check(text).type).toBe(type));
});

const common = { session_id: 'v1', cwd: '/work', permission_mode: 'default' };
const bash = { tool_name: 'Bash', tool_input: { command: 'npm test' } };
const parse = (hook: object) => claude.parseHook({ ...common, ...hook });

describe('a hook of Claude Code', () => {
  test('HI1 asks about a call', () => {
    expect(parse({ hook_event_name: 'PreToolUse', ...bash, tool_use_id: 't1' })).toEqual({
      type: 'tool-asked',
      call: { id: 't1', tool: 'Bash', input: { command: 'npm test' }, subagent: null },
      kind: null,
      cwd: '/work',
      vendorSession: 'v1',
      mode: 'default',
    });
  });

  test("AG8 names the sub-agent that calls, but not the agent's own kind", () => {
    const hook = { hook_event_name: 'PreToolUse', ...bash, tool_use_id: 't1', agent_type: 'general-purpose' };
    expect(parse(hook)).toMatchObject({ call: { subagent: null } });
    expect(parse({ ...hook, agent_id: 'a2' })).toMatchObject({ call: { subagent: 'a2' } });
  });

  test.each([
    ['PostToolUse', 'succeeded'],
    ['PostToolUseFailure', 'failed'],
  ])('HI5 %s says what really ran and that it %s', (hook_event_name, outcome) => {
    expect(parse({ hook_event_name, ...bash, tool_use_id: 't1', tool_response: {} })).toMatchObject({
      type: 'tool-finished',
      call: { id: 't1' },
      outcome,
      executedInput: { command: 'npm test' },
    });
  });

  const told: readonly [object, object][] = [
    [
      { hook_event_name: 'PermissionRequest', ...bash },
      { type: 'permission-asked', tool: 'Bash', subagent: null },
    ],
    [
      { hook_event_name: 'UserPromptSubmit', prompt: 'x' },
      { type: 'turn-started', vendorSession: 'v1' },
    ],
    [{ hook_event_name: 'Stop' }, { type: 'turn-ended', outcome: 'done' }],
    [{ hook_event_name: 'StopFailure' }, { type: 'turn-ended', outcome: 'failed' }],
    [
      { hook_event_name: 'SessionStart', source: 'startup' },
      { type: 'session-began', source: 'startup' },
    ],
    [
      { hook_event_name: 'SessionEnd', reason: 'clear' },
      { type: 'session-ended', reason: 'clear' },
    ],
    [
      { hook_event_name: 'SubagentStart', agent_id: 'a2', agent_type: 'Explore' },
      { type: 'subagent-began', subagent: 'a2', kind: 'Explore' },
    ],
    [
      { hook_event_name: 'SubagentStop', agent_id: 'a2' },
      { type: 'subagent-ended', subagent: 'a2' },
    ],
    [
      {
        hook_event_name: 'ConfigChange',
        source: 'project_settings',
        file_path: '/work/.claude/settings.json',
      },
      { type: 'settings-changed', source: 'project_settings', path: '/work/.claude/settings.json' },
    ],
    [
      { hook_event_name: 'Notification', message: 'hi' },
      { type: 'notice', message: 'hi' },
    ],
  ];
  test.each(told)('AU1 %o is told as %o', (hook, event) => expect(parse(hook)).toMatchObject(event));

  const broken: readonly unknown[] = [
    undefined,
    null,
    'text',
    [],
    {},
    { hook_event_name: 'PreToolUse' },
    { ...common, hook_event_name: 'PreToolUse', tool_input: {}, tool_use_id: 't1' },
    { ...common, hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_use_id: 't1' },
    { ...common, hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_input: 'rm', tool_use_id: 't1' },
    { ...common, hook_event_name: 'PreToolUse', ...bash },
    { ...common, hook_event_name: 'PreToolUse', ...bash, tool_use_id: 7 },
    { ...common, hook_event_name: 'PreEverything' },
  ];
  test.each(broken.map((payload) => [payload]))('HI6 %o is garbage, and garbage is refused', (payload) => {
    const hook = claude.parseHook(payload);
    expect(hook.type).toBe('garbage');
    for (const verdict of [{ type: 'acknowledge' }, { type: 'allow', input: {} }] as const)
      expect(claude.answer(hook, verdict)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringMatching(/^fleet: /),
      });
  });
});

describe('an answer to Claude Code', () => {
  const asked = parse({ hook_event_name: 'PreToolUse', ...bash, tool_use_id: 't1' });
  const permission = parse({ hook_event_name: 'PermissionRequest', ...bash });
  const answer = (...[hook, verdict]: Parameters<typeof claude.answer>) => {
    const { stdout, exitCode } = claude.answer(hook, verdict);
    expect(exitCode).toBe(0);
    return JSON.parse(stdout) as unknown;
  };

  test('HI5 that allows says with which input, whole', () => {
    const input = { command: 'npm test -- --watch=false', description: 'd' };
    expect(answer(asked, { type: 'allow', input })).toEqual({
      hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'allow', updatedInput: input },
    });
    expect(answer(permission, { type: 'allow', input })).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PermissionRequest',
        decision: { behavior: 'allow', updatedInput: input },
      },
    });
  });

  test('HI2 that allows a dialog what it asks does not make it look at its rules again', () => {
    expect(answer(permission, { type: 'allow', input: { command: 'npm test' } })).toEqual({
      hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'allow' } },
    });
  });

  test("HI1 that allows the agent's own question leaves it to its dialog, unless it holds the answers", () => {
    const question = { tool_name: 'AskUserQuestion', tool_input: { questions: [] } };
    const asks = parse({ hook_event_name: 'PreToolUse', ...question, tool_use_id: 't1' });
    const opens = parse({ hook_event_name: 'PermissionRequest', ...question });
    const plain = { type: 'allow', input: { questions: [] } } as const;
    const answered = { type: 'allow', input: { questions: [], answers: { a: 'b' } } } as const;
    expect(answer(asks, plain)).toMatchObject({ hookSpecificOutput: { permissionDecision: 'ask' } });
    expect(answer(opens, plain)).toEqual({});
    expect(answer(asks, answered)).toMatchObject({ hookSpecificOutput: { permissionDecision: 'allow' } });
    expect(answer(opens, answered)).toMatchObject({
      hookSpecificOutput: { decision: { behavior: 'allow', updatedInput: answered.input } },
    });
    expect(answer(asks, { type: 'deny', message: 'm' })).toMatchObject({
      hookSpecificOutput: { permissionDecision: 'deny' },
    });
  });

  test('HI2 that denies carries the message', () => {
    expect(answer(asked, { type: 'deny', message: 'use the staging registry' })).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason: 'use the staging registry',
      },
    });
    expect(answer(permission, { type: 'deny', message: 'no' })).toMatchObject({
      hookSpecificOutput: { decision: { behavior: 'deny', message: 'no' } },
    });
  });

  test('HI6 that says nothing is a no, and never an empty reason', () => {
    for (const verdict of [{ type: 'acknowledge' }, { type: 'deny', message: ' ' }] as const)
      expect(answer(asked, verdict)).toMatchObject({
        hookSpecificOutput: { permissionDecision: 'deny', permissionDecisionReason: 'fleet: not allowed' },
      });
    expect(answer(permission, { type: 'acknowledge' })).toMatchObject({
      hookSpecificOutput: { decision: { behavior: 'deny' } },
    });
  });

  test('PE12 to changed settings blocks them unless they are allowed', () => {
    const changed = parse({ hook_event_name: 'ConfigChange', source: 'user_settings' });
    expect(answer(changed, { type: 'acknowledge' })).toMatchObject({ decision: 'block' });
    expect(answer(changed, { type: 'deny', message: 'm' })).toEqual({ decision: 'block', reason: 'm' });
    expect(answer(changed, { type: 'allow', input: {} })).toEqual({});
  });

  test('AU1 to a report says nothing', () => {
    const stop = parse({ hook_event_name: 'Stop' });
    expect(answer(stop, { type: 'acknowledge' })).toEqual({});
    expect(answer(stop, { type: 'deny', message: 'x' })).toEqual({});
  });
});
