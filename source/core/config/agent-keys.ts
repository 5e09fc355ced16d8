/** Every key an agent may have, and what may stand there. docs/configuration.md describes each of them. */
import { isSeq } from 'yaml';
import { TIERS, VENDORS } from '../agent.ts';
import type { Rule } from '../agent.ts';
import { commandWords } from './command-words.ts';
import { say } from './described.ts';
import { network } from './network-keys.ts';
import type { Infer, Refined } from './shape.ts';
import {
  either,
  listOf,
  mapOf,
  oneOf,
  oneOrMany,
  refined,
  standing,
  text,
  wholeNumber,
  yesOrNo,
} from './shape.ts';

/** Names become branches, folders and arguments: nothing a shell, git or a path could read as more. */
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** A line in a list or a pane's title; longer texts belong into AGENT.md. */
const LINE_LETTERS_MAX = 200;

/** A year: whatever is meant to run longer than that has no budget. */
const SECONDS_MAX = 366 * 24 * 3600;

const agentName = text('a name of a-z, 0-9 and -, at most 40 letters', (value) =>
  NAME.test(value) ? null : `"${value}" is not a name`,
);

export const line = text(`one line of text, at most ${LINE_LETTERS_MAX} letters`, (value) => {
  if (/[\r\n]/.test(value.trimEnd())) return 'has several lines';
  if (value.trim() === '') return 'is empty';
  return value.length > LINE_LETTERS_MAX ? `has ${value.length} letters` : null;
});

/** A folded description may run over lines in the file. */
const description = text('a text of at most 2000 letters', (value) =>
  value.length > 2000 ? `has ${value.length} letters` : null,
);

/** An agent of the project, or what the vendor calls a kind of sub-agent: `general-purpose`, `Explore`. */
const subagentName = text('a name of an agent or of a kind of sub-agent, at most 60 letters', (value) =>
  /^[A-Za-z0-9][A-Za-z0-9_:-]{0,59}$/.test(value) ? null : `"${value}" is not a name`,
);

const path = text('a path', (value) => {
  if (value.trim() === '') return 'is empty';
  return /[\r\n]/.test(value) ? 'has several lines' : null;
});

const programAndArguments = refined(
  listOf(text('a text'), 'a list of program and arguments'),
  (words): Refined<readonly string[]> =>
    words.length === 0 || words[0] === '' ? { wrong: 'names no program' } : { value: words },
);

const commandLine = refined(text("a command, as in 'npm start'"), (written): Refined<readonly string[]> => {
  const split = commandWords(written);
  return split.type === 'words'
    ? { value: split.words }
    : { wrong: split.why, expected: "plain words, or a list such as [bash, -c, '…']" };
});

export const command = either(isSeq, programAndArguments, commandLine);

/** `Tool` or `Tool(pattern)`; what the pattern means is the policy's matter. */
const RULE = /^[A-Za-z_][A-Za-z0-9_-]*(\(.+\))?$/s;

const ruleText = text('Tool or Tool(pattern), as in Bash(npm test)', (value) =>
  RULE.test(value) ? null : `"${value}" is not a rule`,
);

const ruleAlone = refined(
  either((node) => node !== null && 'items' in node, mapOf({ ask: ruleText, deny: ruleText }), ruleText),
  (read): Refined<Rule> => {
    if (typeof read === 'string') return { value: { effect: 'allow', rule: read } };
    const { ask, deny } = read.values;
    if (ask !== undefined && deny === undefined) return { value: { effect: 'ask', rule: ask } };
    if (deny !== undefined && ask === undefined) return { value: { effect: 'deny', rule: deny } };
    return { wrong: 'says not exactly one of ask and deny', expected: 'ask: RULE, or deny: RULE' };
  },
);

export const rules = listOf(
  standing(ruleAlone, (rule, place): Rule => ({ ...rule, source: say(place) })),
  'a list of rules',
);

export const permissions = mapOf({ execution_tier: oneOf(TIERS), rules });

/** Five fields, or six with seconds first, or a nickname. Whether such a time ever comes is the scheduler's matter. */
const CRON = /^(@(yearly|annually|monthly|weekly|daily|hourly)|(\S+\s+){4,5}\S+)$/;
const CRON_FIELD = /^[0-9A-Za-z*/,?#LW-]+$/;

const cron = text("a schedule such as '0 7 * * 1-5'", (value) => {
  const fields = value.trim().split(/\s+/);
  const isSound =
    CRON.test(value.trim()) && (value.startsWith('@') || fields.every((field) => CRON_FIELD.test(field)));
  return isSound ? null : `"${value}" is not a schedule`;
});

const eventType = text('a type of event, as in pr_created', (value) =>
  /^[a-z][a-z0-9_.*-]{0,59}$/.test(value) ? null : `"${value}" is not a type of event`,
);

const subscriptionGate = mapOf({
  pr_checks_passing: yesOrNo,
  pr_mergeable: yesOrNo,
  label_present: line,
});

const triggerKeys = mapOf({
  name: agentName,
  schedule: cron,
  watch: oneOrMany(path),
  daemon: command,
  task: description,
  enabled: yesOrNo,
  debounce_seconds: wholeNumber({ min: 0, max: SECONDS_MAX }),
  cooldown_seconds: wholeNumber({ min: 0, max: SECONDS_MAX }),
});

const trigger = refined(triggerKeys, ({ values }): Refined<Infer<typeof triggerKeys>['values']> => {
  const causes = [values.schedule, values.watch, values.daemon].filter((cause) => cause !== undefined);
  if (causes.length === 1) return { value: values };
  return { wrong: `has ${causes.length} causes`, expected: 'exactly one of schedule, watch, daemon' };
});

export const worktree = either(
  (node) => node !== null && 'value' in node && typeof node.value === 'string',
  path,
  yesOrNo,
);

/** Both files know these. */
const shared = {
  name: agentName,
  description,
  role: line,
  department: line,
  reports_to: agentName,
  vendor: oneOf(VENDORS),
  command,
  permissions,
  allowed_subagents: listOf(subagentName, 'a list of names of agents or kinds of sub-agent'),
  subscribes_to: oneOrMany(eventType),
  subscription_gate: subscriptionGate,
  use_github_app: yesOrNo,
  worktree,
  max_concurrent: wholeNumber({ min: 1, max: 100 }),
  budget_seconds: wholeNumber({ min: 1, max: SECONDS_MAX }),
  schedule: cron,
  triggers: listOf(trigger, 'a list of triggers'),
  enabled: yesOrNo,
  sandbox: oneOf(['on', 'off']),
  network,
} as const;

export const agentKeys = mapOf(shared, { required: ['name'] });

export type AgentKeys = Infer<typeof agentKeys>;
