/**
 * Which hosts a contained run may reach, who said so, and what is asked when it wants another. Its files' hosts
 * hold while it has the scope `network`; a host that a person allowed holds by itself, until the scope is taken.
 */
import { requestApproval } from '../approvals/request.ts';
import { happened, nothing, type Decision } from '../decision.ts';
import type { FleetEvent } from '../event.ts';
import { isEnded, runOfSession, type Fleet, type Run } from '../fleet.ts';
import type { Input, Moment } from '../input.ts';
import { policyOfRun } from '../permissions/judge-call.ts';
import { definitionOf } from '../permissions/policy-of.ts';
import { canonicalHost, judgeHost, parseHostRule, type HostRule } from './host-rules.ts';

/** A host that a person allowed one run. */
export interface AllowedHost {
  readonly host: string;
  readonly port: number;
  readonly by: string;
  readonly at: number;
}

/** Questions of one run about hosts at once: more is an agent that tries everything. */
const WAITING_MAX = 5;

/** Hosts of its files, whether or not it has the scope. */
export const writtenHosts = (fleet: Pick<Fleet, 'projects'>, run: Run): readonly string[] =>
  definitionOf(fleet, run.project, run.agent)?.network ?? [];

/** As things stand; none of a run that is over. */
export function hostRulesOf(fleet: Fleet, run: Run): readonly HostRule[] {
  if (isEnded(run)) return [];
  const isOn = policyOfRun(fleet, run).scopes.includes('network');
  const written = isOn ? writtenHosts(fleet, run) : [];
  const parsed = written.flatMap((text) => {
    const rule = parseHostRule(text);
    return 'problem' in rule ? [] : [rule];
  });
  const allowed = (run.hosts ?? []).map(({ host, port }): HostRule => ({ host, port, isBelow: false }));
  return [...parsed, ...allowed];
}

/** A connection was tried. Where somebody attends and a yes would open it, they are asked. */
export function noticeAttempt(
  fleet: Fleet,
  input: Extract<Input, { type: 'network-attempt' }>,
  moment: Moment,
): Decision {
  const { session, host, port, verdict, reason } = input;
  const run = runOfSession(fleet, session);
  if (!run) return nothing;
  const attempt: FleetEvent = { type: 'network-attempt', run: run.id, session, host, port, verdict, reason };
  if (verdict === 'allow' || !isWorthAsking(fleet, run, { host, port })) return happened(attempt);
  const request = requestApproval(
    {
      agent: run.agent,
      run: run.id,
      session,
      subject: { type: 'host', host, port },
      cwd: run.cwd,
      branch: run.worktree?.branch ?? null,
      reason: `${run.agent} wants to reach ${host}:${port}, which is not on its list of hosts`,
      tier: policyOfRun(fleet, run).tier,
      grounds: null,
    },
    {
      moment,
      judgement: null,
      lifeMs: input.approvalLifeMs,
      needs: { votes: 1, approvers: fleet.policy.granters.network ?? null },
    },
  );
  return happened(attempt, request);
}

/** A yes to the question is what opens the host. */
export function withHosts(fleet: Fleet, decision: Decision): Decision {
  const allowed = decision.events.flatMap((event): FleetEvent[] => {
    if (event.type !== 'approval-decided' || event.verdict !== 'approved') return [];
    const subject = fleet.approvals[event.approval]?.subject;
    if (subject?.type !== 'host') return [];
    const { run, session, approval } = event;
    return [{ type: 'host-allowed', run, session, host: subject.host, port: subject.port, approval }];
  });
  return allowed.length === 0 ? decision : { ...decision, events: [...decision.events, ...allowed] };
}

export function applyAllowedHost(
  fleet: Fleet,
  event: Extract<FleetEvent, { type: 'host-allowed' }>,
  { actor: by, at }: { readonly actor: string; readonly at: number },
): Fleet {
  const run = fleet.runs[event.run];
  if (!run) return fleet;
  const { host, port } = event;
  const others = (run.hosts ?? []).filter((known) => known.host !== host || known.port !== port);
  const runs = { ...fleet.runs, [run.id]: { ...run, hosts: [...others, { host, port, by, at }] } };
  const request = fleet.approvals[event.approval];
  // The yes has done all it was for.
  return request
    ? { ...fleet, runs, approvals: { ...fleet.approvals, [request.id]: { ...request, state: 'executed' } } }
    : { ...fleet, runs };
}

function isWorthAsking(
  fleet: Fleet,
  run: Run,
  target: { readonly host: string; readonly port: number },
): boolean {
  if (!run.isAttended || isEnded(run) || run.refusedScopes.network) return false;
  const canonical = canonicalHost(target.host);
  // A name without a dot is this machine or its network, where no name may lead.
  const isReachable =
    canonical.type === 'address'
      ? !canonical.host.startsWith('169.254.')
      : canonical.type === 'name' && canonical.host.includes('.') && !canonical.host.endsWith('.localhost');
  // On its list already, and refused for what it leads to: no yes would open it.
  if (!isReachable || judgeHost(hostRulesOf(fleet, run), target).type === 'allow') return false;
  const asked = Object.values(fleet.approvals).filter(
    ({ session, subject }) => session === run.session && subject.type === 'host',
  );
  // A no holds; a question that nobody answered may be asked again.
  const isAnswered = asked.some(
    ({ subject, state }) =>
      subject.type === 'host' &&
      subject.host === target.host &&
      subject.port === target.port &&
      state !== 'expired',
  );
  return !isAnswered && asked.filter(({ state }) => state === 'pending').length < WAITING_MAX;
}
