/** What lies over the room: closer look, editing, dialogs, help, palette, alarms. Title, lines, hint. */
import { shownAs } from '../../../core/approvals/subject.ts';
import { isEnded } from '../../../core/fleet.ts';
import { fieldLine, fieldLines } from '../../field-lines.ts';
import { isProven, queueItems, runName } from '../../fleet-view.ts';
import { helpLines, KEYS_COLUMNS } from '../../help.ts';
import type { RoomLayout } from '../../layout.ts';
import { paletteEntries } from '../../palette.ts';
import type { Rect } from '../../panes/rect.ts';
import { boxRows } from '../../reduce-overlays.ts';
import { detailOf, isInert, isLookSeen, type AnswerLine } from '../../reduce-queue.ts';
import { fieldAt, isOwnCommand, startFields, type StartField } from '../../start-form.ts';
import { pageContexts } from '../../step.ts';
import { ageOf, cut, fit, harmless, revealed, span, widthOf, type Span } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Overlay, StartForm, Ui } from '../../ui-state.ts';
import { alarmLines } from './alarm-lines.ts';
import { alwaysLines, batchLines, grantLines } from './always-rows.ts';
import { lookColumns, lookLines, lookRows } from './request-view.ts';
import type { Line } from './request-lines.ts';
import { firstRow } from './windows.ts';

export interface OverlayView {
  readonly rect: Rect;
  readonly isFramed: boolean;
  readonly title: readonly Span[];
  readonly lines: readonly Line[];
  /** Row among the lines that is chosen, -1 for none. */
  readonly selected: number;
  /** Last line of the overlay. */
  readonly hint: readonly Span[];
}

export function overlayView(ui: Ui, context: Context, layout: RoomLayout): OverlayView | null {
  const { overlay } = ui;
  const rect = layout.overlay;
  if (!overlay || !rect) return null;
  const width = Math.max(10, rect.columns - 4);
  const box = (
    title: readonly Span[],
    lines: readonly Line[],
    more: { hint?: readonly Span[]; selected?: number } = {},
  ): OverlayView => ({
    rect,
    isFramed: true,
    title,
    lines,
    selected: more.selected ?? -1,
    hint: more.hint ?? [],
  });
  const line = (spans: Line): OverlayView => ({
    rect,
    isFramed: false,
    title: [],
    lines: [spans],
    selected: -1,
    hint: [],
  });
  switch (overlay.type) {
    case 'look':
      return lookView(ui, context, overlay, rect);
    case 'reject':
    case 'respond':
    case 'grant':
    case 'snooze': {
      const words = answerLine(context, overlay, rect.columns);
      if (!overlay.isFromLook) return line(words);
      const look = lookView(ui, context, { type: 'look', approval: overlay.approval, top: 0, seen: 0 }, rect);
      return { ...look, hint: words };
    }
    case 'reason':
      return line(reasonLine(overlay, rect.columns));
    case 'edit': {
      const room = boxRows(ui) - 2;
      const { lines, caret } = fieldLines(overlay.field, width);
      const from = firstRow(caret, lines.length, room);
      const what = overlay.member === null ? 'the whole input, as JSON' : overlay.member;
      return box([span(' edit ', 'accent'), span(harmless(what), 'strong')], lines.slice(from, from + room), {
        hint: [
          span(
            overlay.problem === ''
              ? 'ctrl-s approves exactly this instead of what was asked'
              : `! ${harmless(overlay.problem)}`,
            overlay.problem === '' ? 'dim' : 'danger',
          ),
        ],
      });
    }
    case 'always': {
      const item = context.fleet.approvals[overlay.approval];
      return box(
        [
          span(' always allow ', 'accent'),
          span(harmless(item ? `${item.agent} ${shownAs(item.subject).tool}` : ''), 'strong'),
          span(' '),
        ],
        alwaysLines(overlay.form, width),
      );
    }
    case 'batch':
      return box(
        [span(` approve these ${overlay.members.length}? `, 'waiting')],
        batchLines(overlay, context, rect.columns),
        { hint: [span('y', 'key'), span(' approves all of them, any other key none', 'dim')] },
      );
    case 'grants': {
      const lines = grantLines(context, width);
      const room = boxRows(ui) - 1;
      const from = firstRow(overlay.at, lines.length, room);
      return box(
        [span(' granted for a while ', 'accent')],
        lines.length === 0
          ? [[span('nothing is; A on a request grants', 'dim')]]
          : lines.slice(from, from + room),
        {
          selected: Math.min(overlay.at, lines.length - 1) - from,
          hint: [span(more(from, room, lines.length), 'dim')],
        },
      );
    }
    case 'start':
      return box([span(' new agent ', 'accent')], startLines(overlay.form, context, width), {
        hint: [span(overlay.problem === '' ? '' : `! ${harmless(overlay.problem)}`, 'danger')],
      });
    case 'confirm':
      return line(confirmLine(context, overlay));
    case 'help': {
      const lines = helpLines(context.setting, overlay.field.text, width, pageContexts(ui));
      const room = boxRows(ui) - 1;
      const shown = lines.slice(overlay.top, overlay.top + room);
      return box(
        [
          span(' keys ', 'accent'),
          span('type to search: ', 'dim'),
          ...fieldLine(overlay.field, 30),
          span(' '),
        ],
        shown.length === 0
          ? [[span('no key does that', 'dim')]]
          : shown.map(({ type, keys, words }): Line =>
              type === 'heading'
                ? [span(words, 'strong')]
                : [span(fit(`  ${keys}`, KEYS_COLUMNS), 'key'), span(words)],
            ),
        { hint: [span(more(overlay.top, room, lines.length), 'dim')] },
      );
    }
    case 'palette': {
      const entries = paletteEntries(context, overlay.field.text);
      const room = boxRows(ui) - 1;
      const from = firstRow(overlay.at, entries.length, room);
      return box(
        [span(' : ', 'accent'), ...fieldLine(overlay.field, 40)],
        entries.length === 0
          ? [[span('nothing like it', 'dim')]]
          : entries
              .slice(from, from + room)
              .map(({ words, key }): Line => [
                span(fit(words, width - 8)),
                span(fit(key, 8, 'right'), 'key'),
              ]),
        {
          selected: Math.min(overlay.at, entries.length - 1) - from,
          hint: [span(more(from, room, entries.length), 'dim')],
        },
      );
    }
    case 'filter':
      return line([span(' / ', 'accent'), ...fieldLine(overlay.field, rect.columns - 4)]);
    case 'search':
      return line([span(' search back: ', 'accent'), ...fieldLine(overlay.field, rect.columns - 16)]);
    case 'alarms': {
      const lines = alarmLines(ui, context, width);
      const room = boxRows(ui) - 1;
      return box(
        [span(' alarms ', 'accent')],
        lines.length === 0
          ? [[span('nothing was out of order', 'dim')]]
          : lines.slice(overlay.top, overlay.top + room),
        { hint: [span(more(overlay.top, room, lines.length), 'dim')] },
      );
    }
    default:
      return overlay satisfies never;
  }
}

