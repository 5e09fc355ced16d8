/**
 * Standing grants: a person's word that questions of one kind need not be asked again, for a while and within
 * bounds. A grant answers what would ask; it opens nothing that is denied, and nothing that is dangerous.
 */
import { happened, refused, type Decision } from '../decision.ts';
import { isEnded, type Fleet, type Run } from '../fleet.ts';
import type { Input, Moment } from '../input.ts';
import { policyOfRun } from '../permissions/judge-call.ts';
import { judge } from '../policy/judge.ts';
import type { World } from '../policy/policy.ts';
import { parseRule } from '../policy/rule.ts';
import type { Judgement } from '../policy/verdict.ts';
import { adapterOf } from '../vendors/registry.ts';
import { rank } from './could.ts';
import type { ToolCall } from './envelope.ts';
import { riskOf } from './risk-of.ts';

export type GrantHolder =
  | { readonly type: 'run'; readonly run: string }
  | { readonly type: 'worktree'; readonly path: string }
  | { readonly type: 'agent'; readonly project: string; readonly agent: string };

export interface Grant {
  readonly id: string;
  readonly rule: string;
  readonly holder: GrantHolder;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
  /** Wall clock, milliseconds. */
  readonly until: number;
  readonly uses: number;
  readonly lastUsedAt: number | null;
}

const DAY_MS = 86_400_000;
/** Whoever wants it for longer wants a rule, which stands in a file where others see it. */
export const GRANT_DAYS_MAX = 30;
/** Each is looked at for every question; more are rules by another name. */
const GRANTS_MAX = 100;

export function addGrant(fleet: Fleet, input: Extract<Input, { type: 'grant' }>, moment: Moment): Decision {
  const { rule, holder, days, reason, approval } = input;
  if (!(days > 0) || days > GRANT_DAYS_MAX)
    return refused(
      'DAYS',
      `a grant holds for up to ${GRANT_DAYS_MAX} days, not ${days}; for longer write a rule: fleet rule add`,
    );
  if (reason.trim() === '') return refused('NO_REASON', 'say why: --reason TEXT; it stays in the log');
  const parsed = parseRule(rule);
  if ('problem' in parsed) return refused('RULE', parsed.problem);
  if (parsed.tool === 'Bash' && parsed.specifier === null)
    return refused('WIDE', `${rule} would let every command run; name the command: Bash(npm test:*)`);
  const { level, could } = riskOf({
    subject: {
      type: 'tool-call',
      vendor: 'scripted',
      call: { id: '', subagent: null, ...callLike(parsed.tool, parsed.specifier) },
    },
    cwd: '/',
  });
  if (parsed.tool === 'Bash' && rank(level) >= rank('high'))
    return refused(
      'RISK',
      `${rule} could ${could[0]?.what ?? 'do harm'}; what is that risky is decided on each time`,
    );
  const active = activeGrants(fleet, moment.at);
  if (active.length >= GRANTS_MAX)
    return refused('GRANTS', `there are ${GRANTS_MAX} grants already; revoke some: fleet grants`);
  if (holder.type === 'run' && (!fleet.runs[holder.run] || isEnded(fleet.runs[holder.run]!)))
    return refused('NOT_LIVE', `run ${holder.run} is not running; grant it to the agent`);
  return happened({
    type: 'grant-added',
    grant: moment.fresh,
    rule,
    holder,
    reason,
    until: moment.at + days * DAY_MS,
    approval,
  });
}

export function revokeGrant(
  fleet: Fleet,
  { grant, reason }: Extract<Input, { type: 'revoke-grant' }>,
): Decision {
  return fleet.grants[grant]
    ? happened({ type: 'grant-revoked', grant, reason })
    : refused('NO_GRANT', `there is no grant ${grant}; see: fleet grants`);
}

export const activeGrants = ({ grants }: Pick<Fleet, 'grants'>, at: number): Grant[] =>
  Object.values(grants).filter(({ until }) => at < until);

/** The grant that answers a question, if one does. */
export function grantFor(
  fleet: Fleet,
  asked: {
    readonly run: Run;
    readonly call: ToolCall;
    readonly cwd: string;
    readonly world: World;
    readonly judgement: Judgement;
    readonly at: number;
  },
): Grant | null {
  const { run, call, cwd, world, judgement, at } = asked;
  // Questions of form, scope or parentage are not what a grant was given for.
  const { type } = judgement.decidedBy;
  if (judgement.verdict !== 'ask' || (type !== 'rule' && type !== 'tier')) return null;
  const candidates = activeGrants(fleet, at).filter(({ holder }) => isHeldBy(run, holder));
  if (candidates.length === 0) return null;
  const subject = { type: 'tool-call', vendor: run.vendor, call } as const;
  if (rank(riskOf({ subject, judgement, cwd }).level) >= rank('high')) return null;
  const action = adapterOf(run.vendor).actionOf(call);
  const policy = policyOfRun(fleet, run);
  const denials = policy.rules.filter(({ effect }) => effect === 'deny');
  const covers = ({ id, rule }: Grant): boolean => {
    const rules = [...denials, { effect: 'allow', rule, source: `grant ${id}` } as const];
    return judge({ action, policy: { ...policy, rules }, world }).verdict === 'allow';
  };
  return candidates.find(covers) ?? null;
}

function isHeldBy(run: Run, holder: GrantHolder): boolean {
  switch (holder.type) {
    case 'run':
      return holder.run === run.id;
    case 'worktree':
      return holder.path === run.worktree?.path;
    case 'agent':
      return holder.project === run.project && holder.agent === run.agent;
    default:
      return holder satisfies never;
  }
}

export function heldBy(holder: GrantHolder): string {
  switch (holder.type) {
    case 'run':
      return `run ${holder.run}`;
    case 'worktree':
      return `the worktree ${holder.path}`;
    case 'agent':
      return `agent ${holder.agent}`;
    default:
      return holder satisfies never;
  }
}

/** A call as the rule describes it, to say how risky calls of its kind are. */
function callLike(tool: string, specifier: string | null): Pick<ToolCall, 'tool' | 'input'> {
  const text = (specifier ?? '').replace(/(?::| )\*$/, '');
  return tool === 'Bash' ? { tool, input: { command: text } } : { tool, input: { path: text } };
}
