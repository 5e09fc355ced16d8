/** The heatmap: agents × signals, or agents × time. Only rows that are on screen are worked out. */
import { LEVEL_FROM } from '../../../core/risk/level.ts';
import { SIGNALS } from '../../../core/risk/signal.ts';
import { wrapWords } from '../../help.ts';
import { HEAT_VIEWS, type HeatmapPage, type HeatView } from '../../page.ts';
import type { Rect } from '../../panes/rect.ts';
import {
  badgesOf,
  figureOf,
  pushOf,
  reachOf,
  riskAgentAt,
  riskRows,
  roleOfLevel,
  stateMark,
  trendOf,
  type RiskAgent,
  type RiskRow,
} from '../../risk-rows.ts';
import {
  evidenceWords,
  headingOf,
  LABELS,
  MEANINGS,
  scaleWords,
  signalAt,
  valueWords,
} from '../../signal-words.ts';
import { joined, levelAt, sparkline, squeezed } from '../../sparkline.ts';
import {
  ageOf,
  cut,
  cutMiddle,
  cutSpans,
  fit,
  harmless,
  span,
  spansWidth,
  widthOf,
  type Span,
} from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';
import type { Line } from '../control-room/request-lines.ts';
import { momentWords } from '../events/moment-words.ts';
import { glyphOf, heatCell, heatStep } from './heat-cells.ts';
import { FIGURE_COLUMNS, heatColumns, LEVEL_COLUMNS, MARK_COLUMNS } from './heat-columns.ts';
import { emptyRiskLines } from './empty-risk.ts';
import { firstRiskRow } from './risk-window.ts';
import { shownAt, stretchAt, timeColumns } from './time-columns.ts';

/** Title, headings; below the rows a rule, two lines of figures and the scale. */
export const ABOVE = 3;
const FIGURE_LINES = 2;
const BELOW = 1 + FIGURE_LINES + 1;

export const heatRows = (rows: number): number => Math.max(1, rows - ABOVE - BELOW);

export function heatmapLines(ui: Ui, context: Context, page: HeatmapPage, rect: Rect): Line[] {
  const width = rect.columns;
  const rows = riskRows(ui, context);
  const here = riskAgentAt(ui, context);
  const title = titleLine(ui, page, width);
  if (!here) return [title, [], ...emptyRiskLines(ui, context)];
  const room = heatRows(rect.rows);
  const from = firstRiskRow(ui, context, room);
  const shown = rows.slice(from, from + room);
  const body =
    page.view === 'signals' ? signalRows(ui, context, page, shown) : timeRows(ui, context, page, shown);
  const lines: Line[] = [title, [], ...body];
  while (lines.length < ABOVE + room) lines.push([]);
  const more = moreWords(from, room, rows.length);
  const rule = '─'.repeat(Math.max(0, width - 2 - widthOf(more)));
  lines.push([span(` ${rule}`, 'border'), span(more, 'dim')]);
  lines.push(...figures(ui, context, page, here, width));
  lines.push(legend(page, width));
  return lines;
}

const VIEW_LABELS: Readonly<Record<HeatView, string>> = {
  signals: 'signals',
  '6h': '6 h',
  '24h': '24 h',
  '7d': '7 d',
};

function titleLine(ui: Ui, page: HeatmapPage, width: number): Line {
  const what = page.view === 'signals' ? 'agents × signals' : `agents × time`;
  const order = page.sort === 'signal' ? `by ${LABELS[signalAt(page.column)]}` : `by ${page.sort}`;
  const filter = ui.filter === '' ? '' : ` · /${harmless(ui.filter)}`;
  const left: Span[] = [span(' risk', 'accent'), span(` · ${what} · ${order}${filter}`, 'dim')];
  const right = HEAT_VIEWS.map((view) =>
    view === page.view
      ? span(` ${VIEW_LABELS[view]} `, 'chip-control')
      : span(` ${VIEW_LABELS[view]} `, 'dim'),
  );
  const room = width - spansWidth(right) - 1;
  const short = cutSpans(left, Math.max(0, room - 1)).spans;
  return [...short, span(' '.repeat(Math.max(1, room - spansWidth(short)))), ...right];
}

function moreWords(from: number, room: number, count: number): string {
  const below = Math.max(0, count - from - room);
  if (from === 0 && below === 0) return '';
  return ` ${[...(from > 0 ? [`${from} above`] : []), ...(below > 0 ? [`${below} below`] : [])].join(', ')} `;
}