const more = (from: number, room: number, count: number): string =>
  count <= room ? '' : `${from + 1}–${Math.min(count, from + room)} of ${count}`;

function lookView(ui: Ui, context: Context, look: Overlay & { type: 'look' }, rect: Rect): OverlayView {
  const { fleet, now } = context;
  const item = fleet.approvals[look.approval];
  const frame = { rect, isFramed: true, selected: -1 };
  if (!item)
    return { ...frame, title: [span(' request ')], lines: [[span('this request is gone', 'dim')]], hint: [] };
  const items = queueItems(fleet, ui.queue.answering, now);
  const at = items.indexOf(item) + 1;
  const facts = [
    at > 0 ? `${at} of ${items.length}` : item.state,
    `asked ${ageOf(now - item.requestedAt)} ago`,
    `${ageOf(item.expiresAt - now)} left`,
  ];
  const lines = lookLines(item, lookColumns(rect), detailOf(ui, item));
  const rows = lookRows(rect);
  const shown = lines.slice(look.top, look.top + rows);
  const below = lines.length - look.top - shown.length;
  return {
    ...frame,
    title: [
      span(` ${harmless(item.agent)}`, 'accent'),
      span(item.subject.type === 'scope' ? ' asks for the scope ' : ' asks to run '),
      span(
        item.subject.type === 'scope' ? item.subject.scope : harmless(shownAs(item.subject).tool),
        'accent',
      ),
      span(`  ${facts.join(' · ')} `, 'dim'),
    ],
    lines: shown,
    hint: lookHint(ui, context, { item, look, below }),
  };
}

function lookHint(
  ui: Ui,
  { now }: Context,
  {
    item,
    look,
    below,
  }: { item: Parameters<typeof isProven>[0]; look: Overlay & { type: 'look' }; below: number },
): Span[] {
  if (!isProven(item))
    return [span('! what is shown is not what the request was sealed over: reject it', 'danger')];
  if (isInert(ui, now)) return [span('just came up: keys wait a moment', 'waiting')];
  if (below > 0) return [span(`${below} more ${below === 1 ? 'line' : 'lines'} below`, 'waiting')];
  return isLookSeen(ui, item, look)
    ? []
    : [span('not all of it has been on screen: scroll through it', 'waiting')];
}

