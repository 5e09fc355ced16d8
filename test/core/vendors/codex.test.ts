import { describe, expect, test } from 'vitest';
import type { AgentDefinition } from '../../../source/core/agent.ts';
import { codex } from '../../../source/core/vendors/codex.ts';
import type { HookEvent, Launch, LaunchRequest } from '../../../source/core/vendors/vendor.ts';
import { agentNamed } from '../../support/fleet.ts';
import { launchRequest } from '../../support/vendors.ts';

const EVENTS = [
  'pre_tool_use',
  'permission_request',
  'post_tool_use',
  'session_start',
  'user_prompt_submit',
  'subagent_start',
  'subagent_stop',
  'stop',
  'session_end',
  'interrupt',
];
const HASH = `sha256:${'0'.repeat(64)}`;
const ours = EVENTS.map((event) => ({
  key: `/<session-flags>/config.toml:${event}:0:0`,
  currentHash: HASH,
  isManaged: false,
}));

/** What `codex app-server` prints when it is asked for its hooks. */
const listing = (hooks: readonly object[] = ours): string =>
  ['{"id":1,"result":{}}', JSON.stringify({ id: 2, result: { data: [{ cwd: '/w', hooks }] } }), ''].join(
    '\n',
  );

const launch = (change: Partial<LaunchRequest> = {}, agent: Partial<AgentDefinition> = {}): Launch =>
  codex.launch(
    launchRequest({ agent: agentNamed('docs', { vendor: 'codex', ...agent }), answer: listing(), ...change }),
  );

function launched(change?: Partial<LaunchRequest>, agent?: Partial<AgentDefinition>) {
  const result = launch(change, agent);
  if (result.type !== 'launch') throw new Error(JSON.stringify(result));
  return result;
}

const settingsOf = (command: readonly string[]): string[] =>
  command.filter((_, at) => command[at - 1] === '-c');

describe('AG11 Codex is started', () => {
  test('after it was asked for its hooks, with the very words it will run with', () => {
    const first = launch({ answer: undefined });
    if (first.type !== 'ask-first') throw new Error(first.type);
    expect(first.command.slice(0, 2)).toEqual(['codex', 'app-server']);
    const isHook = (setting: string): boolean => /^hooks\.[A-Z]/.test(setting);
    expect(settingsOf(first.command).filter(isHook)).toEqual(settingsOf(launched().command).filter(isHook));
    expect(first.question.isWhole('{"id":1,"result":{}}\n{"id":2,"res')).toBe(false);
    expect(first.question.isWhole(listing())).toBe(true);
  });

  test('gated: hooks on and trusted, no terminals to type into, the task last whatever it begins with', () => {
    const { command } = launched(
      { task: '--yolo is a flag' },
      { command: ['codex', '-m', 'gpt-5.5'], instructions: 'You "write"\ndocs.' },
    );
    expect(command.slice(0, 6)).toEqual([
      'codex',
      '-m',
      'gpt-5.5',
      '--enable=hooks',
      '--disable=unified_exec_tty',
      '--disable=image_generation',
    ]);
    expect(command.slice(-5)).toEqual([
      '--sandbox=workspace-write',
      '--ask-for-approval=on-request',
      '--no-daemon',
      '--',
      '--yolo is a flag',
    ]);
    const settings = settingsOf(command);
    expect(settings).toContain(String.raw`developer_instructions="You \"write\"\ndocs."`);
    expect(settings).toContain('web_search="disabled"');
    expect(settings.find((setting) => setting.startsWith('hooks.state='))).toContain(
      `"/<session-flags>/config.toml:pre_tool_use:0:0"={enabled=true,trusted_hash="${HASH}"}`,
    );
    for (const event of ['PreToolUse', 'PermissionRequest'])
      expect(settings.find((setting) => setting.startsWith(`hooks.${event}=`))).toMatch(/timeout=2592000/);
  });

  test('by itself without a person, or where its command says exec', () => {
    for (const { command } of [
      launched({ isInteractive: false }),
      launched({}, { command: ['codex', 'exec', '--json'] }),
    ]) {
      expect(command.slice(0, 2)).toEqual(['codex', 'exec']);
      expect(command).not.toContain('--no-daemon');
      expect(command.slice(-2)).toEqual(['--', 'write the docs']);
    }
  });

  test.each([
    ['restricted', 'read-only'],
    ['read_only', 'read-only'],
    ['read_write', 'workspace-write'],
  ] as const)('PE12 at tier %s in a sandbox that is %s', (tier, sandbox) => {
    expect(launched({}, { tier }).command).toContain(`--sandbox=${sandbox}`);
  });

  test('PE12 without a sandbox of its own inside ours, where it could not build one', () => {
    expect(launched({}, { tier: 'restricted', sandbox: 'on' }).command).toContain(
      '--sandbox=danger-full-access',
    );
  });

  test.each([
    ['--yolo'],
    ['--dangerously-bypass-approvals-and-sandbox'],
    ['--dangerously-bypass-hook-trust'],
    ['--approve-for-me'],
    ['--remote=unix://x'],
    ['--search'],
    ['-sdanger-full-access'],
    ['--sandbox', 'danger-full-access'],
    ['--enable', 'unified_exec_tty'],
    ['--worktree'],
    ['-c', 'features.hooks=false'],
    ['-cfeatures.hooks=false'],
    ['-c', ' features . hooks=false'],
    ['--config=hooks.state={}'],
    ['-c', 'sandbox_mode="danger-full-access"'],
    ['-c', 'model'],
    ['-m'],
    ['cloud'],
    ['resume', '--last'],
    ['app-server'],
    ['-m', 'x', 'exec'],
    ['--', 'task'],
    ['--a-flag-of-next-year'],
  ])('PE12 not with %s %s', (...words) => {
    const result = launch({}, { command: ['codex', ...words] });
    if (words[1] === 'model') expect(result.type).toBe('launch');
    else expect(result).toMatchObject({ type: 'refused' });
  });

  test('PE12 refusals say what to do', () => {
    expect(launch({}, { command: ['codex', '--yolo'] })).toEqual({
      type: 'refused',
      reason: 'agent docs: "--yolo" cannot stand in its command: it opens what no rule allows',
    });
    expect(launch({}, { command: ['codex', '-c', 'notify=["x"]'] })).toMatchObject({
      reason: expect.stringContaining('put it into ~/.codex/config.toml'),
    });
  });

  test('SE6 without what marks a session inside another, and with what pays', () => {
    const environment = {
      CODEX_HOME: '/c',
      CODEX_API_KEY: 'k',
      CODEX_SANDBOX: 'seatbelt',
      CODEX_THREAD_ID: 't',
      NODE_OPTIONS: '--require=/x',
      PATH: '/bin',
    };
    const { env, unsetEnv } = launched({ environment });
    expect(unsetEnv).toEqual(['CODEX_SANDBOX', 'CODEX_THREAD_ID', 'NODE_OPTIONS']);
    expect(env).toMatchObject({ FLEET_NODE: '/opt/node', FLEET_GATE: '/opt/fleet-gate.cjs' });
  });
});

