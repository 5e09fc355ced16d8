/** Agents that were given a task and never let hear from their hooks: whatever they do, nobody knows that it is gated. */
import type { FleetEvent } from './event.ts';
import type { Fleet } from './fleet.ts';

/** The slowest CLI fires its first hook within five seconds of its start; the rest is for a machine under load. */
const PROOF_MS_MAX = 60_000;

/** One alarm for each session that owes its proof. */
export function unprovenGates(fleet: Fleet, at: number): FleetEvent[] {
  return Object.values(fleet.runs).flatMap((run): FleetEvent[] => {
    const { id, session, startedAt } = run;
    if (run.protection !== 'gated' || run.phase !== 'running' || run.isGateProven) return [];
    if (run.task === '' || startedAt === null || at - startedAt < PROOF_MS_MAX) return [];
    if (
      fleet.alarms.some(
        (known) => known.alarm === 'gate-unproven' && known.run === id && known.at >= startedAt,
      )
    )
      return [];
    return [
      {
        type: 'alarm-raised',
        alarm: 'gate-unproven',
        run: id,
        session,
        message: `${run.agent} has its task for a minute and its hooks have said nothing: answer what its pane may be asking, or stop it; what it does is not known to be gated`,
      },
    ];
  });
}
