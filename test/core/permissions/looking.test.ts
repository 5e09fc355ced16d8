import { describe, expect, test } from 'vitest';
import { policyOf } from '../../../source/core/permissions/policy-of.ts';
import { EMPTY_FLEET } from '../../../source/core/fleet.ts';
import { judge } from '../../../source/core/policy/judge.ts';
import { claudeAction } from '../../../source/core/vendors/claude-actions.ts';

/** What holds where no file and nobody says anything. */
const policy = policyOf(EMPTY_FLEET, { project: '/repo', agent: 'dev', granted: [], isAttended: true });
const names = ['', '/src', '/src/a.ts', '/.env', '/.env.example', '/config/server.pem', '/gone'];
const world = {
  root: '/repo',
  home: '/home/dev',
  cwd: '/repo',
  real: {
    ...Object.fromEntries(names.map((name) => [`/repo${name}`, `/repo${name}`])),
    '/repo/link': '/etc/passwd',
    '/repository/a': '/repository/a',
  },
  secrets: [],
};

const verdict = (tool: string, input: Readonly<Record<string, unknown>>): string =>
  judge({ action: claudeAction({ tool, input }), policy, world }).verdict;

describe('PE1 where nobody says anything, Claude Code', () => {
  test.each([
    ['Read', { file_path: '/repo/src/a.ts', limit: 10 }],
    ['Read', { file_path: 'src/a.ts' }],
    ['Read', { file_path: '/repo/.env.example' }],
    ['Read', { file_path: '/repo/gone' }],
    ['Grep', { pattern: 'secret.*', path: '/repo', '-i': true }],
    ['Grep', { pattern: '../x is only a pattern' }],
    ['Glob', { pattern: '**/*.ts' }],
    ['LS', { path: '/repo' }],
    ['Bash', { command: 'ls -la src' }],
    ['TodoWrite', { todos: [] }],
  ])('reads, lists and searches in its worktree without a question: %s %j', (tool, input) => {
    expect(verdict(tool, input)).toBe('allow');
  });

  test.each([
    ['Bash', { command: 'touch x' }],
    ['Write', { file_path: '/repo/src/a.ts', content: '' }],
    ['Agent', { prompt: 'x' }],
    ['mcp__a__b', {}],
    ['AskUserQuestion', { questions: [] }],
    ['Read', { file_path: '/repo/.env' }],
    ['Read', { file_path: '/repo/config/server.pem' }],
    ['Read', { file_path: '/repo/where-it-leads-nobody-knows' }],
    ['Read', { file_path: '/repo/src/a.ts', sudo: true }],
    ['Read', { file_path: '/repo/src/a.ts\u202e' }],
    ['Glob', { pattern: '../../*' }],
  ])('asks: %s %j', (tool, input) => {
    expect(verdict(tool, input)).toBe('ask');
  });

  test.each([
    ['Read', { file_path: '/repo/link' }],
    ['Read', { file_path: '/repository/a' }],
    ['Glob', { pattern: '/etc/*' }],
    ['Grep', { pattern: 'x', glob: '../*' }],
    ['WebFetch', { url: 'https://example.com', prompt: '' }],
  ])('does not without a person: %s %j', (tool, input) => {
    expect(verdict(tool, input)).not.toBe('allow');
  });
});
