/** What each action does on a page over the room. */
import { SIGNALS } from '../core/risk/signal.ts';
import { queueItems } from './fleet-view.ts';
import { HEAT_VIEWS, SORTS, type EventsPage, type HeatmapPage, type InsightsPage } from './page.ts';
import { askRisk } from './reduce-risk.ts';
import { nextWaiting } from './reduce-queue.ts';
import { beginLetGo, beginQuarantine, beginRelease } from './reduce-quarantine.ts';
import { agentsIn, riskAgentAt, riskRows } from './risk-rows.ts';
import { firstRiskRow } from './screens/risk/risk-window.ts';
import { eventsView } from './screens/events/events-view.ts';
import { signalStretch } from './screens/events/signal-events.ts';
import { ABOVE as HEAT_ABOVE, heatRows } from './screens/risk/heatmap-view.ts';
import { ABOVE as INSIGHTS_ABOVE, insightRows } from './screens/risk/insights-view.ts';
import { momentAt, shownAt, stretchAt, timeColumns } from './screens/risk/time-columns.ts';
import { quarantineLines, quarantineRows } from './screens/quarantine/quarantine-view.ts';
import { signalAt } from './signal-words.ts';
import { layoutOf, noted, step, type Step } from './step.ts';
import { textField } from './text-field.ts';
import type { Context } from './ui-input.ts';
import type { Ui } from './ui-state.ts';

/** Further than any row. */
const FAR = Number.MAX_SAFE_INTEGER;

/** Undefined: this action is none of the pages', the room does it. */
export function inPage(ui: Ui, context: Context, action: string): Step | undefined {
  const { page } = ui;
  switch (action) {
    case 'row-up':
      return step(moved(ui, context, -1));
    case 'row-down':
      return step(moved(ui, context, 1));
    case 'rows-up':
      return step(moved(ui, context, -pageRows(ui)));
    case 'rows-down':
      return step(moved(ui, context, pageRows(ui)));
    case 'row-first':
      return step(moved(ui, context, -FAR));
    case 'row-last':
      return step(moved(ui, context, FAR));
    case 'page-back':
      return step(back(ui));
    case 'next-waiting':
      if (queueItems(context.fleet, ui.queue.answering, context.now).length === 0)
        return step(noted(ui, context.now, 'Nothing waits for you.'));
      return nextWaiting({ ...ui, page: { type: 'room' } }, context);
    case 'filter':
      return step({ ...ui, overlay: { type: 'filter', field: textField(ui.filter) } });
    case 'heatmap':
    case 'insights':
      return page.type === action ? step(ui) : openRisk(ui, context, action);
    case 'quarantine':
      return beginQuarantine(ui, context);
    case 'let-go':
      return beginLetGo(ui, context);
    case 'release':
      return page.type === 'quarantine' ? beginRelease(ui, context, page) : undefined;
    case 'cell-left':
      return step(sideways(ui, context, -1));
    case 'cell-right':
      return step(sideways(ui, context, 1));
    case 'cell-events':
      return page.type === 'heatmap' || page.type === 'insights' ? openEvents(ui, context, page) : undefined;
    case 'view':
    case 'view-back': {
      if (page.type !== 'heatmap') return undefined;
      const at = HEAT_VIEWS.indexOf(page.view) + (action === 'view' ? 1 : HEAT_VIEWS.length - 1);
      return step({ ...ui, page: { ...page, view: HEAT_VIEWS[at % HEAT_VIEWS.length]! } });
    }
    case 'sort': {
      if (page.type !== 'heatmap') return undefined;
      const sort = SORTS[(SORTS.indexOf(page.sort) + 1) % SORTS.length]!;
      return step({ ...ui, page: { ...page, sort } });
    }
    default:
      return undefined;
  }
}

/** Opens a page of risk, or goes from one to the other; the cursor comes along. */
export function openRisk(ui: Ui, context: Context, type: 'heatmap' | 'insights'): Step {
  const from = ui.page.type === 'events' || ui.page.type === 'quarantine' ? ui.page.back : ui.page;
  const { agent, column } = from.type === 'room' ? { agent: null, column: 0 } : from;
  const page: HeatmapPage | InsightsPage =
    type === 'insights'
      ? { type, agent, column }
      : { type, agent, column, view: 'signals', sort: 'risk', moment: FAR };
  return askRisk({ ...ui, page, scroll: null }, context);
}

