import { describe, expect, it } from 'vitest';
import { judge } from '../../source/core/policy/looking-judge.ts';

const facts = {
  worktree: '/repo',
  real: {
    '/repo': '/repo',
    '/repo/src/a.ts': '/repo/src/a.ts',
    'src/a.ts': '/repo/src/a.ts',
    '/repo/link': '/etc/passwd',
    '/repository/a': '/repository/a',
    '/repo/.env': '/repo/.env',
    '/repo/.env.example': '/repo/.env.example',
    '/repo/config/server.pem': '/repo/config/server.pem',
  },
};
const verdict = (tool: string, input: Record<string, unknown>) =>
  judge({ call: { id: 'c', tool, input, subagent: null }, cwd: '/repo', facts }).verdict;

describe('PE1 the simplest policy', () => {
  it.each([
    ['Read', { file_path: '/repo/src/a.ts', limit: 10 }],
    ['Read', { file_path: 'src/a.ts' }],
    ['Read', { file_path: '/repo/.env.example' }],
    ['Grep', { pattern: 'secret.*', path: '/repo', '-i': true }],
    ['Grep', { pattern: '../x is only a pattern' }],
    ['Glob', { pattern: '**/*.ts' }],
    ['LS', { path: '/repo' }],
  ])('looks inside the worktree without asking: %s %j', (tool, input) => {
    expect(verdict(tool, input)).toBe('allow');
  });

  it.each([
    ['Bash', { command: 'ls' }],
    ['Write', { file_path: '/repo/src/a.ts', content: '' }],
    ['Agent', { prompt: 'x' }],
    ['mcp__a__b', {}],
    ['Read', { file_path: '/repo/link' }],
    ['Read', { file_path: '/repository/a' }],
    ['Read', { file_path: '/etc/passwd' }],
    ['Read', { file_path: '/repo/.env' }],
    ['Read', { file_path: '/repo/config/server.pem' }],
    ['Read', { file_path: 5 }],
    ['Read', { file_path: '/repo/src/a.ts', sudo: true }],
    ['Read', { file_path: '/repo/src/a.ts\u202e' }],
    ['Glob', { pattern: '../../*' }],
    ['Glob', { pattern: '/etc/*' }],
    ['Grep', { pattern: 'x', glob: '../*' }],
  ])('asks for everything else: %s %j', (tool, input) => {
    expect(verdict(tool, input)).toBe('ask');
  });
});
