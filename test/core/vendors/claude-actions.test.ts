import { describe, expect, test } from 'vitest';
import { claudeAction } from '../../../source/core/vendors/claude-actions.ts';

type Input = Readonly<Record<string, unknown>>;
const action = (tool: string, input: Input = {}) => claudeAction({ tool, input });
const unknown = (tool: string, detail: string) => ({ type: 'unknown', tool, detail });

describe('PE3 what Claude Code calls its tools', () => {
  test.each<[string, Input, object]>([
    [
      'Bash',
      { command: 'ls', description: 'look', timeout: 9, run_in_background: true },
      { type: 'shell', command: 'ls' },
    ],
    ['Monitor', { command: 'tail -f log', timeout_ms: 1 }, { type: 'shell', command: 'tail -f log' }],
    ['Read', { file_path: 'a', offset: 1, limit: 2 }, { type: 'read', paths: ['a'] }],
    ['NotebookRead', { notebook_path: 'a.ipynb' }, { type: 'read', paths: ['a.ipynb'] }],
    ['Write', { file_path: 'a', content: '\u202e\u0000' }, { type: 'write', paths: ['a'] }],
    ['Edit', { file_path: 'a', old_string: 'x', new_string: '\u200b' }, { type: 'edit', paths: ['a'] }],
    ['MultiEdit', { file_path: 'a', edits: [] }, { type: 'edit', paths: ['a'] }],
    ['NotebookEdit', { notebook_path: 'n', new_source: '' }, { type: 'edit', paths: ['n'] }],
    ['LS', { path: 'src' }, { type: 'list', paths: ['src'] }],
    ['LS', {}, { type: 'list', paths: ['.'] }],
    ['Glob', { pattern: '**/*.ts' }, { type: 'glob', pattern: '**/*.ts', files: null, paths: ['.'] }],
    [
      'Grep',
      { pattern: 'x', path: 'src', glob: '*.ts', '-A': 3, output_mode: 'content' },
      { type: 'grep', pattern: 'x', files: '*.ts', paths: ['src'] },
    ],
    ['WebFetch', { url: 'https://a.b', prompt: 'p' }, { type: 'fetch', url: 'https://a.b' }],
    ['WebSearch', { query: 'q' }, { type: 'web-search', query: 'q' }],
    [
      'Agent',
      { prompt: 'p', subagent_type: 'docs', description: 'd' },
      { type: 'subagent', kind: 'docs', tier: null },
    ],
    ['Task', { prompt: 'p' }, { type: 'subagent', kind: 'general-purpose', tier: null }],
    ['CronCreate', { cron: '* * * * *', prompt: 'p' }, { type: 'schedule', name: '* * * * *' }],
    ['EnterWorktree', { name: 'w' }, { type: 'workspace', name: 'w' }],
    ['TodoWrite', { todos: [] }, { type: 'note', tool: 'TodoWrite' }],
    ['TaskCreate', { subject: 's', description: 'd' }, { type: 'note', tool: 'TaskCreate' }],
    ['KillShell', { shell_id: '1' }, { type: 'note', tool: 'KillShell' }],
    ['mcp__github__create_issue', { any: { thing: 1 } }, { type: 'mcp', tool: 'mcp__github__create_issue' }],
  ])('%s %j', (tool, input, expected) => {
    expect(action(tool, input)).toEqual(expected);
  });

  test.each<[string, Input, string]>([
    [
      'Bash',
      { command: 'ls', dangerouslyDisableSandbox: true },
      'with the unknown field dangerouslyDisableSandbox',
    ],
    ['Bash', { command: 'ls', env: { PATH: '.' } }, 'with the unknown field env'],
    ['Bash', { command: 'ls', description: 'a\u202eb' }, 'description holds invisible or control characters'],
    ['Bash', { command: ['ls'] }, 'without a command'],
    ['Monitor', { ws: { url: 'wss://a' } }, 'without a command'],
    ['Read', {}, 'without a file_path'],
    ['Grep', { pattern: 'x', path: 3 }, 'path is not a text'],
    ['Agent', { prompt: 'p', mode: 'bypassPermissions' }, 'a sub-agent in the mode bypassPermissions'],
    ['Agent', { prompt: 'p', isolation: 'remote' }, 'a sub-agent that runs remote, past the gate'],
    ['RemoteTrigger', { action: 'run' }, 'a tool that fleet does not know'],
    ['toString', {}, 'a tool that fleet does not know'],
    ['AskUserQuestion', { questions: [] }, 'a question for you to answer'],
  ])('PE1 %s %j is not understood', (tool, input, detail) => {
    expect(action(tool, input)).toEqual(unknown(tool, detail));
  });
});
