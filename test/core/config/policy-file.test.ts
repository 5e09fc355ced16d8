import { describe, expect, test } from 'vitest';
import { parsePolicyFile } from '../../../source/core/config/policy-file.ts';
import { problemLine } from '../../../source/core/config/problem.ts';
import { BUILT_IN_POLICY } from '../../../source/core/permissions/global-policy.ts';

const read = (text: string) => {
  const { value, problems } = parsePolicyFile(text, 'policy.yaml');
  return { value, lines: problems.map(problemLine) };
};

describe('policy.yaml', () => {
  test('PE2 PE3 PE11 the default tier, rules, scopes and who may grant them, with their places', () => {
    expect(
      read(`
default_tier: restricted
rules:
  - Bash(npm test)
  - deny: Read(secrets/**)
scopes: [project]
grants:
  network: [ana, ben]
  deploy: []
`),
    ).toEqual({
      value: {
        tier: 'restricted',
        tierSource: 'policy.yaml:2',
        rules: [
          { effect: 'allow', rule: 'Bash(npm test)', source: 'policy.yaml:4' },
          { effect: 'deny', rule: 'Read(secrets/**)', source: 'policy.yaml:5' },
        ],
        scopes: ['project'],
        granters: { network: ['ana', 'ben'], deploy: [] },
      },
      lines: [],
    });
  });

  test.each(['', '\n\n', '# nothing yet\n  # default_tier: restricted\n'])(
    'PE2 %j says nothing, so new agents may look and search',
    (text) => {
      expect(read(text)).toEqual({ value: BUILT_IN_POLICY, lines: [] });
      expect(BUILT_IN_POLICY).toMatchObject({ tier: 'read_only', scopes: ['project', 'build'] });
    },
  );

  test.each([
    [
      'default_tier: read-only',
      'policy.yaml:1:15 default_tier: "read-only" is not known, did you mean "read_only"?',
    ],
    ['scopes: [network]', 'scopes: network is granted to one run at a time: fleet scope grant RUN network'],
    ['grants: {netwrok: [ana]}', 'policy.yaml:1:10 grants.netwrok: unknown key, did you mean "network"?'],
    ['grants: {network: ["person:ana"]}', 'grants.network[0]: "person:ana" is not a name'],
    ['rules: [rm -rf]', 'rules[0]: "rm -rf" is not a rule'],
    ['tier: restricted', 'tier: unknown key'],
  ])('PE2 %s is refused with its place', (text, expected) => {
    const { value, lines } = read(text);
    expect(lines.join('\n')).toContain(expected);
    expect(value).toBe(null);
  });
});
