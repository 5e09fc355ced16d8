/**
 * Rules that would have answered a request: the narrowest first, then at most a few wider ones. Each is only a
 * proposal; whether it covers the call is for the judge to say, and how much else it covers for the history.
 */
import type { Action } from '../policy/action.ts';
import { rank } from './could.ts';
import { riskOf } from './risk-of.ts';
import { commandRisks } from './risky-commands.ts';
import { simpleCommands } from './shell-words.ts';
import { actionOf, type Subject } from './subject.ts';

export interface RuleProposal {
  readonly rule: string;
  /** What it stands for, in words. */
  readonly words: string;
}

interface Candidate extends RuleProposal {
  /** No rule is narrower that covers what was asked for. */
  readonly isExact: boolean;
}

/** More than a few nobody weighs against each other. */
const PROPOSALS_MAX = 4;
/** Of a longer command nobody wants a rule made. */
const COMMANDS_MAX = 10;

export function proposeRules(request: {
  readonly subject: Subject;
  readonly cwd: string;
  /** Real path of the worktree; rules name paths from there. */
  readonly root: string;
  /** Whether the rule, added to those that hold, would let the call run. */
  readonly covers: (rule: string) => boolean;
}): readonly RuleProposal[] {
  const action = actionOf(request.subject);
  if (!action) return [];
  // What is dangerous is allowed for good only as it stands: “git push” with anything behind it may be forced, and
  // “rm notes” may be followed by anything. What merely runs code runs code either way.
  const isRisky = riskOf(request).could.some(
    ({ level, does }) => rank(level) >= rank(does === 'runs' ? 'high' : 'medium'),
  );
  const proposals = proposalsFor(action, request.cwd, request.root).filter(
    ({ rule, isExact }) => (isExact || !isRisky) && request.covers(rule),
  );
  const narrowFirst = [
    ...proposals.filter(({ isExact }) => isExact),
    ...proposals.filter(({ isExact }) => !isExact),
  ];
  return narrowFirst.slice(0, PROPOSALS_MAX).map(({ rule, words }) => ({ rule, words }));
}

function proposalsFor(action: Action, cwd: string, root: string): Candidate[] {
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
      return [
        { rule: `Task(${action.kind})`, words: `sub-agents of the kind ${action.kind}`, isExact: false },
      ];
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
      return [{ rule: action.tool, words: `every call of ${action.tool}`, isExact: false }];
    case 'note':
    case 'unknown':
      return [];
    default:
      return action satisfies never;
  }
}

const whole = (tool: string): Candidate => ({ rule: tool, words: `every ${tool}`, isExact: false });

const named = (tool: string, name: string): Candidate[] =>
  name === '' ? [whole(tool)] : [{ rule: `${tool}(${name})`, words: `${tool} of ${name}`, isExact: true }];

/** Programs whose second word says what they do; `npm run` and its like need a third. */
const HAS_VERB =
  /^(?:git|gh|npm|pnpm|yarn|bun|npx|cargo|go|docker|podman|kubectl|helm|terraform|make|just|pip\d?|uv|poetry|aws|gcloud|az|dotnet|mvn|gradle|bundle|deno|node|python[\d.]*)$/;
const HAS_THIRD = /^(?:run|run-script|exec|-m)$/;

/** A word that stands in a rule for itself: no pattern, no quotes, nothing that is put together at run time. */
const PLAIN = /^[\w@%+,./:=-]+$/;

/**
 * For each of its commands by itself: often only one of them asks (`cd web && npm test | tail`). Which of the
 * rules is enough for the whole is for the judge to say.
 */
function shellRules(command: string): Candidate[] {
  const proposals: Candidate[] = [];
  const seen = new Set<string>();
  for (const { words } of simpleCommands(command).slice(0, COMMANDS_MAX)) {
    const end = words.findIndex((word) => !PLAIN.test(word));
    const plain = end < 0 ? words : words.slice(0, end);
    const text = plain.join(' ');
    if (plain.length === 0 || seen.has(text)) continue;
    seen.add(text);
    if (end < 0) proposals.push({ rule: `Bash(${text})`, words: `exactly “${text}”`, isExact: true });
    const needsThird = HAS_VERB.test(plain[0]!) && HAS_THIRD.test(plain[1] ?? '');
    const least = needsThird ? 3 : HAS_VERB.test(plain[0]!) ? 2 : 1;
    // Options are no part of what a command is, and neither is what comes behind the first of them.
    const option = plain.findIndex((word, at) => at > 0 && word.startsWith('-') && !(at === 1 && needsThird));
    for (let length = option < 0 ? plain.length : option; length >= least; length--) {
      const start = plain.slice(0, length).join(' ');
      // A program with anything behind it is for programs that can do no harm: never “rm”, “bash”, or one nobody knows.
      if (length === 1 && commandRisks(start, '/').length > 0) continue;
      proposals.push({
        rule: `Bash(${start}:*)`,
        words: `“${start}” with anything behind it`,
        isExact: false,
      });
    }
  }
  return proposals;
}

function pathRules(tool: string, paths: readonly string[], cwd: string, root: string): Candidate[] {
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
    { rule: `${tool}(${spelled})`, words: `${tool} of exactly this path`, isExact: true },
    ...(inside !== null && folder !== '.'
      ? [{ rule: `${tool}(${folder}/**)`, words: `${tool} of everything below ${folder}`, isExact: false }]
      : []),
  ];
}

function hostRules(tool: string, url: string | null): Candidate[] {
  const host = /^https:\/\/([a-z\d.-]+)(?:[/?#]|$)/i.exec(url ?? '')?.[1]?.toLowerCase();
  return host ? [{ rule: `${tool}(domain:${host})`, words: `${tool} of ${host}`, isExact: true }] : [];
}
