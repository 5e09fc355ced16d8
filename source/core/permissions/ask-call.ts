/**
 * What comes of a call that an agent wants to make: it runs, it is refused, a person is asked about it, or it
 * waits for a scope that its run does not have. Also asked again when what the run may do has changed.
 */
import type { Tier } from '../agent.ts';
import { closed } from '../approvals/close-approvals.ts';
import type { ToolCall } from '../approvals/envelope.ts';
import { grantFor } from '../approvals/grants.ts';
import type { Grounds } from '../approvals/grounds.ts';
import { needsFor } from '../approvals/needs.ts';
import { requestApproval } from '../approvals/request.ts';
import type { FleetEvent } from '../event.ts';
import type { Approval, Fleet, OpenCall, Run } from '../fleet.ts';
import type { Moment } from '../input.ts';
import type { World } from '../policy/policy.ts';
import type { Judgement, Scope } from '../policy/verdict.ts';
import { callRefusal } from '../quarantine.ts';
import { adapterOf } from '../vendors/registry.ts';
import {
  judgeCall,
  recordedJudgement,
  recordedWorld,
  type CallToJudge,
  type JudgedCall,
} from './judge-call.ts';
import { scopeRequest, waitingScopeRequest } from './scopes.ts';

export interface AskedCall extends CallToJudge {
  readonly session: string;
  readonly cwd: string;
  readonly grounds: Grounds | null;
  /** A request that nobody answers is denied after this long. */
  readonly lifeMs: number;
}

/**
 * The same question again (a hook that reconnected) changes nothing, its answer is found in the state; unless
 * the run may do less or more by now than when it was asked first.
 */
export function callAsked(fleet: Fleet, asked: AskedCall, moment: Moment): readonly FleetEvent[] {
  const open = fleet.openCalls[asked.session]?.[asked.call.id];
  if (open?.verdict === 'ask') return callJudgedAgain(fleet, asked, moment);
  if (open?.verdict === 'deny') return [];
  const events = outcomeOf(fleet, asked, moment, { ...judged(fleet, asked), open });
  const isAllowed = events.some((event) => event.type === 'tool-judged' && event.verdict === 'allow');
  return open && isAllowed ? [] : events;
}

/** Rules, tiers or scopes are not what they were: whoever still waits is judged by what they are now. */
export function callJudgedAgain(fleet: Fleet, asked: AskedCall, moment: Moment): readonly FleetEvent[] {
  const open = fleet.openCalls[asked.session]?.[asked.call.id];
  if (open?.verdict !== 'ask') return [];
  if (open.heldFor && !isReleased(fleet, asked.run, open)) return [];
  const now = { ...judged(fleet, asked), open };
  const { verdict, reason } = now.judgement;
  const approval = open.approval === null ? undefined : fleet.approvals[open.approval];
  if (!approval) return outcomeOf(fleet, asked, moment, now);
  // A decision that was taken is looked at again when it leaves; a question that is still one stays it.
  if (approval.state !== 'pending' || verdict === 'ask') return [];
  const words = verdict === 'allow' ? `needs no answer any more: ${reason}` : reason;
  const end = closed(approval, verdict === 'allow' ? 'superseded' : 'cancelled', words);
  return [end, ...outcomeOf(fleet, asked, moment, now)];
}

/** Why an approved call must not run after all, as things stand now; null when it may. */
export function objectionTo(fleet: Fleet, approval: Approval, world: World): string | null {
  const { subject } = approval;
  const run = fleet.runs[approval.run];
  if (subject.type !== 'tool-call' || !run) return null;
  const call: ToolCall = { ...subject.call, input: approval.end?.editedInput ?? subject.call.input };
  const kind = fleet.openCalls[approval.session]?.[call.id]?.kind ?? null;
  const { judgement } = judged(fleet, { run, call, kind, world });
  return judgement.verdict === 'deny' ? judgement.reason : null;
}

/** An agent that is held or in quarantine does nothing, whatever its policy says. */
function judged(fleet: Fleet, asked: CallToJudge): JudgedCall {
  const refusal = callRefusal(fleet, asked.run);
  const { judgement, tier } = judgeCall(fleet, asked);
  if (refusal === null) return { judgement, tier };
  const decidedBy = { type: 'hold', detail: refusal } as const;
  return { judgement: { ...judgement, verdict: 'deny', reason: refusal, decidedBy }, tier };
}

