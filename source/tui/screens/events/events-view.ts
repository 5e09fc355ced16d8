/** The events behind a cell of the heatmap, the latest first. */
import { describeEvent } from '../../../core/describe-event.ts';
import type { Recorded } from '../../../core/event.ts';
import type { EventsPage } from '../../page.ts';
import { LABELS } from '../../signal-words.ts';
import { layoutOf } from '../../step.ts';
import { cut, fit, harmless, span, type Role } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';
import type { Line } from '../control-room/request-lines.ts';
import { clockWords, momentWords } from './moment-words.ts';
import { isBehind } from './signal-events.ts';

/** Title and a blank line. */
const ABOVE = 2;
/** `Fri 13:20` and two blanks. */
const CLOCK_COLUMNS = 11;

export interface EventsView {
  readonly lines: readonly Line[];
  readonly count: number;
  readonly rows: number;
}

export function eventsView(ui: Ui, context: Context, page: EventsPage): EventsView {
  const rect = layoutOf(ui).page;
  const width = rect?.columns ?? 0;
  const rows = Math.max(1, (rect?.rows ?? 1) - ABOVE);
  const found = eventsBehind(context, page);
  const top = Math.max(0, Math.min(page.top, found.length - rows));
  const what = page.signal === null ? 'everything' : LABELS[page.signal];
  const count = page.events === null ? '' : ` · ${found.length} ${found.length === 1 ? 'event' : 'events'}`;
  const title: Line = [
    span(` ${harmless(page.agent)}`, 'accent'),
    span(
      cut(` · ${what} · ${momentWords(page.stretch, context.now)}${count}`, Math.max(0, width - 20)),
      'dim',
    ),
  ];
  const lines = found
    .slice(top, top + rows)
    .map((recorded): Line => [
      span(` ${fit(clockWords(recorded.at, context.now), CLOCK_COLUMNS)}`, 'dim'),
      span(cut(harmless(describeEvent(recorded)), Math.max(0, width - CLOCK_COLUMNS - 2)), roleOf(recorded)),
    ]);
  const words = page.events === null ? 'asking the log …' : 'Nothing of the kind is in the log of that time.';
  return {
    lines: [title, [], ...(lines.length > 0 ? lines : [[span(`  ${words}`, 'dim')]])],
    count: found.length,
    rows,
  };
}

function eventsBehind({ fleet }: Context, page: EventsPage): readonly Recorded[] {
  const { signal, stretch, project } = page;
  return (page.events ?? [])
    .filter(({ event, at }) => {
      if (at < stretch.from || at > stretch.until || !isBehind(signal, event.type)) return false;
      // Agents of other projects have the same name sometimes.
      const run = 'run' in event && event.run !== null ? fleet.runs[event.run] : undefined;
      return !run || run.project === project;
    })
    .toReversed();
}

function roleOf({ event }: Recorded): Role {
  switch (event.type) {
    case 'tool-finished':
      return event.outcome === 'failed' ? 'danger' : 'plain';
    case 'tool-judged':
      return event.verdict === 'deny' ? 'danger' : 'plain';
    case 'alarm-raised':
    case 'session-lost':
    case 'agent-quarantined':
    case 'agent-held':
      return 'danger';
    case 'session-exited':
      return event.code === 0 ? 'plain' : 'danger';
    default:
      return 'plain';
  }
}
