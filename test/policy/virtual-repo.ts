/** The worktree that the policy cases are about: files that exist, and links; everything else is only a name. */
import type { Rule, Tier } from '../../source/core/agent.ts';
import type { Action } from '../../source/core/policy/action.ts';
import { judge, wantedPaths } from '../../source/core/policy/judge.ts';
import type { Policy, World } from '../../source/core/policy/policy.ts';
import { SCOPES, type Judgement, type VerdictWord } from '../../source/core/policy/verdict.ts';
import { actionFrom } from '../../source/core/policy/vocabulary.ts';

export interface PolicyCase {
  readonly id: string;
  readonly tier: Tier;
  readonly rules: readonly Rule[];
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly cwd: string;
  readonly expect: VerdictWord;
  readonly soft?: boolean;
  readonly why: string;
}

const ROOT = '/repo';
const HOME = '/home/dev';
const LINKS: Readonly<Record<string, string>> = {
  '/repo/link-ssh': '/home/dev/.ssh/id_rsa',
  '/repo/link-env': '/repo/.env',
  '/repo/link-out': '/etc',
  '/repo/link-in': '/repo/README.md',
};
/** What usually holds secrets there, and what leads to it or out. */
const SECRETS = ['.env', 'config/.env', 'server.pem', 'link-ssh', 'link-env', 'link-out'];

export function realPath(path: string): string {
  for (const [link, target] of Object.entries(LINKS))
    if (path === link || path.startsWith(`${link}/`)) return realPath(`${target}${path.slice(link.length)}`);
  return path;
}

/** Every case has all scopes on unless it is about scopes: they are a ceiling of their own. */
export function policyOf(tier: Tier, rules: readonly Rule[], rest: Partial<Policy> = {}): Policy {
  return {
    tier,
    tierSource: 'test',
    rules: rules.map((rule, at) => ({ ...rule, source: `fleet.yaml:${at + 1}` })),
    scopes: SCOPES,
    allowedSubagents: null,
    isAttended: true,
    ...rest,
  };
}

export function worldOf(action: Action, cwd = ROOT): World {
  const world: World = {
    root: ROOT,
    home: HOME,
    cwd,
    real: {},
    secrets: SECRETS.map((name) => `${ROOT}/${name}`),
  };
  const real = Object.fromEntries(wantedPaths({ action, world }).map((path) => [path, realPath(path)]));
  return { ...world, real };
}

export function judged(action: Action, policy: Policy, cwd = ROOT): Judgement {
  return judge({ action, policy, world: worldOf(action, cwd) });
}

export function judgedCase({ tool, input, tier, rules, cwd }: PolicyCase): Judgement {
  return judged(actionFrom(tool, input), policyOf(tier, rules), cwd);
}

export type Outcome = 'right' | 'unsafe' | 'over-ask';

export function outcomeOf(expect: VerdictWord, verdict: VerdictWord): Outcome {
  if (expect === 'allow') return verdict === 'allow' ? 'right' : 'over-ask';
  if (expect === 'ask') return verdict === 'allow' ? 'unsafe' : 'right';
  return verdict === 'deny' ? 'right' : 'unsafe';
}
