/**
 * Who a sub-agent works for. Vendors say which sub-agent calls and of which kind it is, not who started it; it
 * must not get more than any of those, so they are found among the calls that are open when it begins.
 */
import type { ToolCall } from '../approvals/envelope.ts';
import type { FleetEvent } from '../event.ts';
import type { Fleet, Run } from '../fleet.ts';
import { adapterOf } from '../vendors/registry.ts';

export interface SubagentBegan {
  readonly event: Extract<FleetEvent, { type: 'subagent-began' | 'subagent-ended' }>;
  /** As it is with this sub-agent. */
  readonly run: Run;
}

/** The sub-agent is heard of for the first time, or again after its end; null when it is known to be at work. */
export function subagentBegan(
  fleet: Fleet,
  run: Run,
  told: {
    readonly session: string;
    readonly subagent: string;
    readonly kind: string;
    readonly at: number;
  },
): SubagentBegan | null {
  const { session, subagent, kind, at } = told;
  const known = run.subagents.find(({ id }) => id === subagent);
  if (known && known.endedAt === null) return null;
  const { under, by } = known
    ? { under: known.under, by: null }
    : ancestorsOf(fleet, run, { session, kind, at });
  const subagents = [...run.subagents, { id: subagent, kind, under, beganAt: at, endedAt: null }];
  return {
    event: { type: 'subagent-began', run: run.id, session, subagent, kind, under, by },
    run: { ...run, subagents },
  };
}

/** Kinds whose policies a call of the sub-agent is judged by, besides its run's own: itself and who started it. */
export function kindsOf(
  run: Pick<Run, 'subagents'>,
  subagent: string | null,
  kind: string | null,
): readonly string[] {
  if (subagent === null) return [];
  const known = run.subagents.find(({ id }) => id === subagent);
  return [...new Set([...(kind === null ? [] : [kind]), ...(known ? [known.kind, ...known.under] : [])])];
}

/** A call that starts a sub-agent has come back before that was heard of; some do their work in the background. */
export function subagentExpected(
  fleet: Fleet,
  run: Run,
  session: string,
  call: ToolCall,
): Extract<FleetEvent, { type: 'subagent-expected' }> | null {
  const open = fleet.openCalls[session]?.[call.id];
  const action = adapterOf(run.vendor).actionOf(call);
  if (!open || open.hasBegun || action.type !== 'subagent') return null;
  const under = kindsOf(run, call.subagent, open.kind ?? null);
  return { type: 'subagent-expected', run: run.id, session, call: call.id, kind: action.kind, under };
}

/** A sub-agent is heard of within seconds of its start; what was not by then has failed to. */
const EXPECTED_MS_MAX = 5 * 60_000;

/**
 * Kinds it works for: of several calls that may have started it all count. The one with the fewest is taken
 * for answered, so that none that is held to more is ever mistaken for one that is held to less. Where no
 * call tells, everybody who is at work may have started it.
 */
function ancestorsOf(
  fleet: Fleet,
  run: Run,
  { session, kind, at }: { readonly session: string; readonly kind: string; readonly at: number },
): { readonly under: readonly string[]; readonly by: string | null } {
  const adapter = adapterOf(run.vendor);
  const open = Object.values(fleet.openCalls[session] ?? {}).flatMap((each) => {
    const action = adapter.actionOf(each.call);
    return action.type === 'subagent' && each.verdict !== 'deny' && !each.hasBegun
      ? [
          {
            call: each.call.id,
            kind: action.kind,
            under: kindsOf(run, each.call.subagent, each.kind ?? null),
          },
        ]
      : [];
  });
  const expected = run.expectedSubagents.filter((each) => at - each.at <= EXPECTED_MS_MAX);
  const starting = [...open, ...expected]
    .filter((each) => each.kind === kind || each.kind === '' || kind === '')
    .sort((a, b) => a.under.length - b.under.length);
  const atWork = run.subagents.filter(({ endedAt }) => endedAt === null);
  const possible =
    starting.length > 0
      ? starting.flatMap(({ under }) => under)
      : atWork.flatMap(({ id, kind: other }) => kindsOf(run, id, other));
  return { under: [...new Set(possible)], by: starting[0]?.call ?? null };
}