function answerLine({ fleet }: Context, overlay: AnswerLine, columns: number): Line {
  const item = fleet.approvals[overlay.approval];
  const what = harmless(item ? `${item.agent} ${shownAs(item.subject).tool}` : '');
  const scope = item?.subject.type === 'scope' ? item.subject.scope : '';
  const prompts: Readonly<Record<AnswerLine['type'], string>> = {
    reject: ` reject ${what}, and say: `,
    respond: ` instead of ${what}, tell it: `,
    grant: ` grant ${scope} to ${harmless(item?.agent ?? '')}, because: `,
    snooze: ` put ${what} off for: `,
  };
  const prompt = prompts[overlay.type];
  const role = overlay.type === 'reject' ? 'danger' : 'waiting';
  return [span(prompt, role), ...fieldLine(overlay.field, Math.max(10, columns - prompt.length - 5))];
}

function reasonLine({ does, agent, field }: Overlay & { type: 'reason' }, columns: number): Line {
  const name = harmless(agent);
  const prompt = {
    quarantine: ` stop ${name} and keep it stopped, because: `,
    release: ` let ${name} work again, because: `,
    'let-go': ` let ${name} go on, because: `,
  }[does];
  const role = does === 'quarantine' ? 'danger' : 'waiting';
  return [span(prompt, role), ...fieldLine(field, Math.max(10, columns - widthOf(prompt) - 2))];
}

function confirmLine({ fleet }: Context, { what, run: id }: Overlay & { type: 'confirm' }): Line {
  const run = fleet.runs[id];
  const name = harmless(run ? runName(fleet, run) : id);
  const question =
    what === 'stop'
      ? ` Stop ${name}? Its work so far stays in the worktree. `
      : ` Restart ${name} with the same task, in the same worktree?${run && !isEnded(run) ? ' It is stopped first.' : ''} `;
  return [
    span(question, 'danger'),
    span('y', 'key'),
    span(what === 'stop' ? ' stops it, ' : ' restarts it, '),
    span('any other key', 'key'),
    span(' does nothing.'),
  ];
}

const LABELS: Readonly<Record<StartField, string>> = {
  agent: 'agent',
  command: 'command',
  task: 'task',
  worktree: 'worktree',
};

/** What `as usual` means for this choice. */
function usualWorktree(form: StartForm, { fleet, setting }: Context): string {
  if (isOwnCommand(form)) return 'as usual: none, the project folder itself';
  const agent = fleet.projects[setting.project]?.agents.find(({ name }) => name === form.agents[form.agent]);
  if (typeof agent?.worktree === 'string') return `as the agent says: ${harmless(agent.worktree)}`;
  return `as the agent says: ${agent?.worktree === false ? 'none' : 'its own'}`;
}

function startLines(form: StartForm, context: Context, width: number): Line[] {
  const { fleet, setting } = context;
  const active = fieldAt(form);
  const room = Math.max(10, width - 14);
  const lines: Line[] = [];
  for (const field of startFields(form)) {
    const isActive = field === active;
    const label = span(fit(`${isActive ? '▌' : ' '}${LABELS[field]}`, 12), isActive ? 'accent' : 'dim');
    const usual = usualWorktree(form, context);
    lines.push([label, ...fieldValue(form, field, { room, isActive, usual })], []);
  }
  const agent = fleet.projects[setting.project]?.agents.find(({ name }) => name === form.agents[form.agent]);
  if (agent) lines.push([span(cut(harmless(agent.description), width), 'dim')]);
  if (isOwnCommand(form))
    lines.push([span('contained only: its tool calls do not pass the gate', 'waiting')]);
  return lines;
}

function fieldValue(
  form: StartForm,
  field: StartField,
  { room, isActive, usual }: { readonly room: number; readonly isActive: boolean; readonly usual: string },
): Line {
  switch (field) {
    case 'agent': {
      const name = form.agents[form.agent] ?? 'a command …';
      return [
        span('‹ ', 'dim'),
        span(cut(harmless(name), room), 'strong'),
        span(' ›', 'dim'),
        span(`  ${form.agent + 1} of ${form.agents.length + 1}`, 'dim'),
      ];
    }
    case 'worktree': {
      const words =
        form.worktree === null ? usual : form.worktree ? 'its own' : 'none: the project folder itself';
      return [span('‹ ', 'dim'), span(words, 'strong'), span(' ›', 'dim')];
    }
    case 'command':
    case 'task':
      return isActive ? fieldLine(form[field], room) : revealed(cut(harmless(form[field].text), room));
    default:
      return field satisfies never;
  }
}
