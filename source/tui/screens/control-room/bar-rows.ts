/** The last line: the keys that matter most here, or what just happened. */
import { isEnded } from '../../../core/fleet.ts';
import { isProven, queueItems, runName } from '../../fleet-view.ts';
import { keyName, type KeyRow } from '../../keys.ts';
import { isHeld, isQuarantined } from '../../reduce-quarantine.ts';
import { isInert, isLookSeen, isWholeInQueue, itemUnderCursor } from '../../reduce-queue.ts';
import { isAllSeen } from '../quarantine/quarantine-view.ts';
import { cursorRun, keyContext } from '../../step.ts';
import { cutSpans, harmless, span, spansWidth, type Span } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';

/** Actions worth a place in the bar, the most useful first; the bar takes as many as fit. */
const BEST: Readonly<Record<string, readonly string[]>> = {
  list: ['type-here', 'next-waiting', 'start', 'stop', 'zoom', 'filter', 'heatmap', 'help', 'quit'],
  'list-idle': ['type-here', 'start', 'next-waiting', 'filter', 'help', 'quit'],
  'list-ended': ['restart', 'type-here', 'next-waiting', 'start', 'filter', 'help', 'quit'],
  'list-quarantined': ['type-here', 'next-waiting', 'insights', 'heatmap', 'filter', 'help', 'quit'],
  'list-new': ['init', 'start', 'help', 'quit'],
  'panes-ended': ['restart', 'close-pane', 'next-waiting', 'zoom', 'scroll', 'help', 'quit'],
  panes: ['type-here', 'next-waiting', 'zoom', 'scroll', 'layout', 'swap', 'help', 'quit'],
  queue: [
    'approve',
    'edit',
    'reject',
    'look',
    'always',
    'respond',
    'snooze',
    'batch',
    'next-waiting',
    'help',
  ],
  'queue-empty': ['undo', 'wake', 'start', 'previous-region', 'help', 'quit'],
  heatmap: [
    'cell-events',
    'view',
    'sort',
    'quarantine',
    'insights',
    'filter',
    'next-waiting',
    'help',
    'page-back',
  ],
  insights: ['cell-events', 'quarantine', 'let-go', 'heatmap', 'filter', 'next-waiting', 'help', 'page-back'],
  page: ['rows-down', 'rows-up', 'next-waiting', 'help', 'page-back'],
  quarantine: ['release', 'rows-down', 'rows-up', 'row-last', 'next-waiting', 'help', 'page-back'],
  reason: ['reason-send', 'reason-cancel'],
  scroll: ['search', 'next-hit', 'select', 'copy', 'leave-scroll'],
  look: [
    'look-approve',
    'look-edit',
    'look-reject',
    'look-always',
    'look-respond',
    'look-snooze',
    'look-page-down',
    'look-next',
    'look-back',
  ],
  edit: ['edit-approve', 'edit-cancel'],
  reject: ['reject-send', 'reject-cancel'],
  always: ['always-go', 'always-next', 'always-target', 'always-cancel'],
  batch: ['batch-go', 'batch-cancel'],
  grants: ['grants-up', 'grants-down', 'grants-revoke', 'grants-back'],
  respond: ['respond-send', 'respond-cancel'],
  grant: ['grant-send', 'grant-cancel'],
  snooze: ['snooze-send', 'snooze-cancel'],
  start: ['field-next', 'choice-next', 'start-go', 'start-cancel'],
  confirm: ['confirm-yes', 'confirm-no'],
  help: ['help-up', 'help-down', 'help-page-down', 'help-back'],
  palette: ['palette-up', 'palette-down', 'palette-go', 'palette-back'],
  filter: ['filter-keep', 'filter-drop'],
  search: ['search-go', 'search-drop'],
  alarms: ['alarms-up', 'alarms-down', 'alarms-back'],
};

