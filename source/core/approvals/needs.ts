/** Who has to say yes to what: the classes of actions that named people, or more than one, decide on. */
import type { Fleet, Needs } from '../fleet.ts';
import type { Action } from '../policy/action.ts';
import { judge } from '../policy/judge.ts';
import type { World } from '../policy/policy.ts';
import { SCOPES, type Judgement } from '../policy/verdict.ts';

/** As policy.yaml says it under `approvers:`, and fleet.yaml in its defaults. */
export interface ApproverClass {
  /** Which actions, as a rule names them: `Bash(npm publish:*)`. */
  readonly rule: string;
  /** Names of people; null: anybody. */
  readonly people: readonly string[] | null;
  /** How many different people must say yes. */
  readonly votes: number;
}

/** Of several classes every one has to be satisfied: the most votes, of people whom all of them name. */
export function needsFor(
  fleet: Pick<Fleet, 'policy' | 'projects'>,
  { project, action, world }: { readonly project: string; readonly action: Action; readonly world: World },
): Needs {
  const classes = classesOf(fleet, project).filter(({ rule }) => isOfClass(rule, action, world));
  const named = classes.flatMap(({ people }) => (people ? [people] : []));
  const [first] = named;
  return {
    votes: Math.max(1, ...classes.map(({ votes }) => votes)),
    approvers: first ? first.filter((name) => named.every((people) => people.includes(name))) : null,
  };
}

/**
 * What named people, or several, decide on is never simply allowed: a rule or a tier that allows it would
 * otherwise decide in their place. Where nobody can be asked it is denied.
 */
export function withApprovers(
  fleet: Pick<Fleet, 'policy' | 'projects'>,
  given: {
    readonly project: string;
    readonly action: Action;
    readonly world: World;
    readonly judgement: Judgement;
    readonly isAttended: boolean;
  },
): Judgement {
  const { project, action, world, judgement, isAttended } = given;
  if (judgement.verdict !== 'allow') return judgement;
  const known = classesOf(fleet, project).find(({ rule }) => isOfClass(rule, action, world));
  if (!known) return judgement;
  const reason = `${known.rule} is for ${known.people?.join(' or ') ?? `${known.votes} people`} to decide`;
  if (!isAttended)
    return {
      ...judgement,
      verdict: 'deny',
      reason: `${reason}, and nobody is asked in this run`,
      decidedBy: { type: 'unattended', wouldAsk: reason },
    };
  const decidedBy = {
    type: 'rule',
    effect: 'ask',
    rule: known.rule,
    source: 'policy.yaml, approvers',
  } as const;
  return { ...judgement, verdict: 'ask', reason, decidedBy };
}

const classesOf = ({ policy, projects }: Pick<Fleet, 'policy' | 'projects'>, project: string) => [
  ...(policy.approvers ?? []),
  ...(projects[project]?.defaults?.approvers ?? []),
];

/** As a denial would see it, because those look furthest: through wrappers, and at every part of a command. */
function isOfClass(rule: string, action: Action, world: World): boolean {
  const { verdict, decidedBy } = judge({
    action,
    world,
    policy: {
      tier: 'read_write',
      tierSource: '',
      rules: [{ effect: 'deny', rule, source: 'approvers' }],
      scopes: SCOPES,
      allowedSubagents: null,
      isAttended: true,
    },
  });
  return verdict === 'deny' && decidedBy.type === 'rule';
}
