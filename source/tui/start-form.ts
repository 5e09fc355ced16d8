/** The dialog for a new agent as data: which fields count, what typing into it does. */
import { insert, textField } from './text-field.ts';
import type { StartForm } from './ui-state.ts';

export const START_FIELDS = ['agent', 'command', 'task', 'worktree'] as const;
export type StartField = (typeof START_FIELDS)[number];

/** On `agent` if that is one of the project's. Where the choice `isMade`, or there is none, its field is passed over. */
export function startForm(agents: readonly string[], agent: string | null, isMade: boolean): StartForm {
  const at = agent === null ? 0 : Math.max(0, agents.indexOf(agent));
  const isChosen = agents.length === 0 || (isMade && agent !== null && agents.includes(agent));
  const [command, task] = [textField(), textField()];
  return { agents, agent: at, command, task, worktree: null, field: isChosen ? 1 : 0 };
}

/** Whether the last choice, a command of one's own, is taken. */
export const isOwnCommand = (form: StartForm): boolean => form.agent >= form.agents.length;

/** Fields that count for the present choice. */
export const startFields = (form: StartForm): readonly StartField[] =>
  START_FIELDS.filter((field) => field !== 'command' || isOwnCommand(form));

export const fieldAt = (form: StartForm): StartField => {
  const fields = startFields(form);
  return fields[Math.min(form.field, fields.length - 1)]!;
};

export const isTextField = (field: StartField): field is 'command' | 'task' =>
  field === 'command' || field === 'task';

/** On that field. */
export const onField = (form: StartForm, field: StartField): StartForm => ({
  ...form,
  field: startFields(form).indexOf(field),
});

/** Typed on a choice, text goes to the field below that takes some: nobody types for nothing. */
export function typedIntoForm(form: StartForm, text: string): StartForm {
  const at = fieldAt(form);
  const field = isTextField(at) ? at : isOwnCommand(form) ? 'command' : 'task';
  return { ...onField(form, field), [field]: insert(form[field], text) };
}
