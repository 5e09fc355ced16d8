/** fleet.yaml and all AGENT.md files to one project, or to the list of what is wrong with them. */
import type { AgentDefinition, ProjectConfig, ProjectDefaults, Vendor } from '../agent.ts';
import { VENDORS } from '../agent.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { AgentFile } from './agent-file.ts';
import type { AgentKeys } from './agent-keys.ts';
import { checkReferences } from './check-references.ts';
import { pathOf, placeOf, say } from './described.ts';
import type { Described } from './described.ts';
import type { FleetFile } from './fleet-file.ts';
import { permissionsOf, stricter } from './merge-permissions.ts';
import type { Permissions } from './merge-permissions.ts';
import type { Parsed, Problem } from './problem.ts';
import { hasErrors, inReadingOrder } from './problem.ts';

/** Runs of one agent at a time where no file says more: two at once is a choice, not an accident. */
const CONCURRENT_DEFAULT = 1;

/**
 * The project, when no file has an error: nothing is ever half loaded. Warnings leave it standing.
 * `fleet` is null where there is no fleet.yaml; AGENT.md files alone make a project too.
 */
export function mergeProject(sources: {
  readonly root: string;
  readonly fleet: Parsed<FleetFile> | null;
  readonly agentFiles: readonly Parsed<AgentFile>[];
}): { readonly project: ProjectConfig | null; readonly problems: readonly Problem[] } {
  const { root, fleet, agentFiles } = sources;
  const problems = [...(fleet?.problems ?? []), ...agentFiles.flatMap((file) => file.problems)];
  const files = agentFiles.flatMap((file) => (file.value === null ? [] : [file.value]));
  const inFleet = (fleet?.value?.values.agents ?? []).map((keys) => ({ keys, instructions: '' }));

  const fleetAgents = byName(inFleet, problems);
  const fileAgents = byName(files, problems);
  const names = [...new Set([...fleetAgents.keys(), ...fileAgents.keys()])];
  const defaults = fleet?.value?.values.defaults?.values ?? {};
  const { network = [], backend } = fleet?.value?.values ?? {};
  const agents = names.map((name) => {
    const described = [fleetAgents.get(name), fileAgents.get(name)].filter((entry) => entry !== undefined);
    return define({ name, described, defaults, network, problems });
  });

  // A file that could not be read may hold the very agent that seems to be missing.
  const isComplete = fleet?.value !== null && files.length === agentFiles.length;
  if (isComplete) checkReferences([...inFleet, ...files], problems);
  if (isComplete && agents.length === 0) problems.push(noAgents(fleet?.value ?? null));

  const name =
    fleet?.value?.values.project ?? root.split(/[/\\]/).findLast((part) => part !== '') ?? 'project';
  return {
    project: hasErrors(problems)
      ? null
      : { root, name, defaults: defaultsOf(defaults), ...(backend ? { backend } : {}), agents },
    problems: inReadingOrder(problems),
  };
}

function byName(described: readonly Described[], problems: Problem[]): Map<string, Described> {
  const agents = new Map<string, Described>();
  for (const entry of described) {
    const name = entry.keys.values.name!;
    const other = agents.get(name);
    if (other === undefined) agents.set(name, entry);
    else {
      problems.push({
        ...placeOf(entry, 'name'),
        path: pathOf(entry, 'name'),
        severity: 'error',
        message: `"${name}" is taken by ${say(placeOf(other, 'name'))}`,
        expected: 'a name of its own',
      });
    }
  }
  return agents;
}

type Defaults = NonNullable<FleetFile['values']['defaults']>['values'];

function defaultsOf({ permissions, approvers }: Defaults): ProjectDefaults {
  const place = permissions?.places['execution_tier'];
  return {
    tier: permissions?.values.execution_tier ?? null,
    tierSource: place === undefined ? '' : say(place),
    rules: permissions?.values.rules ?? [],
    ...(approvers ? { approvers } : {}),
  };
}

