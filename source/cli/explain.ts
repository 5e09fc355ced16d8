import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { TIERS, type Tier } from '../core/agent.ts';
import { policyOf } from '../core/permissions/policy-of.ts';
import type { Action } from '../core/policy/action.ts';
import { judge } from '../core/policy/judge.ts';
import type { Policy } from '../core/policy/policy.ts';
import { SCOPES, type DecidedBy, type Judgement } from '../core/policy/verdict.ts';
import { actionFrom } from '../core/policy/vocabulary.ts';
import { toldDecision } from '../core/policy-tools/told-decision.ts';
import { adapterOf } from '../core/vendors/registry.ts';
import { visible } from '../core/visible-text.ts';
import { projectRootOf } from '../io/files/project-files.ts';
import { lookUpWorld } from '../io/files/world.ts';
import { EXIT, type Command, type Invocation } from './command.ts';
import { policyInForce, typedRules, type InForce } from './policy-in-force.ts';
import { printJson, printTable } from './print.ts';
import { textOption } from './text-option.ts';

export const command: Command = {
  name: 'explain',
  summary: 'why a call would be allowed, asked or denied',
  usage: 'fleet explain [--agent A | --tier T --rule R…] [--root DIR] [--cwd DIR] [--json] TOOL JSON',
  details: `TOOL is Bash, Read, Write, Edit, Delete, LS, Grep, Glob, WebFetch, WebSearch, Task or mcp__server__tool; JSON
is what it is called with, as in  fleet explain --agent docs Bash '{"command": "npm test"}'. With --agent its
own tier and rules hold, with --tier only that tier and each --rule, else what holds for a plain command: "Bash(npm test)" allows,
"ask Bash(git push *)" asks, "deny Bash(rm *)" denies. Nothing is run.`,
  arguments: [
    { name: 'TOOL', description: 'name of the tool' },
    { name: 'JSON', description: 'its input, an object; for Bash, Read and the like a plain text will do' },
  ],
  options: [
    { flags: '--agent <name>', description: 'as this agent of the project' },
    { flags: '--tier <tier>', description: TIERS.join(', ') },
    { flags: '--rule <rule>', description: 'one more rule; may be given several times', isRepeatable: true },
    {
      flags: '--scope <scope>',
      description: 'a scope that is granted; may be given several times',
      isRepeatable: true,
    },
    { flags: '--root <dir>', description: 'the worktree; the project of the present folder otherwise' },
    { flags: '--cwd <dir>', description: 'folder the call is made in; the worktree otherwise' },
    { flags: '--unattended', description: 'as when nobody is there to be asked' },
    { flags: '--json', description: 'for programs' },
  ],
  async run(invocation) {
    const { positionals, options, stdout, stderr, cwd } = invocation;
    const root = await rootOf(cwd, textOption(options, 'root'));
    const inForce = await policyInForce(invocation, root);
    for (const problem of inForce.problems) stderr.write(`${problem}\n`);
    const asked = readQuestion(invocation, inForce, root);
    if (typeof asked === 'string') {
      stderr.write(`fleet explain: ${asked}\n`);
      return EXIT.usage;
    }
    const { action, policy } = asked;
    const where = resolve(root, textOption(options, 'cwd') ?? '');
    const world = await lookUpWorld(action, { root, home: homedir(), cwd: where });
    const judgement = judge({ action, policy, world });
    if (options['json'] === true) {
      const { tier, tierSource, rules, scopes } = policy;
      printJson(stdout, { ...judgement, tier, tierSource, rules, scopes, root: world.root, cwd: where });
    } else print(invocation, `${positionals[0]} ${positionals[1]}`, policy, judgement);
    return EXIT.ok;
  },
};

async function rootOf(cwd: string, given: string | undefined): Promise<string> {
  return given === undefined ? projectRootOf(cwd) : resolve(cwd, given);
}

