import { describe, expect, test } from 'vitest';
import type { AgentDefinition } from '../../../source/core/agent.ts';
import { gemini } from '../../../source/core/vendors/gemini.ts';
import type { HookEvent, Launch, LaunchRequest } from '../../../source/core/vendors/vendor.ts';
import { agentNamed } from '../../support/fleet.ts';
import { launchRequest } from '../../support/vendors.ts';

/** What the question prints: project, its variables, machine, person, other names in the person's folder. */
const answered = ({ project = '', variables = '', machine = '', person = '', names = '' } = {}): string =>
  [project, variables, machine, person, names].join('\n--- fleet ---\n');

const launch = (change: Partial<LaunchRequest> = {}, agent: Partial<AgentDefinition> = {}): Launch =>
  gemini.launch(
    launchRequest({
      agent: agentNamed('docs', { vendor: 'gemini', ...agent }),
      answer: answered(),
      folder: '/start/s1',
      environment: { HOME: '/home/x', PATH: '/bin' },
      ...change,
    }),
  );

function launched(change?: Partial<LaunchRequest>, agent?: Partial<AgentDefinition>) {
  const result = launch(change, agent);
  if (result.type !== 'launch') throw new Error(JSON.stringify(result));
  const file = (name: string): string => {
    const found = result.files?.find((known) => known.name === name);
    return found && 'content' in found ? found.content : '';
  };
  return { ...result, file, settings: JSON.parse(file('.gemini/settings.json')) as Record<string, unknown> };
}

