/** Each kind of action and what it comes down to: paths, addresses, commands, names. */
import { TIERS, type Tier } from '../agent.ts';
import { hasUnseen } from '../visible-text.ts';
import type { Access } from './access-kind.ts';
import { judgeAccess } from './access.ts';
import type { Action } from './action.ts';
import { reachesTier, tierAllows, tierAsks, type Case } from './case.ts';
import { asksFor, literalFolder } from './file-glob.ts';
import { formProblem, partOf, type Finding } from './finding.ts';
import { judgeAddress } from './judge-address.ts';
import { matchesStars } from './pattern.ts';
import { ruled } from './rules.ts';
import { judgeShell } from './shell/walk.ts';
import type { JudgedPart, Scope } from './verdict.ts';

/** At least one part; the strictest decides. */
export function judgeParts(action: Action, theCase: Case): readonly JudgedPart[] {
  const hidden = hiddenText(action);
  const parts = [...(hidden === null ? [] : [hidden]), ...partsOf(action, theCase)];
  if (parts.length > 0) return parts;
  return [partOf('command', '', tierAllows(theCase, 'there is nothing in it to run'))];
}

function partsOf(action: Action, theCase: Case): readonly JudgedPart[] {
  switch (action.type) {
    case 'shell':
      return judgeShell(action.command, theCase);
    case 'read':
    case 'write':
    case 'edit':
    case 'delete':
    case 'list':
      return onPaths(action.paths, { kind: action.type }, theCase);
    case 'glob':
    case 'grep':
      return searching(action, theCase);
    case 'screenshot':
      return [
        ...(action.paths.length > 0 ? onPaths(action.paths, { kind: 'write' }, theCase) : []),
        named('Screenshot', null, 'restricted', theCase),
      ];
    case 'fetch':
      return [judgeAddress('WebFetch', action.url, 'read_only', theCase)];
    case 'web-search':
      return [scoped(named('WebSearch', null, 'read_only', theCase), 'network', theCase)];
    case 'browser-view':
      return [judgeAddress('BrowserView', action.url, 'restricted', theCase)];
    case 'browser-navigate':
      return [judgeAddress('BrowserNavigate', action.url, 'read_only', theCase)];
    case 'browser-act':
      return [judgeAddress('BrowserAct', action.url, null, theCase)];
    case 'subagent':
      return [subagent(action, theCase)];
    case 'vault':
      return [scoped(named('Vault', action.name, 'read_write', theCase), 'vault', theCase)];
    case 'schedule':
      return [named('Schedule', action.name, 'read_write', theCase)];
    case 'agents':
      return [named('Agents', action.name, 'read_write', theCase)];
    case 'triggers':
      return [named('Triggers', action.name, 'read_write', theCase)];
    case 'workspace':
      return [named('Workspace', action.name, 'read_write', theCase)];
    case 'mcp':
      return [mcp(action.tool, theCase)];
    case 'note':
      return [named(action.tool, null, 'restricted', theCase)];
    case 'unknown':
      return [unknown(action.tool, action.detail, theCase)];
    default:
      return action satisfies never;
  }
}

/** One picture made of several characters is seen as what it is. */
const EMOJI = /\p{Extended_Pictographic}\ufe0f?(?:\u200d\p{Extended_Pictographic}\ufe0f?)*/gu;

/** What a person would see differs from what would happen: that is settled before anything is read. */
function hiddenText(action: Action): JudgedPart | null {
  const texts = Object.entries(action).flatMap(([field, value]): string[] => {
    // A line of a script is not more than it seems; a line break in a path or an address is.
    if (typeof value === 'string') return [field === 'command' ? value : value.replaceAll('\n', '\r')];
    return Array.isArray(value) ? value.map((each) => String(each).replaceAll('\n', '\r')) : [];
  });
  const found = texts.find((text) => hasUnseen(text.replaceAll(EMOJI, '')));
  if (found === undefined) return null;
  const detail = 'it holds control or invisible characters, so it is not what it looks like';
  return partOf('form', found, formProblem(detail));
}

function onPaths(
  paths: readonly string[],
  rest: Pick<Access, 'kind' | 'reaches'>,
  theCase: Case,
): readonly JudgedPart[] {
  if (paths.length === 0) return [partOf('form', '', formProblem('no path is named'))];
  return paths.map((path) => {
    const finding = isOddPath(path)
      ? formProblem('this cannot be a path')
      : judgeAccess({ ...rest, path, from: theCase.world.cwd, isSandboxed: false }, theCase);
    return partOf('path', path, finding);
  });
}

/** The marks of patterns are ours; in a path of an agent's they are control characters. */
function isOddPath(path: string): boolean {
  return path === '' || /\p{Cc}/u.test(path);
}

