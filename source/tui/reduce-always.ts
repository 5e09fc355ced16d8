/** Answers that reach further than one request: a rule, a grant, a batch; and the grants that stand. */
import { classOf } from '../core/approvals/class-of.ts';
import { rank } from '../core/approvals/could.ts';
import { BATCH_MAX } from '../core/approvals/decide-batch.ts';
import { activeGrants } from '../core/approvals/grants.ts';
import type { RulePreview } from '../core/approvals/preview-rule.ts';
import { shownAs } from '../core/approvals/subject.ts';
import { alwaysForm, withProposal, withTarget, type Proposals } from './always-form.ts';
import { isProven, queueItems, riskOfItem } from './fleet-view.ts';
import { withQueue } from './reduce-fleet.ts';
import { itemUnderCursor, pending, refusalOf } from './reduce-queue.ts';
import { inputInOneLine } from './screens/control-room/request-lines.ts';
import { layoutOf, noted, step, type Step } from './step.ts';
import type { Context } from './ui-input.ts';
import type { Overlay, Ui } from './ui-state.ts';

type Always = Overlay & { type: 'always' };
type Batch = Overlay & { type: 'batch' };
type Grants = Overlay & { type: 'grants' };

/** Asks for rules that would answer the request; the dialog opens when they have come. */
export function beginAlways(ui: Ui, context: Context): Step {
  const item =
    ui.overlay?.type === 'look' ? pending(ui, context, ui.overlay.approval) : itemUnderCursor(ui, context);
  const refusal = refusalOf(ui, context, item);
  if (!item || refusal !== null)
    return step(noted(ui, context.now, refusal ?? 'Nothing waits for you.', item ? 'problem' : 'info'));
  if (item.subject.type !== 'tool-call')
    return step(
      noted(ui, context.now, `A ${item.subject.type} is granted to one run, never for good.`, 'problem'),
    );
  return step(ui, { type: 'proposals', approval: item.id });
}

export function onProposals(ui: Ui, context: Context, approval: string, proposals: Proposals): Step {
  const item = pending(ui, context, approval);
  const isFree = ui.overlay === null || ui.overlay.type === 'look';
  if (!item || !isFree) return step(ui);
  if (proposals.proposals.length === 0)
    return step(
      noted(
        ui,
        context.now,
        'No rule says just this call; approve it, or write one: fleet rule add.',
        'problem',
      ),
    );
  return step({ ...ui, overlay: { type: 'always', approval, form: alwaysForm(proposals) } });
}

/** What the rule would have matched has been looked up. */
export function onPreview(ui: Ui, rule: string, preview: RulePreview): Step {
  const { overlay } = ui;
  if (overlay?.type !== 'always' || overlay.form.rule.text.trim() !== rule) return step(ui);
  return step({ ...ui, overlay: { ...overlay, form: { ...overlay.form, preview } } });
}

export function inAlways(ui: Ui, context: Context, overlay: Always, action: string): Step | undefined {
  const changed = (form: Always['form']): Step => step({ ...ui, overlay: { ...overlay, form } });
  switch (action) {
    case 'always-next':
      return changed(withProposal(overlay.form, 1));
    case 'always-previous':
      return changed(withProposal(overlay.form, -1));
    case 'always-target':
      return changed(withTarget(overlay.form, 1));
    case 'always-target-back':
      return changed(withTarget(overlay.form, -1));
    case 'always-go':
      return alwaysGo(ui, context, overlay);
    case 'always-cancel':
      return step({ ...ui, overlay: null });
    default:
      return undefined;
  }
}

