/** The policy that `fleet explain` and `fleet policy` look at: what files say, and what people have set since. */
import type { ProjectConfig, Rule } from '../core/agent.ts';
import { parsePolicyFile } from '../core/config/policy-file.ts';
import { hasErrors, problemLine, type Problem } from '../core/config/problem.ts';
import { EMPTY_FLEET, type Fleet } from '../core/fleet.ts';
import { ruleFromOption } from '../core/policy-tools/rule-option.ts';
import { readConfigFile } from '../io/files/config-file.ts';
import { readProject } from '../io/files/project-files.ts';
import { connectDaemon, DaemonError } from '../wire/daemon-client.ts';
import type { Invocation } from './command.ts';
import { placesFor } from './daemon-ask.ts';

/** As much of the fleet's state as a policy is made from. */
export interface InForce {
  readonly fleet: Pick<Fleet, 'projects' | 'policy' | 'tiers' | 'runs'>;
  readonly project: ProjectConfig | null;
  /** Of the files, one line each. */
  readonly problems: readonly string[];
  /** One of the files holds an error, so that nothing of it counts. */
  readonly isBroken: boolean;
}

/** How the file is called in messages and as the source of its rules. */
const POLICY_NAME = 'policy.yaml';

/** No daemon is started for it; one that runs says which tiers people have set. */
export async function policyInForce(invocation: Invocation, root: string): Promise<InForce> {
  const { project, problems, isThere } = await readProject(root);
  const { policy, problems: ofPolicy } = await globalPolicy(placesFor(invocation).policy);
  const running = await runningFleet(invocation);
  return {
    fleet: {
      projects: project === null ? {} : { [root]: project },
      policy,
      tiers: running?.tiers ?? EMPTY_FLEET.tiers,
      runs: running?.runs ?? EMPTY_FLEET.runs,
    },
    project,
    problems: [...(isThere ? problems : []), ...ofPolicy].map(problemLine),
    isBroken: (isThere && project === null) || hasErrors(ofPolicy),
  };
}

async function globalPolicy(
  file: string,
): Promise<{ readonly policy: Fleet['policy']; readonly problems: readonly Problem[] }> {
  const text = await readConfigFile(file);
  if (text === null) return { policy: EMPTY_FLEET.policy, problems: [] };
  const { value, problems } = parsePolicyFile(text, POLICY_NAME);
  return { policy: value ?? EMPTY_FLEET.policy, problems };
}

async function runningFleet(invocation: Invocation): Promise<Fleet | null> {
  const { daemonSocket } = placesFor(invocation);
  try {
    const daemon = await connectDaemon({ socket: daemonSocket, version: invocation.version, client: 'cli' });
    try {
      return (await daemon.ask({ type: 'fleet' })).fleet;
    } finally {
      daemon.close();
    }
  } catch (error) {
    if (error instanceof DaemonError && error.code === 'GONE') return null;
    throw error;
  }
}

/** Rules typed on the command line. Throws for one that cannot be read. */
export function typedRules(given: unknown): readonly Rule[] {
  const texts = Array.isArray(given) ? (given as readonly string[]) : [];
  return texts.map((text) => {
    const rule = ruleFromOption(text);
    if ('problem' in rule) throw new Error(rule.problem);
    return rule;
  });
}
