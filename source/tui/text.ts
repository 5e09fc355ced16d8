/**
 * Text for display. Names, tasks and commands come from agents and models: nothing of theirs may move the
 * cursor, hide itself or turn the reading direction, so everything shown passes through here.
 */
import { visible } from '../core/visible-text.ts';
import { clusters, textWidth } from './panes/text-cells.ts';

/** How a piece of text is meant; the theme knows how that looks. */
export type Role =
  | 'plain'
  | 'dim'
  | 'strong'
  | 'accent'
  | 'running'
  | 'waiting'
  | 'danger'
  | 'done'
  | 'key'
  | 'added'
  | 'removed'
  /** A character that cannot be seen, spelled out: must never look like ordinary text. */
  | 'escape'
  | 'caret'
  | 'border'
  | 'chip-control'
  | 'chip-typing'
  | 'chip-scroll'
  /** A cell of the heatmap, and the glyph in it that stands for its colour. */
  | `heat-${HeatStep}`
  | `shade-${HeatStep}`;

/** From fine (0) to bad (9). */
export type HeatStep = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export interface Span {
  readonly text: string;
  readonly role: Role;
}

export const span = (text: string, role: Role = 'plain'): Span => ({ text, role });

const ASCII_ONLY = /^[\x20-\x7e]*$/;
/** A base character may carry so many marks; more is a tower built to cover other lines. */
const MARKS_MAX = 2;
const MARK_TOWER = new RegExp(`(\\p{M}{${MARKS_MAX}})\\p{M}+`, 'gu');

/** It has no picture of its own, or changes that of others. */
const isUnseen = (character: string): boolean =>
  !ASCII_ONLY.test(character) && visible(character) !== character;

/** One line of harmless text: white space becomes one space, what cannot be seen is dropped. */
export function harmless(text: string): string {
  if (ASCII_ONLY.test(text)) return text;
  const line = text.replace(/[\s\u0085\u2028\u2029]+/g, ' ');
  return Array.from(line)
    .filter((character) => !isUnseen(character))
    .join('')
    .replace(MARK_TOWER, '$1');
}

/** Text with everything unseen spelled out (`\u{202e}`), for what a person must judge. */
export function revealed(text: string, role: Role = 'plain'): Span[] {
  if (ASCII_ONLY.test(text)) return text === '' ? [] : [span(text, role)];
  const spans: Span[] = [];
  let seen = '';
  let marks = 0;
  const flush = () => {
    if (seen !== '') spans.push(span(seen, role));
    seen = '';
  };
  for (const character of text) {
    marks = /\p{M}/u.test(character) ? marks + 1 : 0;
    if (isUnseen(character) || marks > MARKS_MAX) {
      flush();
      spans.push(span(spelledOut(character), 'escape'));
    } else seen += character;
  }
  flush();
  return spans;
}

/** A tower of marks is spelled out mark by mark, too. */
function spelledOut(character: string): string {
  const text = visible(character);
  return text === character ? `\\u{${character.codePointAt(0)!.toString(16)}}` : text;
}

/** Columns a text takes. */
export function widthOf(text: string): number {
  return ASCII_ONLY.test(text) ? text.length : textWidth(text);
}

export const spansWidth = (spans: readonly Span[]): number =>
  spans.reduce((sum, { text }) => sum + widthOf(text), 0);

/** The longest beginning that fits. */
function start(text: string, width: number): string {
  if (ASCII_ONLY.test(text)) return text.slice(0, Math.max(0, width));
  let taken = '';
  let used = 0;
  for (const cluster of clusters(text)) {
    if (used + cluster.width > width) break;
    taken += cluster.text;
    used += cluster.width;
  }
  return taken;
}

function end(text: string, width: number): string {
  let taken = '';
  let used = 0;
  for (const cluster of [...clusters(text)].toReversed()) {
    if (used + cluster.width > width) break;
    taken = cluster.text + taken;
    used += cluster.width;
  }
  return taken;
}

/** Cut at the end, marked. */
export function cut(text: string, width: number, mark = '…'): string {
  if (widthOf(text) <= width) return text;
  return width <= 0 ? '' : start(text, width - 1) + mark;
}

/** Cut in the middle, marked: names tell most by their beginning and end. */
export function cutMiddle(text: string, width: number, mark = '…'): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return '';
  const head = Math.ceil((width - 1) / 2);
  return start(text, head) + mark + end(text, width - 1 - head);
}

/** Exactly `width` columns: cut where too long, filled with blanks where too short. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const short = cut(text, width);
  const blanks = ' '.repeat(Math.max(0, width - widthOf(short)));
  return align === 'left' ? short + blanks : blanks + short;
}

/** Spans cut to `width` columns; `isCut` says whether anything is missing. */
export function cutSpans(
  spans: readonly Span[],
  width: number,
  mark = '…',
): { readonly spans: Span[]; readonly isCut: boolean } {
  if (spansWidth(spans) <= width) return { spans: [...spans], isCut: false };
  const taken: Span[] = [];
  let left = Math.max(0, width - 1);
  for (const { text, role } of spans) {
    const part = start(text, left);
    if (part !== '') taken.push({ text: part, role });
    left -= widthOf(part);
    if (part !== text) break;
  }
  if (width > 0) taken.push(span(mark, 'dim'));
  return { spans: taken, isCut: true };
}

/** Spans broken into lines of at most `width` columns, wherever that falls: nothing is dropped, nothing moved. */
export function wrapSpans(spans: readonly Span[], width: number): Span[][] {
  const lines: Span[][] = [[]];
  let left = width;
  for (const { text, role } of spans) {
    let part = '';
    for (const cluster of clusters(text)) {
      if (cluster.width > left) {
        if (part !== '') lines.at(-1)!.push({ text: part, role });
        lines.push([]);
        part = '';
        left = width;
      }
      part += cluster.text;
      left -= cluster.width;
    }
    if (part !== '') lines.at(-1)!.push({ text: part, role });
  }
  return lines;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12s`, `4m`, `2h`, `3d`. */
export function ageOf(ms: number): string {
  const age = Math.max(0, ms);
  if (age < MINUTE) return `${Math.floor(age / SECOND)}s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)}m`;
  if (age < DAY) return `${Math.floor(age / HOUR)}h`;
  return `${Math.floor(age / DAY)}d`;
}

/** Milliseconds until `ageOf` says something else. */
export function untilAgeChanges(ms: number): number {
  const age = Math.max(0, ms);
  const step = age < MINUTE ? SECOND : age < HOUR ? MINUTE : age < DAY ? HOUR : DAY;
  return step - (age % step) + (ms < 0 ? -ms : 0);
}
