/**
 * Rules that would have answered a request: the narrowest first, then at most a few wider ones. Each is only a
 * proposal; whether it covers the call is for the judge to say, and how much else it covers for the history.
 */
import type { Action } from '../policy/action.ts';
import type { Could } from './could.ts';
import { riskOf } from './risk-of.ts';
import { piecesOf, simpleCommands } from './shell-words.ts';
import { actionOf, type Subject } from './subject.ts';

export interface RuleProposal {
  readonly rule: string;
  /** What it stands for, in words. */
  readonly words: string;
}

/** More than a few nobody weighs against each other. */
const PROPOSALS_MAX = 4;

export function proposeRules(request: {
  readonly subject: Subject;
  readonly cwd: string;
  /** Real path of the worktree; rules name paths from there. */
  readonly root: string;
}): readonly RuleProposal[] {
  const action = actionOf(request.subject);
  if (!action) return [];
  const proposals = proposalsFor(action, request.cwd, request.root);
  // What cannot be taken back is allowed for good only as it stands, if at all.
  const isWorst = riskOf(request).could.some(({ level }: Could) => level === 'critical');
  return proposals.slice(0, isWorst ? 1 : PROPOSALS_MAX);
}

function proposalsFor(action: Action, cwd: string, root: string): RuleProposal[] {
  switch (action.type) {
    case 'shell':
      return shellRules(action.command);
    case 'read':
      return pathRules('Read', action.paths, cwd, root);
    case 'write':
      return pathRules('Write', action.paths, cwd, root);
    case 'edit':
      return pathRules('Edit', action.paths, cwd, root);
    case 'delete':
      return pathRules('Delete', action.paths, cwd, root);
    case 'list':
      return pathRules('LS', action.paths, cwd, root);
    case 'glob':
      return pathRules('Glob', action.paths, cwd, root);
    case 'grep':
      return pathRules('Grep', action.paths, cwd, root);
    case 'screenshot':
      return [whole('Screenshot')];
    case 'fetch':
      return hostRules('WebFetch', action.url);
    case 'web-search':
      return [whole('WebSearch')];
    case 'browser-view':
      return hostRules('BrowserView', action.url);
    case 'browser-navigate':
      return hostRules('BrowserNavigate', action.url);
    case 'browser-act':
      return hostRules('BrowserAct', action.url);
    case 'subagent':
      return [{ rule: `Task(${action.kind})`, words: `sub-agents of the kind ${action.kind}` }];
    case 'vault':
      return named('Vault', action.name);
    case 'schedule':
      return named('Schedule', action.name);
    case 'agents':
      return named('Agents', action.name);
    case 'triggers':
      return named('Triggers', action.name);
    case 'workspace':
      return named('Workspace', action.name);
    case 'mcp':
      return [{ rule: action.tool, words: `every call of ${action.tool}` }];
    case 'note':
    case 'unknown':
      return [];
    default:
      return action satisfies never;
  }
}

const whole = (tool: string): RuleProposal => ({ rule: tool, words: `every ${tool}` });

const named = (tool: string, name: string): RuleProposal[] =>
  name === '' ? [whole(tool)] : [{ rule: `${tool}(${name})`, words: `${tool} of ${name}` }];

/** Programs whose second word says what they do; `npm run` and its like need a third. */
const HAS_VERB =
  /^(?:git|gh|npm|pnpm|yarn|bun|npx|cargo|go|docker|podman|kubectl|helm|terraform|make|just|pip\d?|uv|poetry|aws|gcloud|az|dotnet|mvn|gradle|bundle|deno|node|python[\d.]*)$/;
const HAS_THIRD = /^(?:run|run-script|exec|-m)$/;

function shellRules(command: string): RuleProposal[] {
  const [only, ...more] = simpleCommands(command);
  const isOne = only && more.length === 0 && only.writesTo.length === 0 && !only.isPiped;
  // A star in the command would be a pattern in the rule, and what is put together at run time has no exact form.
  if (!isOne || /[*?$\\\n"'`()[\]{}~=<>]/.test(command) || piecesOf(command).length !== only.words.length)
    return isOne ? quotedRule(command, only.words) : [];
  const { words } = only;
  const proposals: RuleProposal[] = [{ rule: `Bash(${words.join(' ')})`, words: 'exactly this command' }];
  const least = !HAS_VERB.test(words[0]!) ? 1 : HAS_THIRD.test(words[1] ?? '') ? 3 : 2;
  // Options are no part of what a command is, and neither is what comes behind the first of them.
  const option = words.findIndex((word, at) => at > 0 && word.startsWith('-') && !HAS_THIRD.test(word));
  const longest = option < 0 ? words.length : option;
  for (let length = longest; length >= least && proposals.length < PROPOSALS_MAX; length--) {
    const start = words.slice(0, length).join(' ');
    if (words.length >= length)
      proposals.push({ rule: `Bash(${start}:*)`, words: `“${start}” with anything behind it` });
  }
  return proposals;
}

/** One whose words are quoted has a form with a start: `git commit -m "…"`. */
function quotedRule(command: string, words: readonly string[]): RuleProposal[] {
  const plain = /^[\w@%+,./:-]+(?: [\w@%+,./:-]+)*/.exec(command)?.[0]?.split(' ') ?? [];
  const start = plain.filter((word, at) => word === words[at]);
  const option = start.findIndex((word) => word.startsWith('-'));
  const kept = option < 0 ? start : start.slice(0, option);
  const least = HAS_VERB.test(kept[0] ?? '') ? 2 : 1;
  if (kept.length < least) return [];
  const text = kept.join(' ');
  return [{ rule: `Bash(${text}:*)`, words: `“${text}” with anything behind it` }];
}

function pathRules(tool: string, paths: readonly string[], cwd: string, root: string): RuleProposal[] {
  const [path, ...more] = paths;
  if (path === undefined) return [whole(tool)];
  // One rule says one path.
  if (more.length > 0 || /[*?[\]{}()]/.test(path)) return [];
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const absolute = `/${parts.join('/')}`;
  const inside = root !== '/' && absolute.startsWith(`${root}/`) ? absolute.slice(root.length + 1) : null;
  // `./x` and `x/y` start at the worktree, `//x` at the root of the file system.
  const spelled = inside === null ? `/${absolute}` : inside.includes('/') ? inside : `./${inside}`;
  const folder = spelled.slice(0, spelled.lastIndexOf('/'));
  return [
    { rule: `${tool}(${spelled})`, words: `${tool} of exactly this path` },
    ...(inside !== null && folder !== '.'
      ? [{ rule: `${tool}(${folder}/**)`, words: `${tool} of everything below ${folder}` }]
      : []),
  ];
}

function hostRules(tool: string, url: string | null): RuleProposal[] {
  const host = /^https:\/\/([a-z\d.-]+)(?:[/?#]|$)/i.exec(url ?? '')?.[1]?.toLowerCase();
  return host ? [{ rule: `${tool}(domain:${host})`, words: `${tool} of ${host}` }] : [];
}
