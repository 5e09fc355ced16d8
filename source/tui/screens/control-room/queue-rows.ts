/** The queue: what waits for a person, oldest first, and all there is to know about the one under the cursor. */
import { shownAs } from '../../../core/approvals/subject.ts';
import type { Approval } from '../../../core/fleet.ts';
import { isProven, itemSummary, queueItems, riskOfItem, snoozedItems } from '../../fleet-view.ts';
import { keyOf } from '../../keys.ts';
import type { RoomLayout } from '../../layout.ts';
import type { Rect } from '../../panes/rect.ts';
import { isInert } from '../../reduce-queue.ts';
import { ageOf, cut, cutMiddle, harmless, span, type Span } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';
import type { Line } from './request-lines.ts';
import { queueAreas, queueDetail } from './request-view.ts';
import { RISK_MARKS, roleOfRisk } from './why-lines.ts';
import { queueWindow } from './windows.ts';

export interface QueueRow {
  readonly agent: readonly Span[];
  readonly tool: readonly Span[];
  readonly summary: readonly Span[];
  readonly age: readonly Span[];
}

export interface QueueView {
  readonly frame: Rect;
  readonly isFramed: boolean;
  readonly isFocused: boolean;
  readonly title: readonly Span[];
  readonly items: Rect;
  readonly rows: readonly QueueRow[];
  readonly selected: number;
  readonly widths: {
    readonly agent: number;
    readonly tool: number;
    readonly summary: number;
    readonly age: number;
  };
  /** Between the list and the details, where they stand side by side. */
  readonly divider: Rect | null;
  readonly detail: Rect;
  readonly lines: readonly Line[];
}

const AGE_COLUMNS = 4;
const TOOL_COLUMNS = 9;

export function queueView(ui: Ui, context: Context, layout: RoomLayout): QueueView | null {
  const areas = queueAreas(layout);
  if (!areas || !layout.queue) return null;
  const items = queueItems(context.fleet, ui.queue.answering, context.now);
  const { from } = queueWindow(ui, areas.items, items);
  const shown = items.slice(from, from + areas.items.rows);
  const item = items.find(({ id }) => id === ui.queue.approval);
  const agent = Math.min(16, Math.max(6, ...items.map((each) => harmless(each.agent).length)));
  const widths = {
    agent,
    tool: TOOL_COLUMNS,
    summary: Math.max(0, areas.items.columns - agent - TOOL_COLUMNS - AGE_COLUMNS - 4),
    age: AGE_COLUMNS,
  };
  const isFramed = layout.kind === 'wide' && layout.queue.rows > 1;
  const isFocused = ui.region === 'queue' && ui.typing === null && !ui.scroll;
  return {
    frame: layout.queue,
    isFramed,
    isFocused: isFocused && ui.overlay === null,
    title: layout.queue.rows === 1 ? (emptyLines(ui, context)[0] ?? []) : titleOf(ui, context, items, item),
    items: areas.items,
    rows: shown.map((each) => ({
      agent: [span(cutMiddle(harmless(each.agent), widths.agent), 'plain')],
      tool: [span(cut(harmless(shownAs(each.subject).tool), TOOL_COLUMNS), 'strong')],
      summary: [
        span(RISK_MARKS[riskOfItem(each).level], roleOfRisk(riskOfItem(each).level)),
        span(cut(harmless(itemSummary(each)), widths.summary - 3), 'dim'),
      ],
      age: [span(ageOf(context.now - each.requestedAt), 'dim')],
    })),
    selected: shown.findIndex(({ id }) => id === ui.queue.approval),
    widths,
    divider: isFramed ? { ...areas.items, x: areas.items.x + areas.items.columns, columns: 1 } : null,
    detail: areas.detail,
    lines: item ? detailLines(item, areas.detail) : emptyLines(ui, context),
  };
}

function detailLines(item: Approval, area: Rect): readonly Line[] {
  if (!isProven(item))
    return [[span('! what is shown is not what the request was sealed over: reject it', 'danger')]];
  return queueDetail(item, area).lines;
}

/** A banner of one line: the page of it has the whole. */
const REASON_COLUMNS = 30;

function emptyLines(ui: Ui, { fleet, now, setting }: Context): Line[] {
  if (ui.daemon.state !== 'connected')
    return [[span('what waits for you is not known without the daemon', 'dim')]];
  const snoozed = snoozedItems(fleet, now).length;
  const [stopped, ...others] = Object.values(fleet.quarantines).toSorted((a, b) => b.since - a.since);
  if (stopped) {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    const key = keyOf(setting.keymap, 'insights', setting.isUtf8);
    return [
      [
        span(`■ ${harmless(stopped.agent)}${more} in quarantine`, 'danger'),
        span(
          ` for ${ageOf(now - stopped.since)}: ${cut(harmless(stopped.reason), REASON_COLUMNS)} · `,
          'dim',
        ),
        span(key, 'key'),
        span(' insights', 'dim'),
      ],
    ];
  }
  return [[span(`nothing waits for you${snoozed === 0 ? '' : ` · ${snoozed} put off`}`, 'dim')]];
}

function titleOf(
  ui: Ui,
  { fleet, now }: Context,
  items: readonly Approval[],
  item: Approval | undefined,
): Span[] {
  if (items.length === 0 || !item) return [span('waiting for you', 'dim')];
  const at = items.indexOf(item) + 1;
  const snoozed = snoozedItems(fleet, now).length;
  const title: Span[] = [span(`◐ waiting for you (${items.length})`, 'waiting')];
  title.push(
    span('  '),
    span(harmless(item.agent), 'strong'),
    span(` ${harmless(shownAs(item.subject).tool)}`, 'strong'),
  );
  const facts = [
    `${at} of ${items.length}`,
    `asked ${ageOf(now - item.requestedAt)} ago`,
    `${ageOf(item.expiresAt - now)} left`,
    ...(snoozed === 0 ? [] : [`${snoozed} put off`]),
  ];
  title.push(span(`  ${facts.join(' · ')}`, 'dim'));
  if (isInert(ui, now)) title.push(span('  just came up', 'waiting'));
  return title;
}
