/** What makes each agent risky, worst first; below, the one under the cursor with all that is known of it. */
import { exitOf, LEVEL_FROM } from '../../../core/risk/level.ts';
import { logOddsOf, probabilityOf } from '../../../core/risk/model.ts';
import { SIGNALS, type Signal } from '../../../core/risk/signal.ts';
import type { AgentAssessment } from '../../../wire/daemon-protocol.ts';
import { holdsOf, quarantineOf } from '../../../core/quarantine.ts';
import { wrapWords } from '../../help.ts';
import { keyOf } from '../../keys.ts';
import type { InsightsPage } from '../../page.ts';
import type { Rect } from '../../panes/rect.ts';
import {
  badgesOf,
  IN_QUARANTINE,
  figureOf,
  pushOf,
  riskAgentAt,
  riskRows,
  roleOfLevel,
  stateMark,
  type RiskAgent,
  type RiskRow,
} from '../../risk-rows.ts';
import { evidenceWords, goalWords, LABELS, scaleWords, shortScale, valueWords } from '../../signal-words.ts';
import { sparkline } from '../../sparkline.ts';
import { ageOf, cutMiddle, cutSpans, fit, harmless, span, widthOf, type Span } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';
import type { Line } from '../control-room/request-lines.ts';
import { emptyRiskLines } from './empty-risk.ts';
import { firstRiskRow } from './risk-window.ts';
import { nameColumns } from './heat-columns.ts';

/** Title and a blank line. */
export const ABOVE = 2;
/** Rule with the name, seven bars, the six hours, two ways down, the ledger. */
const PANEL_ROWS = 1 + 7 + 1 + 2 + 1;
/** A panel alone, without others to compare with, is no page of insights. */
const LIST_ROWS_MIN = 3;

export const insightRows = (rows: number): number => Math.max(LIST_ROWS_MIN, rows - ABOVE - PANEL_ROWS);

export function insightsLines(ui: Ui, context: Context, page: InsightsPage, rect: Rect): Line[] {
  const width = rect.columns;
  const rows = riskRows(ui, context);
  const here = riskAgentAt(ui, context);
  const filter = ui.filter === '' ? '' : ` · /${harmless(ui.filter)}`;
  const title: Line = [
    span(' insights', 'accent'),
    span(` · what makes agents risky, worst first${filter}`, 'dim'),
  ];
  if (!here) return [title, [], ...emptyRiskLines(ui, context)];
  const room = insightRows(rect.rows);
  const from = firstRiskRow(ui, context, room);
  const name = nameColumns(rows, width);
  const lines: Line[] = [
    title,
    [],
    ...rows.slice(from, from + room).map((row) => rowLine(context, row, { name, width, here: here.key })),
  ];
  while (lines.length < ABOVE + room) lines.push([]);
  return [...lines, ...panel(context, here, page.column, width)].slice(0, rect.rows);
}

function rowLine(
  { fleet }: Context,
  row: RiskRow,
  { name, width, here }: { readonly name: number; readonly width: number; readonly here: string },
): Line {
  if (row.type === 'heading') return [span(` ${row.name}`, 'strong')];
  const isHere = row.key === here;
  const { assessed } = row;
  const role = roleOfLevel(assessed.level);
  return cutSpans(
    [
      span(isHere ? '▌' : ' ', 'accent'),
      stateMark(fleet, assessed),
      span(' '),
      span(`${fit(cutMiddle(row.name, name), name)} `, isHere ? 'accent' : 'plain'),
      span(`${fit(assessed.level.toUpperCase(), 8)} ${figureOf(assessed.probability)}`, role),
      span(beforeWords(assessed), 'dim'),
      // What somebody has to know even where the line is cut; the mark in front says it of a quarantine.
      ...badgesOf(fleet, assessed)
        .filter((badge) => badge !== IN_QUARANTINE)
        .map((badge) => span(` ${badge}`, 'waiting')),
      ...reasonSpans(assessed),
      span(needWords(assessed), 'dim'),
    ],
    width - 1,
  ).spans;
}

const beforeWords = ({ before }: AgentAssessment): string =>
  before === null ? '' : ` (was ${figureOf(before)} 20m ago)`;

/** Three say why; the panel has all of them. */
const TOLD_MAX = 3;
/** What pushes least is left out of a line. */
const PUSH_MIN = 0.05;

const pushing = ({ contributions }: AgentAssessment) =>
  contributions.filter(({ push }) => push >= PUSH_MIN).toSorted((a, b) => b.push - a.push);

function reasonSpans(assessed: AgentAssessment): Span[] {
  const found = pushing(assessed);
  if (found.length === 0) return [span(' — all is well', 'dim')];
  return [
    span(' — ', 'dim'),
    ...found
      .slice(0, TOLD_MAX)
      .flatMap(({ signal, push }, at) => [
        span(at === 0 ? '' : ', ', 'dim'),
        span(`${LABELS[signal]} ${valueWords(signal, assessed.readings[signal]?.value ?? 0)} `),
        span(`+${push.toFixed(1)}`, 'strong'),
      ]),
    ...(found.length > TOLD_MAX ? [span(' …', 'dim')] : []),
  ];
}

/** `; needs 0.80`: where the level begins. */
const needWords = ({ level }: AgentAssessment): string =>
  level === 'low' ? '' : `; needs ${LEVEL_FROM[level].toFixed(2)}`;

function panel(context: Context, row: RiskAgent, column: number, width: number): Line[] {
  const { assessed } = row;
  const head = ` ${row.name} `;
  return [
    [
      span(' ─', 'border'),
      span(head, 'accent'),
      span('─'.repeat(Math.max(0, width - 3 - widthOf(head))), 'border'),
    ],
    ...SIGNALS.map((signal, at) => barLine(assessed, signal, at === column, width)),
    historyLine(assessed, width),
    ...wayLines(context, row, width),
    ledgerLine(assessed, width),
  ].map((line) => cutSpans(line, width - 1).spans);
}

