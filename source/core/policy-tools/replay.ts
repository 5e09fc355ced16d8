/** Calls that agents have made, judged once more: by the rules as they are now, or with one more. */
import type { ToolCall } from '../approvals/envelope.ts';
import type { Recorded } from '../event.ts';
import type { Fleet, Run } from '../fleet.ts';
import { judgeCall } from '../permissions/judge-call.ts';
import type { SourcedRule, World } from '../policy/policy.ts';
import type { Judgement, VerdictWord } from '../policy/verdict.ts';
import { adapterOf } from '../vendors/registry.ts';
import { isDecidedBy, judgedBy } from './rule-examples.ts';

/** A call as the log knows it, with what is needed to judge it again. */
export interface PastCall {
  readonly at: number;
  readonly run: Run;
  readonly call: ToolCall;
  readonly kind: string | null;
  readonly verdict: VerdictWord;
  readonly reason: string;
  readonly world: World;
}

export interface PastCalls {
  readonly calls: readonly PastCall[];
  /** Recorded before facts were kept, or of a run nobody knows any more: they cannot be judged again. */
  readonly unknown: number;
}

/**
 * `events` in their order. A call that was judged several times (it waited for a scope) counts once, as it
 * was judged last, with the scopes its run had then.
 */
export function pastCalls(events: readonly Recorded[], runs: Fleet['runs']): PastCalls {
  const calls = new Map<string, PastCall | null>();
  const grants = new Map<string, Run['grants']>();
  for (const { at, actor, event } of events) {
    if (event.type === 'scope-granted' || event.type === 'scope-revoked') {
      const { [event.scope]: _, ...others } = grants.get(event.run) ?? {};
      const given: Record<string, unknown> = { [event.scope]: { by: actor, at, reason: event.reason } };
      grants.set(event.run, event.type === 'scope-granted' ? { ...others, ...given } : others);
      continue;
    }
    if (event.type !== 'tool-judged' && event.type !== 'approval-requested' && event.type !== 'call-held')
      continue;
    const call = event.type === 'approval-requested' ? calledIn(event) : event.call;
    if (!call) continue;
    const run = runs[event.run];
    const past =
      run && event.world
        ? {
            at,
            run: { ...run, grants: grants.get(event.run) ?? {} },
            call,
            kind: event.kind ?? null,
            verdict: verdictIn(event),
            reason: event.reason,
            world: event.world,
          }
        : null;
    calls.set(`${event.session} ${call.id}`, past);
  }
  const known = [...calls.values()].filter((each) => each !== null);
  return { calls: known, unknown: calls.size - known.length };
}

function verdictIn(
  event: Extract<Recorded['event'], { type: 'tool-judged' | 'approval-requested' | 'call-held' }>,
): VerdictWord {
  if (event.type === 'tool-judged') return event.verdict;
  return event.type === 'call-held' ? event.judgement.verdict : 'ask';
}

function calledIn(event: Extract<Recorded['event'], { type: 'approval-requested' }>): ToolCall | null {
  if (event.subject) return event.subject.type === 'tool-call' ? event.subject.call : null;
  return event.call ?? null;
}

export interface Change {
  readonly past: PastCall;
  readonly judgement: Judgement;
}

export interface Replay {
  readonly judged: number;
  readonly unknown: number;
  /** `allow→ask`: how many. What stays as it was is not in it. */
  readonly counts: Readonly<Record<string, number>>;
  readonly changes: readonly Change[];
}

type Rules = Pick<Fleet, 'projects' | 'policy' | 'tiers'>;

/** What the present rules make of them. */
export function replay({ calls, unknown }: PastCalls, fleet: Rules): Replay {
  const changes: Change[] = [];
  const counts: Record<string, number> = {};
  for (const past of calls) {
    const { judgement } = judgeCall(fleet, past);
    if (judgement.verdict === past.verdict) continue;
    changes.push({ past, judgement });
    const name = `${past.verdict}→${judgement.verdict}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return { judged: calls.length, unknown, counts, changes };
}

/** What one more rule would have been good for. */
export interface DryRun {
  readonly judged: number;
  readonly unknown: number;
  /** Calls it has a say in, by what comes of them with it. */
  readonly met: Readonly<Record<VerdictWord, number>>;
  /** Of those, what would have been something else without it. */
  readonly changes: readonly Change[];
  /** Of those it is about, the ones that something else still keeps from being allowed. */
  readonly kept: readonly Change[];
}

export function dryRun({ calls, unknown }: PastCalls, fleet: Rules, rule: SourcedRule): DryRun {
  const met: Record<VerdictWord, number> = { allow: 0, ask: 0, deny: 0 };
  const changes: Change[] = [];
  const kept: Change[] = [];
  const withRule = { ...fleet, policy: { ...fleet.policy, rules: [...fleet.policy.rules, rule] } };
  for (const past of calls) {
    const { judgement } = judgeCall(withRule, past);
    if (!isDecidedBy(judgement, rule)) continue;
    met[judgement.verdict]++;
    if (judgeCall(fleet, past).judgement.verdict !== judgement.verdict) changes.push({ past, judgement });
    if (rule.effect === 'allow' && judgement.verdict !== 'allow') kept.push({ past, judgement });
  }
  return { judged: calls.length, unknown, met, changes, kept };
}

/** The rules that are met by none of the calls, whatever else decides about them. */
export function unmetRules(
  calls: readonly PastCall[],
  rules: readonly SourcedRule[],
): readonly SourcedRule[] {
  let left = rules.map((rule) => ({ rule, alone: [rule] }));
  for (const { run, call, world } of calls) {
    if (left.length === 0) break;
    const action = adapterOf(run.vendor).actionOf(call);
    left = left.filter(({ rule, alone }) => !isDecidedBy(judgedBy(alone, action, world), rule));
  }
  return left.map(({ rule }) => rule);
}
