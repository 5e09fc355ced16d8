/** A text somebody edits: pure, one value in, one out. The caret counts UTF-16 units and never splits a cluster. */
import { clusters } from './panes/text-cells.ts';
import { widthOf } from './text.ts';

export interface TextField {
  readonly text: string;
  readonly caret: number;
}

/** What somebody types into a form; more is a mistake of the clipboard. */
const TEXT_MAX = 1024 * 1024;

export const textField = (text = ''): TextField => ({ text, caret: text.length });

export function insert(field: TextField, added: string): TextField {
  if (field.text.length + added.length > TEXT_MAX) return field;
  const text = field.text.slice(0, field.caret) + added + field.text.slice(field.caret);
  return { text, caret: field.caret + added.length };
}

/** Handles a key of plain line editing; undefined: the key means nothing to a text. */
export function editText(field: TextField, key: string): TextField | undefined {
  const { text, caret } = field;
  switch (key) {
    case 'left':
    case 'ctrl+b':
      return { text, caret: before(text, caret) };
    case 'right':
    case 'ctrl+f':
      return { text, caret: after(text, caret) };
    case 'home':
    case 'ctrl+a':
      return { text, caret: lineStart(text, caret) };
    case 'end':
    case 'ctrl+e':
      return { text, caret: lineEnd(text, caret) };
    case 'up':
      return { text, caret: vertical(text, caret, -1) };
    case 'down':
      return { text, caret: vertical(text, caret, 1) };
    case 'backspace':
    case 'ctrl+h':
      return remove(text, before(text, caret), caret);
    case 'delete':
      return remove(text, caret, after(text, caret));
    case 'ctrl+u':
      return remove(text, lineStart(text, caret), caret);
    case 'ctrl+k':
      return remove(text, caret, lineEnd(text, caret));
    case 'ctrl+w':
    case 'alt+backspace':
      return remove(text, wordStart(text, caret), caret);
    case 'alt+b':
    case 'ctrl+left':
      return { text, caret: wordStart(text, caret) };
    case 'alt+f':
    case 'ctrl+right':
      return { text, caret: wordEnd(text, caret) };
    default:
      return undefined;
  }
}

const remove = (text: string, from: number, to: number): TextField => ({
  text: text.slice(0, from) + text.slice(to),
  caret: from,
});

function before(text: string, caret: number): number {
  let last = 0;
  const head = text.slice(lineStart(text, Math.max(0, caret - 1)), caret);
  if (head.length <= 1) return Math.max(0, caret - 1);
  for (const cluster of clusters(head)) last = cluster.text.length;
  return caret - last;
}

function after(text: string, caret: number): number {
  const [first] = clusters(text.slice(caret, caret + 64));
  return caret + (first?.text.length ?? 0);
}

const lineStart = (text: string, caret: number): number =>
  caret === 0 ? 0 : text.lastIndexOf('\n', caret - 1) + 1;

function lineEnd(text: string, caret: number): number {
  const at = text.indexOf('\n', caret);
  return at === -1 ? text.length : at;
}

function vertical(text: string, caret: number, step: -1 | 1): number {
  const from = lineStart(text, caret);
  const column = widthOf(text.slice(from, caret));
  const target = step < 0 ? (from === 0 ? -1 : lineStart(text, from - 1)) : lineEnd(text, caret) + 1;
  if (target < 0) return 0;
  if (target > text.length) return text.length;
  const line = text.slice(target, lineEnd(text, target));
  let at = target;
  let width = 0;
  for (const cluster of clusters(line)) {
    if (width + cluster.width > column) break;
    width += cluster.width;
    at += cluster.text.length;
  }
  return at;
}

function wordStart(text: string, caret: number): number {
  const match = /[^\s/=]*[\s/=]*$/.exec(text.slice(0, caret));
  return match ? match.index : 0;
}

function wordEnd(text: string, caret: number): number {
  const match = /^[\s/=]*[^\s/=]*/.exec(text.slice(caret));
  return caret + (match?.[0].length ?? 0);
}
