/** The verdict on a call of a run: the agent's own policy, and a sub-agent's below it. */
import { TIERS, type Tier } from '../agent.ts';
import type { ToolCall } from '../approvals/envelope.ts';
import { withApprovers } from '../approvals/needs.ts';
import type { Fleet, Run } from '../fleet.ts';
import type { Action } from '../policy/action.ts';
import { judge } from '../policy/judge.ts';
import type { Policy, World } from '../policy/policy.ts';
import { VERDICTS, type Judgement, type Scope } from '../policy/verdict.ts';
import { adapterOf } from '../vendors/registry.ts';
import { kindsOf } from './lineage.ts';
import { definitionOf, policyOf } from './policy-of.ts';

export interface JudgedCall {
  readonly judgement: Judgement;
  readonly tier: Tier;
}

export interface CallToJudge {
  readonly run: Run;
  readonly call: ToolCall;
  /** What the vendor calls the kind of sub-agent that calls; null for the agent itself, or where it does not say. */
  readonly kind: string | null;
  readonly world: World;
}

/**
 * A sub-agent whose kind is an agent of the project must be allowed the call by its own policy, by those of
 * the sub-agents it works for and by its run's (PE5); of any other kind it may what these may.
 */
export function judgeCall(
  fleet: Pick<Fleet, 'projects' | 'policy' | 'tiers'>,
  { run, call, kind, world }: CallToJudge,
): JudgedCall {
  const action = adapterOf(run.vendor).actionOf(call);
  const parent = policyOfRun(fleet, run);
  const judgement = withApprovers(fleet, {
    project: run.project,
    action,
    world,
    judgement: judge({ action, policy: parent, world }),
    isAttended: run.isAttended,
  });
  let judged: JudgedCall = { judgement, tier: parent.tier };
  for (const own of kindsOf(run, call.subagent, kind)) {
    if (own === run.agent || !definitionOf(fleet, run.project, own)) continue;
    judged = stricter(judged, own, policyOfRun(fleet, run, own), { action, world });
  }
  return judged;
}

function stricter(
  judged: JudgedCall,
  kind: string,
  policy: Policy,
  { action, world }: { readonly action: Action; readonly world: World },
): JudgedCall {
  const own = judge({ action, policy, world });
  const tier = TIERS.indexOf(policy.tier) < TIERS.indexOf(judged.tier) ? policy.tier : judged.tier;
  return strictness(own) > strictness(judged.judgement)
    ? { judgement: { ...own, reason: `as sub-agent ${kind}: ${own.reason}` }, tier }
    : { judgement: judged.judgement, tier };
}

/** What a run may do, or its sub-agent that is the project's agent `agent` would by itself. */
export function policyOfRun(
  fleet: Pick<Fleet, 'projects' | 'policy' | 'tiers'>,
  run: Pick<Run, 'project' | 'agent' | 'grants' | 'isAttended'>,
  agent = run.agent,
): Policy {
  return policyOf(fleet, {
    project: run.project,
    agent,
    granted: Object.keys(run.grants) as Scope[],
    isAttended: run.isAttended,
  });
}

const strictness = ({ verdict }: Judgement): number => VERDICTS.indexOf(verdict);

/** Parts kept with the record of a call: enough to see why, however long the command was. */
const PARTS_MAX = 20;

/** A judgement as it is recorded: what was not allowed comes first, and what is left out is said. */
export function recordedJudgement(judgement: Judgement): Judgement {
  const { parts } = judgement;
  if (parts.length <= PARTS_MAX) return judgement;
  const first = parts.filter(({ verdict }) => verdict !== 'allow');
  const kept = [...first, ...parts.filter(({ verdict }) => verdict === 'allow')].slice(0, PARTS_MAX);
  return { ...judgement, parts: kept, partsLeftOut: parts.length - kept.length };
}

/** Paths kept with the record of a call: enough to judge it again; a command of more asks then. */
const PATHS_MAX = 50;

/** Facts as they are recorded. What is left out makes a judgement stricter, never laxer. */
export function recordedWorld(world: World): World {
  const real = Object.entries(world.real);
  return {
    ...world,
    real: real.length > PATHS_MAX ? Object.fromEntries(real.slice(0, PATHS_MAX)) : world.real,
    secrets: world.secrets && world.secrets.length <= PATHS_MAX ? world.secrets : null,
  };
}
