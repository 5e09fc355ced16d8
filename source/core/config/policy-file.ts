/** policy.yaml: what holds for every project on this machine. */
import { SCOPES, type Scope } from '../policy/verdict.ts';
import { TIERS } from '../agent.ts';
import { BUILT_IN_POLICY, SCOPES_FROM_THE_START, type GlobalPolicy } from '../permissions/global-policy.ts';
import { command, rules } from './agent-keys.ts';
import { approvers, people } from './approver-keys.ts';
import { say } from './described.ts';
import type { Parsed } from './problem.ts';
import { listOf, mapOf, oneOf, refined, standing, type Refined } from './shape.ts';
import { readYaml } from './yaml-text.ts';

/** What a run has without anybody's word. A list here can take away; the others are granted run by run. */
const scopes = refined(listOf(oneOf(SCOPES)), (named): Refined<readonly Scope[]> => {
  const granted = named.find((scope) => !SCOPES_FROM_THE_START.includes(scope));
  if (granted === undefined) return { value: named };
  return {
    wrong: `${granted} is granted to one run at a time: fleet scope grant RUN ${granted} --reason TEXT`,
    expected: `none, one or more of ${SCOPES_FROM_THE_START.join(', ')}`,
  };
});

const grants = mapOf(Object.fromEntries(SCOPES.map((scope) => [scope, people])));

const policyKeys = mapOf({
  default_tier: standing(oneOf(TIERS), (tier, place) => ({ tier, source: say(place) })),
  rules,
  scopes,
  grants,
  approvers,
  notify: mapOf({ command }),
});

/** `path` is how the file is called in messages. */
export function parsePolicyFile(source: string, path: string): Parsed<GlobalPolicy> {
  // A file in which everything is a comment says nothing, and that is no mistake.
  if (!/^[ \t]*[^\s#]/m.test(source)) return { value: BUILT_IN_POLICY, problems: [] };
  const { value, problems } = readYaml({ text: source, file: path, linesBefore: 0 }, policyKeys);
  if (value === null) return { value, problems };
  const {
    default_tier,
    rules: written,
    scopes: named,
    grants: granters,
    approvers: classes,
    notify,
  } = value.values;
  return {
    value: {
      tier: default_tier?.tier ?? BUILT_IN_POLICY.tier,
      tierSource: default_tier?.source ?? BUILT_IN_POLICY.tierSource,
      rules: written ?? [],
      scopes: named ?? BUILT_IN_POLICY.scopes,
      granters: granters?.values ?? {},
      ...(classes ? { approvers: classes } : {}),
      ...(notify?.values.command ? { notifyCommand: notify.values.command } : {}),
    },
    problems,
  };
}
