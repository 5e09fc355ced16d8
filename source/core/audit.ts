/** The checklist of least privilege (SE10) for one project, each line with what it rests on. */
import type { AgentDefinition, ProjectConfig } from './agent.ts';
import { isContained } from './containment/is-contained.ts';
import type { GlobalPolicy } from './permissions/global-policy.ts';

export interface AuditLine {
  readonly check: string;
  /** `unknown`: it cannot be told as things stand. */
  readonly state: 'holds' | 'fails' | 'unknown';
  readonly evidence: string;
  /** What makes it hold; empty when it does. */
  readonly fix: string;
}

export interface AuditFacts {
  readonly project: ProjectConfig;
  readonly policy: Pick<GlobalPolicy, 'scopes' | 'rules'>;
  readonly vault: {
    readonly kind: 'os' | 'file';
    readonly label: string;
    readonly isLocked: boolean;
    readonly names: readonly string[];
  };
  /** Found in files, staged changes and history; null where it could not be looked for. */
  readonly secretsFound: number | null;
}

export function audit(facts: AuditFacts): readonly AuditLine[] {
  const agents = facts.project.agents.filter(({ isEnabled }) => isEnabled !== false);
  return [
    repositoryOnly(facts, agents),
    noSecretsInReach(facts),
    vaultOutOfPrompts(facts),
    networkLocked(facts, agents),
    isolated(agents),
    noUnattendedDeploy(facts, agents),
    reviewBeforeMerge(facts, agents),
    keysInVault(facts),
  ];
}

const CONTAIN = 'sandbox: on';

function repositoryOnly({ policy }: AuditFacts, agents: readonly AgentDefinition[]): AuditLine {
  const check = 'an agent reaches its repository only';
  const free = agents.filter((agent) => !isContained(agent));
  const elsewhere = agents.filter(({ worktree }) => typeof worktree === 'string');
  if (policy.scopes.includes('other-projects'))
    return fails(check, 'every run has the scope other-projects', 'take it out of "scopes:" in policy.yaml');
  if (free.length > 0) return fails(check, `not contained: ${namesOf(free)}`, `${CONTAIN} for each`);
  if (elsewhere.length > 0)
    return fails(check, `work in a folder of yours: ${namesOf(elsewhere)}`, 'worktree: true for each');
  return holds(check, `all ${agents.length} agents run in a sandbox that shows them their worktree`);
}

function noSecretsInReach({ secretsFound }: AuditFacts): AuditLine {
  const check = 'no secrets within reach';
  if (secretsFound === null)
    return {
      check,
      state: 'unknown',
      evidence: 'the folder is no git repository',
      fix: 'fleet scan, in one',
    };
  return secretsFound === 0
    ? holds(check, 'none found in files, staged changes and history')
    : fails(check, `${secretsFound} found in files, staged changes or history`, 'fleet scan says where');
}

function vaultOutOfPrompts({ vault }: AuditFacts): AuditLine {
  const check = 'secrets of the vault are kept out of prompts';
  const { isLocked, names } = vault;
  if (names.length > 0 && isLocked)
    return {
      check,
      state: 'unknown',
      evidence: `the vault is locked, so its ${names.length} values cannot be looked for`,
      fix: 'fleet vault unlock',
    };
  return holds(
    check,
    `a prompt with the value of one of ${names.length} secrets is refused; agents see names`,
  );
}

function networkLocked({ policy }: AuditFacts, agents: readonly AgentDefinition[]): AuditLine {
  const check = 'the network is locked';
  const free = agents.filter((agent) => !isContained(agent));
  if (policy.scopes.includes('network'))
    return fails(check, 'every run has the scope network', 'take it out of "scopes:" in policy.yaml');
  if (free.length > 0) return fails(check, `reach every host: ${namesOf(free)}`, `${CONTAIN} for each`);
  const hosts = new Set(agents.flatMap(({ network = [] }) => network));
  return holds(check, `no host without the scope network, and ${hosts.size} listed hosts with it`);
}

function isolated(agents: readonly AgentDefinition[]): AuditLine {
  const check = 'runs are isolated from each other';
  const shared = agents.filter(({ worktree }) => worktree !== true);
  const free = agents.filter((agent) => !isContained(agent));
  if (shared.length > 0) return fails(check, `share a folder: ${namesOf(shared)}`, 'worktree: true for each');
  if (free.length > 0)
    return fails(check, `could open the folders of others: ${namesOf(free)}`, `${CONTAIN} for each`);
  return holds(check, 'each run has a worktree, a repository and a temp folder of its own');
}

function noUnattendedDeploy({ policy }: AuditFacts, agents: readonly AgentDefinition[]): AuditLine {
  const check = 'nothing is deployed unattended';
  if (policy.scopes.includes('deploy'))
    return fails(check, 'every run has the scope deploy', 'take it out of "scopes:" in policy.yaml');
  const alone = agents.filter(({ schedule, triggers }) => schedule !== null || triggers.length > 0);
  return holds(
    check,
    `deploy is a scope that a person grants to one run${alone.length === 0 ? '' : `; ${namesOf(alone)} may start alone, and have nobody to grant it`}`,
  );
}

/** Rules that let a branch of an agent's become part of the main one, or leave the machine, without a question. */
const MERGES = /\b(?:git (?:push|merge)|gh pr merge|glab mr merge)\b/;

function reviewBeforeMerge({ policy }: AuditFacts, agents: readonly AgentDefinition[]): AuditLine {
  const check = 'a person reviews before it is merged';
  const rules = [...policy.rules, ...agents.flatMap((agent) => agent.rules)].filter(
    ({ effect, rule }) => effect === 'allow' && (MERGES.test(rule) || /^Bash(?:\(\*+\))?$/.test(rule)),
  );
  const shared = agents.filter(({ worktree }) => worktree !== true);
  if (rules.length > 0) {
    const first = rules[0]!;
    const fix = `make it ask: ${first.rule}`;
    return fails(check, `allowed without a question: ${first.rule} (${first.source ?? 'policy.yaml'})`, fix);
  }
  if (shared.length > 0)
    return fails(check, `write where you work: ${namesOf(shared)}`, 'worktree: true for each');
  return holds(check, 'agents commit to branches of their own, and no rule lets them push or merge');
}

function keysInVault({ project, vault }: AuditFacts): AuditLine {
  const check = "keys are in the system's vault";
  const { backend } = project;
  if (!backend)
    return fails(
      check,
      'agents use logins of their own CLIs, or keys of your environment',
      'backend: {provider: …, key: NAME} in fleet.yaml, and fleet vault set NAME',
    );
  if (!vault.names.includes(backend.key))
    return fails(check, `${backend.key} is not in the vault`, `fleet vault set ${backend.key}`);
  return vault.kind === 'os'
    ? holds(check, `${backend.key} is in the ${vault.label}; agents hold a token for one session`)
    : fails(
        check,
        `${backend.key} is in ${vault.label}, because this host has no vault that works`,
        'a desktop session with a Secret Service, or the Keychain',
      );
}

const holds = (check: string, evidence: string): AuditLine => ({ check, state: 'holds', evidence, fix: '' });
const fails = (check: string, evidence: string, fix: string): AuditLine => ({
  check,
  state: 'fails',
  evidence,
  fix,
});
const namesOf = (agents: readonly AgentDefinition[]): string => agents.map(({ name }) => name).join(', ');
