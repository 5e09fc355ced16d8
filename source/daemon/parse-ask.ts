/**
 * What a client asks, checked field by field before anything acts on it: what gets into an event stays there,
 * and a client of another version, or a script of somebody's own, may send anything.
 */
import { TIERS } from '../core/agent.ts';
import { SCOPES } from '../core/policy/verdict.ts';
import type { Ask } from '../wire/daemon-protocol.ts';
import { AskRefused } from './clients.ts';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const object: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const variables: Check = (value) => object(value) && Object.values(value as object).every(text);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const verdict: Check = (value) => value === 'approved' || value === 'rejected';
const scope: Check = (value) => SCOPES.some((known) => known === value);
const tier: Check = (value) => TIERS.some((known) => known === value);
const orNothing =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const flagOrNothing = orNothing(flag);
const numberOrNothing = orNothing(number);

const effect: Check = (value) => value === 'allow' || value === 'ask' || value === 'deny';
const fieldsOf =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    object(value) &&
    Object.entries(fields).every(([name, check]) =>
      check((value as Readonly<Record<string, unknown>>)[name]),
    );
const member = fieldsOf({ approval: text, hash: text, decision: text });
const members: Check = (value) => Array.isArray(value) && value.every(member);
const holders: readonly Check[] = [
  fieldsOf({ type: (type) => type === 'run', run: text }),
  fieldsOf({ type: (type) => type === 'worktree', path: text }),
  fieldsOf({ type: (type) => type === 'agent', project: text, agent: text }),
];
const grantHolder: Check = (value) => holders.some((check) => check(value));
const ruleAsk = { project: text, agent: orNull(text), effect, rule: text };

type Fields<A> = Readonly<Record<Exclude<keyof A, 'type'>, Check>>;

const FIELDS: { readonly [Type in Ask['type']]: Fields<Required<Extract<Ask, { type: Type }>>> } = {
  start: {
    project: text,
    agent: orNull(text),
    command: texts,
    task: text,
    worktree: orNull(flag),
    columns: number,
    rows: number,
    isAttended: flagOrNothing,
    environment: variables,
  },
  stop: { run: text, reason: text },
  restart: { run: text, environment: variables },
  send: { run: text, text, isSubmitted: flag },
  decide: {
    approval: text,
    verdict,
    hash: text,
    decision: text,
    editedInput: orNull(object),
    message: text,
    isResponse: flagOrNothing,
    undoMs: numberOrNothing,
  },
  'decide-batch': { members, verdict, message: text, undoMs: numberOrNothing },
  'rule-proposals': { approval: text },
  'rule-preview': ruleAsk,
  'add-rule': { ...ruleAsk, to: text, reason: text, approval: orNull(text) },
  'remove-rule': { ...ruleAsk, to: text, reason: text, approval: orNull(text) },
  grant: { rule: text, holder: grantHolder, days: number, reason: text, approval: orNull(text) },
  'revoke-grant': { grant: text, reason: text },
  'approval-stats': { since: number },
  'notify-test': {},
  undo: { approval: text },
  snooze: { approval: text, until: orNull(number) },
  'approval-detail': { approval: text },
  'grant-scope': { run: text, scope, reason: text },
  'revoke-scope': { run: text, scope, reason: text },
  'set-tier': { project: text, agent: text, tier: orNull(tier), isRaise: flag, reason: text },
  'set-default-tier': { tier },
  risk: {},
  quarantine: { project: text, agent: text, reason: text },
  'quarantine-detail': { project: text, agent: text },
  release: { project: text, agent: text, quarantine: text, reason: text },
  'let-go': { project: text, agent: text, reason: text },
  'reset-budget': { project: text, agent: text, reason: text },
  'vault-status': { project: text },
  'vault-set': { project: text, name: text, value: text },
  'vault-remove': { project: text, name: text },
  'vault-unlock': { passphrase: text },
  network: {},
  configure: { project: text },
  worktrees: { project: orNull(text) },
  'discard-worktree': { run: text, isForced: flag },
  fleet: {},
  log: {
    after: number,
    limit: number,
    agent: orNull(text),
    eventType: orNull(text),
    run: orNull(text),
    since: orNull(number),
  },
  'verify-log': {},
  rebuild: {},
  backup: {},
  shutdown: { isComplete: flagOrNothing },
};

/** Throws AskRefused USAGE, naming the field. */
export function parseAsk(value: unknown): Ask {
  const ask = (object(value) ? value : {}) as Readonly<Record<string, unknown>>;
  const type = String(ask['type']);
  if (!Object.hasOwn(FIELDS, type))
    throw new AskRefused('USAGE', `this daemon does not know what "${type.slice(0, 80)}" asks for`);
  for (const [field, check] of Object.entries<Check>(FIELDS[type as Ask['type']]))
    if (!check(ask[field]))
      throw new AskRefused('USAGE', `"${field}" of the question "${type}" is missing or wrong`);
  return value as Ask;
}
