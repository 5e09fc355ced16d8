/** The page over the room, as lines of its whole area. */
import type { RoomLayout } from '../layout.ts';
import type { Rect } from '../panes/rect.ts';
import { cutSpans } from '../text.ts';
import type { Context } from '../ui-input.ts';
import type { Ui } from '../ui-state.ts';
import type { Line } from './control-room/request-lines.ts';
import { eventsView } from './events/events-view.ts';
import { quarantineView } from './quarantine/quarantine-view.ts';
import { heatmapLines } from './risk/heatmap-view.ts';
import { insightsLines } from './risk/insights-view.ts';

export interface PageView {
  readonly rect: Rect;
  readonly lines: readonly Line[];
}

export function pageView(ui: Ui, context: Context, { page: rect }: RoomLayout): PageView | null {
  if (!rect) return null;
  const lines = linesOf(ui, context, rect).slice(0, rect.rows);
  return { rect, lines: lines.map((line) => cutSpans(line, rect.columns).spans) };
}

function linesOf(ui: Ui, context: Context, rect: Rect): readonly Line[] {
  const { page } = ui;
  switch (page.type) {
    case 'room':
      return [];
    case 'heatmap':
      return heatmapLines(ui, context, page, rect);
    case 'insights':
      return insightsLines(ui, context, page, rect);
    case 'events':
      return eventsView(ui, context, page).lines;
    case 'quarantine':
      return quarantineView(ui, context, page, rect);
    default:
      return page satisfies never;
  }
}
