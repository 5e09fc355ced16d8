/**
 * Who a sub-agent works for. Vendors say which sub-agent calls and of which kind it is, not who started it; it
 * must not get more than any of those, so they are found among the calls that are open when it begins.
 */
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
  const under = known?.under ?? ancestorsOf(fleet, run, session, kind);
  const subagents = [...run.subagents, { id: subagent, kind, under, beganAt: at, endedAt: null }];
  return {
    event: { type: 'subagent-began', run: run.id, session, subagent, kind, under },
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

/** Of several that may have started it all count; where no call tells, everybody who is at work may have. */
function ancestorsOf(fleet: Fleet, run: Run, session: string, kind: string): readonly string[] {
  const adapter = adapterOf(run.vendor);
  const starting = Object.values(fleet.openCalls[session] ?? {}).filter(({ call, verdict }) => {
    const action = adapter.actionOf(call);
    return verdict !== 'deny' && action.type === 'subagent' && action.kind === kind;
  });
  const possible =
    starting.length > 0
      ? starting.flatMap(({ call, kind: caller = null }) => kindsOf(run, call.subagent, caller))
      : run.subagents
          .filter(({ endedAt }) => endedAt === null)
          .flatMap((other) => kindsOf(run, other.id, other.kind));
  return [...new Set(possible)];
}
