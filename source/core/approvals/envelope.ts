/**
 * The envelope: exactly what a person is shown and what their decision is bound to. The daemon hashes its
 * canonical form; anything that differs by one byte is another request.
 */
import type { Tier } from '../agent.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { DecidedBy } from '../policy/verdict.ts';
import type { Grounds } from './grounds.ts';
import { shownAs, type Subject } from './subject.ts';

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
  /** 1: a request recorded before there were kinds of them; its hash covers less. */
  readonly form: 1 | 2;
  readonly agent: string;
  readonly run: string;
  readonly session: string;
  readonly subject: Subject;
  readonly cwd: string;
  readonly branch: string | null;
  readonly reason: string;
  readonly tier: Tier | null;
  readonly decidedBy: DecidedBy | null;
  readonly grounds: Grounds | null;
  /** The request this one replaces, because the world changed between its approval and its execution. */
  readonly supersedes: string | null;
}

/** The text whose SHA-256 is the hash of the request. */
export function envelopeText(envelope: Envelope): string {
  const { form, agent, run, session, subject, cwd, branch, reason } = envelope;
  if (form === 1) {
    const call = shownAs(subject);
    return `fleet-approval-v1${canonicalJson({ agent, run, session, call, cwd, branch, reason })}`;
  }
  const { tier, decidedBy, grounds, supersedes } = envelope;
  return `fleet-approval-v2${canonicalJson({ agent, run, session, subject, cwd, branch, reason, tier, decidedBy, grounds, supersedes })}`;
}

/** The envelope of a recorded request: what its hash must be the hash of. */
export function envelopeOf(request: Envelope): Envelope {
  const { form, agent, run, session, subject, cwd, branch, reason } = request;
  const { tier, decidedBy, grounds, supersedes } = request;
  return { form, agent, run, session, subject, cwd, branch, reason, tier, decidedBy, grounds, supersedes };
}
