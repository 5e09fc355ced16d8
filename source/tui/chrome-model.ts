/**
 * Everything the chrome shows, as plain data: it travels to the thread that draws it, and two that are equal
 * need no second frame.
 */
import { layoutOf } from './step.ts';
import { keyOf } from './keys.ts';
import { listView, type ListView } from './screens/control-room/agent-rows.ts';
import { barSpans } from './screens/control-room/bar-rows.ts';
import { headerView, type HeaderView } from './screens/control-room/header-rows.ts';
import { pageView, type PageView } from './screens/page-view.ts';
import { overlayView, type OverlayView } from './screens/control-room/overlay-rows.ts';
import { paneTitle, scrollPosition, titleIn } from './screens/control-room/pane-titles.ts';
import { queueView, type QueueView } from './screens/control-room/queue-rows.ts';
import type { Line } from './screens/control-room/request-lines.ts';
import { roleOfStatus } from './screens/control-room/glyphs.ts';
import type { RoomLayout } from './layout.ts';
import type { ColourDepth } from './panes/colours.ts';
import type { Rect } from './panes/rect.ts';
import { cut, span, widthOf } from './text.ts';
import type { Context } from './ui-input.ts';
import type { Size, Ui } from './ui-state.ts';

export interface TitleLine {
  readonly rect: Rect;
  readonly spans: Line;
}

export interface ChromeModel {
  readonly size: Size;
  readonly theme: string;
  readonly depth: ColourDepth;
  /** Instead of everything else: the terminal is too small. */
  readonly tooSmall: string | null;
  readonly header: HeaderView;
  readonly list: ListView | null;
  /** Titles of panes that have no frame. */
  readonly titles: readonly TitleLine[];
  /** What an empty stage says. */
  readonly stage: { readonly rect: Rect; readonly lines: readonly Line[] } | null;
  readonly queue: QueueView | null;
  readonly bar: Line;
  /** Instead of list, panes and queue; its cells are painted, not drawn by Ink: they can be thousands. */
  readonly page: PageView | null;
  readonly overlay: OverlayView | null;
}

export function chromeModel(
  ui: Ui,
  context: Context,
  depth: ColourDepth,
  layout: RoomLayout = layoutOf(ui),
): ChromeModel {
  const { size, theme } = ui;
  const isRoom = layout.page === null;
  return {
    size,
    theme,
    depth,
    tooSmall:
      layout.kind === 'tiny'
        ? `fleet needs 60x15, this is ${size.columns}x${size.rows}. Agents keep running; q leaves.`
        : null,
    header: headerView(ui, context),
    list: isRoom ? listView(ui, context, layout) : null,
    titles: isRoom ? titleLines(ui, context, layout) : [],
    stage:
      isRoom && layout.stage && layout.panes.length === 0
        ? { rect: layout.stage, lines: stageWords(ui, context) }
        : null,
    queue: isRoom ? queueView(ui, context, layout) : null,
    bar: barSpans(ui, context),
    page: pageView(ui, context, layout),
    overlay: overlayView(ui, context, layout),
  };
}

function titleLines(ui: Ui, context: Context, layout: RoomLayout): TitleLine[] {
  return layout.panes
    .filter(({ isFramed }) => !isFramed)
    .map(({ run, number, frame, isPreview }) => {
      const { note, status, ...words } = paneTitle(ui, context, run, number);
      const scroll = ui.scroll?.run === run ? ` ${scrollPosition(ui.scroll)} ·` : '';
      const place = ui.panes.length > 1 ? ` ${number} of ${ui.panes.length} ` : ' ';
      const right = `${scroll} ${note} ${place}`;
      // Below the list a rule tells where one ends and the other begins.
      const start = isPreview ? '─ ' : ' ';
      const room = Math.max(0, frame.columns - widthOf(right));
      const title = cut(`${titleIn(room - start.length - 1, words)} `, room - start.length);
      const rest = Math.max(0, room - start.length - widthOf(title));
      const isFocused = ui.cursor === run && (ui.region === 'panes' || ui.isZoomed);
      return {
        rect: { ...frame, rows: 1 },
        spans: [
          span(start, 'border'),
          span(title, isFocused ? 'accent' : roleOfStatus(status)),
          span((isPreview ? '─' : ' ').repeat(rest), 'border'),
          span(right, 'dim'),
        ],
      };
    });
}

function stageWords(ui: Ui, { fleet, setting }: Context): Line[] {
  const key = (action: string) => span(keyOf(setting.keymap, action, setting.isUtf8), 'key');
  if (Object.keys(fleet.runs).length === 0 && ui.config.state === 'missing')
    return [
      [span(`${setting.project.split('/').at(-1)} has no fleet.yaml yet.`, 'strong')],
      [],
      [key('init'), span(' writes one from what is found here: git, agent CLIs, scripts', 'dim')],
      [key('start'), span(' runs a command, an agent or a shell right away', 'dim')],
      [key('help'), span(' shows all keys', 'dim')],
      [],
      [span('fleet-tui demo', 'strong'), span(' shows all of it at work, without an account', 'dim')],
    ];
  if (Object.keys(fleet.runs).length === 0)
    return [
      [span('No agent runs.', 'strong')],
      [key('start'), span(' starts one', 'dim')],
      [key('help'), span(' shows all keys', 'dim')],
    ];
  return [[span('No pane is open.', 'dim')], [span('↵', 'key'), span(' in the list opens one', 'dim')]];
}