describe('AG11 Gemini CLI is started', () => {
  test('in a home that brings the gate and is otherwise the person’s own', () => {
    const { command, env, files } = launched({
      task: '--yolo',
      answer: answered({ names: 'oauth_creds.json\nsettings.json\nGEMINI.md' }),
    });
    expect(command).toEqual([
      'gemini',
      '--approval-mode=default',
      '--skip-trust',
      '--prompt-interactive=--yolo',
    ]);
    expect(env).toMatchObject({ GEMINI_CLI_HOME: '/start/s1', GEMINI_SANDBOX: 'false', NODE_OPTIONS: '' });
    expect(files?.slice(2)).toEqual([
      { name: '.gemini/oauth_creds.json', linkTo: '/home/x/.gemini/oauth_creds.json' },
      { name: '.gemini/GEMINI.md', linkTo: '/home/x/.gemini/GEMINI.md' },
    ]);
  });

  test('PE12 with yes and gate in one file, so that neither is there without the other', () => {
    const { settings, file } = launched();
    expect(settings).toMatchObject({
      hooksConfig: { enabled: true },
      policyPaths: ['/start/s1/fleet.toml'],
      advanced: { ignoreLocalEnv: true },
      hooks: { BeforeTool: [{ sequential: true, hooks: [{ timeout: 1_209_600_000 }] }] },
    });
    expect(file('fleet.toml')).toContain('toolName = "*"\ndecision = "allow"');
  });

  test('PE12 under a hook name that nobody can guess, and that gives no token away', () => {
    const nameOf = (token: string): string => {
      const request = launchRequest();
      const { settings } = launched({ gate: { ...request.gate, token } });
      return /"name":"(fleet-[0-9a-f]{16})"/.exec(JSON.stringify(settings))![1]!;
    };
    expect(nameOf('a')).not.toBe(nameOf('b'));
    expect(JSON.stringify(launched().settings)).not.toContain('secret-token');
  });

  test('with what the person has set, comments and all, and our hook after theirs', () => {
    const person = `{
      // the model of this year
      "model": { "name": "gemini-9" }, /* see // below */
      "ui": { "title": "https://x" },
      "hooks": { "BeforeTool": [{ "hooks": [{ "type": "command", "command": "mine" }] }] },
      "hooksConfig": { "enabled": false, "disabled": ["other"] }
    }`;
    const { settings } = launched({ answer: answered({ person }) });
    expect(settings).toMatchObject({
      model: { name: 'gemini-9' },
      ui: { title: 'https://x' },
      hooksConfig: { enabled: true, disabled: ['other'] },
    });
    expect((settings['hooks'] as { BeforeTool: unknown[] }).BeforeTool).toMatchObject([
      { hooks: [{ command: 'mine' }] },
      { sequential: true },
    ]);
  });

  test('PE3 with what the agent must never do told to its own policy, where that can say it', () => {
    const rules = [
      { effect: 'deny', rule: 'Bash(rm *)' },
      { effect: 'deny', rule: 'Bash(git push:*)' },
      { effect: 'deny', rule: 'WebFetch' },
      { effect: 'deny', rule: 'Bash(npm test)' },
      { effect: 'deny', rule: 'Edit(src/**)' },
      { effect: 'ask', rule: 'Bash(ls *)' },
    ] as const;
    const policy = launched({}, { rules }).file('fleet.toml');
    expect(policy.match(/commandPrefix = .*/g)).toEqual([
      'commandPrefix = "rm"',
      'commandPrefix = "git push"',
    ]);
    expect(policy).toContain('toolName = "web_fetch"\ndecision = "deny"');
    expect(policy).not.toMatch(/npm test|replace|"ls"/);
  });

  test('to answer and leave where nobody types to it, or its command says -p', () => {
    expect(launched({ isInteractive: false }).command).toContain('--prompt=write the docs');
    expect(launched({}, { command: ['gemini', '-p', '-m', 'x'] }).command).toEqual([
      'gemini',
      '-m',
      'x',
      '--approval-mode=default',
      '--skip-trust',
      '--prompt=write the docs',
    ]);
  });

  test.each([
    [{ project: '{"hooks":{}}' }, 'sets hooks'],
    [{ project: '{"context":{},"mcpServers":{},"security":{}}' }, 'sets mcpServers, security'],
    [{ project: '{"context":' }, 'cannot be read as JSON'],
    [{ variables: '.gemini/.env' }, 'brings .gemini/.env'],
    [{ machine: '{"hooksConfig":{"enabled":false}}' }, 'administrator'],
    [{ machine: 'garbled' }, ''],
    [{ person: '[1]' }, '~/.gemini/settings.json'],
  ])('PE12 not where %j', (found, reason) => {
    const result = launch({ answer: answered(found) });
    if (reason === '') expect(result.type).toBe('launch');
    else expect(result).toMatchObject({ type: 'refused', reason: expect.stringContaining(reason) });
  });

  test('PE12 not when its settings could not be looked at', () => {
    expect(launch({ answer: '' }).type).toBe('refused');
  });

  test('PE12 where the project only names files and models', () => {
    const project = '{"context":{"fileName":"AGENTS.md"},"model":{"name":"x"}}';
    expect(launch({ answer: answered({ project }) }).type).toBe('launch');
  });

  test.each([
    ['-y'],
    ['--approval-mode=yolo'],
    ['--policy=x'],
    ['--sandbox'],
    ['--acp'],
    ['-m'],
    ['mcp', 'add'],
    ['--ignore-env'],
  ])('PE12 not with %s %s', (...words) => {
    expect(launch({}, { command: ['gemini', ...words] })).toMatchObject({ type: 'refused' });
  });
});

const base = { session_id: 'v1', cwd: '/work' };
const shell = { tool_name: 'run_shell_command', tool_input: { command: 'ls', dir_path: 'sub' } };
const parse = (payload: object, ask?: string): HookEvent => gemini.parseHook({ ...base, ...payload }, ask);

