import { describe, expect, test } from 'vitest';
import { reviewFlags, type ChangedFile } from '../../../source/core/containment/review-flags.ts';

const file = (path: string, changes: Partial<ChangedFile> = {}): ChangedFile => ({
  path,
  modeBefore: '000000',
  modeAfter: '100644',
  linkTarget: null,
  ...changes,
});
const kinds = (changed: ChangedFile): string[] => reviewFlags([changed]).map(({ kind }) => kind);

describe('what a reviewer sees first', () => {
  test.each([
    ['src/main.ts', []],
    ['docs/github/workflows.md', []],
    ['.gitmodules', ['git-file']],
    ['lib/.GitAttributes', ['git-file']],
    ['.husky/pre-commit', ['git-file']],
    ['.github/workflows/ci.yml', ['automation']],
    ['.gitlab-ci.yml', ['automation']],
    ['build/Jenkinsfile', ['automation']],
    ['fleet.yaml', ['agent-file']],
    ['agents/docs/AGENT.md', ['agent-file']],
    ['.claude/settings.json', ['agent-file']],
    ['.vscode/tasks.json', ['editor-file']],
    ['sub/.envrc', ['editor-file']],
  ])('RV2 %s', (path, expected) => {
    expect(kinds(file(path))).toEqual(expected);
  });

  test.each([
    ['a', '/etc/passwd', true],
    ['a', '../x', true],
    ['a/b', '../x', false],
    ['a/b', '../../x', true],
    ['a/b', '../c/../../x', true],
    ['a', './b/c', false],
    ['a', '.git/hooks/x', true],
    ['a/b', '../.GIT', true],
  ])('RV2 the link %s to %s leads out: %s', (path, linkTarget, isOutward) => {
    expect(kinds(file(path, { modeAfter: '120000', linkTarget }))).toEqual(isOutward ? ['outward-link'] : []);
  });

  test('RV2 a program is flagged when it becomes one, not when it is changed', () => {
    expect(kinds(file('x', { modeAfter: '100755' }))).toEqual(['executable']);
    expect(kinds(file('x', { modeBefore: '100755', modeAfter: '100755' }))).toEqual([]);
  });

  test('RV2 what is deleted is not flagged', () => {
    expect(kinds(file('.gitmodules', { modeBefore: '100644', modeAfter: '000000' }))).toEqual([]);
  });

  test('RV2 a repository in the repository is', () => {
    expect(kinds(file('sub', { modeAfter: '160000' }))).toEqual(['gitlink']);
  });
});
