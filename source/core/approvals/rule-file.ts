/**
 * A rule written into a file of people's, or taken out of it, with every other byte as it was: comments,
 * order and quotes are theirs. The YAML library says where things stand; the text is changed there only.
 */
import { isCollection, isMap, isPair, isScalar, isSeq, parseDocument, stringify } from 'yaml';
import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import type { Rule } from '../agent.ts';

/** Whose rules of a file: an agent's or everybody's of a fleet.yaml, those of an AGENT.md, of policy.yaml. */
export type RulesOf =
  | { readonly type: 'agent'; readonly name: string }
  | { readonly type: 'defaults' }
  | { readonly type: 'agent-file' }
  | { readonly type: 'policy' };

export type Edited =
  | { readonly type: 'edited'; readonly text: string }
  /** It is there already, or was not there to be removed. */
  | { readonly type: 'same' }
  /** Why it was not done, and what to write by hand. */
  | { readonly type: 'refused'; readonly message: string };

export function withRule(text: string, whose: RulesOf, rule: Rule): Edited {
  return inYaml(text, whose, (yaml) => added(yaml, whose, rule));
}

export function withoutRule(text: string, whose: RulesOf, rule: Rule): Edited {
  return inYaml(text, whose, (yaml) => removed(yaml, whose, rule));
}

/** The YAML of a file: all of it, or the front matter of AGENT.md. */
function inYaml(text: string, whose: RulesOf, edit: (yaml: string) => Edited): Edited {
  if (whose.type !== 'agent-file') return edit(text);
  const parts = /^---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m.exec(text);
  if (parts?.index !== 0) return refused('the file has no front matter', whose);
  const start = text.indexOf('\n') + 1;
  const edited = edit(parts[1]!);
  if (edited.type !== 'edited') return edited;
  return { type: 'edited', text: text.slice(0, start) + edited.text + text.slice(start + parts[1]!.length) };
}

const KEYS = ['permissions', 'rules'] as const;

/** Where the keys start that lead to the rules: a map that is there, and the keys from it on. */
function startOf(root: YAMLMap, whose: RulesOf): { map: YAMLMap; keys: readonly string[] } | null {
  switch (whose.type) {
    case 'policy':
      return { map: root, keys: ['rules'] };
    case 'agent-file':
      return { map: root, keys: KEYS };
    case 'defaults':
      return { map: root, keys: ['defaults', ...KEYS] };
    case 'agent': {
      const agents = root.get('agents', true);
      if (!isSeq(agents)) return null;
      const found = agents.items.find((item) => isMap(item) && item.get('name') === whose.name);
      return isMap(found) ? { map: found, keys: KEYS } : null;
    }
    default:
      return whose satisfies never;
  }
}

function added(text: string, whose: RulesOf, rule: Rule): Edited {
  const document = parseDocument(text);
  if (document.errors.length > 0) return refused('it is no sound YAML', whose);
  // A file of comments only, or an empty one.
  if (document.contents === null) {
    if (whose.type !== 'policy') return refused('it is empty', whose);
    return { type: 'edited', text: `${endedLine(text)}rules:\n  - ${entry(rule)}\n` };
  }
  if (!isMap(document.contents)) return refused('it is not a map of keys', whose);
  const start = startOf(document.contents, whose);
  if (!start) return refused('the agent is not described in it', whose);
  let { map } = start;
  const keys = [...start.keys];
  while (keys.length > 1) {
    const next = map.get(keys[0]!, true);
    if (!isMap(next)) {
      if (next !== undefined && !isEmpty(next)) return refused(`"${keys[0]!}" is not a map of keys`, whose);
      break;
    }
    map = next;
    keys.shift();
  }
  const existing = map.get(keys[0]!, true);
  if (keys.length === 1 && isSeq(existing)) {
    if (existing.items.some((item) => isRule(item, rule))) return { type: 'same' };
    return { type: 'edited', text: inSequence(text, existing, rule) };
  }
  if (existing !== undefined && !isEmpty(existing))
    return refused(`"${keys[0]!}" is not what it should be`, whose);
  return { type: 'edited', text: inMap(text, map, keys, rule) };
}

function removed(text: string, whose: RulesOf, rule: Rule): Edited {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return refused('it is no sound YAML', whose);
  const start = startOf(document.contents, whose);
  const sequence = start?.map.getIn(start.keys, true);
  if (!isSeq(sequence)) return { type: 'same' };
  const at = sequence.items.findIndex((item) => isRule(item, rule));
  if (at < 0) return { type: 'same' };
  const item = sequence.items[at] as Node;
  const [from, to] = [item.range![0], lastOf(item).range![1]];
  if (sequence.flow || sequence.items.length === 1) {
    const [first, end] = [sequence.range![0], sequence.range![1]];
    if (sequence.items.length === 1) {
      // An empty list stays a list.
      const before = sequence.flow ? text.slice(0, first) : text.slice(0, first).replace(/\s*$/, ' ');
      return { type: 'edited', text: `${before}[]${text.slice(sequence.flow ? end : to)}` };
    }
    const comma = text.indexOf(',', to);
    return at < sequence.items.length - 1
      ? { type: 'edited', text: text.slice(0, from) + text.slice(comma + 1).replace(/^\s+/, '') }
      : { type: 'edited', text: text.slice(0, text.lastIndexOf(',', from)) + text.slice(to) };
  }
  const lineStart = text.lastIndexOf('\n', from) + 1;
  const lineEnd = text.indexOf('\n', to - 1);
  return {
    type: 'edited',
    text: text.slice(0, lineStart) + (lineEnd < 0 ? '' : text.slice(lineEnd + 1)),
  };
}

