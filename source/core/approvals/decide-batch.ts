/** One decision on several requests of one class: all of them, or none. */
import { refused, type Decision } from '../decision.ts';
import type { Approval, Fleet } from '../fleet.ts';
import type { Input, Moment } from '../input.ts';
import { classOf } from './class-of.ts';
import { decideApproval, objectionTo } from './decide-approval.ts';
import { rank, type RiskLevel } from './could.ts';
import { riskOf } from './risk-of.ts';

/** As many as a person can look through before saying yes to all of them. */
export const BATCH_MAX = 20;
/** What is riskier is looked at one by one. */
const BATCH_RISK_MAX: RiskLevel = 'medium';

export function decideBatch(
  fleet: Fleet,
  input: Extract<Input, { type: 'decide-batch' }>,
  moment: Moment,
): Decision {
  const { members, verdict, message, undoMs } = input;
  if (members.length === 0 || members.length > BATCH_MAX)
    return refused('BATCH', `a batch has 1 to ${BATCH_MAX} requests, not ${members.length}`);
  if (new Set(members.map(({ approval }) => approval)).size < members.length)
    return refused('BATCH', 'a request stands twice in the batch');
  const approvals: Approval[] = [];
  for (const member of members) {
    const approval = fleet.approvals[member.approval];
    if (!approval)
      return refused('NO_APPROVAL', `there is no approval ${member.approval}; see: fleet approvals`);
    approvals.push(approval);
    const isRepeated = approval.end?.decision === member.decision && member.decision !== '';
    const objection = isRepeated ? undefined : objectionTo(approval, { ...member, verdict }, moment);
    if (objection)
      return refused(objection.code, `nothing was decided: ${member.approval}: ${objection.message}`);
  }
  const unlike = approvals.find((approval) => classOf(approval) !== classOf(approvals[0]!));
  if (unlike)
    return refused(
      'CLASS',
      `nothing was decided: ${unlike.id} is of another class (${classOf(unlike)}) than ${approvals[0]!.id} (${classOf(approvals[0]!)})`,
    );
  const risky = verdict === 'approved' ? approvals.find(isTooRisky) : undefined;
  if (risky)
    return refused(
      'RISK',
      `nothing was decided: the risk of ${risky.id} is ${riskOf(risky).level}; decide on it alone`,
    );
  const decisions = members.map(({ approval, hash, decision, grounds }) =>
    decideApproval(
      fleet,
      {
        type: 'decide',
        approval,
        hash,
        decision,
        verdict,
        message,
        editedInput: null,
        ...(undoMs === undefined ? {} : { undoMs }),
        grounds: grounds ?? null,
      },
      { ...moment, fresh: `${moment.fresh}${approval}` },
    ),
  );
  // What has changed since it was shown is asked anew, the others are decided.
  const refusal = decisions.find((decision) => decision.refusal)?.refusal;
  return { events: decisions.flatMap(({ events }) => events), ...(refusal ? { refusal } : {}) };
}

const isTooRisky = (approval: Approval): boolean => rank(riskOf(approval).level) > rank(BATCH_RISK_MAX);
