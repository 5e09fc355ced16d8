/** The page over the room, as lines of its whole area. */
import type { RoomLayout } from '../layout.ts';
import type { Rect } from '../panes/rect.ts';
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
  const { page } = ui;
  if (!rect) return null;
  switch (page.type) {
    case 'room':
      return null;
    case 'heatmap':
      return { rect, lines: heatmapLines(ui, context, page, rect) };
    case 'insights':
      return { rect, lines: insightsLines(ui, context, page, rect) };
    case 'events':
      return { rect, lines: eventsView(ui, context, page).lines };
    case 'quarantine':
      return { rect, lines: quarantineView(ui, context, page, rect) };
    default:
      return page satisfies never;
  }
}