describe('PE12 trust', () => {
  const theirs = (event: string, isManaged = false) => ({
    key: `/repo/.codex/config.toml:${event}:0:0`,
    currentHash: HASH,
    isManaged,
  });

  test('is not shared: whoever else would answer the same questions is switched off', () => {
    const { command } = launched({
      answer: listing([
        ...ours,
        theirs('pre_tool_use'),
        theirs('permission_request'),
        theirs('post_tool_use'),
        { ...theirs('pre_tool_use', true), key: '/etc/codex/requirements.toml:pre_tool_use:0:0' },
      ]),
    });
    const state = settingsOf(command).find((setting) => setting.startsWith('hooks.state='))!;
    expect(state.match(/"[^"]*"=\{enabled=false\}/g)).toEqual([
      '"/repo/.codex/config.toml:pre_tool_use:0:0"={enabled=false}',
      '"/repo/.codex/config.toml:permission_request:0:0"={enabled=false}',
    ]);
  });

  test('is refused where an administrator leaves our hooks out', () => {
    expect(launch({ answer: listing(ours.slice(1)) })).toMatchObject({
      type: 'refused',
      reason: expect.stringMatching(/leaves the hook .*pre_tool_use:0:0 out/),
    });
  });

  test.each(['', 'not json', '{"id":2,"error":{"message":"no"}}', listing([])])(
    'is refused when the answer is %s',
    (answer) => {
      expect(launch({ answer })).toMatchObject({ type: 'refused' });
    },
  );

  test('is refused for a hook without a hash', () => {
    const answer = listing(ours.map((hook) => ({ ...hook, currentHash: '"},x={' })));
    expect(launch({ answer })).toMatchObject({ type: 'refused' });
  });
});

const base = { session_id: 'v1', cwd: '/work', permission_mode: 'default' };
const bash = { tool_name: 'Bash', tool_input: { command: 'npm test' } };
const parse = (payload: object, ask?: string): HookEvent => codex.parseHook({ ...base, ...payload }, ask);
const ALLOW = { type: 'allow', input: bash.tool_input } as const;

