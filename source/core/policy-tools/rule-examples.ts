/** Calls that a rule is meant for: what stands in it, with something in place of each star. */
import type { Action } from '../policy/action.ts';
import { judge, wantedPaths } from '../policy/judge.ts';
import type { SourcedRule, World } from '../policy/policy.ts';
import type { ParsedRule } from '../policy/rule.ts';
import { SCOPES } from '../policy/verdict.ts';
import type { Judgement } from '../policy/verdict.ts';
import { actionFrom } from '../policy/vocabulary.ts';

/** What each tool is called with where a rule says `text`; also the list of tools that rules can name. */
const CALLS: Readonly<Record<string, (text: string) => Readonly<Record<string, unknown>>>> = {
  Bash: (command) => ({ command }),
  Read: (path) => ({ path }),
  Write: (path) => ({ path }),
  Edit: (path) => ({ path }),
  Delete: (path) => ({ path }),
  LS: (path) => ({ path }),
  Screenshot: () => ({}),
  Grep: (path) => ({ pattern: 'x', path }),
  Glob: (path) => ({ pattern: 'x', path }),
  WebFetch: (host) => ({ url: `https://${host.replace(/^domain:/, '')}/` }),
  WebSearch: (query) => ({ query }),
  BrowserView: (host) => ({ url: `https://${host.replace(/^domain:/, '')}/` }),
  BrowserNavigate: (host) => ({ url: `https://${host.replace(/^domain:/, '')}/` }),
  BrowserAct: (host) => ({ url: `https://${host.replace(/^domain:/, '')}/` }),
  Task: (kind) => ({ kind }),
  Vault: (name) => ({ name }),
  Schedule: (name) => ({ name }),
  Agents: (name) => ({ name }),
  Triggers: (name) => ({ name }),
  Workspace: (name) => ({ name }),
};

export const RULE_TOOLS: readonly string[] = Object.keys(CALLS);

const PATH_TOOLS = ['Read', 'Write', 'Edit', 'Delete', 'LS', 'Grep', 'Glob'];

/** Empty: for the whole of a tool nothing in particular is an example. */
export function examplesOf({ tool, specifier }: ParsedRule): readonly Action[] {
  if (tool.startsWith('mcp__'))
    return [{ type: 'mcp', tool: tool.replaceAll('*', 'x').replace(/^(mcp__[^_]+)$/, '$1__x') }];
  const call = Object.hasOwn(CALLS, tool) ? CALLS[tool] : undefined;
  if (!call || specifier === null) return [];
  return [...new Set(textsOf(tool, specifier))].map((text) => actionFrom(tool, call(text)));
}

function textsOf(tool: string, specifier: string): readonly string[] {
  if (tool === 'Bash') {
    const pattern = specifier.replace(/:\*$/, ' *');
    return ['x', 'x y', ''].map((words) => pattern.replaceAll('*', words).trim());
  }
  if (PATH_TOOLS.includes(tool)) {
    const path = specifier.replace(/^\/\//, '/');
    return ['x', 'x/y'].map((names) => path.replaceAll('**', names).replaceAll('*', 'x'));
  }
  // As a host each of them is a public one, as a name it is a name.
  return ['a.example.org', 'b.example.org'].map((text) => specifier.replaceAll('*', text));
}

/** What these rules alone make of an action, in a tier that has next to nothing. */
export function judgedBy(
  rules: readonly SourcedRule[],
  action: Action,
  world = plainWorld(action),
): Judgement {
  return judge({
    action,
    policy: {
      tier: 'restricted',
      tierSource: '',
      rules,
      scopes: SCOPES,
      allowedSubagents: null,
      isAttended: true,
    },
    world,
  });
}

/** A worktree without links and secrets. */
function plainWorld(action: Action): World {
  const bare: World = { root: '/repo', home: '/home/dev', cwd: '/repo', real: {}, secrets: [] };
  return {
    ...bare,
    real: Object.fromEntries(wantedPaths({ action, world: bare }).map((path) => [path, path])),
  };
}

/** Whether the rule had a say in it, be it the last one or not. */
export function isDecidedBy({ parts }: Judgement, { source, rule, effect }: SourcedRule): boolean {
  return parts.some(
    ({ decidedBy: by }) =>
      by.type === 'rule' && by.source === source && by.rule === rule && by.effect === effect,
  );
}
