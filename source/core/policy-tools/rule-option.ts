/** A rule as it is typed on a command line: `Bash(npm test)` allows, `deny Bash(rm *)` and `ask …` say so. */
import type { Rule } from '../agent.ts';
import { parseRule } from '../policy/rule.ts';
import { VERDICTS } from '../policy/verdict.ts';

export function ruleFromOption(text: string): Rule | { readonly problem: string } {
  const [, word = '', rest = ''] = /^\s*([a-z]+)[\s:]+(.+)$/s.exec(text) ?? [];
  const effect = VERDICTS.find((each) => each === word);
  const rule = (effect === undefined ? text : rest).trim();
  const parsed = parseRule(rule);
  return 'problem' in parsed ? parsed : { effect: effect ?? 'allow', rule };
}
