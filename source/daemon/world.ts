/** What a verdict on a call of a run wants to know of the file system. */
import { homedir } from 'node:os';
import type { ToolCall } from '../core/approvals/envelope.ts';
import type { Run } from '../core/fleet.ts';
import type { World } from '../core/policy/policy.ts';
import { adapterOf } from '../core/vendors/registry.ts';
import { lookUpWorld } from '../io/files/world.ts';

/** Nothing was looked up, so nothing that names a path is allowed. */
export const NO_WORLD: World = { root: '', home: '', cwd: '', real: {}, secrets: null };

/** `cwd` is the call's; where its hook named none, the run's. */
export function worldOf(run: Pick<Run, 'vendor' | 'cwd'>, call: ToolCall, cwd: string): Promise<World> {
  const action = adapterOf(run.vendor).actionOf(call);
  return lookUpWorld(action, { root: run.cwd, home: homedir(), cwd: cwd || run.cwd });
}
