/** The list: one line an agent, what waits for a person first. */
import { isEnded } from '../../../core/fleet.ts';
import { holdsOf, quarantineOf } from '../../../core/quarantine.ts';
import { doingOf, otherProject, runName, waitingSince, type ListEntry } from '../../fleet-view.ts';
import type { RoomLayout } from '../../layout.ts';
import type { Rect } from '../../panes/rect.ts';
import { keyOf } from '../../keys.ts';
import { roleOfLevel } from '../../risk-rows.ts';
import { barOf } from '../../sparkline.ts';
import { entriesOf } from '../../step.ts';
import { ageOf, cut, cutMiddle, harmless, span, type Role, type Span } from '../../text.ts';
import type { Context } from '../../ui-input.ts';
import type { Ui } from '../../ui-state.ts';
import { glyphOfStatus, NOT_RUNNING } from './glyphs.ts';
import type { Line } from './request-lines.ts';
import { listWindow } from './windows.ts';

export interface AgentRow {
  readonly mark: readonly Span[];
  readonly name: readonly Span[];
  readonly doing: readonly Span[];
  readonly age: readonly Span[];
  /** How it went and how risky it is: `▃ 31`. */
  readonly risk: readonly Span[];
}

export interface ListView {
  /** The frame on a wide screen, the page itself on a narrow one. */
  readonly frame: Rect;
  readonly area: Rect;
  readonly isFramed: boolean;
  readonly isFocused: boolean;
  readonly title: string;
  readonly rows: readonly AgentRow[];
  /** Row on screen under the cursor, -1 for none. */
  readonly selected: number;
  readonly widths: {
    readonly mark: number;
    readonly name: number;
    readonly doing: number;
    readonly age: number;
    /** 0: there is no room for it, or nothing is known. */
    readonly risk: number;
  };
  /** Instead of rows, when there are none. */
  readonly empty: readonly Line[];
}

const MARK_COLUMNS = 3;
const AGE_COLUMNS = 4;
/** The beginning of a word says nothing. */
const DOING_MIN = 8;
/** A blank, a bar, a blank, two digits. */
const RISK_COLUMNS = 5;
/** Below this what an agent does would be two words. */
const RISK_FROM_COLUMNS = 27;
/** A project's name beside what its agent does. */
const PROJECT_COLUMNS = 16;

export function listView(ui: Ui, context: Context, layout: RoomLayout): ListView | null {
  const entries = entriesOf(ui, context);
  const window = listWindow(ui, layout, entries);
  if (!window || !layout.list) return null;
  const { area, from } = window;
  const isFramed = layout.kind === 'wide';
  const names = entries.map((entry) => nameOf(entry, context));
  const risk = ui.risk.agents.length > 0 && area.columns >= RISK_FROM_COLUMNS ? RISK_COLUMNS : 0;
  const rest = area.columns - MARK_COLUMNS - AGE_COLUMNS - 2 - risk;
  // Names get what the longest needs, up to half of the line when what they do must fit beside them.
  const longest = Math.max(4, ...names.map((name) => name.length));
  // Beside a figure of risk there is no room for words about what they do in a frame: the name matters more.
  const share = isFramed ? (risk === 0 ? 0.62 : 1) : 0.35;
  const name = Math.min(longest, Math.max(10, Math.floor(rest * share)));
  const left = Math.max(0, rest - name);
  const doing = risk > 0 && left < DOING_MIN ? 0 : left;
  const widths = { mark: MARK_COLUMNS, name: name + left - doing, doing, age: AGE_COLUMNS, risk };
  const shown = entries.slice(from, from + area.rows);
  return {
    frame: layout.list,
    area,
    isFramed,
    isFocused: ui.region === 'list' && ui.typing === null && !ui.scroll && ui.overlay === null,
    title: titleOf(ui, layout),
    rows: shown.map((entry) => ({
      ...rowOf(ui, entry, context, widths),
      risk: risk === 0 ? [] : riskSpans(ui, entry, context),
    })),
    selected: shown.findIndex(({ key }) => key === ui.cursor),
    widths,
    empty: entries.length === 0 ? emptyWords(ui, context, layout) : [],
  };
}

function titleOf(ui: Ui, { hidden }: RoomLayout): string {
  if (ui.filter !== '') return `agents · /${harmless(ui.filter)}`;
  const away = hidden.before + hidden.after;
  return away === 0 ? 'agents' : `agents · ${away} ${away === 1 ? 'pane' : 'panes'} hidden`;
}

