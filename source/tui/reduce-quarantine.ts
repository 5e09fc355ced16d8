/** Stopping an agent until a person releases it, looking at what it did, releasing it; and the events behind a figure. */
import { holdsOf, quarantineOf } from '../core/quarantine.ts';
import type { AskValue } from '../wire/daemon-protocol.ts';
import type { QuarantinePage } from './page.ts';
import { riskAgentAt } from './risk-rows.ts';
import { isAllSeen, quarantineLines, quarantineRows } from './screens/quarantine/quarantine-view.ts';
import { cursorRun, entriesOf, noted, step, type Step } from './step.ts';
import { textField } from './text-field.ts';
import type { Context, UiInput } from './ui-input.ts';
import type { Overlay, Ui } from './ui-state.ts';

interface AgentName {
  readonly project: string;
  readonly agent: string;
}

const NOBODY = 'There is no agent under the cursor.';
const AWAY = 'The daemon is away; try again when it is back.';

/** Whom the cursor is on: in the list of the room, or on a page of risk. */
function agentAt(ui: Ui, context: Context): AgentName | undefined {
  if (ui.page.type !== 'room') return riskAgentAt(ui, context)?.assessed;
  const run = cursorRun(ui, context);
  if (run) return run;
  const entry = entriesOf(ui, context).find(({ key }) => key === ui.cursor);
  return entry?.type === 'agent' ? { project: context.setting.project, agent: entry.name } : undefined;
}

export function isQuarantined(ui: Ui, context: Context): AgentName | undefined {
  const found = agentAt(ui, context);
  return found && quarantineOf(context.fleet, found) ? found : undefined;
}

/** Whether `r` would let the agent under the cursor go on. */
export function isHeld(ui: Ui, context: Context): boolean {
  const found = agentAt(ui, context);
  return found !== undefined && holdsOf(context.fleet, found).length > 0;
}

/** The page with what an agent in quarantine did; it is asked for at once. */
export function openQuarantine(ui: Ui, { project, agent }: AgentName): Step {
  const back = ui.page.type === 'events' || ui.page.type === 'quarantine' ? ui.page.back : ui.page;
  const page: QuarantinePage = { type: 'quarantine', project, agent, detail: null, top: 0, seen: 0, back };
  return step({ ...ui, page, scroll: null }, { type: 'quarantine-detail', project, agent });
}

export function beginQuarantine(ui: Ui, context: Context): Step {
  const found = agentAt(ui, context);
  if (!found) return step(noted(ui, context.now, NOBODY));
  if (quarantineOf(context.fleet, found)) return openQuarantine(ui, found);
  return step(withReason(ui, 'quarantine', found, null));
}

export function beginLetGo(ui: Ui, context: Context): Step {
  const found = agentAt(ui, context);
  if (!found) return step(noted(ui, context.now, NOBODY));
  if (quarantineOf(context.fleet, found)) return openQuarantine(ui, found);
  if (holdsOf(context.fleet, found).length === 0)
    return step(noted(ui, context.now, `No tripwire holds ${found.agent}.`));
  return step(withReason(ui, 'let-go', found, null));
}

export function beginRelease(ui: Ui, context: Context, page: QuarantinePage): Step {
  if (!page.detail) return step(noted(ui, context.now, 'What it did has not come yet.'));
  if (!quarantineOf(context.fleet, page))
    return step(noted(ui, context.now, `${page.agent} is not in quarantine any more.`));
  if (!isAllSeen(ui, page))
    return step(
      noted(ui, context.now, 'Read to the end first: what it did is why it was stopped.', 'problem'),
    );
  return step(withReason(ui, 'release', page, page.detail.quarantine.id));
}

const withReason = (
  ui: Ui,
  does: (Overlay & { type: 'reason' })['does'],
  { project, agent }: AgentName,
  quarantine: string | null,
): Ui => ({ ...ui, overlay: { type: 'reason', does, project, agent, quarantine, field: textField() } });

export function inReason(
  ui: Ui,
  { now }: Context,
  overlay: Overlay & { type: 'reason' },
  action: string,
): Step | undefined {
  const closed: Ui = { ...ui, overlay: null };
  if (action === 'reason-cancel') return step(closed);
  if (action !== 'reason-send') return undefined;
  const { does, project, agent, quarantine, field } = overlay;
  const reason = field.text.trim();
  if (reason === '')
    return step(noted(ui, now, 'Say why: whoever comes after you reads it in the log.', 'problem'));
  if (ui.daemon.state !== 'connected') return step(noted(ui, now, AWAY, 'problem'));
  switch (does) {
    case 'quarantine':
      return step(noted(closed, now, `Stopping ${agent} for good …`), {
        type: 'ask',
        ask: { type: 'quarantine', project, agent, reason },
      });
    case 'let-go':
      return step(noted(closed, now, `${agent} may go on.`), {
        type: 'ask',
        ask: { type: 'let-go', project, agent, reason },
      });
    case 'release': {
      const page = ui.page.type === 'quarantine' ? ui.page.back : ui.page;
      return step(noted({ ...closed, page }, now, `${agent} may work again; R or ↵ starts it.`), {
        type: 'ask',
        ask: { type: 'release', project, agent, quarantine: quarantine!, reason },
      });
    }
    default:
      return does satisfies never;
  }
}

export function onQuarantineDetail(ui: Ui, detail: AskValue['quarantine-detail']): Ui {
  const { page } = ui;
  const { project, agent } = detail.quarantine;
  if (page.type !== 'quarantine' || page.project !== project || page.agent !== agent) return ui;
  const isSame = page.detail?.evidence.length === detail.evidence.length;
  if (isSame && page.detail?.quarantine.id === detail.quarantine.id) return ui;
  return { ...ui, page: { ...page, detail, top: 0, seen: 0 } };
}

/** What it showed is kept within moments of stopping it; whoever looks sooner gets it as soon as it is there. */
const EVIDENCE_MS = 10_000;

/** Asks again for evidence that was not there yet. */
export function withEvidence(next: Step, { now }: Context): Step {
  const { page } = next.ui;
  if (page.type !== 'quarantine' || !page.detail) return next;
  const { quarantine, evidence } = page.detail;
  if (evidence.length > 0 || now - quarantine.since > EVIDENCE_MS) return next;
  const { project, agent } = page;
  return { ...next, intents: [...next.intents, { type: 'quarantine-detail', project, agent }] };
}

/** The oldest are counted from the stretch's beginning; what came after its end is of another cell. */
export function onEvents(ui: Ui, { agent, events }: UiInput & { type: 'events' }): Ui {
  const { page } = ui;
  if (page.type !== 'events' || page.agent !== agent) return ui;
  return { ...ui, page: { ...page, events, top: 0 } };
}

/** What the page of a quarantine shows now has been seen; only what joins what was seen before counts. */
export function withSeen(next: Step): Step {
  const { ui } = next;
  const { page } = ui;
  if (page.type !== 'quarantine' || !page.detail || ui.overlay) return next;
  const lines = quarantineLines(page.detail, ui.size.columns).length;
  const rows = quarantineRows(ui);
  const top = Math.max(0, Math.min(page.top, lines - rows));
  const bottom = top <= page.seen ? Math.min(lines, top + rows) : 0;
  if (top === page.top && bottom <= page.seen) return next;
  return { ...next, ui: { ...ui, page: { ...page, top, seen: Math.max(page.seen, bottom) } } };
}
