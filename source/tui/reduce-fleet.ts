/** What a changed fleet does to the room: new panes, a next request under the cursor, bells. */
import { shownAs } from '../core/approvals/subject.ts';
import { isEnded, isLive, type Approval, type Fleet } from '../core/fleet.ts';
import { doingOf, inQueueOrder, listEntries, queueItems, runName, statusOf } from './fleet-view.ts';
import { keyOf } from './keys.ts';
import { entriesOf, noted, step, type Step } from './step.ts';
import type { Context, Intent } from './ui-input.ts';
import type { Ui } from './ui-state.ts';

/** Agents ask in bursts: panes that grew and shrank with each answer would redraw all the time. */
const QUEUE_LINGERS_MS = 10_000;

/** A request that comes under the cursor by itself is deaf this long: the key on its way was meant for another. */
export const GRACE_MS = 600;

export function onFleet(before: Ui, context: Context): Step {
  const { fleet } = context;
  const known = before.known;
  const now = {
    runs: Object.keys(fleet.runs),
    pending: Object.values(fleet.approvals).flatMap(({ id, state }) => (state === 'pending' ? [id] : [])),
    quarantined: Object.keys(fleet.quarantines),
    failed: Object.values(fleet.runs).flatMap((run) => (statusOf(fleet, run) === 'failed' ? [run.id] : [])),
  };
  let ui: Ui = { ...before, known: now, panes: withNewPanes(before, fleet) };
  ui = withQueue(toldOfAnswer(ui, context), context);
  ui = withCursor(ui, context);
  ui = { ...ui, listRows: listEntries(fleet, ui, context.setting.project).length };
  ui = attached(ui, context);
  const run = ui.typing === null ? undefined : fleet.runs[ui.typing];
  if (ui.typing !== null && (!run || isEnded(run)))
    ui = noted(
      { ...ui, typing: null },
      context.now,
      `${run?.agent || 'The agent'} has ended; back in CONTROL.`,
    );
  const scrolled = ui.scroll && fleet.runs[ui.scroll.run];
  if (ui.scroll && scrolled?.session !== ui.scroll.session) ui = { ...ui, scroll: null };
  // On edges only, and never for what was there when the room was opened.
  const failed = known === null ? [] : now.failed.filter((id) => !known.failed.includes(id));
  const asked = known === null ? [] : now.pending.filter((id) => !known.pending.includes(id));
  for (const id of failed) ui = noted(ui, context.now, failureWords(fleet, id), 'problem');
  const stopped = known === null ? [] : now.quarantined.filter((key) => !known.quarantined.includes(key));
  for (const key of stopped) ui = noted(ui, context.now, quarantineWords(context, key), 'problem');
  return step(ui, ...newsIntents(context, asked, failed, stopped));
}

/** Rings once, and says who it is about. */
function newsIntents(
  { fleet, setting }: Context,
  asked: readonly string[],
  failed: readonly string[],
  stopped: readonly string[],
): readonly Intent[] {
  const names = (runs: readonly string[]): string =>
    [...new Set(runs.map((id) => (fleet.runs[id] ? runName(fleet, fleet.runs[id]) : id)))].join(', ');
  const asking = names(asked.map((id) => fleet.approvals[id]!.run));
  const words = [
    ...(asked.length === 0 ? [] : [`${asking} ${asked.length === 1 ? 'waits' : 'wait'} for you`]),
    ...(failed.length === 0 ? [] : [`${names(failed)} failed`]),
    ...stopped.map((key) => `${fleet.quarantines[key]!.agent} was put in quarantine`),
  ].join(', ');
  if (words === '') return [];
  return setting.bell ? [{ type: 'bell' }, { type: 'notify', words }] : [{ type: 'notify', words }];
}

function failureWords(fleet: Fleet, id: string): string {
  const run = fleet.runs[id]!;
  return `${runName(fleet, run)} failed: ${doingOf(fleet, run, 'failed')}. R starts it again.`;
}

function quarantineWords({ fleet, setting }: Context, key: string): string {
  const { agent, reason } = fleet.quarantines[key]!;
  const show = keyOf(setting.keymap, 'quarantine', setting.isUtf8);
  return `${agent} was put in quarantine: ${reason}. ${show} shows what it did.`;
}

