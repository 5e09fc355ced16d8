/**
 * How agents start the gate whose hooks take one line of shell and let a call run when that line fails in any
 * way but one: exit code 2, with a sentence beside it. A gate that is missing, broken or killed must not leave
 * otherwise. The line itself never changes: which Node, which gate and which session come by environment.
 */
import type { LaunchRequest } from './vendor.ts';

/** Read by whatever Node or shell starts, the gate included: code that a project brings could answer in its place. */
const CLEARED = 'unset NODE_OPTIONS NODE_PATH;';

export const decidingCommand = (dialect: string): string =>
  `/bin/sh -c '${CLEARED} "$FLEET_NODE" "$FLEET_GATE" ${dialect}; code=$?; [ $code -eq 0 ] && exit 0; [ $code -eq 2 ] || echo "fleet: the gate ended with $code, so the call does not run; restart the agent" >&2; exit 2'`;

/** Exit code 2 on a report would stop work that is in order: no prompt would be taken, no turn would end. */
export const reportingCommand = (dialect: string): string =>
  `/bin/sh -c '${CLEARED} "$FLEET_NODE" "$FLEET_GATE" ${dialect} || exit 0'`;

export const gateCommandEnvironment = ({ gate }: Pick<LaunchRequest, 'gate'>) => ({
  FLEET_NODE: gate.node,
  FLEET_GATE: gate.script,
});

/**
 * For agents that give such a line to a shell. One that is fed by a socket, as Node's pipes are, takes itself
 * for a remote login unless it is nested, and runs ~/.bashrc: whatever that prints would stand before our answer.
 */
export const HOOK_SHELL_ENVIRONMENT = { SHLVL: '2' };
