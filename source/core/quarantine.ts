/**
 * Agents that may not work. A tripwire holds one: its calls are refused until a person lets go. Quarantine
 * stops one: it starts by no way at all until a person releases it, having been shown what it did.
 */
import { endApprovals } from './approvals/close-approvals.ts';
import { happened, nothing, refused, type Decision } from './decision.ts';
import type { FleetEvent } from './event.ts';
import { isEnded, type Fleet, type Run } from './fleet.ts';
import type { Input, Moment } from './input.ts';
import type { Tripwire } from './risk/observation.ts';
import { agentKey } from './risk/observe.ts';
import type { Signal } from './risk/signal.ts';

/** What the model saw when it stopped an agent. */
export interface QuarantineGrounds {
  readonly probability: number;
  /** Worst first. */
  readonly signals: readonly {
    readonly signal: Signal;
    readonly value: number;
    readonly logOdds: number;
  }[];
}

export interface Quarantine {
  readonly id: string;
  readonly project: string;
  readonly agent: string;
  /** `person:NAME`, or `daemon` for the brain. */
  readonly by: string;
  readonly since: number;
  readonly reason: string;
  /** null: a person put it there. */
  readonly grounds: QuarantineGrounds | null;
}

export interface Hold {
  readonly project: string;
  readonly agent: string;
  readonly tripwire: Tripwire;
  readonly since: number;
  readonly detail: string;
}

/** By which an agent is found in what is kept of it. */
const keyOf = ({ project, agent }: { readonly project: string; readonly agent: string }): string =>
  agentKey(project, agent);

export const quarantineOf = (
  fleet: Pick<Fleet, 'quarantines'>,
  agent: { readonly project: string; readonly agent: string },
): Quarantine | undefined => fleet.quarantines[keyOf(agent)];

export const holdsOf = (
  fleet: Pick<Fleet, 'holds'>,
  agent: { readonly project: string; readonly agent: string },
): readonly Hold[] => fleet.holds[keyOf(agent)] ?? [];

/** Why an agent may not start, or null. Every way of starting one asks here. */
export function startRefusal(
  fleet: Fleet,
  agent: { readonly project: string; readonly agent: string },
): Decision | null {
  const quarantine = quarantineOf(fleet, agent);
  return quarantine
    ? refused(
        'QUARANTINED',
        `${agent.agent} is in quarantine: ${quarantine.reason}; look at what it did, then release it: fleet quarantine show ${agent.agent}`,
      )
    : null;
}

/** Why no call of the agent may run now, or null. */
export function callRefusal(fleet: Fleet, run: Run): string | null {
  const quarantine = quarantineOf(fleet, run);
  if (quarantine) return `${run.agent} is in quarantine: ${quarantine.reason}`;
  const [hold] = holdsOf(fleet, run);
  return hold
    ? `${run.agent} is held (${hold.tripwire}: ${hold.detail}); a person has to let go of it first`
    : null;
}

export function quarantineAgent(
  fleet: Fleet,
  input: Extract<Input, { type: 'quarantine' }>,
  moment: Moment,
): Decision {
  const { project, agent, reason, grounds } = input;
  if (reason.trim() === '')
    return refused('NO_REASON', 'say why, so that whoever releases it knows: -m TEXT');
  if (quarantineOf(fleet, input)) return nothing;
  const runs = runsOf(fleet, input);
  if (runs.length === 0 && !isKnown(fleet, input))
    return refused('NO_AGENT', `there is no agent ${agent} in ${project}; see: fleet config show`);
  return happened(
    { type: 'agent-quarantined', project, agent, quarantine: moment.fresh, reason, grounds },
    ...runs.flatMap((run) => [
      ...(run.session === null ? [] : endApprovals(fleet, run.session, `${agent} was put in quarantine`)),
      ...stopOf(run, 'quarantine'),
    ]),
  );
}

/** A run that came up while its agent was being put in quarantine. */
export const stopIfQuarantined = (fleet: Fleet, run: Run): FleetEvent[] =>
  quarantineOf(fleet, run)
    ? [{ type: 'stop-requested', run: run.id, session: run.session!, reason: 'quarantine' }]
    : [];

