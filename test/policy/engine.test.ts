/** What the corpus does not say: scopes, absent people, sub-agents, broken rules, and how a verdict is told. */
import { describe, expect, it } from 'vitest';
import type { Rule } from '../../source/core/agent.ts';
import { judge, wantedPaths } from '../../source/core/policy/judge.ts';
import type { Policy } from '../../source/core/policy/policy.ts';
import { parseRule } from '../../source/core/policy/rule.ts';
import { SCOPES, type Scope } from '../../source/core/policy/verdict.ts';
import { actionFrom } from '../../source/core/policy/vocabulary.ts';
import { judged, policyOf, worldOf } from './virtual-repo.ts';

const ALL: readonly Rule[] = [
  { effect: 'allow', rule: 'Bash' },
  { effect: 'allow', rule: 'WebFetch' },
  { effect: 'allow', rule: 'Vault' },
  { effect: 'allow', rule: 'Read(~/**)' },
];
const without = (...scopes: readonly Scope[]): Partial<Policy> => ({
  scopes: SCOPES.filter((scope) => !scopes.includes(scope)),
});
const bash = (command: string, rules: readonly Rule[] = [], rest: Partial<Policy> = {}) =>
  judged(actionFrom('Bash', { command }), policyOf('read_write', rules, rest));

describe('PE6 a scope that is off is a ceiling', () => {
  it.each([
    ['curl https://example.com', 'network'],
    ['/usr/bin/curl https://example.com', 'network'],
    ['timeout 5 curl https://example.com', 'network'],
    ['git push origin main', 'network'],
    ['git -C src fetch', 'network'],
    ['ls && npm install', 'network'],
    ['echo "$(wget -qO- https://example.com)"', 'network'],
    ['bash -c "ssh host"', 'network'],
    ['npm publish', 'deploy'],
    ['terraform apply', 'deploy'],
    ['cat /home/dev/other/a.ts', 'other-projects'],
    ['echo x > ../other/a.ts', 'other-projects'],
    ['cat src/a.ts', 'project'],
    ['npm test', 'build'],
  ] as const)('%s needs %s, whatever the rules say', (command, scope) => {
    expect(bash(command, ALL).decidedBy.type).not.toBe('scope');
    const { verdict, decidedBy } = bash(command, ALL, without(scope));
    expect({ verdict, decidedBy }).toEqual({ verdict: 'deny', decidedBy: { type: 'scope', scope } });
  });

  it('holds tools other than the shell, too', () => {
    const off = policyOf('read_write', ALL, without('network', 'vault', 'other-projects'));
    for (const [tool, input] of [
      ['WebFetch', { url: 'https://example.com/' }],
      ['WebSearch', { query: 'x' }],
      ['BrowserNavigate', { url: 'https://example.com/' }],
      ['Vault', { name: 'TOKEN' }],
      ['Read', { path: '~/other/a.ts' }],
    ] as const)
      expect(judged(actionFrom(tool, input), off).decidedBy.type, tool).toBe('scope');
  });

  it('does not guess: what stays on this machine needs no network', () => {
    const off = without('network', 'deploy', 'vault', 'other-projects');
    for (const command of [
      'curl http://localhost:3000/',
      'git status',
      'npm test',
      'cat /etc/os-release',
      'curl --version',
    ])
      expect(bash(command, ALL, off).verdict, command).toBe('allow');
  });
});

describe('PE9 nobody is asked where nobody is', () => {
  it('denies what would ask, and says what it would have asked', () => {
    const { verdict, decidedBy, parts } = bash('ls; make', [], { isAttended: false });
    expect(verdict).toBe('deny');
    expect(decidedBy).toEqual({ type: 'unattended', wouldAsk: 'make is not a program that any tier allows' });
    expect(parts.map((part) => part.verdict)).toEqual(['allow', 'deny']);
  });
});

describe('PE5 a sub-agent gets no more than its parent', () => {
  const task = (
    input: Readonly<Record<string, unknown>>,
    rest: Partial<Policy> = {},
    tier: Policy['tier'] = 'read_only',
  ) => judged(actionFrom('Task', input), policyOf(tier, [{ effect: 'allow', rule: 'Task' }], rest));

  it('is refused a higher tier, also where a rule allows sub-agents', () => {
    expect(task({ prompt: 'x', tier: 'read_only' }).verdict).toBe('allow');
    expect(task({ prompt: 'x', tier: 'read_write' }).decidedBy.type).toBe('parent');
    expect(task({ prompt: 'x', tier: 'read_write' }).verdict).toBe('deny');
  });

  it('is one of those that may be called', () => {
    const allowedSubagents = ['docs'];
    expect(task({ prompt: 'x', kind: 'docs' }, { allowedSubagents }).verdict).toBe('allow');
    expect(task({ prompt: 'x', kind: 'deploy' }, { allowedSubagents }).verdict).toBe('deny');
    expect(task({ prompt: 'x' }, { allowedSubagents }, 'read_write').verdict).toBe('deny');
  });

  it('may be named by a rule', () => {
    const policy = policyOf('read_only', [
      { effect: 'allow', rule: 'Task(docs)' },
      { effect: 'deny', rule: 'Task(deploy-*)' },
    ]);
    const verdict = (kind: string) => judged(actionFrom('Task', { prompt: 'x', kind }), policy).verdict;
    expect([verdict('docs'), verdict('other'), verdict('deploy-prod')]).toEqual(['allow', 'ask', 'deny']);
  });
});

