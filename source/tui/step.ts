/** One step of the control room: the next state, and what is to be done outside. */
import type { Run } from '../core/fleet.ts';
import { listEntries, type ListEntry } from './fleet-view.ts';
import { contextsAbove, type Context as KeyContext } from './keys.ts';
import { roomLayout, type LayoutFacts, type RoomLayout } from './layout.ts';
import { startFields } from './start-form.ts';
import type { Context, Intent } from './ui-input.ts';
import type { Notice, Ui } from './ui-state.ts';

export interface Step {
  readonly ui: Ui;
  readonly intents: readonly Intent[];
}

export const step = (ui: Ui, ...intents: readonly Intent[]): Step => ({ ui, intents });

/** Long enough to read a sentence, short enough not to be in the way. */
const NOTICE_MS = 5_000;
/** A problem is read twice. */
const PROBLEM_MS = 10_000;

export function noted(ui: Ui, now: number, text: string, kind: Notice['kind'] = 'info'): Ui {
  return { ...ui, notice: { text, kind, until: now + (kind === 'info' ? NOTICE_MS : PROBLEM_MS) } };
}

/** Where a key is pressed now. */
export function keyContext(ui: Ui): KeyContext {
  if (ui.overlay) return ui.overlay.type;
  if (ui.typing !== null) return 'typing';
  if (ui.scroll) return 'scroll';
  switch (ui.page.type) {
    case 'room':
      return ui.region;
    case 'events':
      return 'page';
    default:
      return ui.page.type;
  }
}

/** The page over the room, and what holds on every page; nothing in the room itself. */
export const pageContexts = (ui: Ui): readonly KeyContext[] =>
  ui.page.type === 'room' ? [] : contextsAbove(ui.page.type === 'events' ? 'page' : ui.page.type);

export const entriesOf = (ui: Ui, { fleet, setting }: Context): ListEntry[] => {
  const entries = listEntries(fleet, ui, setting.project);
  return ui.filter === '' ? entries : matching(entries, ui.filter);
};

/** Every word of the filter somewhere in what the row says. */
function matching(entries: readonly ListEntry[], filter: string): ListEntry[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    const text =
      entry.type === 'agent'
        ? entry.name
        : [entry.run.agent, entry.run.task, entry.run.worktree?.branch, entry.run.id, entry.status].join(' ');
    return words.every((word) => text.toLowerCase().includes(word));
  });
}

/** The run under the cursor; undefined on an agent that does not run. */
export const cursorRun = (ui: Ui, { fleet }: Context): Run | undefined =>
  ui.cursor === null ? undefined : fleet.runs[ui.cursor];

export function layoutFacts(ui: Ui): LayoutFacts {
  const { size, region, layout, isZoomed, panes, cursor } = ui;
  const focused = cursor;
  return {
    size,
    region,
    layout,
    isZoomed,
    panes,
    focused,
    weights: ui.weights,
    listRows: ui.listRows,
    isQueueOpen: ui.queue.isOpen,
    hasPage: ui.page.type !== 'room',
    overlay: overlayKind(ui),
    boxRows: boxRowsOf(ui),
    boxColumns: ui.overlay?.type === 'start' ? START_COLUMNS : BOX_COLUMNS,
  };
}

export const layoutOf = (ui: Ui): RoomLayout => roomLayout(layoutFacts(ui));

function overlayKind({ overlay }: Ui): LayoutFacts['overlay'] {
  switch (overlay?.type) {
    case undefined:
      return 'none';
    case 'look':
      return 'look';
    case 'reject':
    case 'respond':
    case 'grant':
    case 'snooze':
      return overlay.isFromLook ? 'look' : 'line';
    case 'confirm':
    case 'filter':
    case 'search':
    case 'reason':
      return 'line';
    case 'edit':
    case 'always':
    case 'batch':
    case 'grants':
    case 'start':
    case 'help':
    case 'palette':
    case 'alarms':
      return 'box';
    default:
      return overlay satisfies never;
  }
}

/** Help, palette and alarms scroll; more than this is further than an eye likes to jump. */
const BOX_ROWS = 30;
/** Around the fields of the dialog: frame, first blank line, a word about the agent, what is wrong. */
const START_ROWS_AROUND = 5;
/** Each field of the dialog has a blank line below it. */
const START_FIELD_ROWS = 2;
/** The rule, whom it is for, and a handful of calls it would have matched. */
const ALWAYS_ROWS = 18;
/** A person rarely grants more at once; the rest scrolls. */
const GRANTS_ROWS = 16;
/** Frame, blank line, hint, and room to go on. */
const EDIT_ROWS_AROUND = 7;
/** A box with its frame, at most: longer lines are hard to follow. */
const BOX_COLUMNS = 96;
/** Fields of a dialog: a name, a command, a task in a sentence. */
const START_COLUMNS = 76;

function boxRowsOf({ overlay }: Ui): number {
  if (overlay?.type === 'start')
    return START_ROWS_AROUND + START_FIELD_ROWS * startFields(overlay.form).length;
  if (overlay?.type === 'always') return ALWAYS_ROWS;
  if (overlay?.type === 'grants') return GRANTS_ROWS;
  if (overlay?.type !== 'edit') return BOX_ROWS;
  const lines = overlay.field.text
    .split('\n')
    .reduce((sum, line) => sum + Math.floor(line.length / (BOX_COLUMNS - 4)) + 1, 0);
  return Math.min(BOX_ROWS, lines + EDIT_ROWS_AROUND);
}
