import { describe, expect, test } from 'vitest';
import type { AgentDefinition } from '../../../source/core/agent.ts';
import { parseAgentFile } from '../../../source/core/config/agent-file.ts';
import { parseFleetFile } from '../../../source/core/config/fleet-file.ts';
import { mergeProject } from '../../../source/core/config/merge-project.ts';
import { formatProblem, problemLine } from '../../../source/core/config/problem.ts';

const FLEET = 'fleet.yaml';

function merge(fleet: string | null, agentFiles: Readonly<Record<string, string>> = {}) {
  const { project, problems } = mergeProject({
    root: '/work/acme',
    fleet: fleet === null ? null : parseFleetFile(fleet, FLEET),
    agentFiles: Object.entries(agentFiles).map(([path, text]) => parseAgentFile(text, path)),
  });
  return { project, problems, lines: problems.map(problemLine) };
}

function agentOf(fleet: string | null, agentFiles: Readonly<Record<string, string>> = {}): AgentDefinition {
  const { project, lines } = merge(fleet, agentFiles);
  expect(lines.filter((line) => !line.includes('warning: '))).toEqual([]);
  return project!.agents[0]!;
}

const agent = (...keys: readonly string[]) =>
  `agents:\n  - name: docs\n${keys.map((key) => `    ${key}\n`).join('')}`;

