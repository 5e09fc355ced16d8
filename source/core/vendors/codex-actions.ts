/**
 * What the tools of Codex do, in the words that rules and tiers know. A field that is not named here may mean
 * anything, so a call that has one is not understood, and asks.
 */
import type { ToolCall } from '../approvals/envelope.ts';
import type { Action } from '../policy/action.ts';
import { hasUnseen } from '../visible-text.ts';
import { OUTSIDE_SANDBOX } from './codex-hooks.ts';
import { filesOfPatch } from './codex-patch.ts';
import { textAt } from './hook-json.ts';

type Input = ToolCall['input'];

/** Newer models keep tools in groups, and their hooks name both without anything between. */
const GROUP = /^(?:multi_agent_v1|collaboration|functions|clock)(?=[a-z])/;

/** To-do lists, goals, the clock, looking for tools, and what is said to sub-agents, whose own calls pass the gate. */
const NOTES = new Set([
  'update_plan',
  'get_goal',
  'create_goal',
  'update_goal',
  'tool_search',
  'curr_time',
  'sleep',
  'wait',
  'wait_agent',
  'list_agents',
  'close_agent',
  'interrupt_agent',
]);

const TO_SUBAGENT = new Set(['send_input', 'send_message', 'followup_task', 'resume_agent']);

const SPAWN_FIELDS = new Set([
  'message',
  'items',
  'task_name',
  'agent_type',
  'fork_context',
  'fork_turns',
  'model',
  'reasoning_effort',
]);

export function codexAction({ tool, input }: Pick<ToolCall, 'tool' | 'input'>): Action {
  const unknown = (detail: string): Action => ({ type: 'unknown', tool, detail });
  if (tool.startsWith('mcp__')) return { type: 'mcp', tool };
  const name = tool.replace(GROUP, '');
  switch (name) {
    case 'Bash':
      return (
        other(input, ['command'], unknown) ??
        needed(input, 'command', unknown, (command) => ({ type: 'shell', command }))
      );
    case OUTSIDE_SANDBOX:
      return unknown(
        'it wants to run outside the sandbox of Codex, where nothing but this question stops it',
      );
    case 'apply_patch':
      return (
        other(input, ['command'], unknown) ??
        needed(input, 'command', unknown, (patch) => patchAction(patch, unknown))
      );
    case 'view_image':
      return (
        other(input, ['path', 'detail'], unknown) ??
        needed(input, 'path', unknown, (path) =>
          hasUnseen(path)
            ? unknown('its path holds invisible or control characters')
            : { type: 'read', paths: [path] },
        )
      );
    case 'spawn_agent':
      return (
        other(input, SPAWN_FIELDS, unknown) ?? {
          type: 'subagent',
          kind: textAt(input, 'agent_type') || 'default',
          tier: null,
        }
      );
    case 'web_search':
      return needed(input, 'query', unknown, (query) => ({ type: 'web-search', query }));
    case 'request_user_input':
    case 'request_user_input_async':
      return unknown('a question for you to answer in its pane');
    default:
      if (NOTES.has(name)) return { type: 'note', tool };
      if (TO_SUBAGENT.has(name)) return { type: 'agents', name };
      return unknown('a tool that fleet does not know');
  }
}

function patchAction(patch: string, unknown: (detail: string) => Action): Action {
  const files = filesOfPatch(patch);
  if (files.type === 'unreadable') return unknown(files.reason);
  if (files.paths.some(hasUnseen)) return unknown('a path holds invisible or control characters');
  return { type: files.change, paths: files.paths };
}

function needed(
  input: Input,
  field: string,
  unknown: (detail: string) => Action,
  act: (text: string) => Action,
): Action {
  const text = textAt(input, field);
  return text === '' ? unknown(`without a ${field}`) : act(text);
}

/** An action that asks when there is a field nobody here knows. */
function other(
  input: Input,
  known: Iterable<string>,
  unknown: (detail: string) => Action,
): Action | undefined {
  const names = new Set(known);
  const strange = Object.keys(input).find((field) => !names.has(field));
  return strange === undefined ? undefined : unknown(`with the unknown field ${strange}`);
}
