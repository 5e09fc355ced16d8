/**
 * A request in lines: every member of its input, with all that cannot be seen spelled out, broken where a
 * line ends but never shortened. What is approved is what these lines show.
 */
import { shownAs } from '../../../core/approvals/subject.ts';
import type { Approval } from '../../../core/fleet.ts';
import { harmless, revealed, span, spansWidth, wrapSpans, type Role, type Span } from '../../text.ts';
import { riskOfItem } from '../../fleet-view.ts';
import { lineDiff } from './line-diff.ts';
import { decidedWords, needsWords, roleOfRisk } from './why-lines.ts';

export type Line = readonly Span[];

/** Shown first and without its name: it is the call. */
const MAIN = ['command', 'file_path', 'notebook_path', 'path', 'url', 'query', 'pattern', 'prompt'];

const known = new WeakMap<object, { readonly width: number; readonly lines: readonly Line[] }>();

/** All of the input, one line or more for each member. Kept for the last width: a file to be written is long. */
export function inputLines(input: Readonly<Record<string, unknown>>, width: number): readonly Line[] {
  const kept = known.get(input);
  if (kept?.width === width) return kept.lines;
  const lines = linesOf(input, width);
  known.set(input, { width, lines });
  return lines;
}

function linesOf(input: Readonly<Record<string, unknown>>, width: number): Line[] {
  const members = Object.entries(input);
  const main = members.find(([name, value]) => MAIN.includes(name) && typeof value === 'string');
  const isEdit = typeof input['old_string'] === 'string' && typeof input['new_string'] === 'string';
  const lines: Line[] = [];
  if (main) lines.push(...blockLines(main[1] as string, width, 'strong'));
  for (const [name, value] of members) {
    if (name === main?.[0] || (isEdit && (name === 'old_string' || name === 'new_string'))) continue;
    lines.push(...memberLines(name, value, width));
  }
  if (isEdit) lines.push(...diffLines(input['old_string'] as string, input['new_string'] as string, width));
  if (lines.length === 0) lines.push([span('no input', 'dim')]);
  return lines;
}

/** All of the input on one line, where that is possible; undefined where it is not. */
export function inputInOneLine(input: Readonly<Record<string, unknown>>, width: number): Line | undefined {
  // Lines that fit side by side fit one by one; one line per member, unless its text has lines of its own.
  const lines = inputLines(input, width);
  if (lines.length !== Math.max(1, Object.keys(input).length)) return undefined;
  const joined = lines.flatMap((line, at) => (at === 0 ? line : [span('  ·  ', 'dim'), ...line]));
  return spansWidth(joined) <= width ? joined : undefined;
}

function memberLines(name: string, value: unknown, width: number): Line[] {
  const label = [...revealed(name, 'key'), span(': ', 'key')];
  if (typeof value === 'string' && value.includes('\n')) {
    const role = name === 'content' ? 'added' : 'plain';
    return [
      label,
      ...value
        .split('\n')
        .flatMap((line) => markedLines(name === 'content' ? '+ ' : '  ', line, role, width)),
    ];
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return wrapped([...label, ...revealed(text)], width);
}

/** Text with lines of its own, their ends marked: a line that was broken for width has no mark. */
function blockLines(text: string, width: number, role: Role): Line[] {
  const parts = text.split('\n');
  return parts.flatMap((part, at) =>
    wrapped([...revealed(part, role), ...(at < parts.length - 1 ? [span('⏎', 'dim')] : [])], width),
  );
}

function diffLines(before: string, after: string, width: number): Line[] {
  return lineDiff(before, after).flatMap(({ type, text }) => {
    switch (type) {
      case 'same':
        return markedLines('  ', text, 'dim', width);
      case 'removed':
        return markedLines('- ', text, 'removed', width);
      case 'added':
        return markedLines('+ ', text, 'added', width);
      default:
        return type satisfies never;
    }
  });
}

/** Each screen line of it carries the mark: the part after a break must not look like another line. */
export function markedLines(mark: string, text: string, role: Role, width: number): Line[] {
  const spans = revealed(text, role);
  if (spans.length === 0) return [[span(mark, role)]];
  return wrapSpans(spans, Math.max(4, width - mark.length)).map((line, at) => [
    span(at === 0 ? mark : mark.trimEnd() + '↪', role),
    ...line,
  ]);
}

/** Continuations are marked, so that a long line cannot pose as two. */
function wrapped(spans: readonly Span[], width: number): Line[] {
  if (spansWidth(spans) <= width) return [spans];
  const lines = wrapSpans(spans, Math.max(4, width - 2));
  return lines.map((line, at) => (at === 0 ? line : [span('↪ ', 'dim'), ...line]));
}

/** Everything else about a request, for the closer look: one labelled line or more for each. */
export function aboutLines(approval: Approval, width: number): Line[] {
  const about = (label: string, text: string, role: Role = 'plain'): Line[] => {
    const lines = wrapSpans(revealed(text, role), Math.max(8, width - LABEL_COLUMNS));
    return lines.map((line, at) => [span((at === 0 ? label : '').padEnd(LABEL_COLUMNS), 'dim'), ...line]);
  };
  const { subject } = approval;
  const { subagent } = shownAs(subject);
  const call = subject.type === 'tool-call' ? ` · call ${subject.call.id}` : '';
  return [
    ...riskOfItem(approval).could.flatMap((each, at) =>
      about(
        at === 0 ? 'could' : '',
        `${each.what}${each.level === 'low' ? '' : ` (${each.level})`}`,
        roleOfRisk(each.level),
      ),
    ),
    ...about('in', approval.cwd),
    ...about('branch', approval.branch ?? 'none'),
    ...about('why', approval.reason),
    ...about('rule', decidedWords(approval)),
    ...(needsWords(approval) === '' ? [] : about('needs', needsWords(approval))),
    ...(subagent === null ? [] : about('for', `its sub-agent ${subagent}`)),
    ...about('run', `${approval.run} · session ${approval.session}${call}`),
    ...about('hash', approval.hash),
  ];
}

const LABEL_COLUMNS = 8;

/** The worst it could do, where that is worth a word. */
function worstOf(approval: Approval): Span[] {
  const [worst] = riskOfItem(approval).could;
  if (!worst || worst.level === 'low') return [];
  return [span('could ', 'dim'), span(harmless(worst.what), roleOfRisk(worst.level)), span('  ')];
}

/** Why and where in one line, for the queue: the reason first, a branch tells the place of its worktree. */
export const aboutLine = (approval: Approval): Line => [
  ...worstOf(approval),
  span('why ', 'dim'),
  span(harmless(approval.reason)),
  ...(approval.branch === null ? [] : [span('  on ', 'dim'), span(harmless(approval.branch))]),
  span('  in ', 'dim'),
  span(harmless(approval.cwd.split('/').slice(-2).join('/'))),
];
