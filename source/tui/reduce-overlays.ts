/** Help, palette, filter, search, the dialogs: what keys do in each of them. */
import { alarmLines } from './screens/control-room/alarm-lines.ts';
import { helpLines } from './help.ts';
import { paletteEntries } from './palette.ts';
import { withCursor } from './reduce-fleet.ts';
import { withRuleText } from './always-form.ts';
import { inAlways, inBatch, inGrants } from './reduce-always.ts';
import { grant, reject, respond, snooze } from './reduce-answers.ts';
import { approveEdit, closeForm } from './reduce-queue.ts';
import { inReason } from './reduce-quarantine.ts';
import { search } from './reduce-scroll.ts';
import { layoutOf, noted, pageContexts, step, type Step } from './step.ts';
import {
  fieldAt,
  isOwnCommand,
  isTextField,
  onField,
  startFields,
  startForm,
  typedIntoForm,
} from './start-form.ts';
import { editText, insert, type TextField } from './text-field.ts';
import type { Context } from './ui-input.ts';
import type { Overlay, StartForm, Ui } from './ui-state.ts';

/** Rows of a box between its frame: title, blank line and hint are not among them. */
export const boxRows = (ui: Ui): number => Math.max(1, (layoutOf(ui).overlay?.rows ?? 0) - 5);

/** Columns for the lines of a box. */
const boxColumns = (ui: Ui): number => Math.max(10, (layoutOf(ui).overlay?.columns ?? 0) - 4);

/** Opens the dialog for a new agent, and has the project's files read again for the next time. */
export const starting = (ui: Ui, context: Context, agent: string | null, isChosen = true): Step =>
  step(openStart(ui, context, agent, isChosen), { type: 'configure' });

/** The dialog for a new agent, on `agent` if that is one of the project's. */
function openStart(ui: Ui, { fleet, setting }: Context, agent: string | null, isChosen: boolean): Ui {
  const agents = (fleet.projects[setting.project]?.agents ?? []).map(({ name }) => name);
  return { ...ui, overlay: { type: 'start', form: startForm(agents, agent, isChosen), problem: '' } };
}

/** Pasted and typed text goes into the text of the overlay; undefined: it has none. */
export function typedInto(overlay: Overlay, text: string): Overlay | undefined {
  const isOneLine = overlay.type !== 'edit';
  const clean = isOneLine ? text.replace(/[\r\n]+/g, ' ') : text.replace(/\r\n?/g, '\n');
  if (overlay.type === 'start') return { ...overlay, form: typedIntoForm(overlay.form, clean), problem: '' };
  return changedField(overlay, (field) => insert(field, clean));
}

/** A key of plain text editing; undefined: it means nothing to this overlay's text. */
export function editedIn(overlay: Overlay, key: string): Overlay | undefined {
  let isMeant = true;
  const changed = changedField(overlay, (field) => {
    const next = editText(field, key);
    isMeant = next !== undefined;
    return next ?? field;
  });
  return isMeant ? changed : undefined;
}

function changedField(overlay: Overlay, change: (field: TextField) => TextField): Overlay | undefined {
  switch (overlay.type) {
    case 'edit':
      return { ...overlay, field: change(overlay.field), problem: '' };
    case 'help':
      return { ...overlay, field: change(overlay.field), top: 0 };
    case 'palette':
      return { ...overlay, field: change(overlay.field), at: 0 };
    case 'reject':
    case 'respond':
    case 'grant':
    case 'snooze':
    case 'filter':
    case 'search':
    case 'reason':
      return { ...overlay, field: change(overlay.field) };
    case 'start': {
      const field = fieldAt(overlay.form);
      if (!isTextField(field)) return undefined;
      return { ...overlay, form: { ...overlay.form, [field]: change(overlay.form[field]) }, problem: '' };
    }
    case 'always':
      return { ...overlay, form: withRuleText(overlay.form, change(overlay.form.rule)) };
    case 'look':
    case 'confirm':
    case 'batch':
    case 'grants':
    case 'alarms':
      return undefined;
    default:
      return overlay satisfies never;
  }
}

/** An action of an overlay's own context. */
export function inOverlay(ui: Ui, context: Context, overlay: Overlay, action: string): Step | undefined {
  switch (overlay.type) {
    case 'edit':
      if (action === 'edit-approve') return approveEdit(ui, context, overlay);
      return action === 'edit-cancel' ? closeForm(ui, context, overlay) : undefined;
    case 'reject':
      if (action === 'reject-send') return reject(ui, context, overlay);
      return action === 'reject-cancel' ? closeForm(ui, context, overlay) : undefined;
    case 'respond':
      if (action === 'respond-send') return respond(ui, context, overlay);
      return action === 'respond-cancel' ? closeForm(ui, context, overlay) : undefined;
    case 'grant':
      if (action === 'grant-send') return grant(ui, context, overlay);
      return action === 'grant-cancel' ? closeForm(ui, context, overlay) : undefined;
    case 'snooze':
      if (action === 'snooze-send') return snooze(ui, context, overlay);
      return action === 'snooze-cancel' ? closeForm(ui, context, overlay) : undefined;
    case 'reason':
      return inReason(ui, context, overlay, action);
    case 'always':
      return inAlways(ui, context, overlay, action);
    case 'batch':
      return inBatch(ui, context, overlay, action);
    case 'grants':
      return inGrants(ui, context, overlay, action);
    case 'start':
      return inStart(ui, context, overlay, action);
    case 'confirm':
      return inConfirm(ui, context, overlay, action);
    case 'help':
      return inHelp(ui, context, overlay, action);
    case 'palette':
      return inPalette(ui, context, overlay, action);
    case 'filter':
      if (action === 'filter-drop') return step(withCursor({ ...ui, overlay: null, filter: '' }, context));
      return action === 'filter-keep' ? step({ ...ui, overlay: null, region: 'list' }) : undefined;
    case 'search':
      if (action === 'search-go') return search(ui, overlay.field.text);
      return action === 'search-drop' ? step({ ...ui, overlay: null }) : undefined;
    case 'alarms':
      return inAlarms(ui, context, overlay, action);
    case 'look':
      return undefined;
    default:
      return overlay satisfies never;
  }
}