const nameOf = (entry: ListEntry, { fleet }: Context): string =>
  harmless(entry.type === 'agent' ? entry.name : runName(fleet, entry.run));

function riskSpans(ui: Ui, entry: ListEntry, { setting }: Context): Span[] {
  const name = entry.type === 'run' ? entry.run : { project: setting.project, agent: entry.name };
  const assessed = ui.risk.agents.find(
    ({ project, agent }) => project === name.project && agent === name.agent,
  );
  if (!assessed) return [];
  const role = roleOfLevel(assessed.level);
  const hundredths = Math.min(99, Math.round(assessed.probability * 100));
  return [span(` ${barOf(assessed.probability)} `, role), span(String(hundredths).padStart(2, '0'), role)];
}

function rowOf(
  ui: Ui,
  entry: ListEntry,
  context: Context,
  widths: ListView['widths'],
): Omit<AgentRow, 'risk'> {
  const name = cutMiddle(nameOf(entry, context), widths.name);
  if (entry.type === 'agent') {
    const agent = { project: context.setting.project, agent: entry.name };
    const quarantine = quarantineOf(context.fleet, agent);
    if (quarantine)
      return {
        mark: [span(' '), glyphOfStatus('quarantined')],
        name: [span(name, 'dim')],
        doing: [span(cut(harmless(`in quarantine: ${quarantine.reason}`), widths.doing), 'danger')],
        age: [span(ageOf(context.now - quarantine.since), 'dim')],
      };
    return {
      mark: [span(' '), NOT_RUNNING],
      name: [span(name, 'dim')],
      doing: [span(cut(harmless(entry.description), widths.doing), 'dim')],
      age: [span('–', 'dim')],
    };
  }
  const { fleet, now, setting } = context;
  const { run, status } = entry;
  const waiting = waitingSince(fleet, run.id);
  const isLost = run.session !== null && ui.lost.includes(run.session);
  const isUngated = run.protection === 'contained only';
  const [hold] = isEnded(run) ? [] : holdsOf(fleet, run);
  const words = hold ? `held: ${hold.tripwire}: ${hold.detail}` : doingOf(fleet, run, status);
  const doing = isLost ? 'holder does not answer' : harmless(words);
  const other = harmless(otherProject(run, fleet, setting.project));
  const place = other === '' ? '' : `${cutMiddle(other, PROJECT_COLUMNS)} · `;
  const protection = isUngated && widths.doing > 24 + place.length ? 'contained only · ' : '';
  const label = place + protection;
  const role: Role =
    status === 'waiting'
      ? 'plain'
      : isLost || hold || status === 'failed' || status === 'quarantined'
        ? 'danger'
        : 'dim';
  return {
    // An agent whose calls no gate sees carries a mark where there is no room for words.
    mark: [
      span(' '),
      glyphOfStatus(status),
      hold ? span('!', 'danger') : span(isUngated && protection === '' ? '°' : '', 'dim'),
    ],
    name: [span(name, status === 'waiting' ? 'waiting' : ui.panes.includes(run.id) ? 'plain' : 'dim')],
    doing: [span(label, 'dim'), span(cut(doing, Math.max(0, widths.doing - label.length)), role)],
    age: [span(ageOf(now - (waiting ?? run.endedAt ?? run.startedAt ?? run.requestedAt)), 'dim')],
  };
}

function emptyWords(ui: Ui, { setting }: Context, layout: RoomLayout): Line[] {
  const key = (action: string): Span => span(keyOf(setting.keymap, action, setting.isUtf8), 'key');
  if (ui.daemon.state === 'connecting') return [[span('connecting …', 'dim')]];
  if (ui.filter !== '')
    return [[span('no agent matches', 'dim')], [span('esc', 'key'), span(' shows all again', 'dim')]];
  if (ui.config.state === 'missing')
    return [
      [span('no fleet.yaml yet', 'dim')],
      [key('init'), span(' writes one', 'dim')],
      [key('start'), span(' runs a command', 'dim')],
      ...(layout.kind === 'wide'
        ? []
        : [[], [span('fleet-tui demo', 'strong'), span(' shows all of it at work', 'dim')]]),
    ];
  if (ui.config.problems.length > 0)
    return [[span('fleet.yaml has problems', 'danger')], [key('alarms'), span(' lists them', 'dim')]];
  return [[span('no agents yet', 'dim')], [key('start'), span(' starts one', 'dim')]];
}
