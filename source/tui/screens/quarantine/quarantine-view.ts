/** What an agent in quarantine showed, changed and did last. Releasing it is offered at the end. */
import { describeEvent } from '../../../core/describe-event.ts';
import { quarantineOf } from '../../../core/quarantine.ts';
import type { AskValue } from '../../../wire/daemon-protocol.ts';
import { keyOf } from '../../keys.ts';
import type { QuarantinePage } from '../../page.ts';
import type { Rect } from '../../panes/rect.ts';
import { LABELS, valueWords } from '../../signal-words.ts';
import { layoutOf } from '../../step.ts';
import { ageOf, cut, harmless, revealed, span, type Role } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';
import { wrapWords } from '../../help.ts';
import { markedLines, type Line } from '../control-room/request-lines.ts';
import { clockWords } from '../events/moment-words.ts';

type Detail = AskValue['quarantine-detail'];

/** Title, a blank line; below the lines how to go on. */
const ABOVE = 2;
const BELOW = 2;
/** Long enough for a screen or a diff to be judged; the whole of it is in `fleet quarantine show`. */
const FILE_LINES_MAX = 2_000;

export const quarantineRows = (ui: Ui): number => Math.max(1, (layoutOf(ui).page?.rows ?? 1) - ABOVE - BELOW);

export function isAllSeen(ui: Ui, page: QuarantinePage): boolean {
  return page.detail !== null && page.seen >= quarantineLines(page.detail, ui.size.columns).length;
}

export function quarantineView(ui: Ui, context: Context, page: QuarantinePage, rect: Rect): Line[] {
  const { fleet, now, setting } = context;
  const title: Line = [
    span(' ■ ', 'danger'),
    span(harmless(page.agent), 'strong'),
    span(cut(` · ${stateWords(context, page)}`, Math.max(0, rect.columns - 20)), 'dim'),
  ];
  if (!page.detail) return [title, [], [span('  asking what it did …', 'dim')]];
  const all = quarantineLines(page.detail, rect.columns);
  const rows = quarantineRows(ui);
  const top = Math.max(0, Math.min(page.top, all.length - rows));
  const lines: Line[] = [title, [], ...all.slice(top, top + rows)];
  while (lines.length < rect.rows - 1) lines.push([]);
  const below = all.length - top - rows;
  const key = keyOf(setting.keymap, 'release', setting.isUtf8);
  if (!quarantineOf(fleet, page)) lines.push([span(' Somebody has released it meanwhile.', 'waiting')]);
  else if (!isAllSeen(ui, page))
    lines.push([
      span(` ${below} more ${below === 1 ? 'line' : 'lines'}; releasing is offered at the end`, 'waiting'),
    ]);
  else
    lines.push([
      span(` ${key}`, 'key'),
      span(' releases it, with a reason. ', 'plain'),
      span(aged(page.detail, now), 'dim'),
    ]);
  return lines;
}

const aged = ({ quarantine }: Detail, now: number): string =>
  `It has been here for ${ageOf(now - quarantine.since)}.`;

function stateWords({ fleet, now }: Context, page: QuarantinePage): string {
  const quarantine = quarantineOf(fleet, page) ?? page.detail?.quarantine;
  if (!quarantine) return 'not in quarantine';
  const who = quarantine.grounds ? 'the brain' : quarantine.by.replace(/^person:/, '');
  return `in quarantine for ${ageOf(now - quarantine.since)}, put there by ${harmless(who)}`;
}

const known = new WeakMap<Detail, { readonly width: number; readonly lines: readonly Line[] }>();

/** All of it, broken to the width; kept for the last width, because a diff is long. */
export function quarantineLines(detail: Detail, width: number): readonly Line[] {
  const kept = known.get(detail);
  if (kept?.width === width) return kept.lines;
  const lines = linesOf(detail, Math.max(20, width - 4));
  known.set(detail, { width, lines });
  return lines;
}

function linesOf({ quarantine, evidence, decisions }: Detail, width: number): Line[] {
  const { reason, grounds, since } = quarantine;
  const lines: Line[] = [
    heading('why'),
    ...wrapWords(harmless(reason), width).map((line): Line => [span(`  ${line}`)]),
    ...(grounds?.signals ?? []).map(({ signal, value, logOdds }): Line => [
      span(`  ${LABELS[signal].padEnd(9)}${valueWords(signal, value).padStart(8)}`),
      span(`  +${logOdds.toFixed(1)}`, 'danger'),
    ]),
  ];
  for (const { name, text } of evidence) {
    lines.push([], heading(harmless(name)));
    const isDiff = name.startsWith('changes');
    const all = text.trimEnd().split('\n');
    if (text.trim() === '') lines.push([span('  nothing', 'dim')]);
    else
      for (const line of all.slice(0, FILE_LINES_MAX))
        lines.push(...markedLines('  ', line, isDiff ? roleOfDiff(line) : 'plain', width));
    if (all.length > FILE_LINES_MAX)
      lines.push([span(`  … ${all.length - FILE_LINES_MAX} more lines: fleet quarantine show`, 'waiting')]);
  }
  lines.push([], heading('what it was allowed, refused and did last'));
  if (decisions.length === 0) lines.push([span('  nothing that was asked for', 'dim')]);
  for (const recorded of decisions)
    lines.push([
      span(`  ${clockWords(recorded.at, since).padEnd(10)}`, 'dim'),
      ...revealed(cut(describeEvent(recorded), Math.max(10, width - 12))),
    ]);
  return lines;
}

const heading = (words: string): Line => [span(` ${words}`, 'accent')];

function roleOfDiff(line: string): Role {
  if (line.startsWith('+')) return 'added';
  if (line.startsWith('-')) return 'removed';
  return line.startsWith('@@') || line.startsWith('diff ') ? 'accent' : 'plain';
}