function inStart(
  ui: Ui,
  context: Context,
  overlay: Overlay & { type: 'start' },
  action: string,
): Step | undefined {
  const { form } = overlay;
  const count = startFields(form).length;
  const changed = (change: Partial<StartForm>): Step =>
    step({ ...ui, overlay: { type: 'start', form: { ...form, ...change }, problem: '' } });
  switch (action) {
    case 'field-next':
      return changed({ field: (form.field + 1) % count });
    case 'field-previous':
      return changed({ field: (form.field - 1 + count) % count });
    case 'choice-next':
    case 'choice-previous': {
      const by = action === 'choice-next' ? 1 : -1;
      const choices = form.agents.length + 1;
      const field = fieldAt(form);
      if (field === 'agent') return changed({ agent: (form.agent + by + choices) % choices });
      if (field !== 'worktree') return undefined;
      const at = WORKTREE_CHOICES.indexOf(form.worktree);
      return changed({ worktree: WORKTREE_CHOICES[(at + by + 3) % 3]! });
    }
    case 'start-go': {
      if (!isOwnCommand(form)) {
        const agent = form.agents[form.agent]!;
        const { worktree } = form;
        return step(noted({ ...ui, overlay: null }, context.now, `Starting ${agent} …`), {
          type: 'start',
          agent,
          command: [],
          task: form.task.text.trim(),
          worktree,
        });
      }
      const command = splitCommand(form.command.text);
      if (typeof command === 'string')
        return step({ ...ui, overlay: { ...overlay, form: onField(form, 'command'), problem: command } });
      return step(noted({ ...ui, overlay: null }, context.now, `Starting ${command[0]!} …`), {
        type: 'start',
        agent: null,
        command,
        task: form.task.text.trim(),
        worktree: form.worktree,
      });
    }
    case 'start-cancel':
      return step({ ...ui, overlay: null });
    default:
      return undefined;
  }
}

const WORKTREE_CHOICES: readonly (boolean | null)[] = [null, true, false];

/** A command line as words, with single and double quotes and backslashes; a sentence when it is none. */
export function splitCommand(line: string): readonly string[] | string {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (quote !== null) {
      if (character === quote) quote = null;
      else if (character === '\\' && quote === '"' && at + 1 < line.length) word += line[++at]!;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '\\' && at + 1 < line.length) word = (word ?? '') + line[++at]!;
    else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + character;
  }
  if (quote !== null) return `The command has an open ${quote}.`;
  if (word !== null) words.push(word);
  return words.length === 0 ? 'Type the command to run.' : words;
}

function inConfirm(ui: Ui, context: Context, overlay: Overlay & { type: 'confirm' }, action: string): Step {
  const closed: Ui = { ...ui, overlay: null };
  const run = context.fleet.runs[overlay.run];
  if (action !== 'confirm-yes' || !run) return step(noted(closed, context.now, 'Nothing was done.'));
  const name = run.agent || run.id;
  if (overlay.what === 'restart')
    return step(noted(closed, context.now, `Restarting ${name} …`), { type: 'restart', run: run.id });
  return step(noted(closed, context.now, `Stopping ${name} …`), {
    type: 'ask',
    ask: { type: 'stop', run: run.id, reason: 'stopped in the control room' },
  });
}

function inHelp(
  ui: Ui,
  { setting }: Context,
  overlay: Overlay & { type: 'help' },
  action: string,
): Step | undefined {
  const rows = boxRows(ui) - 1;
  const last = Math.max(
    0,
    helpLines(setting, overlay.field.text, boxColumns(ui), pageContexts(ui)).length - rows,
  );
  const by = { 'help-up': -1, 'help-down': 1, 'help-page-up': -rows, 'help-page-down': rows }[action];
  if (by !== undefined)
    return step({ ...ui, overlay: { ...overlay, top: Math.max(0, Math.min(last, overlay.top + by)) } });
  return action === 'help-back' ? step({ ...ui, overlay: null }) : undefined;
}

function inPalette(
  ui: Ui,
  context: Context,
  overlay: Overlay & { type: 'palette' },
  action: string,
): Step | undefined {
  const count = paletteEntries(context, overlay.field.text).length;
  const at = Math.min(overlay.at, Math.max(0, count - 1));
  switch (action) {
    case 'palette-up':
      return step({ ...ui, overlay: { ...overlay, at: Math.max(0, at - 1) } });
    case 'palette-down':
      return step({ ...ui, overlay: { ...overlay, at: Math.min(Math.max(0, count - 1), at + 1) } });
    case 'palette-back':
      return step({ ...ui, overlay: null });
    default:
      return undefined;
  }
}

function inAlarms(
  ui: Ui,
  context: Context,
  overlay: Overlay & { type: 'alarms' },
  action: string,
): Step | undefined {
  const by = { 'alarms-up': -1, 'alarms-down': 1 }[action];
  const last = Math.max(0, alarmLines(ui, context, boxColumns(ui)).length - boxRows(ui) + 1);
  if (by !== undefined)
    return step({
      ...ui,
      overlay: { ...overlay, top: Math.max(0, Math.min(last, overlay.top + by)) },
    });
  return action === 'alarms-back' ? step({ ...ui, overlay: null }) : undefined;
}