export function barSpans(ui: Ui, context: Context): Span[] {
  const width = ui.size.columns;
  if (ui.notice) {
    const isProblem = ui.notice.kind === 'problem';
    const words = ` ${isProblem ? '! ' : ''}${harmless(ui.notice.text)}`;
    return cutSpans([span(words, isProblem ? 'danger' : 'accent')], width).spans;
  }
  if (ui.typing !== null && ui.overlay === null) return typingSpans(ui, context);
  const place = placeOf(ui, context);
  const unable = unableTo(ui, context);
  const actions = BEST[place] ?? [];
  const wordsFor = (action: string): Span[] => {
    const row = context.setting.keymap.rows.find((each) => each.action === action);
    if (!row || row.keys.length === 0) return [];
    const label = LABELS[place]?.[action] ?? row.label;
    return wordsOf({ ...row, label }, unable.has(action), context.setting.isUtf8);
  };
  // The key that shows all others keeps its place where there is room for few.
  let room = width - (actions.includes('help') ? spansWidth(wordsFor('help')) : 0);
  const spans: Span[] = [];
  let isFull = false;
  for (const action of actions) {
    const words = wordsFor(action);
    if (action !== 'help') {
      isFull ||= spansWidth(words) > room;
      if (isFull) continue;
      room -= spansWidth(words);
    }
    spans.push(...words);
  }
  return spans;
}

/** What Enter does is not the same for every row of the list. */
const LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'list-idle': { 'type-here': 'start it', start: 'new' },
  'list-ended': { 'type-here': 'show' },
  'list-quarantined': { 'type-here': 'what it did' },
};

/** Where keys are pressed, and on what: an agent that does not run has other uses for them. */
function placeOf(ui: Ui, context: Context): string {
  const place = keyContext(ui);
  if (place === 'queue') return itemUnderCursor(ui, context) ? place : 'queue-empty';
  if (place !== 'list' && place !== 'panes') return place;
  if (place === 'list' && isQuarantined(ui, context)) return 'list-quarantined';
  const run = cursorRun(ui, context);
  if (run) return isEnded(run) ? `${place}-ended` : place;
  if (place === 'panes') return place;
  return ui.cursor === null && ui.config.state === 'missing' ? 'list-new' : 'list-idle';
}

function wordsOf(row: KeyRow, isUnable: boolean, isUtf8: boolean): Span[] {
  const key = keyName(row.keys[0]!, isUtf8);
  return [span(` ${key}`, isUnable ? 'dim' : 'key'), span(` ${row.label} `, isUnable ? 'dim' : 'plain')];
}

function typingSpans(ui: Ui, { fleet, setting, now }: Context): Span[] {
  const run = fleet.runs[ui.typing ?? ''];
  const prefix = keyName(
    setting.keymap.rows.find(({ action }) => action === 'prefix')?.keys[0] ?? '',
    setting.isUtf8,
  );
  const name = harmless(run ? runName(fleet, run) : '');
  const waiting = queueItems(fleet, ui.queue.answering, now).length;
  return cutSpans(
    [
      span(` ${prefix}`, 'key'),
      span(` leaves TYPING, twice sends it`),
      span(`   every other key goes to ${name}`, 'dim'),
      ...(waiting > 0 ? [span(`   ◐ ${waiting} wait for you`, 'waiting')] : []),
    ],
    ui.size.columns,
  ).spans;
}

/** Answers that would be refused now: shown, but not as keys to press. */
function unableTo(ui: Ui, context: Context): ReadonlySet<string> {
  const { overlay } = ui;
  const isLook = overlay?.type === 'look';
  if (ui.page.type === 'quarantine') return new Set(isAllSeen(ui, ui.page) ? [] : ['release']);
  if (ui.page.type === 'insights' || ui.page.type === 'heatmap')
    return new Set(isHeld(ui, context) ? [] : ['let-go']);
  const item = isLook ? context.fleet.approvals[overlay.approval] : itemUnderCursor(ui, context);
  const prefix = isLook ? 'look-' : '';
  const named = (...actions: string[]): string[] => actions.map((action) => prefix + action);
  if (!item || item.state !== 'pending' || isInert(ui, context.now))
    return new Set([...named('approve', 'edit', 'reject'), 'look']);
  if (!isProven(item)) return new Set(named('approve', 'edit'));
  const isWhole = isLook ? isLookSeen(ui, item, overlay) : isWholeInQueue(ui, item);
  return new Set(isWhole ? [] : named('approve'));
}
