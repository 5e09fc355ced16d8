/** What the gate finds its way by. A hook inherits it from the agent; there is nothing else to configure. */
import type { LaunchRequest } from './vendor.ts';

export function gateEnvironment({ gate, session }: Pick<LaunchRequest, 'gate' | 'session'>) {
  return {
    FLEET_GATE_SOCKET: gate.socket,
    FLEET_SESSION: session,
    FLEET_TOKEN: gate.token,
    FLEET_SPOOL: gate.spool,
  };
}
