/** The header: which project, how many of what, whether something is wrong, and which mode. */
import { listEntries, queueItems, runName, type Status } from '../../fleet-view.ts';
import { keyOf } from '../../keys.ts';
import { cut, harmless, span, spansWidth, type Span } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';

/** A name longer than this says no more in a chip. */
const CHIP_NAME_COLUMNS = 20;
const PROJECT_COLUMNS = 24;
/** Between what stands on the left and what stands on the right. */
const GAP = 2;

export interface HeaderView {
  readonly left: readonly Span[];
  readonly right: readonly Span[];
}

export function headerView(ui: Ui, context: Context): HeaderView {
  const { fleet, setting } = context;
  const project = fleet.projects[setting.project]?.name ?? setting.project.split('/').at(-1) ?? '';
  const width = ui.size.columns;
  const short = countSpans(ui, context, false);
  const counts = width >= 100 ? countSpans(ui, context, true) : short;
  const chip = chipSpans(ui, context, true);
  const name: Span[] = [
    span(' fleet ', 'accent'),
    span(` ${cut(harmless(project), PROJECT_COLUMNS)}`, 'strong'),
  ];
  const demo: Span[] = setting.isDemo ? [span('  demo · q leaves and cleans up', 'waiting')] : [];
  const isDemo: Span[] = setting.isDemo ? [span('  demo', 'waiting')] : [];
  // Given up first when it is narrow: how to leave the demo, the words of the counts, the project; last of all
  // whether anybody guards the fleet, which a person must not forget.
  const lefts = [
    [...name, ...demo, ...counts],
    [...name, ...isDemo, ...counts],
    [...name, ...isDemo, ...short],
    [...isDemo, ...short],
  ];
  const states = [stateSpans(ui, context, true), stateSpans(ui, context, false)];
  const pairs = [
    ...lefts.flatMap((left) => states.map((state) => ({ left, right: [...state, ...chip] }))),
    // The bar below says the key that leaves, too.
    { left: short, right: [...states[1]!, ...chipSpans(ui, context, false)] },
    ...lefts.map((left) => ({ left, right: chip })),
  ];
  const fits = ({ left, right }: HeaderView) => spansWidth(left) + spansWidth(right) + GAP <= width;
  return pairs.find(fits) ?? { left: short, right: chip };
}

function countSpans(ui: Ui, { fleet, setting, now }: Context, isWordy: boolean): Span[] {
  const counts = new Map<Status, number>();
  for (const entry of listEntries(fleet, ui, setting.project))
    if (entry.type === 'run') counts.set(entry.status, (counts.get(entry.status) ?? 0) + 1);
  const count = (...statuses: Status[]): number =>
    statuses.reduce((sum, status) => sum + (counts.get(status) ?? 0), 0);
  const pending = queueItems(fleet, ui.queue.answering, now).length;
  const alarms =
    fleet.alarms.filter(({ seq }) => seq > ui.alarmsSeen).length +
    ui.daemon.warnings.length +
    ui.config.problems.length;
  const shown: Span[] = [];
  const add = (glyph: string, number: number, words: string, role: Span['role']) => {
    shown.push(
      span('  ', 'plain'),
      span(isWordy ? `${glyph} ${number} ${words}` : `${glyph}${number}`, role),
    );
  };
  add('●', count('running', 'idle', 'starting', 'stopping', 'waiting'), 'running', 'running');
  add('◐', pending, pending === 1 ? 'waits for you' : 'wait for you', pending > 0 ? 'waiting' : 'dim');
  const quarantined = Object.keys(fleet.quarantines).length;
  if (quarantined > 0) add('■', quarantined, 'in quarantine', 'danger');
  if (count('failed') > 0) add('✗', count('failed'), 'failed', 'danger');
  if (count('stopped') > 0) add('□', count('stopped'), 'stopped', 'dim');
  if (count('done') > 0) add('✓', count('done'), 'done', 'done');
  if (alarms > 0) add('!', alarms, alarms === 1 ? 'alarm' : 'alarms', 'danger');
  return shown;
}

function stateSpans(ui: Ui, { setting }: Context, isWordy: boolean): Span[] {
  switch (ui.daemon.state) {
    case 'connecting':
      return [span('connecting … ', 'dim')];
    case 'lost':
      return [
        span(
          `${isWordy ? 'daemon away, ' : ''}no auto-quarantine${isWordy && !setting.isDemo ? ' · typing still works' : ''} `,
          'danger',
        ),
      ];
    case 'connected':
      if (ui.screens === 'lost')
        return [span(isWordy ? 'screens away, reconnecting … ' : 'screens away ', 'danger')];
      return [span('brain on  ', 'dim')];
    default:
      return ui.daemon.state satisfies never;
  }
}

function chipSpans(ui: Ui, { fleet, setting }: Context, isWordy: boolean): Span[] {
  if (ui.typing !== null) {
    const run = fleet.runs[ui.typing];
    const name = cut(harmless(run ? runName(fleet, run) : ui.typing), CHIP_NAME_COLUMNS);
    const prefix = keyOf(setting.keymap, 'prefix', setting.isUtf8);
    return [span(` TYPING → ${name} ${isWordy ? `(${prefix} leaves) ` : ''}`, 'chip-typing')];
  }
  if (ui.scroll) return [span(' SCROLL ', 'chip-scroll')];
  return [span(' CONTROL ', 'chip-control')];
}