describe('fleet.yaml', () => {
  test('AG1 every key of an agent is read', () => {
    const found = agentOf(`
project: Acme API
agents:
  - name: docs
    description: writes the docs
    role: writer
    department: product
    reports_to: lead
    subscribes_to: [pr_created, ticket_ready]
    subscription_gate: {pr_checks_passing: true, label_present: docs}
    use_github_app: true
    worktree: ../docs-tree
    max_concurrent: 3
    budget_seconds: 600
    command: claude --model "a b"
    vendor: claude
    permissions:
      execution_tier: read_only
      rules:
        - Bash(npm test)
        - ask: Bash(git push *)
        - deny: Read(.env)
    allowed_subagents: [lead]
    schedule: "0 7 * * 1-5"
    triggers:
      - {watch: ["docs/**"], debounce_seconds: 5, task: look at the docs}
    enabled: false
  - name: lead
`);
    expect(found).toEqual({
      name: 'docs',
      hasOwnTier: true,
      tierSource: 'fleet.yaml:18',
      description: 'writes the docs',
      role: 'writer',
      department: 'product',
      reportsTo: 'lead',
      vendor: 'claude',
      command: ['claude', '--model', 'a b'],
      instructions: '',
      tier: 'read_only',
      rules: [
        { effect: 'allow', rule: 'Bash(npm test)', source: 'fleet.yaml:20' },
        { effect: 'ask', rule: 'Bash(git push *)', source: 'fleet.yaml:21' },
        { effect: 'deny', rule: 'Read(.env)', source: 'fleet.yaml:22' },
      ],
      allowedSubagents: ['lead'],
      subscribesTo: ['pr_created', 'ticket_ready'],
      subscriptionGate: { pr_checks_passing: true, label_present: 'docs' },
      useGithubApp: true,
      worktree: '../docs-tree',
      maxConcurrent: 3,
      budgetSeconds: 600,
      schedule: '0 7 * * 1-5',
      triggers: [{ watch: ['docs/**'], debounce_seconds: 5, task: 'look at the docs' }],
      isEnabled: false,
      sources: ['fleet.yaml:4'],
    });
  });

  test('AG1 an agent with a name only is a Claude in a worktree of its own, one run at a time', () => {
    expect(agentOf(agent())).toMatchObject({
      vendor: 'claude',
      command: ['claude'],
      worktree: true,
      maxConcurrent: 1,
      tier: null,
      rules: [],
      allowedSubagents: null,
      budgetSeconds: null,
    });
    expect(merge(agent()).project).toMatchObject({ root: '/work/acme', name: 'acme' });
  });

  test('AG1 subscribes_to is one type of event or a list of them', () => {
    expect(agentOf(agent('subscribes_to: pr_created')).subscribesTo).toEqual(['pr_created']);
    expect(agentOf(agent('subscribes_to: [pr_created, my.own-event]')).subscribesTo).toEqual([
      'pr_created',
      'my.own-event',
    ]);
  });

  test.each([
    ['vendor: gemini', 'gemini', ['gemini']],
    ['command: /opt/bin/codex --full-auto', 'codex', ['/opt/bin/codex', '--full-auto']],
    ['command: [npm, run, "my agent"]', 'command', ['npm', 'run', 'my agent']],
    [`command: sh -c 'echo "hi there"; ls'`, 'command', ['sh', '-c', 'echo "hi there"; ls']],
    [String.raw`command: a\ b "c\"d" '' e`, 'command', ['a b', 'c"d', '', 'e']],
  ])('AG1 %s', (key, vendor, command) => {
    expect(agentOf(agent(key))).toMatchObject({ vendor, command });
  });

  test('PE2 defaults hold where an agent says nothing of its own', () => {
    const defaults = `defaults:
  vendor: codex
  permissions: {execution_tier: read_only, rules: [deny: Read(.env)]}
  worktree: false
  max_concurrent: 2
  budget_seconds: 60
`;
    expect(agentOf(defaults + agent())).toMatchObject({
      vendor: 'codex',
      tier: 'read_only',
      rules: [{ effect: 'deny', rule: 'Read(.env)' }],
      worktree: false,
      maxConcurrent: 2,
      budgetSeconds: 60,
    });
    expect(
      agentOf(
        defaults +
          agent(
            'permissions: {execution_tier: read_write, rules: [Bash(ls)]}',
            'worktree: true',
            'vendor: claude',
          ),
      ),
    ).toMatchObject({
      vendor: 'claude',
      tier: 'read_write',
      rules: [
        { effect: 'allow', rule: 'Bash(ls)' },
        { effect: 'deny', rule: 'Read(.env)' },
      ],
      worktree: true,
    });
  });

  test.each([
    ['worktre: true', 'fleet.yaml:3:5 agents[0].worktre: unknown key, did you mean "worktree"?'],
    ['reportsTo: lead', 'fleet.yaml:3:5 agents[0].reportsTo: unknown key, did you mean "reports_to"?'],
    [
      'subscription-gate: {}',
      'fleet.yaml:3:5 agents[0].subscription-gate: unknown key, did you mean "subscription_gate"?',
    ],
    ['<<: {role: x}', 'fleet.yaml:3:5 agents[0].<<: unknown key, expected one of name, '],
    ['constructor: 1', 'fleet.yaml:3:5 agents[0].constructor: unknown key, expected one of name, '],
    [
      'max_concurrent: many',
      'fleet.yaml:3:21 agents[0].max_concurrent: is "many", a text, expected a whole number from 1 to 100',
    ],
    [
      'max_concurrent: 1.5',
      'fleet.yaml:3:21 agents[0].max_concurrent: is 1.5, expected a whole number from 1 to 100',
    ],
    [
      'max_concurrent: 0',
      'fleet.yaml:3:21 agents[0].max_concurrent: is 0, expected a whole number from 1 to 100',
    ],
    [
      'budget_seconds: .inf',
      'fleet.yaml:3:21 agents[0].budget_seconds: is Infinity, expected a whole number',
    ],
    [
      'use_github_app: yes',
      'fleet.yaml:3:21 agents[0].use_github_app: is "yes", a text, expected true or false',
    ],
    ['role: 3', 'fleet.yaml:3:11 agents[0].role: is 3, a number, expected one line of text'],
    ['role: [a]', 'fleet.yaml:3:11 agents[0].role: is a list, expected one line of text'],
    ['role:', 'fleet.yaml:3:10 agents[0].role: is empty, expected one line of text'],
    ['role: "a\\nb"', 'fleet.yaml:3:11 agents[0].role: has several lines'],
    ['role: "a\\e[31mb"', 'fleet.yaml:3:11 agents[0].role: has the control character U+001B in it'],
    ['vendor: cluade', 'fleet.yaml:3:13 agents[0].vendor: "cluade" is not known, did you mean "claude"?'],
    ['vendor: command', 'fleet.yaml:3:13 agents[0].vendor: vendor is command, and no command is named'],
    ['worktree: 3', 'fleet.yaml:3:15 agents[0].worktree: is 3, a number, expected true or false'],
    ['command: "ls | wc"', 'fleet.yaml:3:14 agents[0].command: has an unquoted |'],
    ['command: echo $HOME', 'fleet.yaml:3:14 agents[0].command: has an unquoted $'],
    [`command: echo 'x`, `fleet.yaml:3:14 agents[0].command: has an opening ' and no closing one`],
    ['command: []', 'fleet.yaml:3:14 agents[0].command: names no program'],
    [
      'permissions: {execution_tier: readonly}',
      'agents[0].permissions.execution_tier: "readonly" is not known, did you mean "read_only"?',
    ],
    ['permissions: {rules: [rm -rf]}', 'agents[0].permissions.rules[0]: "rm -rf" is not a rule'],
    ['permissions: {rules: [{allow: Bash}]}', 'agents[0].permissions.rules[0].allow: unknown key'],
    [
      'permissions: {rules: [{ask: A, deny: B}]}',
      'agents[0].permissions.rules[0]: says not exactly one of ask and deny',
    ],
    ['permissions: {rules: [{}]}', 'agents[0].permissions.rules[0]: says not exactly one of ask and deny'],
    [
      'subscription_gate: {pr_mergable: true}',
      'agents[0].subscription_gate.pr_mergable: unknown key, did you mean "pr_mergeable"?',
    ],
    ['subscribes_to: [pr_created, 3]', 'agents[0].subscribes_to[1]: is 3, a number'],
    ['schedule: tomorrow', 'agents[0].schedule: "tomorrow" is not a schedule'],
    [
      'triggers: [{watch: a, schedule: "@daily"}]',
      'agents[0].triggers[0]: has 2 causes, expected exactly one of schedule, watch, daemon',
    ],
    ['allowed_subagents: ["a b"]', 'agents[0].allowed_subagents[0]: "a b" is not a name'],
    [
      'reports_to: dosc',
      'fleet.yaml:3:17 agents[0].reports_to: no agent is called "dosc", did you mean "docs"?',
    ],
    ['role: a\n    role: b', 'fleet.yaml:4:5 agents[0].role: stands here twice'],
    ['7: x', 'fleet.yaml:3:5 agents[0]: a key that is not a text'],
  ])('AG1 %j is refused with its place, and nothing is loaded', (key, expected) => {
    const { project, lines } = merge(agent(key));
    expect(lines.join('\n')).toContain(expected);
    expect(project).toBe(null);
  });

  test.each([
    ['', 'fleet.yaml:1:1: is empty, expected a map with project, defaults, network, backend, agents'],
    ['- a', 'fleet.yaml:1:1: is a list'],
    ['agents: {a: 1}', 'fleet.yaml:1:10 agents: is a map, expected a list of agents'],
    ['agents: [[1]]', 'agents[0]: is a list'],
    ['agents:\n  - role: x\n', 'fleet.yaml:2:5 agents[0]: lacks the key "name"'],
    ['agents:\n  - name: Docs\n', 'fleet.yaml:2:11 agents[0].name: "Docs" is not a name'],
    ['agents:\n  - name: ../etc\n', '"../etc" is not a name'],
    ['agents:\n  - name: -x\n', '"-x" is not a name'],
    [`agents:\n  - name: ${'x'.repeat(41)}\n`, 'is not a name'],
    ['agents:\n  - name: "a\\0b"\n', 'has the control character U+0000 in it'],
    ['agents:\n  - name: a\n  - name: a\n', 'fleet.yaml:3:11 agents[1].name: "a" is taken by fleet.yaml:2'],
    ['agents:\n\t- name: a\n', 'fleet.yaml:2:1: tabs are not allowed as indentation, expected blanks'],
    ['project: "x\n', 'fleet.yaml:'],
    ['project: a\n---\nproject: b\n', 'fleet.yaml:2:1: a second document starts here'],
    ['project: !!js/function x\n', 'fleet.yaml:1:10: unresolved tag'],
    ['a: &a [x, x]\nb: &b [*a, *a]\nagents: *b\n', 'an anchor, which is not supported'],
    [
      'agents:\n  - name: a\n    reports_to: b\n  - name: b\n    reports_to: c\n  - name: c\n    reports_to: a\n',
      'agents[0].reports_to: goes round in a circle: a → b → c → a',
    ],
    ['agents:\n  - name: a\n    reports_to: a\n', 'goes round in a circle: a → a'],
    ['agnets: []', 'fleet.yaml:1:1 agnets: unknown key, did you mean "agents"?'],
  ])('AG1 %j is refused with its place, and nothing is loaded', (text, expected) => {
    const { project, lines } = merge(text);
    expect(lines.join('\n')).toContain(expected);
    expect(project).toBe(null);
  });

  test('AG1 all that is wrong is told at once, in the order of the file', () => {
    const { lines } = merge(agent('worktre: true', 'role: 3') + '  - name: B\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'fleet.yaml:3:5',
      'fleet.yaml:4:11',
      'fleet.yaml:5:11',
    ]);
  });

  test.each([
    ['nested lists', '['.repeat(50_000)],
    ['nested maps', '{a: '.repeat(30_000)],
    ['nested blocks', '- '.repeat(50_000)],
    ['many keys', Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')],
    ['many agents', `agents:\n${'  - name: a\n'.repeat(10_000)}`],
    [
      'aliases on aliases',
      `a0: &a0 x\n${Array.from({ length: 30 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`).join('\n')}`,
    ],
  ])('AG1 a file made to hurt (%s) is refused within moments', (_, text) => {
    const began = performance.now();
    expect(merge(text).project).toBe(null);
    // Generous for a busy machine; what these files aim at takes minutes or never ends.
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('AG1 a project without an agent is sound, and is told so', () => {
    const { project, lines } = merge('project: x\n');
    expect(project?.agents).toEqual([]);
    expect(lines).toEqual(['fleet.yaml:1:1 agents: warning: no agent is declared']);
    expect(merge(null).lines).toEqual([
      'fleet.yaml:1:1: there is no fleet.yaml and no AGENT.md; `fleet init` writes one',
    ]);
  });

  test('PE9 an agent that starts by itself needs a tier of its own', () => {
    const wanted = 'would start with nobody to ask, and has no tier of its own';
    expect(merge(agent('schedule: "@daily"')).lines.join()).toContain(wanted);
    expect(
      merge(
        `defaults: {permissions: {execution_tier: read_only}}\n${agent('schedule: "@daily"')}`,
      ).lines.join(),
    ).toContain(wanted);
    expect(merge(agent('triggers: [{watch: a}]')).lines.join()).toContain(wanted);
    expect(merge(agent('triggers: [{watch: a, enabled: false}]')).lines).toEqual([]);
    expect(merge(agent('schedule: "@daily"', 'permissions: {execution_tier: restricted}')).lines).toEqual([]);
  });
});

describe('AGENT.md', () => {
  const FILE = 'agents/docs/AGENT.md';
  const file = (...keys: readonly string[]) =>
    `---\nname: docs\n${keys.map((key) => `${key}\n`).join('')}---\n\n# Docs\n\nWrite.\n`;

  test('AG2 front matter describes an agent, and the body instructs it', () => {
    expect(
      agentOf(null, {
        [FILE]: file(
          'description: >',
          '  Writes',
          '  the docs.',
          'permissions: {execution_tier: read_write, rules: [Bash(npm test)]}',
          'allowed_subagents: []',
          'triggers: [{daemon: tail -f log}]',
        ),
      }),
    ).toMatchObject({
      name: 'docs',
      description: 'Writes the docs.',
      tier: 'read_write',
      rules: [{ effect: 'allow', rule: 'Bash(npm test)' }],
      allowedSubagents: [],
      triggers: [{ daemon: ['tail', '-f', 'log'] }],
      instructions: '# Docs\n\nWrite.',
      sources: ['agents/docs/AGENT.md:2'],
    });
  });

  test('AG2 lines that end as on Windows, and a body with --- in it, are read whole', () => {
    const text = '---\r\nname: docs\r\nrole: writer\r\n---\r\nA\r\n---\r\nB\r\n';
    expect(agentOf(null, { [FILE]: text })).toMatchObject({ role: 'writer', instructions: 'A\r\n---\r\nB' });
  });

  test.each([
    ['# no front matter\n', 'agents/docs/AGENT.md:1:1: has no front matter'],
    [
      '---\nname: docs\n',
      'agents/docs/AGENT.md:1:1: the front matter has no end, expected a line --- after it',
    ],
    ['---\n---\n', 'agents/docs/AGENT.md:2:1: is empty'],
    [file('tools: Read'), 'agents/docs/AGENT.md:3:1 tools: unknown key'],
    [
      file('discription: x'),
      'agents/docs/AGENT.md:3:1 discription: unknown key, did you mean "description"?',
    ],
    ['---\ndescription: x\n---\n', 'agents/docs/AGENT.md:2:1: lacks the key "name"'],
  ])('AG2 %j is refused with its place', (text, expected) => {
    const { project, lines } = merge(null, { [FILE]: text });
    expect(lines.join('\n')).toContain(expected);
    expect(project).toBe(null);
  });

  test('AG2 a file that cannot be read names no follow-on mistakes', () => {
    const { lines } = merge('agents:\n  - name: a\n    reports_to: docs\n', { [FILE]: file('x: 1') });
    expect(lines).toEqual([expect.stringContaining('x: unknown key')]);
  });

  test('AG1 two files cannot describe the same agent twice over', () => {
    const { lines } = merge(null, { 'agents/a/AGENT.md': file(), 'agents/b/AGENT.md': file() });
    expect(lines).toEqual([
      'agents/b/AGENT.md:2:7 name: "docs" is taken by agents/a/AGENT.md:2, expected a name of its own',
    ]);
  });
});

describe('both files', () => {
  const FILE = 'agents/docs/AGENT.md';
  const both = (inFleet: readonly string[], inFile: readonly string[]) =>
    merge(agent(...inFleet), { [FILE]: `---\nname: docs\n${inFile.join('\n')}\n---\nWrite.\n` });

  test.each([
    ['read_only', 'read_write', 'read_only'],
    ['read_write', 'restricted', 'restricted'],
  ])('AG3 of the tiers %s and %s the stricter holds, and the clash is told', (fleet, file, holds) => {
    const { project, problems, lines } = both(
      [`permissions: {execution_tier: ${fleet}}`],
      [`permissions: {execution_tier: ${file}}`],
    );
    expect(project?.agents).toHaveLength(1);
    expect(project?.agents[0]).toMatchObject({
      tier: holds,
      instructions: 'Write.',
      sources: ['fleet.yaml:2', `${FILE}:2`],
    });
    expect(problems.map((problem) => problem.severity)).toEqual(['warning']);
    expect(lines).toEqual([
      `${FILE}:3:31 permissions.execution_tier: warning: says ${file}, and fleet.yaml:3 says ${fleet}; the stricter holds: ${holds}`,
    ]);
  });

  test('AG3 what only one allows is not allowed; what either asks or denies is', () => {
    const { project, lines } = both(
      ['permissions: {rules: [Bash(ls), Bash(npm test), {deny: Bash(rm *)}]}'],
      ['permissions: {rules: [Bash(ls), Bash(make), {ask: Bash(npm test)}]}'],
    );
    expect(project?.agents[0]?.rules).toEqual([
      { effect: 'allow', rule: 'Bash(ls)', source: 'fleet.yaml:3' },
      { effect: 'deny', rule: 'Bash(rm *)', source: 'fleet.yaml:3' },
      { effect: 'ask', rule: 'Bash(npm test)', source: 'agents/docs/AGENT.md:3' },
    ]);
    expect(lines).toEqual([
      expect.stringContaining(
        'says ask Bash(npm test), and fleet.yaml:3 says allow Bash(npm test); the stricter holds: ask Bash(npm test)',
      ),
      expect.stringContaining(
        'says allow Bash(make), and fleet.yaml:3 says nothing; the stricter holds: no allow for Bash(make)',
      ),
    ]);
  });

  test('AG3 limits and sub-agents: the smaller, and only those both name', () => {
    const { project, lines } = both(
      ['max_concurrent: 2', 'budget_seconds: 600', 'allowed_subagents: [docs]'],
      ['max_concurrent: 5', 'budget_seconds: 60', 'allowed_subagents: []'],
    );
    expect(project?.agents[0]).toMatchObject({ maxConcurrent: 2, budgetSeconds: 60, allowedSubagents: [] });
    expect(lines).toHaveLength(3);
    expect(both(['enabled: true'], ['enabled: false']).project?.agents[0]?.isEnabled).toBe(false);
  });

  test('AG3 of two roles the one in fleet.yaml holds; the same said twice is no clash', () => {
    const { project, lines } = both(
      ['role: writer', 'vendor: codex'],
      ['role: reader', 'vendor: codex', 'department: docs'],
    );
    expect(project?.agents[0]).toMatchObject({ role: 'writer', vendor: 'codex', department: 'docs' });
    expect(lines).toEqual([`${FILE}:3:7 role: warning: is set differently in fleet.yaml:3, which holds`]);
  });

  test('AG3 a permission set in one file only holds as it is', () => {
    const { project, lines } = both(
      ['role: writer'],
      ['permissions: {execution_tier: read_write, rules: [Bash(ls)]}'],
    );
    expect(project?.agents[0]).toMatchObject({
      tier: 'read_write',
      rules: [{ effect: 'allow', rule: 'Bash(ls)' }],
    });
    expect(lines).toEqual([]);
  });
});

describe('showing a problem', () => {
  test('AG1 the line stands below, with a caret under the place', () => {
    const text = agent('worktre: true');
    expect(formatProblem(merge(text).problems[0]!, text)).toBe(
      [
        'fleet.yaml:3:5 agents[0].worktre: unknown key, did you mean "worktree"?',
        '    3 |     worktre: true',
        '            ^',
      ].join('\n'),
    );
  });

  test('AG1 wide characters before the place, and a line longer than the screen, keep the caret right', () => {
    const wide = 'agents: [{role: 漢字, nmae: x}]\n';
    const shown = formatProblem(
      merge(wide).problems.find((problem) => problem.path === 'agents[0].nmae')!,
      wide,
    ).split('\n');
    expect(shown[2]).toBe(`${' '.repeat(8)}${' '.repeat('agents: [{role: '.length + 4 + 2)}^`);

    const long = `agents: [{role: ${'x'.repeat(150)}, nmae: y}]\n`;
    const [, line, caret] = formatProblem(
      merge(long).problems.find((problem) => problem.path === 'agents[0].nmae')!,
      long,
    ).split('\n');
    expect(line!.slice(caret!.length - 1)).toMatch(/^nmae: y/);
    expect(line!.length).toBeLessThanOrEqual(80);
  });

  test('AG1 control characters of a file do not reach the terminal', () => {
    const text = 'agents: [{"\u001b]0;x\u0007": 1}]\n';
    const shown = merge(text)
      .problems.map((problem) => formatProblem(problem, text))
      .join('\n');
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    expect(shown).toContain('unknown key');
  });
});

describe('allowed_subagents', () => {
  test('PE5 may name an agent of the project or a kind of the vendor; what is nearly an agent is warned of', () => {
    const { project, lines } = merge(agent('allowed_subagents: [general-purpose, Explore, dosc]'));
    expect(project?.agents[0]?.allowedSubagents).toEqual(['general-purpose', 'Explore', 'dosc']);
    expect(lines).toEqual([
      expect.stringContaining(
        'fleet.yaml:3:24 agents[0].allowed_subagents: warning: no agent is called "dosc"',
      ),
    ]);
    expect(lines[0]).toContain('did you mean "docs"?');
  });
});

describe('what holds for agents that no file describes', () => {
  test('PE3 the rules and the tier of the project', () => {
    const { project } = merge(
      'defaults:\n  permissions:\n    execution_tier: restricted\n    rules:\n      - deny: Read(.env)\nagents: [{name: docs}]\n',
    );
    expect(project?.defaults).toEqual({
      tier: 'restricted',
      tierSource: 'fleet.yaml:3',
      rules: [{ effect: 'deny', rule: 'Read(.env)', source: 'fleet.yaml:5' }],
    });
    expect(project?.agents[0]).toMatchObject({
      tier: 'restricted',
      tierSource: 'fleet.yaml:3',
      hasOwnTier: false,
    });
  });
});
