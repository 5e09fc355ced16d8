/** Who decides on what: names of people, and the classes of actions they decide on. */
import type { ApproverClass } from '../approvals/needs.ts';
import { parseRule } from '../policy/rule.ts';
import { line } from './agent-keys.ts';
import { listOf, mapOf, refined, text, wholeNumber, type Refined } from './shape.ts';

/** As events name them: `ana`. */
const personName = text('a name of a person', (value) =>
  /^[^\s/:][^\s:]{0,63}$/.test(value) ? null : `"${value}" is not a name`,
);

export const people = listOf(personName, 'a list of names of people');

/** More people than ever agree in time. */
const VOTES_MAX = 5;

export const approvers = listOf(
  refined(
    mapOf({ rule: line, people, votes: wholeNumber({ min: 1, max: VOTES_MAX }) }),
    ({ values: { rule, people: named, votes = 1 } }): Refined<ApproverClass> => {
      if (rule === undefined) return { wrong: 'names no rule', expected: "rule: 'Bash(npm publish:*)'" };
      const parsed = parseRule(rule);
      if ('problem' in parsed)
        return { wrong: parsed.problem, expected: "a rule such as 'Bash(npm publish:*)'" };
      if (named && named.length < votes)
        return {
          wrong: `needs ${votes} votes of ${named.length} people`,
          expected: 'as many people as votes, or more',
        };
      return { value: { rule, people: named ?? null, votes } };
    },
  ),
  'a list of classes of actions',
);