/** It waited for a scope, and that question has its answer. */
function isReleased(fleet: Fleet, run: Run, { heldFor }: OpenCall): boolean {
  if (!heldFor) return false;
  return run.grants[heldFor.scope] !== undefined || fleet.approvals[heldFor.approval]?.state !== 'pending';
}

function outcomeOf(
  fleet: Fleet,
  asked: AskedCall,
  moment: Moment,
  judged: { readonly judgement: Judgement; readonly tier: Tier; readonly open: OpenCall | undefined },
): readonly FleetEvent[] {
  const { run, session, call, kind, cwd, grounds, lifeMs } = asked;
  const { tier } = judged;
  const judgement = recordedJudgement(judged.judgement);
  const world = recordedWorld(asked.world);
  const { verdict, reason } = judgement;
  const told = { run: run.id, session, call, kind, judgement, world };
  if (verdict === 'ask') {
    const { id, agent, vendor, worktree } = run;
    const needs = needsFor(fleet, {
      project: run.project,
      action: adapterOf(vendor).actionOf(call),
      world: asked.world,
    });
    // What named people decide on no grant decides for them.
    const isReserved = needs.votes > 1 || needs.approvers !== null;
    const grant = isReserved
      ? null
      : grantFor(fleet, { run, call, cwd, world: asked.world, judgement, at: moment.at });
    if (grant) {
      const by = `grant ${grant.id} of ${grant.by.replace(/^person:/, '')}: ${grant.reason}`;
      return [
        { type: 'tool-judged', ...told, verdict: 'allow', tier, reason: by },
        { type: 'grant-used', grant: grant.id, run: run.id, session, call: call.id },
      ];
    }
    const subject = { type: 'tool-call', vendor, call } as const;
    const branch = worktree?.branch ?? null;
    const request = requestApproval(
      { agent, run: id, session, subject, cwd, branch, reason, tier, grounds },
      { moment, judgement, lifeMs, needs },
    );
    return [{ ...request, kind, world }];
  }
  const scope = verdict === 'deny' ? missingScope(judged.judgement) : null;
  if (scope === null) {
    const isUnattended = judgement.decidedBy.type === 'unattended';
    const why = isUnattended ? `${reason}; nobody attends this run, so nobody is asked` : reason;
    return [{ type: 'tool-judged', ...told, verdict, tier, reason: why }];
  }
  const refusal = refusalOf(fleet, run, scope, judged.open);
  if (refusal !== null)
    return [{ type: 'tool-judged', ...told, verdict, tier, reason: `${reason}${refusal}` }];
  const waiting = waitingScopeRequest(fleet, run.id, scope);
  const request = waiting
    ? []
    : [
        scopeRequest(
          fleet,
          { run, session, scope, reason: wanting(call, judgement), cwd, tier, lifeMs },
          moment,
        ),
      ];
  const approval = waiting?.id ?? moment.fresh;
  return [...request, { type: 'call-held', ...told, scope, approval, tier, reason }];
}

/** The scope that alone stands in the way; null where something else would refuse the call all the same. */
function missingScope({ decidedBy, parts }: Judgement): Scope | null {
  if (decidedBy.type !== 'scope') return null;
  const isOtherwiseDenied = parts.some((part) => part.verdict === 'deny' && part.decidedBy.type !== 'scope');
  return isOtherwiseDenied ? null : decidedBy.scope;
}

/** What the agent wants it for, in the words of the call that stands still without it. */
function wanting({ tool }: ToolCall, { parts, reason }: Judgement): string {
  const part = parts.find(({ decidedBy }) => decidedBy.type === 'scope');
  return part && part.text !== tool ? `${tool} ${part.text}: ${reason}` : `${tool}: ${reason}`;
}

/** Why a person is not asked for the scope, to be added to the reason; null where one is. */
function refusalOf(fleet: Fleet, run: Run, scope: Scope, open: OpenCall | undefined): string | null {
  if (!run.isAttended) return '';
  if (fleet.policy.granters[scope]?.length === 0) return '; nobody may grant it (policy.yaml, grants)';
  const refused = run.refusedScopes[scope];
  if (refused) return `; ${refused.by.replace(/^person:/, '')} said no to it${words(refused.reason)}`;
  // It has waited for this very scope, and the question ended without an answer.
  return open?.heldFor?.scope === scope ? '; nobody answered whether it may have it' : null;
}

const words = (text: string): string => (text === '' ? '' : `: ${text}`);
