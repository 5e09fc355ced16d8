/**
 * Fleet's own names for tools and their fields, as people write them in rules, in `fleet explain` and in policy
 * tests. Vendors have vocabularies of their own; their adapters map those to the same actions.
 */
import type { Action } from './action.ts';

type Input = Readonly<Record<string, unknown>>;
type Fields<Name extends string> = Readonly<Partial<Record<Name, string>>>;

/** A tool or a field nobody here knows yields an `unknown` action, which is never allowed without a rule. */
export function actionFrom(tool: string, input: Input): Action {
  if (tool.startsWith('mcp__')) return { type: 'mcp', tool };
  const described = Object.hasOwn(TOOLS, tool) ? TOOLS[tool] : undefined;
  if (!described) return { type: 'unknown', tool, detail: `${tool} is not a tool of the vocabulary` };
  const known = [...described.needs, ...described.takes];
  for (const [field, value] of Object.entries(input)) {
    if (!known.includes(field))
      return { type: 'unknown', tool, detail: `${tool} does not take the field ${field}` };
    if (typeof value !== 'string' && !COUNTS.has(field))
      return { type: 'unknown', tool, detail: `${field} of ${tool} is not a text` };
  }
  const missing = described.needs.find((field) => typeof input[field] !== 'string');
  if (missing !== undefined && !(missing === 'path' && typeof input['file_path'] === 'string'))
    return { type: 'unknown', tool, detail: `${tool} lacks the field ${missing}` };
  return described.action(input as Fields<string>);
}

interface Tool {
  readonly needs: readonly string[];
  readonly takes: readonly string[];
  readonly action: (input: Fields<string>) => Action;
}

/** Fields that say how much is read or how long it may take; any kind of value means no more than that. */
const COUNTS = new Set(['offset', 'limit', 'timeout', 'head_limit', 'replace_all']);

const onFile = (type: 'read' | 'write' | 'edit' | 'delete', takes: readonly string[]): Tool => ({
  needs: ['path'],
  takes: ['file_path', ...takes],
  action: ({ path, file_path }) => ({
    type,
    paths: [path, file_path].filter((each) => each !== undefined),
  }),
});

const search = (type: 'glob' | 'grep'): Tool => ({
  needs: ['pattern'],
  takes: ['path', 'glob', 'head_limit'],
  action: ({ pattern = '', path, glob }) => ({
    type,
    pattern,
    files: glob ?? null,
    paths: path === undefined ? [] : [path],
  }),
});

const browser = (type: 'browser-view' | 'browser-navigate' | 'browser-act', needs: string[]): Tool => ({
  needs,
  takes: ['url', 'element', 'text', 'description'],
  action: ({ url }) => ({ type, url: url ?? null }),
});

const managing = (type: 'vault' | 'schedule' | 'agents' | 'triggers' | 'workspace'): Tool => ({
  needs: [],
  takes: ['name', 'description'],
  action: ({ name = '' }) => ({ type, name }),
});

const TOOLS: Readonly<Record<string, Tool>> = {
  Bash: {
    needs: ['command'],
    takes: ['description', 'timeout'],
    action: ({ command = '' }) => ({ type: 'shell', command }),
  },
  Read: onFile('read', ['offset', 'limit']),
  Write: onFile('write', ['content']),
  Edit: onFile('edit', ['old_string', 'new_string', 'replace_all']),
  Delete: onFile('delete', []),
  LS: { needs: ['path'], takes: [], action: ({ path = '.' }) => ({ type: 'list', paths: [path] }) },
  Screenshot: { needs: [], takes: [], action: () => ({ type: 'screenshot', paths: [] }) },
  Grep: search('grep'),
  Glob: search('glob'),
  WebFetch: { needs: ['url'], takes: ['prompt'], action: ({ url = '' }) => ({ type: 'fetch', url }) },
  WebSearch: {
    needs: ['query'],
    takes: [],
    action: ({ query = '' }) => ({ type: 'web-search', query }),
  },
  BrowserView: browser('browser-view', []),
  BrowserNavigate: browser('browser-navigate', ['url']),
  BrowserAct: browser('browser-act', []),
  Task: {
    needs: [],
    takes: ['prompt', 'description', 'kind', 'tier'],
    action: ({ kind = '', tier }) => ({ type: 'subagent', kind, tier: tier ?? null }),
  },
  Vault: managing('vault'),
  Schedule: managing('schedule'),
  Agents: managing('agents'),
  Triggers: managing('triggers'),
  Workspace: managing('workspace'),
};
