/**
 * The envelope: exactly what a person is shown and what their decision is bound to. The daemon hashes its
 * canonical form; anything that differs by one byte is another request.
 */
import { canonicalJson } from '../canonical-json.ts';

/** One call of a tool, in the vendor's own words. */
export interface ToolCall {
  /** The vendor's id of the call, unique in its session. */
  readonly id: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The sub-agent that calls; null for the agent itself. */
  readonly subagent: string | null;
}

export interface Envelope {
  readonly agent: string;
  readonly run: string;
  readonly session: string;
  readonly call: ToolCall;
  readonly cwd: string;
  readonly branch: string | null;
  readonly reason: string;
}

/** The text whose SHA-256 is the hash of the request. */
export function envelopeText(envelope: Envelope): string {
  return `fleet-approval-v1${canonicalJson(envelope)}`;
}

/** The envelope of a recorded request: what its hash must be the hash of. */
export function envelopeOf(request: Envelope): Envelope {
  const { agent, run, session, call, cwd, branch, reason } = request;
  return { agent, run, session, call, cwd, branch, reason };
}