describe('a hook of Codex', () => {
  const asked = parse({ hook_event_name: 'PreToolUse', ...bash, tool_use_id: 'c1' });

  test('HI1 asks about a call', () => {
    expect(asked).toEqual({
      type: 'tool-asked',
      call: { id: 'c1', tool: 'Bash', input: bash.tool_input, subagent: null },
      kind: null,
      cwd: '/work',
      vendorSession: 'v1',
      mode: 'default',
    });
  });

  test('HI2 an allowed call runs as it is, an edited one as edited, a rejected one not at all', () => {
    expect(codex.answer(asked, ALLOW)).toEqual({ stdout: '{}', stderr: '', exitCode: 0 });
    expect(JSON.parse(codex.answer(asked, { type: 'allow', input: { command: 'ls' } }).stdout)).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'allow',
        updatedInput: { command: 'ls' },
      },
    });
    expect(codex.answer(asked, { type: 'deny', message: 'ana: no' })).toEqual({
      stdout: '',
      stderr: 'ana: no',
      exitCode: 2,
    });
  });

  test('HI6 whatever is no yes is a no with a sentence: without one the call would run', () => {
    const nos = [{ type: 'deny', message: ' ' } as const, { type: 'acknowledge' } as const];
    for (const hook of [asked, parse({ hook_event_name: 'PermissionRequest', ...bash }, 'a1')])
      for (const verdict of nos) {
        const { exitCode, stderr } = codex.answer(hook, verdict);
        expect(exitCode).toBe(2);
        expect(stderr.trim()).not.toBe('');
      }
  });

  test('PE12 a command that wants out of the sandbox is a question of its own, each time', () => {
    const wish = { ...bash, tool_input: { command: 'npm test', description: 'please' } };
    const first = parse({ hook_event_name: 'PermissionRequest', ...wish }, 'a1');
    const second = parse({ hook_event_name: 'PermissionRequest', ...wish }, 'a2');
    if (first.type !== 'tool-asked' || second.type !== 'tool-asked') throw new Error(first.type);
    expect(first.call.id).not.toBe(second.call.id);
    expect(codex.actionOf(first.call)).toMatchObject({ type: 'unknown' });
    expect(JSON.parse(codex.answer(first, { type: 'allow', input: wish.tool_input }).stdout)).toEqual({
      hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'allow' } },
    });
    expect(codex.answer(first, { type: 'allow', input: { command: 'ls' } }).exitCode).toBe(2);
    expect(parse({ hook_event_name: 'PermissionRequest', ...wish }).type).toBe('garbage');
  });

  test('what its dialog would ask of a patch is answered by what the gate said of it', () => {
    const hook = parse({
      hook_event_name: 'PermissionRequest',
      tool_name: 'apply_patch',
      tool_input: { command: 'p' },
    });
    expect(hook).toMatchObject({ type: 'permission-asked', tool: 'apply_patch' });
    expect(codex.answer(hook, { type: 'allow', input: { command: 'p' } }).stdout).toContain('"allow"');
  });

  test('AG8 tells sub-agents apart, and does not take what they are told for a turn', () => {
    const inside = { agent_id: 'x1', agent_type: 'default' };
    expect(parse({ hook_event_name: 'PreToolUse', ...bash, ...inside, tool_use_id: 'c1' })).toMatchObject({
      call: { subagent: 'x1' },
      kind: 'default',
    });
    expect(parse({ hook_event_name: 'UserPromptSubmit', ...inside }).type).toBe('notice');
    expect(parse({ hook_event_name: 'SubagentStop', ...inside })).toMatchObject({
      type: 'subagent-ended',
      subagent: 'x1',
      kind: 'default',
    });
  });

  test.each([
    ['SessionStart', 'session-began'],
    ['SessionEnd', 'session-ended'],
    ['UserPromptSubmit', 'turn-started'],
    ['Stop', 'turn-ended'],
    ['Interrupt', 'turn-ended'],
  ])('%s is heard', (name, type) => {
    const hook = parse({ hook_event_name: name });
    expect(hook.type).toBe(type);
    expect(codex.answer(hook, { type: 'acknowledge' })).toMatchObject({ exitCode: 0 });
  });

  test('HI8 tells what ran', () => {
    const done = { hook_event_name: 'PostToolUse', tool_use_id: 'c1' };
    expect(parse({ ...done, ...bash, tool_response: 'ok' })).toMatchObject({
      type: 'tool-finished',
      outcome: 'succeeded',
      executedInput: bash.tool_input,
    });
    expect(parse({ ...done, ...bash, tool_response: 'Exit code: 1\nWall time: 0' })).toMatchObject({
      outcome: 'failed',
    });
  });

  const broken = [
    undefined,
    [],
    {},
    { hook_event_name: 'PreToolUse' },
    { hook_event_name: 'PreToolUse', session_id: 'v1' },
    { hook_event_name: 'PreToolUse', session_id: 'v1', tool_name: 'Bash', tool_use_id: 'c1' },
    { hook_event_name: 'PreToolUse', session_id: 'v1', ...bash },
    { hook_event_name: 'ModelMelted', session_id: 'v1' },
  ];
  test.each(broken.map((payload) => [payload]))('HI6 that sends %o is refused', (payload) => {
    const hook = codex.parseHook(payload);
    expect(hook.type).toBe('garbage');
    const { exitCode, stderr } = codex.answer(hook, { type: 'allow', input: {} });
    expect(exitCode).toBe(2);
    expect(stderr).not.toBe('');
  });
});