function define(given: {
  readonly name: string;
  /** fleet.yaml's word first. */
  readonly described: readonly Described[];
  readonly defaults: Defaults;
  /** Hosts of the whole project. */
  readonly network: readonly string[];
  readonly problems: Problem[];
}): AgentDefinition {
  const { name, described, defaults, network, problems } = given;
  const [first, second] = described as [Described, Described | undefined];
  const permissions = second === undefined ? permissionsOf(first.keys) : strictest(first, second, problems);

  type Values = AgentKeys['values'];
  /** What may be said in both files without being a permission: fleet.yaml's word holds. */
  const pick = <K extends keyof Values>(key: K): Values[K] => {
    const [a, b] = described.map((entry) => entry.keys.values[key]);
    if (second !== undefined && a !== undefined && b !== undefined && !isSame(a, b)) {
      problems.push({
        ...placeOf(second, key),
        path: pathOf(second, key),
        severity: 'warning',
        message: `is set differently in ${say(placeOf(first, key))}, which holds`,
        expected: '',
      });
    }
    return a ?? b;
  };

  const command = pick('command');
  const vendor = pick('vendor') ?? vendorOf(command) ?? defaults.vendor ?? 'claude';
  if (vendor === 'command' && command === undefined) {
    problems.push({
      ...placeOf(first, 'vendor'),
      path: pathOf(first, 'vendor'),
      severity: 'error',
      message: 'vendor is command, and no command is named',
      expected: 'command: the program to run',
    });
  }
  const hosts = [...new Set([...network, ...(pick('network') ?? [])])];
  // Of two that say so the stricter holds.
  const sandbox = described.some(({ keys }) => keys.values.sandbox === 'on') ? 'on' : pick('sandbox');
  // Of two that name it the stricter holds, so it is looked for by what holds.
  const ownTier = described.find(
    ({ keys }) => permissions.tier !== null && permissionsOf(keys).tier === permissions.tier,
  );
  const general = defaultsOf(defaults);
  const tierSource =
    ownTier === undefined ? general.tierSource : say(placeOf(ownTier, 'permissions.execution_tier'));
  return {
    name,
    description: pick('description')?.trim() ?? '',
    role: pick('role') ?? '',
    department: pick('department') ?? '',
    reportsTo: pick('reports_to') ?? null,
    vendor,
    command: command ?? [vendor],
    instructions: described.map((entry) => entry.instructions).find((body) => body !== '') ?? '',
    tier: permissions.tier ?? general.tier,
    ...(tierSource === '' ? {} : { tierSource }),
    hasOwnTier: ownTier !== undefined,
    rules: [...(permissions.rules ?? []), ...general.rules],
    allowedSubagents: permissions.allowedSubagents,
    subscribesTo: pick('subscribes_to') ?? [],
    subscriptionGate: pick('subscription_gate')?.values ?? null,
    useGithubApp: pick('use_github_app') ?? false,
    worktree: pick('worktree') ?? defaults.worktree ?? true,
    maxConcurrent: permissions.maxConcurrent ?? defaults.max_concurrent ?? CONCURRENT_DEFAULT,
    budgetSeconds: permissions.budgetSeconds ?? defaults.budget_seconds ?? null,
    schedule: pick('schedule') ?? null,
    triggers: pick('triggers') ?? [],
    isEnabled: permissions.isEnabled,
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(hosts.length === 0 ? {} : { network: hosts }),
    sources: described.map((entry) => say(placeOf(entry, 'name'))),
  };
}

function strictest(first: Described, second: Described, problems: Problem[]): Permissions {
  const { permissions, clashes } = stricter(permissionsOf(first.keys), permissionsOf(second.keys));
  for (const clash of clashes) {
    problems.push({
      ...placeOf(second, clash.key),
      path: pathOf(second, clash.key),
      severity: 'warning',
      message: `says ${clash.second}, and ${say(placeOf(first, clash.key))} says ${clash.first}; the stricter holds: ${clash.holds}`,
      expected: '',
    });
  }
  return permissions;
}

/** An agent CLI started by its own name is that vendor's agent: its tool calls can be gated. */
function vendorOf(command: readonly string[] | undefined): Vendor | undefined {
  if (command === undefined) return undefined;
  const program = command[0]!.split('/').at(-1);
  return VENDORS.find((vendor) => vendor === program) ?? 'command';
}

function noAgents(fleet: FleetFile | null): Problem {
  const place = fleet?.places['agents'] ?? fleet?.places[''] ?? { file: 'fleet.yaml', line: 1, column: 1 };
  return {
    ...place,
    path: fleet === null ? '' : 'agents',
    severity: fleet === null ? 'error' : 'warning',
    message:
      fleet === null
        ? 'there is no fleet.yaml and no AGENT.md; `fleet init` writes one'
        : 'no agent is declared',
    expected: '',
  };
}

/** Places differ between files even where the data is the same. */
function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(withoutPlaces(a)) === canonicalJson(withoutPlaces(b));
}

function withoutPlaces(value: unknown): unknown {
  return value !== null && typeof value === 'object' && 'places' in value && 'values' in value
    ? value.values
    : value;
}