export function releaseAgent(
  fleet: Fleet,
  input: Extract<Input, { type: 'release' }>,
  moment: Moment,
): Decision {
  const { project, agent, reason, quarantine: seen } = input;
  const quarantine = quarantineOf(fleet, input);
  if (!moment.actor.startsWith('person:'))
    return refused('NOT_A_PERSON', `only a person releases ${agent} from quarantine`);
  if (!quarantine) return refused('NOT_QUARANTINED', `${agent} is not in quarantine`);
  if (seen !== quarantine.id)
    return refused(
      'NOT_SHOWN',
      `look at what ${agent} did last, then release this quarantine by its id: fleet quarantine show ${agent}`,
    );
  if (reason.trim() === '')
    return refused('NO_REASON', 'say why it may work again: -m TEXT; it stays in the log');
  return happened({ type: 'agent-released', project, agent, quarantine: quarantine.id, reason });
}

export function holdAgent(fleet: Fleet, input: Extract<Input, { type: 'hold' }>): Decision {
  const { project, agent, tripwire, detail } = input;
  if (holdsOf(fleet, input).some((hold) => hold.tripwire === tripwire)) return nothing;
  return happened({ type: 'agent-held', project, agent, tripwire, detail });
}

export function letGoOfAgent(
  fleet: Fleet,
  input: Extract<Input, { type: 'let-go' }>,
  moment: Moment,
): Decision {
  const { project, agent, reason } = input;
  const holds = holdsOf(fleet, input);
  if (!moment.actor.startsWith('person:'))
    return refused('NOT_A_PERSON', `only a person lets go of ${agent}`);
  if (holds.length === 0) return refused('NOT_HELD', `${agent} is not held`);
  if (reason.trim() === '') return refused('NO_REASON', 'say why it may go on: -m TEXT; it stays in the log');
  return happened(
    ...holds.map(({ tripwire }) => ({ type: 'agent-let-go', project, agent, tripwire, reason }) as const),
  );
}

/** The fold of the events about agents that may not work. */
export function applyQuarantine(
  fleet: Fleet,
  event: Extract<
    FleetEvent,
    { type: 'agent-quarantined' | 'agent-released' | 'agent-held' | 'agent-let-go' }
  >,
  by: string,
  at: number,
): Fleet {
  const key = keyOf(event);
  const { [key]: _quarantine, ...quarantines } = fleet.quarantines;
  const { [key]: held = [], ...holds } = fleet.holds;
  const { project, agent } = event;
  switch (event.type) {
    case 'agent-quarantined': {
      const { quarantine: id, reason, grounds } = event;
      const entry: Quarantine = { id, project, agent, by, since: at, reason, grounds };
      const runs = Object.fromEntries(
        // Nothing brings it back by itself.
        runsOf(fleet, event).map((run) => [run.id, { ...run, restartsWhenEnded: false }]),
      );
      return {
        ...fleet,
        runs: { ...fleet.runs, ...runs },
        quarantines: { ...quarantines, [key]: entry },
      };
    }
    case 'agent-released':
      // What held it was part of what a person has now judged.
      return { ...fleet, quarantines, holds };
    case 'agent-held': {
      const { tripwire, detail } = event;
      const hold: Hold = { project, agent, tripwire, since: at, detail };
      return { ...fleet, holds: { ...holds, [key]: [...held, hold] } };
    }
    case 'agent-let-go': {
      const rest = held.filter(({ tripwire }) => tripwire !== event.tripwire);
      return { ...fleet, holds: rest.length === 0 ? holds : { ...holds, [key]: rest } };
    }
    default:
      return event satisfies never;
  }
}

const runsOf = (fleet: Fleet, { project, agent }: { project: string; agent: string }): readonly Run[] =>
  Object.values(fleet.runs).filter((run) => run.project === project && run.agent === agent && !isEnded(run));

const isKnown = (fleet: Fleet, { project, agent }: { project: string; agent: string }): boolean =>
  fleet.projects[project]?.agents.some(({ name }) => name === agent) ?? false;

/** A run that has no session yet is refused where it would get one. */
const stopOf = (run: Run, reason: string): FleetEvent[] =>
  run.phase === 'running' ? [{ type: 'stop-requested', run: run.id, session: run.session!, reason }] : [];
