import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../source/core/agent.ts';
import { withRule, withoutRule, type RulesOf } from '../../../source/core/approvals/rule-file.ts';
import { parseFleetFile } from '../../../source/core/config/fleet-file.ts';

const allow = (rule: string): Rule => ({ effect: 'allow', rule });
const DEV: RulesOf = { type: 'agent', name: 'dev' };

const edited = (text: string, whose: RulesOf, rule: Rule): string => {
  const result = withRule(text, whose, rule);
  if (result.type !== 'edited') throw new Error(JSON.stringify(result));
  return result.text;
};

describe('a rule written into a file', () => {
  it('HI2 stands below the others, and every comment stays where it was', () => {
    const text = `# our agents
agents:
  - name: docs # writes
    permissions: { execution_tier: read_only }
  - name: dev
    permissions:
      execution_tier: read_write   # careful
      rules:
        # tests are always fine
        - Bash(npm test)  # quick
        - deny: "Bash(git push:*)"   # never

    # who it reports to
    reports_to: boss
  - name: boss
`;
    expect(edited(text, DEV, allow('Bash(npm run build:*)'))).toBe(
      text.replace('# never\n', '# never\n        - Bash(npm run build:*)\n'),
    );
  });

  it('HI2 makes the keys it needs where there are none', () => {
    expect(edited('agents:\n  - name: dev\n    role: x\n  - name: b\n', DEV, allow('WebSearch'))).toBe(
      'agents:\n  - name: dev\n    role: x\n    permissions:\n      rules:\n        - WebSearch\n  - name: b\n',
    );
    expect(edited('agents:\n- name: dev', DEV, allow('WebSearch'))).toBe(
      'agents:\n- name: dev\n  permissions:\n    rules:\n      - WebSearch\n',
    );
    expect(edited('agents: [{ name: dev }]\n', DEV, allow('WebSearch'))).toBe(
      'agents: [{ name: dev, permissions: { rules: ["WebSearch"] } }]\n',
    );
    expect(
      edited(
        'agents:\n  - name: dev\n    permissions: { execution_tier: read_only }\n',
        DEV,
        allow('Bash(ls:*)'),
      ),
    ).toBe('agents:\n  - name: dev\n    permissions: { execution_tier: read_only, rules: ["Bash(ls:*)"] }\n');
    expect(edited('agents:\n  - name: dev\n    permissions:\n      rules:\n', DEV, allow('WebSearch'))).toBe(
      'agents:\n  - name: dev\n    permissions:\n      rules:\n        - WebSearch\n',
    );
    expect(
      edited('defaults:\n  worktree: true\nagents: []\n', { type: 'defaults' }, allow('WebSearch')),
    ).toBe('defaults:\n  worktree: true\n  permissions:\n    rules:\n      - WebSearch\nagents: []\n');
    expect(edited('agents: []\n', { type: 'defaults' }, allow('WebSearch'))).toBe(
      'agents: []\ndefaults:\n  permissions:\n    rules:\n      - WebSearch\n',
    );
  });

  it('HI2 goes into policy.yaml, which need not exist, and into the front matter of AGENT.md', () => {
    const policy = { type: 'policy' } as const;
    expect(edited('', policy, { effect: 'deny', rule: 'Bash(rm:*)' })).toBe('rules:\n  - deny: Bash(rm:*)\n');
    expect(edited('# nothing yet', policy, allow('LS'))).toBe('# nothing yet\nrules:\n  - LS\n');
    expect(edited('rules: [LS]\n', policy, { effect: 'ask', rule: 'Read(a, b)' })).toBe(
      'rules: [LS, { ask: "Read(a, b)" }]\n',
    );
    expect(
      edited('---\nname: dev\npermissions:\n  rules: []\n---\n# Body\n', { type: 'agent-file' }, allow('LS')),
    ).toBe('---\nname: dev\npermissions:\n  rules: ["LS"]\n---\n# Body\n');
  });

  it('HI2 is quoted where YAML would read something else, and line ends stay what they were', () => {
    expect(edited('rules:\r\n  - LS\r\n', { type: 'policy' }, allow('Bash(echo: # x)'))).toBe(
      'rules:\r\n  - LS\r\n  - "Bash(echo: # x)"\r\n',
    );
  });

  it('HI2 is not written twice, nor where it has no place', () => {
    expect(withRule('rules:\n  - LS\n', { type: 'policy' }, allow('LS'))).toEqual({ type: 'same' });
    expect(withRule('agents:\n  - name: other\n', DEV, allow('LS'))).toMatchObject({ type: 'refused' });
    expect(withRule('rules: {a: b}\n', { type: 'policy' }, allow('LS'))).toMatchObject({ type: 'refused' });
  });
});

it('HI2 a rule taken out leaves the file as it was before it was written', () => {
  const files: readonly (readonly [string, RulesOf])[] = [
    ['rules:\n  - LS # list\n  - deny: Bash(rm:*)\n# end\n', { type: 'policy' }],
    ['rules: [LS, "Read(a)"]\n', { type: 'policy' }],
    ['agents:\n  - name: dev\n    permissions:\n      rules:\n        - LS\n    role: x\n', DEV],
    ['---\nname: dev\npermissions:\n  rules: ["LS"]\n---\nbody\n', { type: 'agent-file' }],
  ];
  for (const [text, whose] of files) {
    const rule = { effect: 'ask', rule: 'Bash(npm run x:*)' } as const;
    expect(withoutRule(edited(text, whose, rule), whose, rule)).toEqual({ type: 'edited', text });
  }
  expect(withoutRule('rules:\n  - LS\n', { type: 'policy' }, allow('LS'))).toEqual({
    type: 'edited',
    text: 'rules: []\n',
  });
});

it('HI2 whatever the rule, the file says it and is still sound', () => {
  const text =
    'agents:\n  - name: dev # d\n    vendor: claude\n    permissions:\n      rules:\n        - LS\n';
  fc.assert(
    fc.property(
      fc.stringMatching(/^[ -~é]{1,40}$/),
      fc.constantFrom('allow' as const, 'ask' as const, 'deny' as const),
      (inside, effect) => {
        const rule = { effect, rule: `Bash(${inside.trim() || 'x'})` };
        const after = withRule(text, DEV, rule);
        if (after.type !== 'edited') throw new Error(JSON.stringify(after));
        const { value } = parseFleetFile(after.text, 'fleet.yaml');
        const permissions = value?.values.agents?.[0]?.values.permissions?.values;
        // Whether the rule itself is sound is for the parser of rules to say; it must be the one that was meant.
        if (permissions)
          expect(permissions.rules?.map(({ effect: word, rule: said }) => [word, said])).toContainEqual([
            effect,
            rule.rule,
          ]);
        expect(withoutRule(after.text, DEV, rule)).toEqual({ type: 'edited', text });
      },
    ),
  );
});
