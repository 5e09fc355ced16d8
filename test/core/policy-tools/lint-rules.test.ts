import { expect, test } from 'vitest';
import type { Rule } from '../../../source/core/agent.ts';
import { lintRules } from '../../../source/core/policy-tools/lint-rules.ts';

test('PE10 rules that do what they say are not talked about', () => {
  expect(
    found(
      'allow Bash(npm test)',
      'allow Bash(npm run *)',
      'allow Bash(git commit *)',
      'allow Bash(cargo test:*)',
      'allow Edit(src/**)',
      'allow Read(~/notes/todo.md)',
      'allow WebFetch(domain:docs.rs)',
      'allow WebFetch(domain:*.example.com)',
      'allow mcp__github__*',
      'allow Task(reviewer)',
      'deny Bash(rm *)',
      'deny Read(.env)',
      'ask Bash(git push *)',
    ),
  ).toEqual([]);
});

test.each([
  ['allow Bash(npm test', 'unreadable', /closing parenthesis/],
  ['allow bash(ls)', 'never-met', /no tool bash/],
  ['allow Shell(ls)', 'never-met', /no tool Shell/],
  ['allow Bash(npm test && npm run build)', 'never-met', /never met|nothing is ever met/],
  ['allow Bash(echo x > out.txt)', 'never-met', /nothing is ever met/],
  ['allow Bash(npm*)', 'wide', /npmx/],
  ['allow Bash(git commit*)', 'wide', /git commitx/],
  ['allow Bash(*)', 'wide', /every command/],
  ['allow Bash', 'wide', /every command/],
  ['allow Bash(git *)', 'wide', /git push/],
  ['allow Bash(npm:*)', 'wide', /npm publish/],
  ['allow Bash(git * main)', 'wide', /options of git/],
  ['allow Bash(xargs *)', 'wide', /runs or writes whatever/],
  ['allow Bash(python3 *)', 'wide', /runs or writes whatever/],
  ['allow Read', 'wide', /every file/],
  ['allow Edit(~/**)', 'wide', /whole of home/],
  ['allow WebFetch', 'wide', /every host/],
  ['allow WebFetch(domain:*)', 'wide', /every host/],
  ['allow WebFetch(domain:*.com)', 'wide', /below \.com/],
  ['allow mcp__*', 'wide', /every MCP server/],
  ['deny Bash(git push)', 'narrow', /one more argument/],
  ['deny Bash(rm -rf *)', 'narrow', /another order or spelling/],
])('PE10 %s is %s', (rule, kind, message) => {
  const findings = lintRules(rulesOf(rule));
  expect(findings.map((each) => each.kind)).toEqual([kind]);
  expect(findings[0]?.message).toMatch(message);
  expect(findings[0]?.suggestion).not.toBe('');
});

test('PE10 an opposite pair is told at the rule that loses', () => {
  expect(found('allow Bash(npm test:*)', 'deny Bash(npm test *)')).toEqual([
    'f:1 contradictory: deny Bash(npm test *) (f:2) says the opposite, and deny wins',
  ]);
  expect(found('ask Edit(src/**)', 'allow Edit(./src/**)')).toEqual([
    'f:2 contradictory: ask Edit(src/**) (f:1) says the opposite, and ask wins',
  ]);
});

test('PE10 a rule that another one covers does nothing', () => {
  expect(found('allow Bash(git push origin main)', 'deny Bash(git push *)')).toEqual([
    'f:1 unreachable: deny Bash(git push *) (f:2) covers it, and deny wins',
  ]);
  expect(found('allow Bash(npm run build)', 'ask Bash(npm run *)')).toEqual([
    'f:1 unreachable: ask Bash(npm run *) (f:2) covers it, and ask wins',
  ]);
  expect(found('allow Read(docs/**)', 'deny Read')).toEqual([
    'f:1 unreachable: deny Read (f:2) covers it, and deny wins',
  ]);
  expect(found('allow Bash(npm run build)', 'allow Bash(npm run *)')).toEqual([
    'f:1 duplicate: allow Bash(npm run *) (f:2) covers it already',
  ]);
  expect(found('allow mcp__github__get_issue', 'deny mcp__github__*')).toEqual([
    'f:1 unreachable: deny mcp__github__* (f:2) covers it, and deny wins',
  ]);
});

test('PE10 a narrower denial beside a broader permission is how rules are meant', () => {
  expect(found('allow Bash(npm run *)', 'deny Bash(npm run deploy *)')).toEqual([]);
  expect(found('allow Edit(src/**)', 'deny Edit(src/generated/**)')).toEqual([]);
});

test('PE10 of two that say the same the later one is told', () => {
  expect(found('allow Bash(npm test)', 'allow Bash( npm  test )')).toEqual([
    'f:2 duplicate: allow Bash(npm test) (f:1) says the same',
  ]);
});

function found(...texts: readonly string[]): string[] {
  return lintRules(rulesOf(...texts)).map(({ rule, kind, message }) => `${rule.source} ${kind}: ${message}`);
}

/** `allow Bash(x)`, each on a line of the file f. */
function rulesOf(...texts: readonly string[]) {
  return texts.map((text, index) => {
    const at = text.indexOf(' ');
    return {
      effect: text.slice(0, at) as Rule['effect'],
      rule: text.slice(at + 1),
      source: `f:${index + 1}`,
    };
  });
}