/** A request somebody is about to answer was answered elsewhere, or has expired: said before it is out of sight. */
function toldOfAnswer(ui: Ui, { fleet, now }: Context): Ui {
  const { overlay, queue } = ui;
  const open = overlay && 'approval' in overlay ? overlay.approval : null;
  const id = open ?? (ui.region === 'queue' ? queue.approval : null);
  const item = id === null ? undefined : fleet.approvals[id];
  if (!item || item.state === 'pending' || queue.answering.includes(item.id)) return ui;
  const by = item.end === null || item.state === 'expired' ? '' : ` by ${item.end.by}`;
  return noted(ui, now, `${item.agent} ${shownAs(item.subject).tool} was ${item.state}${by} meanwhile.`);
}

function withNewPanes(ui: Ui, fleet: Fleet): readonly string[] {
  const kept = ui.panes.filter((id) => fleet.runs[id]);
  const isNew = (id: string): boolean => !ui.known?.runs.includes(id);
  const added = Object.values(fleet.runs)
    .filter((run) => isNew(run.id) && !isEnded(run) && !kept.includes(run.id))
    .sort((a, b) => a.requestedAt - b.requestedAt)
    .map(({ id }) => id);
  return added.length === 0 && kept.length === ui.panes.length ? ui.panes : [...kept, ...added];
}

/** Keeps the request under the cursor, or lets the next one come up by itself, deaf for a moment. */
export function withQueue(ui: Ui, { fleet, now }: Context): Ui {
  const answering = ui.queue.answering.filter((id) => fleet.approvals[id]?.state === 'pending');
  const items = queueItems(fleet, answering, now);
  const { approval } = ui.queue;
  const room = withRoom(ui.queue, items.length, now);
  if (approval !== null && items.some(({ id }) => id === approval))
    return { ...ui, queue: { ...ui.queue, ...room, answering } };
  const next = nextAfter(fleet, approval, items);
  const queue = {
    ...ui.queue,
    ...room,
    approval: next,
    answering,
    inertUntil: next === null ? 0 : now + GRACE_MS,
  };
  return withLook({ ...ui, queue }, approval, next);
}

/** The queue has its room as long as something waits, and a while longer. */
function withRoom(
  { isOpen, closesAt }: Ui['queue'],
  waiting: number,
  now: number,
): Pick<Ui['queue'], 'isOpen' | 'closesAt'> {
  if (waiting > 0) return { isOpen: true, closesAt: null };
  if (!isOpen || (closesAt !== null && now >= closesAt)) return { isOpen: false, closesAt: null };
  return { isOpen, closesAt: closesAt ?? now + QUEUE_LINGERS_MS };
}

/** The request that took the place of the one that is gone, else the last. */
function nextAfter(fleet: Fleet, gone: string | null, items: readonly Approval[]): string | null {
  const before = gone === null ? undefined : fleet.approvals[gone];
  const after = before ? items.find((item) => inQueueOrder(before, item) <= 0) : items[0];
  return (after ?? items.at(-1))?.id ?? null;
}

/** A closer look goes on with the next request; with none left it closes. */
function withLook(ui: Ui, gone: string | null, next: string | null): Ui {
  const { overlay } = ui;
  if (overlay?.type !== 'look' || overlay.approval !== gone) return ui;
  return { ...ui, overlay: next === null ? null : { type: 'look', approval: next, top: 0, seen: 0 } };
}

/** The cursor stays on its row; when that is gone it goes to the first. */
export function withCursor(ui: Ui, context: Context): Ui {
  const entries = entriesOf(ui, context);
  if (ui.cursor !== null && (entries.some(({ key }) => key === ui.cursor) || ui.panes.includes(ui.cursor)))
    return ui;
  return { ...ui, cursor: entries[0]?.key ?? ui.panes[0] ?? null };
}

/** `fleet attach RUN`: that run alone, and every key goes to it. */
function attached(ui: Ui, { fleet, now }: Context): Ui {
  if (ui.attach === null) return ui;
  const run = fleet.runs[ui.attach];
  if (!run)
    return noted({ ...ui, attach: null, isZoomed: false }, now, `There is no run ${ui.attach}.`, 'problem');
  const panes = ui.panes.includes(run.id) ? ui.panes : [...ui.panes, run.id];
  const open: Ui = { ...ui, attach: null, panes, cursor: run.id, region: 'panes' };
  return isLive(run)
    ? { ...open, typing: run.id }
    : noted(open, now, `${run.agent} is not running; this is its last screen.`);
}
