/** A simulated fleet: its agents, what happens to all of them, and the rows of every minute as docs/risk.md has them. */
import { simulateAgent, type SimulatedAgent } from './agent.ts';
import { chance } from './chance.ts';
import type { Conditions } from './conditions.ts';
import type { FaultKind } from './faults.ts';

export const FLEET_AGENTS = 25;
export const FLEET_MINUTES = 30 * 24 * 60;

export type Row = Readonly<Record<string, unknown>>;

export interface SimulatedFleet {
  readonly name: string;
  /** Rows of kind `fault`, for scoring. */
  readonly faults: readonly (Row & {
    readonly agent: string;
    readonly class: FaultKind;
    readonly onset: number;
    readonly end: number;
  })[];
  minutes(): Generator<{ readonly minute: number; readonly rows: readonly Row[] }>;
}

export function simulateFleet(given: {
  readonly seed: number;
  readonly conditions: Conditions;
  readonly agents?: number;
  readonly minutes?: number;
}): SimulatedFleet {
  const { seed, conditions, agents: size = FLEET_AGENTS, minutes = FLEET_MINUTES } = given;
  const name = `fleet-${seed}`;
  // Made anew each time they live: the same seed, the same life.
  const newAgents = (): SimulatedAgent[] =>
    Array.from({ length: size }, (_, index) => simulateAgent({ seed, index, minutes, conditions }));
  return {
    name,
    faults: newAgents().flatMap(({ name: agent, faults }) =>
      faults.map(({ kind, onset, end }) => ({
        t: onset,
        fleet: name,
        agent,
        kind: 'fault',
        class: kind,
        onset,
        end,
      })),
    ),
    *minutes() {
      const agents = newAgents();
      const luck = chance(seed, 1_000);
      let outageUntil = 0;
      for (let minute = 0; minute < minutes; minute += 1) {
        if (minute >= outageUntil && luck.hits(conditions.noise / (5 * 24 * 60)))
          outageUntil = minute + Math.ceil(luck.between(15, 90) * Math.sqrt(conditions.noise));
        const weather = {
          isOutage: minute < outageUntil,
          isUpgrade: minute > 0 && minute % (7 * 24 * 60) === 780,
        };
        const rows: Row[] = [];
        for (const agent of agents)
          for (const row of agent.minute(minute, weather)) rows.push({ fleet: name, ...row });
        yield { minute, rows };
      }
    },
  };
}