function back(ui: Ui): Ui {
  const { page } = ui;
  if (page.type === 'events' || page.type === 'quarantine') return { ...ui, page: page.back };
  return ui.filter === '' ? { ...ui, page: { type: 'room' } } : { ...ui, filter: '' };
}

/** Up or down by so many rows, as far as there are any. */
export function moved(ui: Ui, context: Context, by: number): Ui {
  const { page } = ui;
  const within = (at: number, last: number): number => Math.max(0, Math.min(last, at + by));
  switch (page.type) {
    case 'room':
      return ui;
    case 'heatmap':
    case 'insights': {
      const agents = agentsIn(riskRows(ui, context));
      const here = riskAgentAt(ui, context);
      const next =
        agents[
          within(here ? agents.indexOf(agents.find(({ key }) => key === here.key)!) : 0, agents.length - 1)
        ];
      return next ? { ...ui, page: { ...page, agent: next.key } } : ui;
    }
    case 'events': {
      const { count, rows } = eventsView(ui, context, page);
      return { ...ui, page: { ...page, top: within(page.top, Math.max(0, count - rows)) } };
    }
    case 'quarantine': {
      const count = page.detail ? quarantineLines(page.detail, ui.size.columns).length : 0;
      return { ...ui, page: { ...page, top: within(page.top, Math.max(0, count - quarantineRows(ui))) } };
    }
    default:
      return page satisfies never;
  }
}

/** The agent in that line of the screen, if there is one. */
export function clicked(ui: Ui, context: Context, y: number): Ui {
  const { page } = ui;
  const rect = layoutOf(ui).page;
  if (!rect || (page.type !== 'heatmap' && page.type !== 'insights')) return ui;
  const above = page.type === 'heatmap' ? HEAT_ABOVE : INSIGHTS_ABOVE;
  const rows = riskRows(ui, context);
  const room = pageRows(ui);
  const at = y - rect.y - above;
  const row = at >= 0 && at < room ? rows[firstRiskRow(ui, context, room) + at] : undefined;
  return row?.type === 'agent' ? { ...ui, page: { ...page, agent: row.key } } : ui;
}

function pageRows(ui: Ui): number {
  const rows = layoutOf(ui).page?.rows ?? 1;
  switch (ui.page.type) {
    case 'heatmap':
      return heatRows(rows);
    case 'insights':
      return insightRows(rows);
    case 'events':
    case 'quarantine':
      return quarantineRows(ui);
    case 'room':
      return 1;
    default:
      return ui.page satisfies never;
  }
}

function sideways(ui: Ui, context: Context, by: 1 | -1): Ui {
  const { page } = ui;
  if (page.type !== 'heatmap' && page.type !== 'insights') return ui;
  if (page.type === 'insights' || page.view === 'signals') {
    const column = Math.max(0, Math.min(SIGNALS.length - 1, page.column + by));
    return { ...ui, page: { ...page, column } };
  }
  const { count } = timeColumns(ui, context);
  const at = Math.max(0, Math.min(count - 1, shownAt(page.moment, count) + by));
  return { ...ui, page: { ...page, moment: momentAt(at, count) } };
}

function openEvents(ui: Ui, context: Context, back: HeatmapPage | InsightsPage): Step {
  const here = riskAgentAt(ui, context);
  if (!here) return step(noted(ui, context.now, 'There is no agent under the cursor.'));
  const { project, agent } = here.assessed;
  const isTime = back.type === 'heatmap' && back.view !== 'signals';
  const signal = isTime ? null : signalAt(back.column);
  const stretch = isTime ? stretchAt(ui, context, back) : signalStretch(signalAt(back.column), context.now);
  const page: EventsPage = { type: 'events', project, agent, signal, stretch, events: null, top: 0, back };
  return step({ ...ui, page }, { type: 'events', agent, since: stretch.from });
}