/** The strongest signal at its very worst. */
const PUSH_FULL = 6.6;
const BAR_MIN = 10;
const BAR_MAX = 40;
/** At 80 columns the words beside a bar need nearly all of them; from there on a bar gets a third of each. */
const BAR_SHARE = 0.34;
const BAR_LESS = 17;

/** Below this the marks of a signal are figures alone. */
const WORDY_FROM_COLUMNS = 100;

function barLine(assessed: AgentAssessment, signal: Signal, isHere: boolean, width: number): Line {
  const reading = assessed.readings[signal];
  const push = pushOf(assessed, signal);
  const bar = Math.max(BAR_MIN, Math.min(BAR_MAX, Math.floor(width * BAR_SHARE) - BAR_LESS));
  const filled = Math.min(bar, Math.round((push / PUSH_FULL) * bar));
  const label = [
    span(isHere ? '▌' : ' ', 'accent'),
    span(`  ${fit(LABELS[signal], 8)} `, isHere ? 'accent' : 'plain'),
  ];
  if (!reading) return [...label, span(`${'·'.repeat(bar)}        no data`, 'dim')];
  const role = push >= 2 ? 'danger' : push >= PUSH_MIN ? 'waiting' : 'dim';
  return [
    ...label,
    span('█'.repeat(filled), role),
    span('·'.repeat(bar - filled), 'border'),
    span(push < PUSH_MIN ? '      ' : ` +${push.toFixed(1)} `.padEnd(6), role),
    span(` ${fit(valueWords(signal, reading.value), 8, 'right')}`, 'strong'),
    span(`  ${width >= WORDY_FROM_COLUMNS ? scaleWords(signal) : shortScale(signal)}`, 'dim'),
    span(
      ` · ${ageOf(reading.ageMs)}${width >= WORDY_FROM_COLUMNS ? ' ago' : ''} · ${evidenceWords(reading)}`,
      'dim',
    ),
  ];
}

/** Narrower, the line itself needs the room. */
const BANDS_FROM_COLUMNS = 110;

/** Six hours in one line, and where the levels begin. */
function historyLine(assessed: AgentAssessment, width: number): Line {
  const isExplained = width >= BANDS_FROM_COLUMNS;
  const columns = Math.max(12, Math.min(72, width - (isExplained ? 62 : 14)));
  return [
    span('   6 h      ', 'dim'),
    ...sparkline(assessed.history['6h'], columns),
    ...(isExplained
      ? [
          span('  ▂ medium 0.20', roleOfLevel('medium')),
          span('  ▅ high 0.50', roleOfLevel('high')),
          span('  ▇ critical 0.80', roleOfLevel('critical')),
        ]
      : []),
  ];
}

/** What would bring it down, in words. */
function wayLines({ fleet, setting }: Context, { assessed }: RiskAgent, width: number): Line[] {
  const [hold] = holdsOf(fleet, assessed);
  const key = keyOf(setting.keymap, 'let-go', setting.isUtf8);
  const held: Line[] = hold
    ? [
        [
          span('   held     ', 'danger'),
          span(`${hold.tripwire}: ${harmless(hold.detail)}; `),
          span(key, 'key'),
          span(' lets it go on'),
        ],
      ]
    : [];
  const words = quarantineOf(fleet, assessed)
    ? `none but a person: ${keyOf(setting.keymap, 'quarantine', setting.isUtf8)} shows what it did, and releases it`
    : waysDown(assessed);
  const ways = wrapWords(words, Math.max(20, width - 14))
    .slice(0, 2 - held.length)
    .map((line, at): Line => [span(at === 0 ? '   way down ' : '            ', 'dim'), span(line)]);
  const lines = [...held, ...ways];
  while (lines.length < 2) lines.push([]);
  return lines;
}

function waysDown(assessed: AgentAssessment): string {
  const { counterfactuals, level, probability } = assessed;
  if (!counterfactuals)
    return level === 'low'
      ? 'nothing to bring down'
      : `nothing more is needed: below ${exitOf(level).toFixed(2)} for ten minutes, ${level} is left`;
  const below = `${level} is left below ${counterfactuals.below.toFixed(2)}`;
  const { single, pair } = counterfactuals;
  const ways = [
    // Progress of any kind sets the clock of silence back to nothing.
    ...(single?.changes.some(({ signal }) => signal === 'silent')
      ? [`any progress → ${figureOf(without(assessed, 'silent'))}`]
      : []),
    ...[single, pair].flatMap((way) =>
      way && !(way === single && way.changes[0]?.signal === 'silent')
        ? [
            `${way.changes.map(({ signal, value }) => goalWords(signal, value)).join(' and ')} → ${figureOf(way.probability)}`,
          ]
        : [],
    ),
  ];
  if (ways.length === 0)
    return `${below}: only several things together lead there from ${figureOf(probability)}`;
  return `${below}: ${ways.join('; or ')}`;
}

/** The probability without what one signal adds: exact, because the model is linear in log-odds. */
const without = (assessed: AgentAssessment, signal: Signal): number =>
  probabilityOf(logOddsOf(assessed.probability) - pushOf(assessed, signal));

function ledgerLine({ ledger }: AgentAssessment, width: number): Line {
  const { model, weights, epoch, releasedBy } = ledger;
  const released =
    releasedBy === null ? '' : ` · last released by ${harmless(releasedBy.replace(/^person:/, ''))}`;
  const words = `   model    ${model} · weights ${weights} · epoch ${epoch}${released}`;
  return cutSpans([span(words, 'dim')], width).spans;
}
