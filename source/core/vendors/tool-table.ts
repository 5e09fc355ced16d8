/** What a vendor's tools do, as a table, and the one way to read it: what is not in it is not understood. */
import type { ToolCall } from '../approvals/envelope.ts';
import type { Action } from '../policy/action.ts';
import { hasUnseen } from '../visible-text.ts';

type Input = ToolCall['input'];

export type ToolTable = Readonly<
  Record<
    string,
    {
      /** Fields that must be there, as text. */
      readonly needs?: readonly string[];
      /** Fields that may be there. */
      readonly takes?: readonly string[];
      /** Fields that may be there and hold any character: what is written into a file, a command. */
      readonly contents?: readonly string[];
      /** An action, or in words why nobody here can say what the call would do. */
      readonly act: (input: Input, tool: string) => Action | string;
    }
  >
>;

export function actionBy(
  tools: ToolTable,
  { tool, input }: Pick<ToolCall, 'tool' | 'input'>,
  anywhere: readonly string[] = [],
): Action {
  const unknown = (detail: string): Action => ({ type: 'unknown', tool, detail });
  if (tool.startsWith('mcp__')) return { type: 'mcp', tool };
  const known = Object.hasOwn(tools, tool) ? tools[tool] : undefined;
  if (!known) return unknown('a tool that fleet does not know');
  const { needs = [], takes = [], contents = [], act } = known;
  for (const field of needs)
    if (typeof input[field] !== 'string' || input[field] === '') return unknown(`without a ${field}`);
  for (const [field, value] of Object.entries(input)) {
    if (contents.includes(field)) continue;
    if (![...needs, ...takes, ...anywhere].includes(field)) return unknown(`with the unknown field ${field}`);
    if (typeof value === 'string' && hasUnseen(value))
      return unknown(`${field} holds invisible or control characters`);
    if (PATH_FIELD.test(field) && typeof value !== 'string') return unknown(`${field} is not a text`);
  }
  const action = act(input, tool);
  return typeof action === 'string' ? unknown(action) : action;
}

/** A path that is no text would be judged as if it were not there. */
const PATH_FIELD = /path|pattern|^(?:include|glob)$/i;
