import { TIERS, type Tier } from '../core/agent.ts';
import { nearest } from '../core/config/nearest.ts';
import type { Fleet } from '../core/fleet.ts';
import { tierOf, writtenTier } from '../core/permissions/policy-of.ts';
import { projectRootOf } from '../io/files/project-files.ts';
import type { DaemonConnection } from '../wire/daemon-client.ts';
import { EXIT, type Command, type Invocation } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { printJson, printTable } from './print.ts';
import { textOption } from './text-option.ts';

/** The word that takes back what a person set. */
const AS_WRITTEN = 'as-written';

export const command: Command = {
  name: 'tier',
  summary: 'show or set what agents may do without asking',
  usage: `fleet tier [AGENT] [TIER|${AS_WRITTEN}] [--raise --reason TEXT] | fleet tier --default TIER`,
  details: `restricted: look at files. read_only: + search and the web. read_write: + change files. A tier set here lowers what the files say at once; above it goes only with --raise and a reason. "${AS_WRITTEN}" takes it back. A session that runs is bound from its next call on. --default is the tier of agents for which no file says more; it is written into policy.yaml.`,
  arguments: [
    { name: 'AGENT', description: 'name of an agent of the project', isOptional: true },
    { name: 'TIER', description: `${TIERS.join(', ')}, or ${AS_WRITTEN}`, isOptional: true },
  ],
  options: [
    { flags: '--default <tier>', description: 'of agents for which no file says more, in every project' },
    { flags: '--raise', description: 'above what its file says, knowingly' },
    { flags: '-r, --reason <text>', description: 'why, for the record' },
    { flags: '--json', description: 'for programs' },
  ],
  run(invocation) {
    const { positionals, options } = invocation;
    const general = textOption(options, 'default');
    return withDaemon(invocation, async (daemon) => {
      if (general !== undefined) return setDefault(daemon, tierNamed(general), invocation);
      const [agent, wanted] = positionals;
      const project = await projectRootOf(invocation.cwd);
      const { problems } = await daemon.ask({ type: 'configure', project });
      if (agent !== undefined && wanted !== undefined)
        return setTier(daemon, { project, agent, wanted }, invocation);
      const { fleet } = await daemon.ask({ type: 'fleet' });
      return show(fleet, { project, agent, problems }, invocation);
    });
  },
};

async function setDefault(daemon: DaemonConnection, tier: Tier, { stdout }: Invocation): Promise<number> {
  await daemon.ask({ type: 'set-default-tier', tier });
  stdout.write(`agents for which no file says more are ${tier} now\n`);
  return EXIT.ok;
}

async function setTier(
  daemon: DaemonConnection,
  { project, agent, wanted }: { project: string; agent: string; wanted: string },
  { options, stdout }: Invocation,
): Promise<number> {
  const set = await daemon.ask({
    type: 'set-tier',
    project,
    agent,
    tier: wanted === AS_WRITTEN ? null : tierNamed(wanted),
    isRaise: options['raise'] === true,
    reason: textOption(options, 'reason') ?? '',
  });
  stdout.write(`${agent} is ${set.tier} now (${set.source})\n`);
  return EXIT.ok;
}

function show(
  fleet: Fleet,
  { project, agent, problems }: { project: string; agent: string | undefined; problems: readonly string[] },
  { options, stdout, stderr }: Invocation,
): number {
  const { tier, tierSource: source } = fleet.policy;
  const running = Object.values(fleet.runs).flatMap((run) => (run.project === project ? [run.agent] : []));
  const known = fleet.projects[project]?.agents.map(({ name }) => name) ?? [];
  const names = [...new Set([...known, ...running])].filter((name) => agent === undefined || name === agent);
  const agents = names.map((name) => {
    const effective = tierOf(fleet, project, name);
    const written = writtenTier(fleet, project, name);
    return { agent: name, ...effective, written: written.tier, set: fleet.tiers[project]?.[name] ?? null };
  });
  if (options['json']) {
    printJson(stdout, { default: { tier, source }, agents });
    return EXIT.ok;
  }
  if (agent !== undefined && agents.length === 0) {
    stderr.write(`fleet tier: there is no agent ${agent} here; there are: ${known.join(', ') || 'none'}\n`);
    for (const problem of problems) stderr.write(`${problem}\n`);
    return EXIT.failed;
  }
  printTable(
    stdout,
    ['AGENT', 'TIER', 'FROM', 'FILES SAY', 'REASON'],
    [
      ...agents.map((row) => [row.agent, row.tier, row.source, row.written, row.set?.reason ?? '']),
      ...(agent === undefined ? [['(any other)', tier, source, tier, '']] : []),
    ],
  );
  return EXIT.ok;
}

/** Throws with the words that are known. */
function tierNamed(name: string): Tier {
  const tier = TIERS.find((known) => known === name);
  if (tier) return tier;
  const meant = nearest(name, TIERS);
  throw new Error(
    `"${name}" is no tier${meant === undefined ? '' : `, did you mean "${meant}"?`}; there are ${TIERS.join(', ')}`,
  );
}
