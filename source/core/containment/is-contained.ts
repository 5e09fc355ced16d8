/** Whether an agent runs in a sandbox: what its file says, else what its kind starts with. */
import type { AgentDefinition } from '../agent.ts';

/** Off until every kind of agent has been seen to work inside; one agent at a time is switched on by name. */
const DEFAULT = 'off';

export function isContained(agent: Pick<AgentDefinition, 'sandbox'>): boolean {
  return (agent.sandbox ?? DEFAULT) === 'on';
}