describe('a hook of Gemini CLI', () => {
  test('HI1 asks about a call, under the name of the question and in the folder the call names', () => {
    expect(parse({ hook_event_name: 'BeforeTool', ...shell }, 'a1')).toEqual({
      type: 'tool-asked',
      call: { id: 'a1', tool: 'run_shell_command', input: shell.tool_input, subagent: null },
      cwd: '/work/sub',
      vendorSession: 'v1',
      mode: '',
    });
    expect(parse({ hook_event_name: 'BeforeTool', ...shell }).type).toBe('garbage');
  });

  test('HI5 whatever is allowed is said in full, whatever is not is refused in words', () => {
    const asked = parse({ hook_event_name: 'BeforeTool', ...shell }, 'a1');
    const input = { command: 'pwd' };
    expect(JSON.parse(gemini.answer(asked, { type: 'allow', input }).stdout)).toEqual({
      decision: 'allow',
      hookSpecificOutput: { hookEventName: 'BeforeTool', tool_input: input },
    });
    for (const verdict of [{ type: 'deny', message: 'ana: no' }, { type: 'acknowledge' }] as const)
      expect(JSON.parse(gemini.answer(asked, verdict).stdout)).toMatchObject({
        decision: 'deny',
        reason: expect.stringMatching(/./),
      });
  });

  test('HI8 tells what ran, and whether it failed', () => {
    const after = { hook_event_name: 'AfterTool', ...shell };
    expect(parse({ ...after, tool_response: {} })).toMatchObject({
      type: 'tool-finished',
      call: { id: '' },
      outcome: 'succeeded',
    });
    expect(parse({ ...after, tool_response: { error: { message: 'x' } } })).toMatchObject({
      outcome: 'failed',
    });
  });

  test('PE1 names tools of MCP servers as rules do', () => {
    const mcp_context = { server_name: 'github', tool_name: 'merge' };
    const payload = {
      hook_event_name: 'BeforeTool',
      tool_name: 'mcp_github_merge',
      tool_input: {},
      mcp_context,
    };
    expect(parse(payload, 'a1')).toMatchObject({ call: { tool: 'mcp__github__merge' } });
  });

  test.each([
    ['BeforeAgent', 'turn-started'],
    ['AfterAgent', 'turn-ended'],
    ['SessionStart', 'session-began'],
    ['SessionEnd', 'session-ended'],
    ['Notification', 'notice'],
    ['BeforeModel', 'garbage'],
  ])('%s is %s', (name, type) => {
    expect(parse({ hook_event_name: name }).type).toBe(type);
  });

  test.each([undefined, [], {}, { hook_event_name: 'BeforeTool', session_id: 'v1', tool_name: 'x' }])(
    'HI6 that sends %o is refused',
    (payload) => {
      const hook = gemini.parseHook(payload, 'a1');
      expect(hook.type).toBe('garbage');
      expect(JSON.parse(gemini.answer(hook, { type: 'allow', input: {} }).stdout)).toMatchObject({
        decision: 'deny',
      });
    },
  );
});

describe('what a call of Gemini CLI does', () => {
  const of = (tool: string, input: Record<string, unknown>) =>
    gemini.actionOf({ id: 'c1', tool, input, subagent: null });

  test.each([
    ['run_shell_command', { command: 'ls', is_background: true }, { type: 'shell', command: 'ls' }],
    ['read_file', { file_path: 'a', wait_for_previous: true }, { type: 'read', paths: ['a'] }],
    ['list_directory', {}, { type: 'list', paths: ['.'] }],
    ['glob', { pattern: '*' }, { type: 'glob', pattern: '*', files: null, paths: ['.'] }],
    [
      'grep_search',
      { pattern: 'x', dir_path: 'src', include_pattern: '*.ts' },
      { type: 'grep', pattern: 'x', files: '*.ts', paths: ['src'] },
    ],
    ['write_file', { file_path: 'a', content: '\u202E' }, { type: 'write', paths: ['a'] }],
    ['replace', { file_path: 'a', old_string: 'x', new_string: 'y' }, { type: 'edit', paths: ['a'] }],
    ['web_fetch', { prompt: 'read https://a.example/b now' }, { type: 'fetch', url: 'https://a.example/b' }],
    ['google_web_search', { query: 'q' }, { type: 'web-search', query: 'q' }],
    ['invoke_agent', { agent_name: 'x', prompt: 'p' }, { type: 'subagent', kind: 'x', tier: null }],
    ['write_todos', { todos: [] }, { type: 'note', tool: 'write_todos' }],
    ['mcp__github__merge', { pr: 1 }, { type: 'mcp', tool: 'mcp__github__merge' }],
  ])('%s %j', (tool, input, action) => {
    expect(of(tool, input)).toEqual(action);
  });

  test.each([
    ['run_shell_command', { command: 'ls', shell: 'zsh' }],
    ['read_file', { file_path: ['a'] }],
    ['read_file', { file_path: 'a\u202Eb' }],
    ['list_directory', { dir_path: ['/etc'] }],
    ['web_fetch', { prompt: 'https://a.example and https://b.example' }],
    ['activate_skill', { name: 'x' }],
    ['a_tool_of_next_year', {}],
    ['constructor', {}],
  ])('PE1 what is not understood asks: %s %j', (tool, input) => {
    expect(of(tool, input).type).toBe('unknown');
  });
});