function signalRows(ui: Ui, context: Context, page: HeatmapPage, shown: readonly RiskRow[]): Line[] {
  const { name, cell, spark } = heatColumns(riskRows(ui, context), ui.size.columns);
  const block = cell === 1 ? 1 : cell - 1;
  const heading = (at: number): Span => {
    const words = headingOf(SIGNALS[at]!, block);
    const left = Math.ceil((block - widthOf(words)) / 2);
    const text = fit(' '.repeat(left) + words, cell === 1 ? 1 : block) + (cell === 1 ? '' : ' ');
    return span(text, at === page.column ? 'accent' : 'dim');
  };
  const lines: Line[] = [
    [
      span(' '.repeat(MARK_COLUMNS + name + 1)),
      ...SIGNALS.map((_, at) => heading(at)),
      span(` ${fit('level', LEVEL_COLUMNS)} `, 'dim'),
      span(spark === 0 ? '' : fit('6 h', spark, 'right'), 'dim'),
      span(` ${fit('risk', FIGURE_COLUMNS)}`, 'dim'),
    ],
  ];
  const chosen = riskAgentAt(ui, context)?.key;
  for (const row of shown) {
    if (row.type === 'heading') {
      lines.push([span(` ${row.name}`, 'strong')]);
      continue;
    }
    const isHere = row.key === chosen;
    const { readings, history } = row.assessed;
    lines.push([
      ...nameSpans(context, row, name, isHere),
      ...SIGNALS.flatMap((signal, at) =>
        heatCell(
          readings[signal] === null ? null : reachOf(row.assessed, signal),
          cell,
          isHere && at === page.column,
        ),
      ),
      ...levelSpans(row),
      ...sparkline(history['6h'], spark),
      ...probabilitySpans(row),
    ]);
  }
  return lines;
}

function timeRows(ui: Ui, context: Context, page: HeatmapPage, shown: readonly RiskRow[]): Line[] {
  const { name, count, cell } = timeColumns(ui, context);
  const at = shownAt(page.moment, count);
  const chosen = riskAgentAt(ui, context)?.key;
  const view = page.view === 'signals' ? '6h' : page.view;
  const lines: Line[] = [
    [
      span(' '.repeat(MARK_COLUMNS + name + 1)),
      span(axis(count * cell, view), 'dim'),
      span(`  ${fit('level', LEVEL_COLUMNS)} risk`, 'dim'),
    ],
  ];
  for (const row of shown) {
    if (row.type === 'heading') {
      lines.push([span(` ${row.name}`, 'strong')]);
      continue;
    }
    const isHere = row.key === chosen;
    const values = squeezed(row.assessed.history[view], count);
    lines.push([
      ...nameSpans(context, row, name, isHere),
      ...joined(bands(values, cell, isHere ? at : -1)),
      span(' '),
      ...levelSpans(row),
      ...probabilitySpans(row),
    ]);
  }
  return lines;
}

/**
 * Stretches touch: a row is read as bands, each with its digit where it begins and its glyph as far as it goes.
 */
function bands(values: readonly (number | null)[], cell: number, cursor: number): Span[] {
  let before: number | null = null;
  return values.flatMap((value, at) => {
    const step = value === null ? null : heatStep(value);
    const isBegun = step === before || (step === 0 && before === null);
    before = step;
    if (step === null) return [span(fit(at === cursor ? '–' : '', cell), at === cursor ? 'caret' : 'plain')];
    const glyph = glyphOf(step);
    const text = isBegun ? glyph : String(step);
    const filled = step === 0 ? fit(text, cell, 'right') : text.padStart(cell, glyph);
    if (at === cursor) return [span(fit(String(step), cell, 'right'), 'caret')];
    if (isBegun) return [span(filled, `shade-${step}`)];
    return [span(filled.slice(0, cell - 1), `shade-${step}`), span(text, `heat-${step}`)];
  });
}

const AXES: Readonly<Record<Exclude<HeatView, 'signals'>, readonly [from: string, middle: string]>> = {
  '6h': ['6 h ago', '3 h'],
  '24h': ['24 h ago', '12 h'],
  '7d': ['7 d ago', '3.5 d'],
};

