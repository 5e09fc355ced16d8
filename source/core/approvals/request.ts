/** A question to a person, as an event. */
import type { FleetEvent } from '../event.ts';
import type { Approval, Needs } from '../fleet.ts';
import type { Moment } from '../input.ts';
import type { Judgement } from '../policy/verdict.ts';
import { envelopeOf, type Envelope } from './envelope.ts';
import type { Grounds } from './grounds.ts';
import { hashEnvelope } from './hash.ts';

type Requested = Extract<FleetEvent, { type: 'approval-requested' }>;

/** Parts of a command kept with the request; a command of more is shown and hashed whole all the same. */
const PARTS_MAX = 50;

export function requestApproval(
  asked: Omit<Envelope, 'form' | 'decidedBy' | 'supersedes'> & { readonly supersedes?: string },
  given: {
    readonly moment: Moment;
    readonly judgement: Judgement | null;
    readonly lifeMs: number;
    readonly needs: Needs;
  },
): Requested {
  const { moment, judgement, lifeMs, needs } = given;
  const decidedBy = judgement?.decidedBy ?? null;
  const envelope = envelopeOf({ supersedes: null, ...asked, form: 2, decidedBy });
  const { run, session, subject, cwd, branch, reason, tier, grounds, supersedes } = envelope;
  return {
    type: 'approval-requested',
    approval: moment.fresh,
    run,
    session,
    subject,
    cwd,
    branch,
    reason,
    tier,
    judgement: judgement && { ...judgement, parts: judgement.parts.slice(0, PARTS_MAX) },
    grounds,
    supersedes,
    needs,
    hash: hashEnvelope(envelope),
    expiresAt: moment.at + lifeMs,
  };
}

/** The same question in a world that changed: nobody's earlier answer is about it. */
export function requestAgain(
  approval: Approval,
  { grounds, moment }: { readonly grounds: Grounds; readonly moment: Moment },
): Requested {
  // A second look takes as long as the first; what was approved shortly before its end must not expire unseen.
  const lifeMs = approval.expiresAt - approval.requestedAt;
  const { judgement, needs, id } = approval;
  return requestApproval({ ...approval, grounds, supersedes: id }, { moment, judgement, lifeMs, needs });
}
