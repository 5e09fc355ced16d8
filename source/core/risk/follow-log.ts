/** The risk of a fleet as its log tells it: what agents did, and what people decided about them. */
import type { Recorded } from '../event.ts';
import { agentKey, observe, type Watch } from './observe.ts';
import { letGoOfAgent, quarantineAgent, releaseAgent, type Looked, type RiskState } from './risk.ts';

/** Takes in one event; the same log leads to the same levels, however often it is read. */
export function follow(watch: Watch, recorded: Recorded): Watch & Omit<Looked, 'state'> {
  const seen = observe(watch, recorded);
  return { ...seen, risk: decided(seen.risk, recorded) };
}

function decided(risk: RiskState, { event, at, actor }: Recorded): RiskState {
  switch (event.type) {
    case 'agent-quarantined': {
      const by = event.grounds === null ? actor : 'brain';
      return quarantineAgent(risk, agentKey(event.project, event.agent), { at, by, reason: event.reason });
    }
    case 'agent-released':
      return releaseAgent(risk, agentKey(event.project, event.agent), {
        at,
        by: actor,
        reason: event.reason,
      });
    case 'agent-let-go':
      return letGoOfAgent(risk, agentKey(event.project, event.agent), at, event.tripwire);
    default:
      return risk;
  }
}
