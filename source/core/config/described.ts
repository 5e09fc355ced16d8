/** One agent as one file describes it, and where that file says so. */
import type { AgentKeys } from './agent-keys.ts';
import type { Place } from './problem.ts';

export interface Described {
  readonly keys: AgentKeys;
  /** Body of AGENT.md; empty for an agent of fleet.yaml. */
  readonly instructions: string;
}

/** Place of a key, as in `permissions.rules`, or of the agent itself where the key is not there. */
export function placeOf({ keys }: Described, key: string): Place {
  const [outer, inner] = key.split('.') as [string, string | undefined];
  const nested = inner === undefined ? undefined : keys.values.permissions?.places[inner];
  return nested ?? keys.places[outer] ?? keys.places['']!;
}

export function pathOf({ keys }: Described, key: string): string {
  return keys.path === '' ? key : `${keys.path}.${key}`;
}

/** `fleet.yaml:12` */
export function say({ file, line }: Place): string {
  return `${file}:${line}`;
}
