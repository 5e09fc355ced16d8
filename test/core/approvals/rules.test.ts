import { describe, expect, it } from 'vitest';
import { classOf } from '../../../source/core/approvals/class-of.ts';
import { isCovered, previewRule } from '../../../source/core/approvals/preview-rule.ts';
import { proposeRules } from '../../../source/core/approvals/propose-rules.ts';
import type { Subject } from '../../../source/core/approvals/subject.ts';
import type { World } from '../../../source/core/policy/policy.ts';
import { SCOPES } from '../../../source/core/policy/verdict.ts';
import { Simulation } from '../../support/fleet.ts';

const call = (tool: string, input: Record<string, unknown>): Subject => ({
  type: 'tool-call',
  vendor: 'claude',
  call: { id: 'c', tool, input, subagent: null },
});
const bash = (command: string) => call('Bash', { command });
const WORLD: World = {
  root: '/repo',
  home: '/home/dev',
  cwd: '/repo',
  real: Object.fromEntries(
    ['/repo', '/repo/a.md', '/repo/docs/a.md', '/repo/web', '/repo/out', '/etc/hosts'].map((path) => [
      path,
      path,
    ]),
  ),
  secrets: [],
};

/** With everything else that holds for an agent that may read. */
const rulesFor = (subject: Subject) =>
  proposeRules({
    subject,
    cwd: '/repo',
    root: '/repo',
    covers: (rule) =>
      isCovered({
        policy: {
          tier: 'read_only',
          tierSource: '',
          rules: [],
          scopes: SCOPES,
          allowedSubagents: null,
          isAttended: true,
        },
        rule,
        vendor: 'claude',
        call: subject.type === 'tool-call' ? subject.call : { id: '', tool: '', input: {}, subagent: null },
        world: WORLD,
      }),
  }).map(({ rule }) => rule);

describe('rules that are proposed', () => {
  it.each([
    ['npm test', ['Bash(npm test)', 'Bash(npm test:*)']],
    ['npm run build --watch', ['Bash(npm run build --watch)', 'Bash(npm run build:*)']],
    [
      'docker compose up web',
      [
        'Bash(docker compose up web)',
        'Bash(docker compose up web:*)',
        'Bash(docker compose up:*)',
        'Bash(docker compose:*)',
      ],
    ],
    ['make docs', ['Bash(make docs)', 'Bash(make docs:*)']],
    ['git commit -m "a b"', ['Bash(git commit:*)']],
    // What is dangerous only as it stands, and no program that could do anything with anything behind it.
    ['rm -rf build', ['Bash(rm -rf build)']],
    ['git reset --hard', ['Bash(git reset --hard)']],
    ['rm notes.md', ['Bash(rm notes.md)']],
    ['bash deploy.sh', ['Bash(bash deploy.sh)', 'Bash(bash deploy.sh:*)']],
    ['sudo make', ['Bash(sudo make)']],
    ['./tool', ['Bash(./tool)']],
    ['git push --force', ['Bash(git push --force)']],
    ['python3 -m pytest -q', ['Bash(python3 -m pytest -q)', 'Bash(python3 -m pytest:*)']],
    ['npm publish', ['Bash(npm publish)']],
    // One of several commands that asks, where the others need no rule.
    ['npm test 2>&1 | tail -5', ['Bash(npm test)', 'Bash(npm test:*)']],
    ['cd web && make docs', ['Bash(make docs)', 'Bash(make docs:*)']],
    // Where more than one asks no single rule is enough.
    ['npm test && make docs', []],
    ['npm test > out', []],
    ['npm test $(curl x)', []],
  ])('HI2 for %s, the narrowest first', (command, rules) => {
    expect(rulesFor(bash(command))).toEqual(rules);
  });

  it('HI2 for files name them from the worktree, and never widen what lies outside', () => {
    const write = (file_path: string) => rulesFor(call('Write', { file_path, content: '' }));
    expect(write('/repo/docs/a.md')).toEqual(['Write(docs/a.md)', 'Write(docs/**)']);
    expect(write('/repo/a.md')).toEqual(['Write(./a.md)']);
    expect(write('/etc/hosts')).toEqual(['Write(//etc/hosts)']);
  });

  it('HI2 for other tools are theirs alone, and there is none for what nobody knows', () => {
    expect(rulesFor(call('WebFetch', { url: 'https://docs.example.com/a', prompt: '' }))).toEqual([
      'WebFetch(domain:docs.example.com)',
    ]);
    expect(rulesFor(call('mcp__jira__search', {}))).toEqual(['mcp__jira__search']);
    expect(rulesFor(call('Surprise', {}))).toEqual([]);
  });
});

describe('classes of requests', () => {
  const of = (subject: Subject) => classOf({ subject, tier: 'read_only' });

  it('HI7 are the same for the same form, whatever the names, numbers and texts in it', () => {
    expect(of(bash('make part 1'))).toBe(of(bash('make part 22')));
    expect(of(bash('git commit -m "one"'))).toBe(of(bash('git commit -m "another one"')));
    expect(of(bash('cat src/a.ts'))).toBe(of(bash('cat src/deep/b.ts')));
    expect(of(call('Write', { file_path: '/a/b.ts', content: 'x y' }))).toBe(
      of(call('Write', { file_path: '/c/d.ts', content: 'z z' })),
    );
  });

  it('HI7 differ where the program, an option, the form or the tier does', () => {
    const classes = [
      of(bash('make part 1')),
      of(bash('make whole 1')),
      of(bash('make part 1 --force')),
      of(bash('make part 1 && make part 2')),
      of(bash('make part 1 > out')),
      of(bash('cat part 1')),
      classOf({ subject: bash('make part 1'), tier: 'read_write' }),
      of(call('Write', { file_path: '/a/b.ts', content: 'x' })),
      of(call('Edit', { file_path: '/a/b.ts', old_string: 'x', new_string: 'y' })),
    ];
    expect(new Set(classes).size).toBe(classes.length);
  });
});

it('HI2 a preview counts what a rule would have changed, and warns of what had been rejected', () => {
  const world = new Simulation();
  const { session } = world.running();
  const [one, two] = [world.asks(session, 'c1', 'make docs 1'), world.asks(session, 'c2', 'make docs 2')];
  world.asks(session, 'c3', 'make other');
  for (const [approval, verdict] of [
    [one, 'approved'],
    [two, 'rejected'],
  ] as const)
    world.submit({
      type: 'decide',
      approval,
      verdict,
      hash: world.fleet.approvals[approval]!.hash,
      decision: approval,
      editedInput: null,
      message: '',
    });
  const preview = (agent: string | null, rule: string) =>
    previewRule({
      fleet: world.fleet,
      project: '/p',
      agent,
      rule: { effect: 'allow', rule },
      events: world.log,
    });
  expect(preview('dev', 'Bash(make docs:*)')).toMatchObject({
    looked: 3,
    changed: { allow: 2, ask: 0, deny: 0 },
    hadBeenRejected: 1,
    examples: [
      { call: 'Bash make docs 2', wasRejected: true },
      { call: 'Bash make docs 1', wasRejected: false },
    ],
  });
  expect(preview('dev', 'Bash(make x)').changed).toEqual({ allow: 0, ask: 0, deny: 0 });
  expect(preview('other', 'Bash(make docs:*)').looked).toBe(0);
});