describe('what a call of Codex does', () => {
  const of = (tool: string, input: Record<string, unknown>) =>
    codex.actionOf({ id: 'c1', tool, input, subagent: null });
  const patch = (...lines: string[]) =>
    of('apply_patch', { command: ['*** Begin Patch', ...lines, '*** End Patch'].join('\n') });

  test('PE4 a command is a command', () => {
    expect(of('Bash', { command: 'ls' })).toEqual({ type: 'shell', command: 'ls' });
  });

  test.each([
    [['*** Add File: a/b.ts', '+x'], 'write', ['a/b.ts']],
    [['*** Update File: a', '@@ f', '-x', '+y', ' *** z'], 'unknown', undefined],
    [['*** Update File: a', '@@ f', '-x', '+*** Delete File: b', '*** End of File'], 'edit', ['a']],
    [['*** Add File: a', '+x', '*** Update File: b', '@@', '+y'], 'edit', ['a', 'b']],
    [['*** Update File: a', '*** Move to: ../b', '@@', '+y'], 'delete', ['a', '../b']],
    [['*** Delete File: a b.txt', '*** Add File: /etc/c', '+x'], 'delete', ['a b.txt', '/etc/c']],
    [['  *** Delete File: a  '], 'delete', ['a']],
    [['*** Rename File: a'], 'unknown', undefined],
    [['+x'], 'unknown', undefined],
    [['*** Add File: a\u202Eb'], 'unknown', undefined],
  ])('PE1 a patch touches every file it names: %j', (lines, type, paths) => {
    const action = patch(...lines);
    expect(action.type).toBe(type);
    if (paths) expect(action).toEqual({ type, paths });
  });

  test('a patch that is not whole is not understood', () => {
    expect(of('apply_patch', { command: '*** Begin Patch\n*** Add File: a\n+x' }).type).toBe('unknown');
    expect(of('apply_patch', { command: '' }).type).toBe('unknown');
  });

  test.each([
    ['view_image', { path: 'a.png' }, { type: 'read', paths: ['a.png'] }],
    [
      'spawn_agent',
      { message: 'go', agent_type: 'worker' },
      { type: 'subagent', kind: 'worker', tier: null },
    ],
    ['collaborationspawn_agent', { message: 'go' }, { type: 'subagent', kind: 'default', tier: null }],
    ['multi_agent_v1wait_agent', { targets: [] }, { type: 'note', tool: 'multi_agent_v1wait_agent' }],
    ['collaborationsend_message', { target: 'x' }, { type: 'agents', name: 'send_message' }],
    ['update_goal', { status: 'complete' }, { type: 'note', tool: 'update_goal' }],
    ['mcp__github__merge', { pr: 1 }, { type: 'mcp', tool: 'mcp__github__merge' }],
  ])('%s %j', (tool, input, action) => {
    expect(of(tool, input)).toEqual(action);
  });

  test.each([
    ['Bash', { command: 'ls', tty: true }],
    ['Bash', { command: ['ls'] }],
    ['Bash', {}],
    ['view_image', { path: 'a', url: 'b' }],
    ['spawn_agent', { message: 'go', sandbox: 'none' }],
    ['a_tool_of_next_year', {}],
    ['write_stdin', { chars: 'x' }],
    ['__proto__', {}],
  ])('PE1 what is not understood asks: %s %j', (tool, input) => {
    expect(of(tool, input).type).toBe('unknown');
  });
});