describe('PE3 rules about what has a name', () => {
  it.each(['Vault', 'Schedule', 'Agents', 'Triggers', 'Workspace'])(
    '%s(NAME) is about one of them',
    (tool) => {
      const policy = policyOf('read_write', [
        { effect: 'deny', rule: `${tool}(PROD_*)` },
        { effect: 'ask', rule: `${tool}(NIGHTLY)` },
      ]);
      const verdict = (name: string) => judged(actionFrom(tool, { name }), policy).verdict;
      expect([verdict('PROD_KEY'), verdict('NIGHTLY'), verdict('OTHER')]).toEqual(['deny', 'ask', 'allow']);
    },
  );
});

describe('PE3 a rule that cannot be read', () => {
  it.each(['', 'Bash(', 'Bash()', '(ls)', 'Bash(ls', 'B ash', '*', 'B*sh(ls)', 'WebFetch(example.com)'])(
    '“%s” is reported in words',
    (rule) => {
      const parsed = parseRule(rule);
      expect('problem' in parsed && parsed.problem).toMatch(/a rule is written Tool or Tool\(pattern\)/);
    },
  );

  it('allows nothing, and forbids the whole tool', () => {
    expect(bash('make', [{ effect: 'allow', rule: 'Bash(make' }]).verdict).toBe('ask');
    expect(bash('ls', [{ effect: 'deny', rule: 'Bash(rm' }]).verdict).toBe('deny');
    expect(bash('ls', [{ effect: 'ask', rule: 'Bash()' }]).verdict).toBe('ask');
    expect(bash('ls', [{ effect: 'deny', rule: '(rm)' }]).verdict).toBe('ask');
    expect(
      judged(actionFrom('Read', { path: 'a' }), policyOf('read_write', [{ effect: 'deny', rule: '' }]))
        .verdict,
    ).toBe('ask');
  });
});

describe('PE10 a verdict says why', () => {
  it('by each part, in the order of the text', () => {
    const { parts } = bash('CI=1 npm test 2>&1 > out.txt; FOO=1 ls | head', [
      { effect: 'allow', rule: 'Bash(npm test)' },
    ]);
    expect(parts.map(({ kind, text, verdict }) => `${kind} ${text} ${verdict}`)).toEqual([
      'assignment CI=1 allow',
      'command npm test allow',
      'redirection > out.txt allow',
      'assignment FOO=1 ask',
      'command ls allow',
      'command head allow',
    ]);
    expect(parts[1]?.decidedBy).toEqual({
      type: 'rule',
      effect: 'allow',
      rule: 'Bash(npm test)',
      source: 'fleet.yaml:1',
    });
  });

  it('in visible text only', () => {
    const { parts, decidedBy } = bash(`echo "${'x'.repeat(500)}" \u202e`);
    expect(decidedBy.type).toBe('form');
    for (const { text } of parts) {
      expect(text.length).toBeLessThanOrEqual(200);
      expect(text).not.toContain('\u202e');
    }
  });
});

describe('PE4 the judge knows of files what it is told', () => {
  it('and asks where it was not told', () => {
    const action = actionFrom('Bash', { command: 'cd src && cat a.ts ../README.md > /dev/null && ls ~/x' });
    const world = worldOf(action);
    expect(wantedPaths({ action, world })).toEqual(
      expect.arrayContaining(['/repo/src', '/repo/src/a.ts', '/repo/README.md', '/home/dev/x']),
    );
    const cat = actionFrom('Bash', { command: 'cat README.md' });
    const blind = judge({ action: cat, policy: policyOf('read_only', []), world: { ...world, real: {} } });
    expect(blind.verdict).toBe('ask');
    expect(blind.reason).toContain('is not known');
  });

  it('and asks about searches where nobody looked for secrets', () => {
    const search = actionFrom('Bash', { command: 'grep -rn x src' });
    const narrow = actionFrom('Bash', { command: "grep -rn x src --include='*.ts'" });
    const verdict = (action: typeof search) =>
      judge({ action, policy: policyOf('read_only', []), world: { ...worldOf(action), secrets: null } })
        .verdict;
    expect([verdict(search), verdict(narrow)]).toEqual(['ask', 'allow']);
  });

  it('and does not follow a link out of the worktree by dots', () => {
    expect(bash('cat link-out/../README.md').verdict).toBe('ask');
    expect(bash('cd link-out && cat passwd').verdict).toBe('ask');
  });
});

describe('PE4 nothing is too long to be judged', () => {
  it('finds the last of 2,000 parts', () => {
    const rules = [{ effect: 'deny', rule: 'Bash(rm *)' }] as const;
    const { verdict, parts } = bash(`${'ls; '.repeat(1_999)}rm -rf x`, rules);
    expect(verdict).toBe('deny');
    expect(parts.length).toBe(2_000);
  });

  it('finds what stands behind 100 kB of text', () => {
    expect(bash(`echo ${'a'.repeat(100_000)}; make`).verdict).toBe('ask');
    expect(bash(`echo "${'$x '.repeat(30_000)}" && make`).verdict).toBe('ask');
  });

  it.each([
    ['wrappers', `${'env '.repeat(20_000)}rm x`],
    ['words', `xargs ${'sudo '.repeat(15_000)}rm x`],
    ['scripts', `${'eval '.repeat(10_000)}rm x`],
    ['braces', `echo ${'{a,b}'.repeat(40)}`],
    ['parentheses', `${'('.repeat(50_000)}ls`],
    ['loops', `${'for a in {1..9}; do '.repeat(60)}cat "$a"${'; done'.repeat(60)}`],
    ['folders', `${'cd a; '.repeat(3_000)}cat x`],
  ])('does not take long over %s', (_, command) => {
    // A hundred times what it takes: this is about growth that nobody could wait for.
    const started = performance.now();
    bash(command, [{ effect: 'deny', rule: 'Bash(rm *)' }]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
