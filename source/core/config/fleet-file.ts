/** fleet.yaml: the project's agents and what they have in common. */
import { agentKeys, line, permissions, worktree } from './agent-keys.ts';
import { approvers } from './approver-keys.ts';
import { VENDORS } from '../agent.ts';
import { backend, network } from './network-keys.ts';
import type { Parsed } from './problem.ts';
import type { Infer } from './shape.ts';
import { listOf, mapOf, oneOf, wholeNumber } from './shape.ts';
import { readYaml } from './yaml-text.ts';

const fleetKeys = mapOf({
  project: line,
  defaults: mapOf({
    vendor: oneOf(VENDORS),
    permissions,
    approvers,
    worktree,
    max_concurrent: wholeNumber({ min: 1, max: 100 }),
    budget_seconds: wholeNumber({ min: 1, max: 366 * 24 * 3600 }),
  }),
  network,
  backend,
  agents: listOf(agentKeys, 'a list of agents'),
});

export type FleetFile = Infer<typeof fleetKeys>;

/** `path` is how the file is called in messages. */
export function parseFleetFile(text: string, path: string): Parsed<FleetFile> {
  return readYaml({ text, file: path, linesBefore: 0 }, fleetKeys);
}