/** After the last of a list, in its own manner of writing. */
function inSequence(text: string, sequence: YAMLSeq, rule: Rule): string {
  if (sequence.flow) {
    const end = text.lastIndexOf(']', sequence.range![1]);
    const inside = text.slice(sequence.range![0] + 1, end);
    const comma = sequence.items.length > 0 && !/,\s*$/.test(inside) ? ', ' : '';
    const at = sequence.range![0] + 1 + inside.trimEnd().length;
    return text.slice(0, at) + comma + flowEntry(rule) + text.slice(at);
  }
  const dash = text.lastIndexOf('-', (sequence.items[0] as Node).range![0]);
  return insertLines(text, lastOf(sequence), [`${indentAt(text, dash)}- ${entry(rule)}`]);
}

/** The keys that are missing, below the last of a map. */
function inMap(text: string, map: YAMLMap, keys: readonly string[], rule: Rule): string {
  const known = map.items.find((pair) => isScalar(pair.key) && pair.key.value === keys[0]);
  if (map.flow) {
    const value = keys.slice(1).reduceRight((inner, key) => `{ ${key}: ${inner} }`, `[${flowEntry(rule)}]`);
    if (known) return afterKey(text, known, ` ${value}`);
    const end = text.lastIndexOf('}', map.range![1]);
    const at = map.range![0] + 1 + text.slice(map.range![0] + 1, end).trimEnd().length;
    return `${text.slice(0, at)}${map.items.length > 0 ? ',' : ''} ${keys[0]!}: ${value}${text.slice(at)}`;
  }
  const first = map.items[0]!.key as Node;
  const indent = indentAt(text, first.range![0]);
  const lines = keys.map((key, depth) => `${indent}${'  '.repeat(depth)}${key}:`);
  lines.push(`${indent}${'  '.repeat(keys.length)}- ${entry(rule)}`);
  if (known) return afterKey(text, known, lineEndOf(text) + lines.slice(1).join(lineEndOf(text)));
  return insertLines(text, lastOf(map), lines);
}

/** `rules:` with nothing behind it. */
function afterKey(text: string, { key }: Pair, value: string): string {
  const colon = text.indexOf(':', (key as Node).range![1]);
  const rest = text.slice(colon + 1).replace(/^[ \t]*(?:~|null)(?=\s|$)/, '');
  return text.slice(0, colon + 1) + value + rest;
}

/** On lines of their own behind the one on which the node ends. */
function insertLines(text: string, node: Node, lines: readonly string[]): string {
  const end = node.range![1];
  const newline = text.indexOf('\n', text[end - 1] === '\n' ? end - 1 : end);
  const eol = lineEndOf(text);
  if (newline < 0) return `${text}${eol}${lines.join(eol)}${eol}`;
  return text.slice(0, newline + 1) + lines.join(eol) + eol + text.slice(newline + 1);
}

/** The last thing that stands in a node. */
function lastOf(node: Node): Node {
  if (!isCollection(node) || node.flow) return node;
  const last: unknown = node.items.at(-1);
  if (isPair(last)) return lastOf((last.value ?? last.key) as Node);
  return last ? lastOf(last as Node) : node;
}

function isRule(item: unknown, rule: Rule): boolean {
  if (isScalar(item)) return rule.effect === 'allow' && item.value === rule.rule;
  return isMap(item) && item.items.length === 1 && item.get(rule.effect) === rule.rule;
}

const isEmpty = (node: unknown): boolean => isScalar(node) && node.value === null;

/** As many blanks as stand before it, counting what opens it on the same line (`- name:`). */
function indentAt(text: string, offset: number): string {
  return ' '.repeat(offset - text.lastIndexOf('\n', offset - 1) - 1);
}

const lineEndOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

const endedLine = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

const plain = (text: string): string => stringify(text, { lineWidth: 0 }).trimEnd();

const entry = ({ effect, rule }: Rule): string =>
  effect === 'allow' ? plain(rule) : `${effect}: ${plain(rule)}`;

const flowEntry = ({ effect, rule }: Rule): string =>
  effect === 'allow' ? JSON.stringify(rule) : `{ ${effect}: ${JSON.stringify(rule)} }`;

function refused(why: string, whose: RulesOf): Edited {
  const where = whose.type === 'policy' ? '"rules:"' : '"rules:" below "permissions:"';
  return { type: 'refused', message: `${why}; write the rule yourself, under ${where}` };
}
