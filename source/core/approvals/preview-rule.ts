/** What a rule would have changed: recorded calls judged by the policy of today, without it and with it. */
import type { Rule, Vendor } from '../agent.ts';
import type { Recorded } from '../event.ts';
import type { Fleet } from '../fleet.ts';
import { policyOf } from '../permissions/policy-of.ts';
import { judge } from '../policy/judge.ts';
import type { Policy, World } from '../policy/policy.ts';
import { SCOPES, type VerdictWord } from '../policy/verdict.ts';
import { visible } from '../visible-text.ts';
import { adapterOf } from '../vendors/registry.ts';
import type { ToolCall } from './envelope.ts';

export interface RulePreview {
  /** Recorded calls that were judged again. */
  readonly looked: number;
  /** Of those, how many would now be allowed, asked, denied and were not without the rule. */
  readonly changed: Readonly<Record<VerdictWord, number>>;
  /** Of the newly allowed, how many a person had said no to. */
  readonly hadBeenRejected: number;
  /** A few of the changed ones, newest first. */
  readonly examples: readonly RuleExample[];
}

export interface RuleExample {
  readonly at: number;
  readonly agent: string;
  readonly call: string;
  readonly before: VerdictWord;
  readonly after: VerdictWord;
  readonly wasRejected: boolean;
}

const EXAMPLES_MAX = 5;
const EXAMPLE_CHARACTERS = 120;

export interface PreviewRequest {
  readonly fleet: Pick<Fleet, 'projects' | 'policy' | 'tiers' | 'runs'>;
  readonly project: string;
  /** null: the rule is for every agent. */
  readonly agent: string | null;
  readonly rule: Rule;
  /** Judged calls and requests, and the decisions on them, oldest first. */
  readonly events: readonly Recorded[];
}

export function previewRule(request: PreviewRequest): RulePreview {
  const { fleet, project, agent, rule, events } = request;
  const rejected = new Set<string>();
  for (const { event } of events)
    if (event.type === 'approval-decided' && event.verdict === 'rejected') rejected.add(event.approval);
  const policies = new Map<string, readonly [without: Policy, withIt: Policy]>();
  const changed = { allow: 0, ask: 0, deny: 0 };
  const examples: RuleExample[] = [];
  let looked = 0;
  let hadBeenRejected = 0;
  for (const recorded of events.toReversed()) {
    const known = callOf(recorded, fleet);
    const who = recorded.agent ?? '';
    if (!known || (agent !== null && who !== agent)) continue;
    looked++;
    const pair = policies.get(who) ?? bothPolicies(fleet, project, who, rule);
    policies.set(who, pair);
    const [before, after] = pair.map((policy) => judge({ ...known, policy }).verdict) as [
      VerdictWord,
      VerdictWord,
    ];
    if (before === after) continue;
    changed[after]++;
    const wasRejected = known.approval !== null && rejected.has(known.approval);
    if (after === 'allow' && wasRejected) hadBeenRejected++;
    if (examples.length < EXAMPLES_MAX)
      examples.push({ at: recorded.at, agent: who, call: known.words, before, after, wasRejected });
  }
  return { looked, changed, hadBeenRejected, examples };
}

/** Whether the rule, added to what holds for the agent, allows the call. */
export function isCovered(request: {
  readonly policy: Policy;
  readonly rule: string;
  readonly vendor: Vendor;
  readonly call: ToolCall;
  readonly world: World;
}): boolean {
  const { policy, rule, vendor, call, world } = request;
  const action = adapterOf(vendor).actionOf(call);
  return judge({ action, policy: withOne(policy, { effect: 'allow', rule }), world }).verdict === 'allow';
}

const withOne = (policy: Policy, rule: Rule): Policy => ({
  ...policy,
  rules: [...policy.rules, { ...rule, source: 'the new rule' }],
});

function bothPolicies(
  fleet: PreviewRequest['fleet'],
  project: string,
  agent: string,
  rule: Rule,
): readonly [Policy, Policy] {
  // Scopes were what they were; a rule does not change them.
  const policy = policyOf(fleet, { project, agent, granted: SCOPES, isAttended: true });
  return [policy, withOne(policy, rule)];
}

/** What was asked, with what was known of the file system then; null where that was not kept. */
function callOf({ event }: Recorded, { runs }: PreviewRequest['fleet']) {
  if (event.type !== 'tool-judged' && event.type !== 'approval-requested') return null;
  const { world } = event;
  const run = runs[event.run];
  const subject = event.type === 'approval-requested' ? event.subject : undefined;
  const call = subject?.type === 'tool-call' ? subject.call : event.call;
  const vendor = subject?.type === 'tool-call' ? subject.vendor : run?.vendor;
  if (!world || !call || !vendor) return null;
  const action = adapterOf(vendor).actionOf(call);
  const telling = 'command' in action ? action.command : JSON.stringify(call.input);
  const words = visible(`${call.tool} ${telling}`).slice(0, EXAMPLE_CHARACTERS);
  return { action, world, words, approval: event.type === 'approval-requested' ? event.approval : null };
}
