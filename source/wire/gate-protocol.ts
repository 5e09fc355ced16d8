/**
 * What `fleet-gate`, the process an agent's hook runs, says to the daemon: one question, one answer.
 * Both are JSON in a frame. The answer is ready to print: the gate knows nothing of policy.
 */
export const GATE_PROTOCOL = 1;

export const GateKind = {
  /** gate → daemon: JSON GateAsk, the only frame of a connection. */
  Ask: 1,
  /** daemon → gate: JSON GateAnswer; the connection ends. */
  Answer: 2,
  /** daemon → gate: a sentence that says why there will be no answer; the connection ends. */
  Refused: 3,
} as const;

/** No tool call that a person could read comes near this; a larger one is not asked about but refused. */
export const GATE_PAYLOAD_BYTES_MAX = 1024 * 1024;

/** A payload is JSON already, so quoting it again at most doubles it; the rest is for the other fields. */
export const GATE_FRAME_BYTES_MAX = 2 * GATE_PAYLOAD_BYTES_MAX + 64 * 1024;

export interface GateAsk {
  readonly protocol: number;
  /** Made up by the gate; the same however often it has to ask, and in what it spools. */
  readonly id: string;
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

/**
 * A report that found no daemon: one line of JSON in the session's spool. It proves nothing (whoever may
 * write the file may write anything), so it only ever adds to the trace.
 */
export interface SpooledReport {
  readonly id: string;
  /** Wall clock, milliseconds. */
  readonly at: number;
  readonly session: string;
  readonly dialect: string;
  readonly payload: string;
  /** A daemon had been handed it before it fell silent: it may be on record already. */
  readonly mayBeKnown: boolean;
}