/** A text says what was not understood. */
function readQuestion(
  { positionals, options }: Invocation,
  { fleet, project }: InForce,
  root: string,
): { readonly action: Action; readonly policy: Policy } | string {
  const [tool = '', text = ''] = positionals;
  const input = inputFrom(tool, text);
  if (typeof input === 'string') return input;
  const tier = textOption(options, 'tier');
  if (tier !== undefined && !isTier(tier))
    return `there is no tier ${tier}; it is one of ${TIERS.join(', ')}`;
  const named = (options['scope'] ?? []) as readonly string[];
  const granted = SCOPES.filter((scope) => named.includes(scope));
  const unknown = named.find((scope) => !SCOPES.some((each) => each === scope));
  if (unknown !== undefined) return `there is no scope ${unknown}; it is one of ${SCOPES.join(', ')}`;

  const agent = textOption(options, 'agent');
  const definition = project?.agents.find(({ name }) => name === agent);
  if (agent !== undefined && !definition)
    return project === null
      ? `${root} has no project to look up ${agent} in; see: fleet config check`
      : `there is no agent ${agent}; there is ${project.agents.map(({ name }) => name).join(', ') || 'none'}`;
  if (agent !== undefined && tier !== undefined)
    return '--agent has a tier of its own; leave out one of --agent and --tier';

  const isAttended = options['unattended'] !== true;
  const own = policyOf(fleet, { project: root, agent: agent ?? '', granted, isAttended });
  // Whoever names a tier asks what would be, not what is: only what they name counts.
  const given = tier === undefined ? own : { ...own, tier, tierSource: '--tier', rules: [] };
  const rules = typedRules(options['rule']).map((rule) => ({ ...rule, source: '--rule' }));
  const policy: Policy = { ...given, rules: [...given.rules, ...rules] };
  const action = actionFrom(tool, input);
  if (!definition || action.type !== 'unknown') return { action, policy };
  // What its agent calls a tool may be known to its vendor only.
  return {
    action: adapterOf(definition.vendor).actionOf({ id: '', tool, input, subagent: null }),
    policy,
  };
}

/** The one field of tools that hardly anybody gives more to. */
const PLAIN: Readonly<Record<string, string>> = {
  Bash: 'command',
  Read: 'path',
  Write: 'path',
  Edit: 'path',
  Delete: 'path',
  LS: 'path',
  Grep: 'pattern',
  Glob: 'pattern',
  WebFetch: 'url',
  WebSearch: 'query',
};

function inputFrom(tool: string, text: string): Readonly<Record<string, unknown>> | string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    const field = Object.hasOwn(PLAIN, tool) ? PLAIN[tool] : undefined;
    // What was meant to be an object and is none must not be explained as a command.
    if (field !== undefined && !text.trimStart().startsWith('{')) return { [field]: text };
    return `the input of ${tool} is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  return isObject
    ? (data as Record<string, unknown>)
    : `the input of ${tool} is no JSON object, as in '{"${PLAIN[tool] ?? 'name'}": "…"}'`;
}

function print({ stdout }: Invocation, call: string, policy: Policy, judgement: Judgement): void {
  const { verdict, reason, decidedBy, parts } = judgement;
  const off = SCOPES.filter((scope) => !policy.scopes.includes(scope));
  const rows = [
    ['call', call],
    ['verdict', `${verdict}: ${reason}`],
    ['decided by', toldDecision(decidedBy)],
    ['tier', `${policy.tier} (${policy.tierSource})`],
    ['rules', policy.rules.length === 0 ? 'none' : String(policy.rules.length)],
    ['scopes', `${policy.scopes.join(', ') || 'none'}; off: ${off.join(', ') || 'none'}`],
    ...(policy.isAttended ? [] : [['unattended', 'what would ask is denied']]),
  ];
  for (const [name = '', value = ''] of rows) stdout.write(`${name.padEnd(12)}${visible(value)}\n`);
  stdout.write('\n');
  printTable(
    stdout,
    ['VERDICT', 'PART', 'WHY', 'WHERE'],
    parts.map((part) => [part.verdict, part.text, part.reason, whereOf(part.decidedBy)]),
  );
}

/** What to look at; the whole of it stands above for the part that decided. */
function whereOf(decidedBy: DecidedBy): string {
  switch (decidedBy.type) {
    case 'rule':
      return decidedBy.source;
    case 'tier':
      return `tier ${decidedBy.tier}`;
    case 'scope':
      return `scope ${decidedBy.scope}`;
    case 'parent':
    case 'form':
    case 'hold':
    case 'unattended':
      return decidedBy.type;
    default:
      return decidedBy satisfies never;
  }
}

const isTier = (text: string): text is Tier => TIERS.some((tier) => tier === text);
