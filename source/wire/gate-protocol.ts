/**
 * What `fleet-gate`, the process an agent's hook runs, says to the daemon: one question, one answer.
 * Both are JSON in a frame. The answer is ready to print: the gate knows nothing of policy or vendors.
 */
export const GATE_PROTOCOL = 1;

export const GateKind = { Ask: 1, Answer: 2, Refused: 3 } as const;

export interface GateAsk {
  readonly protocol: number;
  readonly session: string;
  /** Proves that the asker is the agent of this session; from FLEET_TOKEN. */
  readonly token: string;
  /** Dialect of the hook, the gate's first argument: `claude`, `codex`, `fleet`. */
  readonly dialect: string;
  /** What the hook got on stdin, as it came. */
  readonly payload: string;
}

export interface GateAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}
