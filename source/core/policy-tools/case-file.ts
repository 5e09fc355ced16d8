/**
 * Policy cases as people write them down, one JSON object a line: what may be called, by which tier and rules,
 * and what the verdict has to be at least.
 */
import { TIERS } from '../agent.ts';
import type { Rule, Tier } from '../agent.ts';
import { VERDICTS } from '../policy/verdict.ts';
import type { VerdictWord } from '../policy/verdict.ts';
import type { VirtualEntry, VirtualFiles } from './virtual-files.ts';

export interface PolicyCase {
  readonly id: string;
  /** Where it stands in its file, from 1. */
  readonly line: number;
  readonly tier: Tier;
  readonly rules: readonly Rule[];
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly root: string;
  readonly cwd: string;
  readonly files: VirtualFiles;
  /** `ask` is met by a denial, too; the other two only by themselves. */
  readonly expect: VerdictWord;
  /** A matter of judgement: told, and no failure. */
  readonly isSoft: boolean;
}

export interface CaseProblem {
  readonly line: number;
  readonly message: string;
}

export interface CaseFile {
  readonly cases: readonly PolicyCase[];
  readonly problems: readonly CaseProblem[];
}

const CASE_ROOT = '/repo';
export const CASE_HOME = '/home/dev';

/** What every case finds in `/repo`, without saying so. */
const USUAL_FILES: Readonly<Record<string, unknown>> = {
  'README.md': '',
  'src/a.ts': '',
  '.env': '',
  '.env.example': '',
  'config/.env': '',
  'server.pem': '',
  'link-ssh': { link: '/home/dev/.ssh/id_rsa' },
  'link-env': { link: '.env' },
  'link-out': { link: '/etc' },
  'link-in': { link: 'README.md' },
};

/** Lines that are empty are skipped, fields that are not known are none of its business. */
export function parseCases(text: string): CaseFile {
  const cases: PolicyCase[] = [];
  const problems: CaseProblem[] = [];
  for (const [index, source] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (source.trim() === '') continue;
    const line = index + 1;
    const read = parseCase(source, line);
    if (typeof read === 'string') problems.push({ line, message: read });
    else cases.push(read);
  }
  return { cases, problems };
}

/** A text says what is wrong with the line. */
function parseCase(source: string, line: number): PolicyCase | string {
  let data: unknown;
  try {
    data = JSON.parse(source);
  } catch (error) {
    return `is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (!isRecord(data)) return 'is no JSON object';
  const { id, tier, tool, input, expect } = data;
  if (typeof tool !== 'string' || tool === '') return 'lacks "tool", the name of a tool';
  if (!isRecord(input)) return 'lacks "input", an object';
  const knownTier = TIERS.find((each) => each === tier);
  if (knownTier === undefined) return `lacks "tier", one of ${TIERS.join(', ')}`;
  const verdict = VERDICTS.find((each) => each === expect);
  if (verdict === undefined) return `lacks "expect", one of ${VERDICTS.join(', ')}`;
  const rules = parseRules(data['rules'] ?? []);
  if (typeof rules === 'string') return rules;
  const root = folder(data['root'], CASE_ROOT, '/');
  const cwd = folder(data['cwd'], root ?? '', root ?? '/');
  if (root === null || cwd === null) return '"root" and "cwd" are paths';
  const files = filesOf(root, data['fixture']);
  if (typeof files === 'string') return files;
  return {
    id: typeof id === 'string' || typeof id === 'number' ? String(id) : `line ${line}`,
    line,
    tier: knownTier,
    rules,
    tool,
    input,
    root,
    cwd,
    files,
    expect: verdict,
    isSoft: data['soft'] === true,
  };
}

function parseRules(data: unknown): readonly Rule[] | string {
  if (!Array.isArray(data)) return '"rules" is no list';
  const rules: Rule[] = [];
  for (const [index, item] of data.entries()) {
    const { effect, rule } = isRecord(item) ? spelledOut(item) : { effect: 'allow', rule: item };
    const known = VERDICTS.find((each) => each === effect);
    if (known === undefined || typeof rule !== 'string')
      return `rules[${index}] is no {"effect": "allow", "rule": "Tool(pattern)"}; an effect is one of ${VERDICTS.join(', ')}`;
    rules.push({ effect: known, rule });
  }
  return rules;
}

/** As fleet.yaml has them, `{deny: Tool(pattern)}`, or with both words. */
function spelledOut(item: Record<string, unknown>): { readonly effect: unknown; readonly rule: unknown } {
  const short = VERDICTS.find((effect) => typeof item[effect] === 'string');
  return short === undefined
    ? { effect: item['effect'], rule: item['rule'] }
    : { effect: short, rule: item[short] };
}

function filesOf(root: string, fixture: unknown): VirtualFiles | string {
  const given = Array.isArray(fixture)
    ? Object.fromEntries(fixture.map((path) => [String(path), '']))
    : fixture;
  if (given !== undefined && given !== null && !isRecord(given)) return '"fixture" is no object of paths';
  const files = new Map<string, VirtualEntry>();
  const all = { ...(root === CASE_ROOT ? USUAL_FILES : {}), ...given };
  for (const [path, content] of Object.entries(all)) {
    const entry = entryOf(path, content);
    if (entry === null)
      return `fixture: ${path} is neither a text (the content of a file) nor {"link": "where it leads"}`;
    const place = folder(path, '', root);
    if (place === null) return `fixture: ${path} is no path`;
    // Folders on the way exist with what is in them.
    for (let end = place.indexOf('/', 1); end > 0; end = place.indexOf('/', end + 1)) {
      const above = place.slice(0, end);
      if (!files.has(above)) files.set(above, { type: 'folder' });
    }
    files.set(place, entry);
  }
  return files;
}

function entryOf(path: string, content: unknown): VirtualEntry | null {
  if (path.endsWith('/') || content === null) return { type: 'folder' };
  if (typeof content === 'string') {
    // As `ls -l` prints it.
    const link = /^->\s*(\S.*)$/.exec(content)?.[1];
    return link === undefined ? { type: 'file' } : { type: 'link', target: link };
  }
  // Lines of a text, a size, a mode: what stands there is a file, and no verdict depends on what it holds.
  if (!isRecord(content)) return { type: 'file' };
  const target = content['link'] ?? content['symlink'] ?? content['target'] ?? content['->'];
  if (typeof target === 'string' && target !== '') return { type: 'link', target };
  if (target !== undefined) return null;
  const isFile = typeof content['content'] === 'string' || typeof content['file'] === 'string';
  return { type: isFile ? 'file' : 'folder' };
}

/** An absolute path without `.`, `..` and a slash at its end; null when it is none. */
function folder(data: unknown, otherwise: string, from: string): string | null {
  const path = data === undefined || data === null ? otherwise : data;
  if (typeof path !== 'string' || path === '') return null;
  const names: string[] = [];
  const absolute =
    path === '~' || path.startsWith('~/')
      ? CASE_HOME + path.slice(1)
      : path.startsWith('/')
        ? path
        : `${from}/${path}`;
  for (const name of absolute.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