/** A rule nobody has seen the effect of is looked up first; pressed again it is written. */
function alwaysGo(ui: Ui, context: Context, { approval, form }: Always): Step {
  const item = pending(ui, context, approval);
  const closed: Ui = { ...ui, overlay: null };
  const refusal = refusalOf({ ...ui, queue: { ...ui.queue, inertUntil: 0 } }, context, item);
  if (!item || refusal !== null)
    return step(noted(closed, context.now, refusal ?? 'This request has been answered already.', 'problem'));
  const rule = form.rule.text.trim();
  if (rule === '')
    return step(noted(ui, context.now, 'Write the rule, for instance Bash(npm test).', 'problem'));
  if (form.preview === null) return step(ui, { type: 'preview', approval, rule });
  const queue = { ...ui.queue, answering: [...ui.queue.answering, item.id], undo: null };
  const target = form.targets[form.target]!;
  const words = `${target.type === 'file' ? 'Rule' : 'Grant'}: allow ${rule}`;
  const moved = withQueue(noted({ ...closed, queue }, context.now, words), context);
  return step(moved, { type: 'always', approval, hash: item.hash, rule, target });
}

/** Requests of the same class, each of which can be shown whole in one line. */
export function beginBatch(ui: Ui, context: Context): Step {
  const item = itemUnderCursor(ui, context);
  const refusal = refusalOf(ui, context, item);
  if (!item || refusal !== null)
    return step(noted(ui, context.now, refusal ?? 'Nothing waits for you.', item ? 'problem' : 'info'));
  if (rank(riskOfItem(item).level) >= rank('high'))
    return step(noted(ui, context.now, 'What is this risky is decided on one by one.', 'problem'));
  const overlay: Batch = { type: 'batch', members: [] };
  const area = layoutOf({ ...ui, overlay }).overlay;
  const rows = Math.min(BATCH_MAX, Math.max(0, (area?.rows ?? 0) - BATCH_ROWS_AROUND));
  const width = batchColumns(area?.columns ?? 0);
  const members = queueItems(context.fleet, ui.queue.answering, context.now)
    .filter((each) => classOf(each) === classOf(item) && isProven(each))
    .filter((each) => inputInOneLine(shownAs(each.subject).input, width) !== undefined)
    .slice(0, rows)
    .map(({ id, hash }) => ({ approval: id, hash }));
  if (members.length < 2)
    return step(noted(ui, context.now, 'Nothing else of this kind waits that fits on a line.'));
  return step({ ...ui, overlay: { ...overlay, members } });
}

/** Frame, title, blank lines, hint. */
const BATCH_ROWS_AROUND = 6;
/** Name of the agent in front of each call. */
export const BATCH_AGENT_COLUMNS = 14;
export const batchColumns = (columns: number): number => Math.max(10, columns - 4 - BATCH_AGENT_COLUMNS - 2);

export function inBatch(ui: Ui, context: Context, { members }: Batch, action: string): Step | undefined {
  const closed: Ui = { ...ui, overlay: null };
  if (action === 'batch-cancel') return step(noted(closed, context.now, 'Nothing was decided.'));
  if (action !== 'batch-go') return undefined;
  if (!members.every(({ approval }) => pending(ui, context, approval)))
    return step(
      noted(closed, context.now, 'Some of these have been answered meanwhile; look again.', 'problem'),
    );
  const ids = members.map(({ approval }) => approval);
  const queue = { ...ui.queue, answering: [...ui.queue.answering, ...ids], undo: null };
  const words = `Approved: ${members.length} of the same kind`;
  return step(withQueue(noted({ ...closed, queue }, context.now, words), context), {
    type: 'batch',
    members,
  });
}

export function inGrants(ui: Ui, context: Context, overlay: Grants, action: string): Step | undefined {
  const grants = activeGrants(context.fleet, context.now);
  const at = Math.max(0, Math.min(overlay.at, grants.length - 1));
  switch (action) {
    case 'grants-up':
      return step({ ...ui, overlay: { ...overlay, at: Math.max(0, at - 1) } });
    case 'grants-down':
      return step({ ...ui, overlay: { ...overlay, at: Math.min(Math.max(0, grants.length - 1), at + 1) } });
    case 'grants-revoke': {
      const grant = grants[at];
      if (!grant) return step(ui);
      return step(noted(ui, context.now, `Revoked: ${grant.rule}. It asks again from now on.`), {
        type: 'ask',
        ask: { type: 'revoke-grant', grant: grant.id, reason: 'revoked in the control room' },
      });
    }
    case 'grants-back':
      return step({ ...ui, overlay: null });
    default:
      return undefined;
  }
}
