/** What the dialogs that reach further than one request show. */
import { activeGrants, heldBy } from '../../../core/approvals/grants.ts';
import type { RulePreview } from '../../../core/approvals/preview-rule.ts';
import { shownAs } from '../../../core/approvals/subject.ts';
import { proposalAt, type AlwaysForm, type AlwaysTarget } from '../../always-form.ts';
import { fieldLine } from '../../field-lines.ts';
import { BATCH_AGENT_COLUMNS, batchColumns } from '../../reduce-always.ts';
import { ageOf, cut, fit, harmless, span } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Overlay } from '../../ui-state.ts';
import { inputInOneLine, type Line } from './request-lines.ts';

const LABEL_COLUMNS = 12;
const label = (text: string, isActive = false) =>
  span(fit(`${isActive ? '▌' : ' '}${text}`, LABEL_COLUMNS), isActive ? 'accent' : 'dim');

export function alwaysLines(form: AlwaysForm, width: number): Line[] {
  const at = proposalAt(form);
  const words =
    at === -1 ? 'a rule of your own' : `${at + 1} of ${form.proposals.length}: ${form.proposals[at]!.words}`;
  return [
    [label('allow', true), ...fieldLine(form.rule, Math.max(10, width - LABEL_COLUMNS))],
    [label(''), span(cut(words, width - LABEL_COLUMNS), 'dim')],
    [],
    [
      label('for'),
      span('‹ ', 'dim'),
      span(cut(targetWords(form.targets[form.target]!), width - LABEL_COLUMNS - 12), 'strong'),
      span(` ›  ${form.target + 1} of ${form.targets.length}`, 'dim'),
    ],
    [],
    ...previewLines(form.preview, width),
  ];
}

function targetWords(target: AlwaysTarget): string {
  if (target.type === 'file') return `${target.target.words}, in ${harmless(target.target.file)}`;
  return target.holder === 'run'
    ? `this run only, for ${target.days} days at most`
    : `this agent, for ${target.days} days`;
}

function previewLines(preview: RulePreview | null, width: number): Line[] {
  if (!preview) return [[label('history'), span('↵ looks up what it would have matched', 'waiting')]];
  const { looked, changed, hadBeenRejected, examples } = preview;
  const lines: Line[] = [
    [
      label('history'),
      span(
        `of ${looked} recorded ${looked === 1 ? 'call' : 'calls'} it would have allowed ${changed.allow} more`,
      ),
    ],
  ];
  if (hadBeenRejected > 0)
    lines.push([label(''), span(`! ${hadBeenRejected} of them somebody rejected`, 'danger')]);
  for (const example of examples)
    lines.push([
      label(''),
      span(`${fit(harmless(example.agent), 12)} `, 'dim'),
      span(
        cut(harmless(example.call), Math.max(4, width - LABEL_COLUMNS - 13)),
        example.wasRejected ? 'danger' : 'plain',
      ),
    ]);
  return lines;
}

export function batchLines(
  { members }: Overlay & { type: 'batch' },
  context: Context,
  columns: number,
): Line[] {
  const width = batchColumns(columns);
  return members.map(({ approval }): Line => {
    const item = context.fleet.approvals[approval];
    if (!item) return [span('answered meanwhile', 'dim')];
    return [
      span(`${fit(harmless(item.agent), BATCH_AGENT_COLUMNS)}  `, 'dim'),
      ...(inputInOneLine(shownAs(item.subject).input, width) ?? []),
    ];
  });
}

export function grantLines({ fleet, now }: Context, width: number): Line[] {
  return activeGrants(fleet, now).map((grant): Line => {
    const facts = `${heldBy(grant.holder)} · used ${grant.uses} times · ${ageOf(grant.until - now)} left · by ${grant.by.replace(/^person:/, '')}`;
    return [
      span(cut(harmless(grant.rule), Math.floor(width / 2)), 'strong'),
      span(`  ${cut(harmless(facts), Math.ceil(width / 2) - 2)}`, 'dim'),
    ];
  });
}