function searching(action: Extract<Action, { type: 'glob' | 'grep' }>, theCase: Case): readonly JudgedPart[] {
  const isGlob = action.type === 'glob';
  const paths = action.paths.length > 0 ? action.paths : [theCase.world.cwd];
  // Both look at what is not hidden; the other secrets of a project are the project's, unless they are asked for.
  const kind = isGlob ? 'glob' : 'search';
  const { files } = action;
  const reaches = (_name: string, _isHidden: boolean, below: readonly string[]): boolean =>
    !isGlob && files !== null && asksFor([files], below);
  const start = isGlob ? literalFolder(action.pattern) : '';
  const starts = start === '' ? [] : paths.map((path) => `${path}/${start}`);
  const parts = onPaths([...paths, ...starts], { kind, reaches }, theCase);
  const climbing = [isGlob ? action.pattern : null, action.files].filter(
    (pattern) => pattern !== null && /^[/~]|(?:^|\/|\{|,)\.\.(?:\/|$|\}|,)/.test(pattern),
  );
  return [
    ...parts,
    ...climbing.map((pattern) =>
      partOf(
        'path',
        pattern!,
        tierAsks(theCase, `the pattern ${pattern} may lead out of the folder it starts in`),
      ),
    ),
  ];
}

/** Tools without a file or an address: by name, or by what they name. */
function named(tool: string, specifier: string | null, tier: Tier | null, theCase: Case): JudgedPart {
  return partOf(
    'tool',
    specifier === null || specifier === '' ? tool : `${tool}(${specifier})`,
    byName(tool, specifier, tier, theCase),
  );
}

function byName(tool: string, specifier: string | null, tier: Tier | null, theCase: Case): Finding {
  for (const effect of ['deny', 'ask', 'allow'] as const) {
    const rule = theCase.rules
      .of(tool, effect)
      .find(
        (each) => each.specifier === null || (specifier !== null && matchesStars(each.specifier, specifier)),
      );
    if (rule) return ruled(rule);
  }
  if (tier !== null && reachesTier(theCase, tier))
    return tierAllows(theCase, `${tool} is part of the tier ${theCase.policy.tier}`);
  return tierAsks(theCase, `${tool} is not part of the tier ${theCase.policy.tier}`);
}

function scoped(part: JudgedPart, scope: Scope, { policy }: Case): JudgedPart {
  if (policy.scopes.includes(scope) || part.verdict === 'deny') return part;
  const reason = `it needs the scope ${scope}, which this run does not have`;
  return { ...part, verdict: 'deny', reason, decidedBy: { type: 'scope', scope } };
}

function subagent({ kind, tier }: Extract<Action, { type: 'subagent' }>, theCase: Case): JudgedPart {
  const { policy } = theCase;
  const part = named('Task', kind, 'read_write', theCase);
  const refused = (detail: string): JudgedPart => ({
    ...part,
    verdict: 'deny',
    reason: detail,
    decidedBy: { type: 'parent', detail },
  });
  if (part.verdict === 'deny') return part;
  if (policy.allowedSubagents && !policy.allowedSubagents.includes(kind))
    return refused(
      `${kind === '' ? 'a sub-agent without a kind' : kind} is not among the sub-agents it may call (${policy.allowedSubagents.join(', ') || 'none'})`,
    );
  if (tier === null) return part;
  const wanted = TIERS.find((each) => each === tier);
  if (!wanted) return { ...part, ...formProblem(`${tier} is no tier`) };
  return reachesTier(theCase, wanted)
    ? part
    : refused(`a sub-agent at ${wanted} would get more than its parent at ${policy.tier}`);
}

/** `mcp__server__tool`; a rule may name a server as a whole, or hold stars. */
function mcp(tool: string, theCase: Case): JudgedPart {
  for (const effect of ['deny', 'ask', 'allow'] as const) {
    const rule = theCase.rules.all.find(
      (each) =>
        each.effect === effect &&
        (each.tool === '' ||
          matchesStars(each.tool, tool) ||
          (/^mcp__[^*]+$/.test(each.tool) && tool.startsWith(`${each.tool}__`))),
    );
    // What stands between parentheses is about fields nobody here knows: it narrows what allows, not what forbids.
    if (rule && (effect !== 'allow' || rule.specifier === null)) return partOf('tool', tool, ruled(rule));
  }
  return partOf('tool', tool, tierAsks(theCase, `${tool} needs a rule`));
}

/** Tools with fields nobody knows may do anything, so a rule for the tool does not cover them; a tool nobody knows is what its rule says. */
function unknown(tool: string, detail: string, theCase: Case): JudgedPart {
  const finding = byName(tool, null, null, theCase);
  if (finding.verdict === 'deny') return partOf('tool', tool, finding);
  const isOwn =
    /^(?:Bash|Read|Write|Edit|Delete|LS|Grep|Glob|WebFetch|WebSearch|Task|Browser\w+|Screenshot|Vault|Schedule|Agents|Triggers|Workspace)$/.test(
      tool,
    );
  if (finding.verdict === 'allow' && !isOwn) return partOf('tool', tool, finding);
  return partOf('form', tool, {
    verdict: 'ask',
    reason: detail,
    decidedBy:
      finding.verdict === 'ask' && finding.decidedBy.type === 'rule'
        ? finding.decidedBy
        : { type: 'form', detail },
  });
}