function axis(width: number, view: Exclude<HeatView, 'signals'>): string {
  const [from, middle] = AXES[view];
  const half = Math.floor(width / 2) - Math.floor(middle.length / 2);
  const left = from.length + 1 < half ? fit(from, half) + middle : from;
  return left + 'now'.padStart(Math.max(0, width - widthOf(left)));
}

function nameSpans({ fleet }: Context, row: RiskAgent, width: number, isHere: boolean): Span[] {
  return [
    span(isHere ? '▌' : ' ', 'accent'),
    stateMark(fleet, row.assessed),
    span(' '),
    span(`${fit(cutMiddle(row.name, width), width)} `, isHere ? 'accent' : 'plain'),
  ];
}

const levelSpans = ({ assessed: { level } }: RiskAgent): Span[] => [
  span(` ${fit(level, LEVEL_COLUMNS)} `, roleOfLevel(level)),
];

const probabilitySpans = ({ assessed }: RiskAgent): Span[] => [
  span(` ${figureOf(assessed.probability)}`, roleOfLevel(assessed.level)),
  span(trendOf(assessed), roleOfLevel(assessed.level)),
];

/** The exact figures under the cursor. */
function figures(ui: Ui, context: Context, page: HeatmapPage, row: RiskAgent, width: number): Line[] {
  const { assessed } = row;
  const words = page.view === 'signals' ? signalWords(row, page.column) : timeWords(ui, context, page, row);
  const badges = badgesOf(context.fleet, assessed);
  const all = [...words, ...badges].join(' · ');
  const columns = Math.max(10, width - 2);
  const wrapped = wrapWords(`${row.name} · ${all}`, columns);
  const lines = wrapped.slice(0, FIGURE_LINES);
  if (wrapped.length > FIGURE_LINES) lines[FIGURE_LINES - 1] = cut(`${lines[FIGURE_LINES - 1]!} …`, columns);
  const shown: Line[] = lines.map((line, at) =>
    at === 0 && line.startsWith(row.name)
      ? [span(` ${row.name}`, 'strong'), span(line.slice(row.name.length))]
      : [span(` ${line}`)],
  );
  while (shown.length < FIGURE_LINES) shown.push([]);
  return shown;
}

function signalWords({ assessed }: RiskAgent, column: number): string[] {
  const signal = signalAt(column);
  const reading = assessed.readings[signal];
  if (!reading) return [`${LABELS[signal]}: no data, which counts for nothing`];
  const total = assessed.contributions.reduce((sum, { push }) => sum + push, 0);
  const push = pushOf(assessed, signal);
  return [
    `${LABELS[signal]}: ${valueWords(signal, reading.value)} ${MEANINGS[signal]} (${scaleWords(signal)})`,
    push < 0.05 ? 'pushes nothing' : `pushes risk up by +${push.toFixed(1)} of +${total.toFixed(1)}`,
    evidenceWords(reading),
    `${ageOf(reading.ageMs)} ago`,
  ];
}

function timeWords(ui: Ui, context: Context, page: HeatmapPage, { assessed }: RiskAgent): string[] {
  const view = page.view === 'signals' ? '6h' : page.view;
  const { count } = timeColumns(ui, context);
  const value = squeezed(assessed.history[view], count)[shownAt(page.moment, count)] ?? null;
  const when = momentWords(stretchAt(ui, context, page), context.now);
  if (value === null) return [when, 'nobody looked'];
  const level = levelAt(value);
  const from = LEVEL_FROM[level];
  return [
    when,
    `risk ${figureOf(value)} at most`,
    level === 'low' ? 'low' : `${level} from ${from.toFixed(2)}`,
  ];
}

function legend(page: HeatmapPage, width: number): Line {
  const steps = ([0, 2, 4, 7, 9] as const).map((step): Span[] => [
    span(glyphOf(step), `shade-${step}`),
    span(step === 0 ? '0' : step === 9 ? '9' : { 2: '1–2', 4: '3–5', 7: '6–8' }[step], `heat-${step}`),
  ]);
  const isSignals = page.view === 'signals';
  const [low, high] = isSignals ? ['fine', 'bad'] : ['risk 0', '0.9'];
  const none = isSignals ? '– no data' : 'blank: no data';
  const line = [
    span(` ${low} `, 'dim'),
    ...steps.flatMap((step) => [...step, span(' ')]),
    span(`${high}   ${none}   ■ in quarantine   ! held`, 'dim'),
  ];
  return cutSpans(line, width).spans;
}
