/**
 * What a request could do to the world if it goes wrong, for the person who decides: what it could destroy,
 * send, spend or change, and how bad that would be. It describes and sorts; nothing is allowed because of it.
 */
import type { Action } from '../policy/action.ts';
import type { Judgement } from '../policy/verdict.ts';
import { visible } from '../visible-text.ts';
import { isSecretPath, isSpecialPath, placeOf } from './risky-paths.ts';
import { could, rank, type Could, type RiskLevel } from './could.ts';
import { commandRisks } from './risky-commands.ts';
import { actionOf, type Subject } from './subject.ts';

export interface RiskOf {
  readonly level: RiskLevel;
  /** Worst first; empty when nothing stands out. */
  readonly could: readonly Could[];
}

/** A command of a hundred parts is dangerous by its worst ones; nobody reads more. */
const COULD_MAX = 8;
const WORDS_MAX = 160;

export function riskOf(request: {
  readonly subject: Subject;
  readonly judgement?: Judgement | null;
  readonly cwd: string;
}): RiskOf {
  const { subject, judgement, cwd } = request;
  const action = actionOf(subject);
  const found = action ? actionRisks(action, cwd) : subjectRisks(subject);
  if (judgement?.decidedBy.type === 'form')
    found.push({
      does: 'runs',
      level: 'medium',
      what: `do more than it shows: ${judgement.decidedBy.detail}`,
    });
  const unique = [...new Map(found.map((could) => [could.what, could])).values()].map((could) => ({
    ...could,
    what: visible(could.what).slice(0, WORDS_MAX),
  }));
  unique.sort((a, b) => rank(b.level) - rank(a.level));
  return { level: unique[0]?.level ?? 'low', could: unique.slice(0, COULD_MAX) };
}

/** Worst first, then what has waited longest. */
export function byRiskAndAge(
  a: { readonly level: RiskLevel; readonly requestedAt: number },
  b: { readonly level: RiskLevel; readonly requestedAt: number },
): number {
  return rank(b.level) - rank(a.level) || a.requestedAt - b.requestedAt;
}

function actionRisks(action: Action, cwd: string): Could[] {
  switch (action.type) {
    case 'shell':
      return commandRisks(action.command, cwd);
    case 'write':
    case 'edit':
    case 'delete':
      return action.paths.flatMap((path) =>
        changedPath(
          action.type === 'delete' ? 'delete' : action.type === 'write' ? 'overwrite' : 'change',
          path,
          cwd,
        ),
      );
    case 'read':
    case 'list':
    case 'glob':
    case 'grep':
    case 'screenshot':
      return action.paths.flatMap((path) => readPath(path, cwd));
    case 'fetch':
      return [could('sends', 'medium', `tell ${hostOf(action.url)} whatever the address holds`)];
    case 'web-search':
      return [could('sends', 'low', 'tell a search engine what it looks for')];
    case 'browser-view':
    case 'browser-navigate':
      return [could('sends', 'low', `visit ${action.url ? hostOf(action.url) : 'a page'}`)];
    case 'browser-act':
      return [could('sends', 'high', `click and type in a browser that may be signed in as you`)];
    case 'subagent':
      return [could('runs', 'low', `start a sub-agent (${action.kind || 'any kind'})`)];
    case 'vault':
      return [could('reveals', 'high', `use the secret ${action.name || 'it names'}`)];
    case 'schedule':
      return [could('runs', 'high', 'run again later, with nobody watching')];
    case 'agents':
    case 'triggers':
      return [could('changes', 'high', `change what agents do (${action.name || action.type})`)];
    case 'workspace':
      return [could('changes', 'medium', `change its workspace (${action.name})`)];
    case 'mcp':
      return [could('runs', 'medium', `do whatever ${action.tool} does on its server`)];
    case 'note':
      return [];
    case 'unknown':
      return [could('runs', 'medium', `do what nobody here knows: ${action.detail}`)];
    default:
      return action satisfies never;
  }
}

function changedPath(verb: 'overwrite' | 'change' | 'delete', path: string, cwd: string): Could[] {
  const place = placeOf(path, cwd);
  const found: Could[] = [];
  if (verb === 'delete')
    found.push(could('destroys', place === 'inside' ? 'medium' : 'critical', `delete ${path}`));
  if (place === 'outside' && verb !== 'delete')
    found.push(could('changes', 'high', `change ${path}, outside the folder it works in`));
  if (isSecretPath(path)) found.push(could('changes', 'high', `change ${path}, which usually holds secrets`));
  const special = isSpecialPath(path);
  if (special) found.push(could('runs', 'high', `change ${path}: ${special}`));
  if (found.length === 0) found.push(could('changes', 'low', `${verb} ${path}`));
  return found;
}

function readPath(path: string, cwd: string): Could[] {
  if (isSecretPath(path))
    return [could('reveals', 'high', `show the model ${path}, which usually holds secrets`)];
  if (placeOf(path, cwd) === 'outside')
    return [could('reveals', 'medium', `show the model ${path}, outside the folder it works in`)];
  return [];
}

function subjectRisks(subject: Subject): Could[] {
  if (subject.type === 'scope') return scopeRisks(subject);
  return subject.type === 'host'
    ? [could('sends', 'high', `send what it knows to ${subject.host}:${subject.port} until the run ends`)]
    : [];
}

function scopeRisks({ scope }: Extract<Subject, { type: 'scope' }>): Could[] {
  switch (scope) {
    case 'network':
      return [could('sends', 'high', 'send what it knows to the hosts that are allowed, until the run ends')];
    case 'vault':
      return [could('reveals', 'high', 'use the secrets of the vault until the run ends')];
    case 'deploy':
      return [could('publishes', 'critical', 'change what runs in production until the run ends')];
    case 'other-projects':
      return [could('changes', 'high', 'read and change files of other projects until the run ends')];
    case 'project':
    case 'build':
      return [could('changes', 'low', 'work on this project')];
    default:
      return scope satisfies never;
  }
}

function hostOf(url: string): string {
  return /^[a-z][\w+.-]*:\/\/(?:[^/@]*@)?([^/?#]+)/i.exec(url)?.[1] ?? url;
}
