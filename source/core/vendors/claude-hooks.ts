/** The hook dialect of Claude Code: its JSON in, our events out, and our verdicts back in its JSON. */
import { canonicalJson } from '../canonical-json.ts';
import { deny, isRecord, resultHashOf, say, textAt } from './hook-json.ts';
import type { HookAnswer, HookEvent, HookVerdict } from './vendor.ts';

export function parseClaudeHook(payload: unknown): HookEvent {
  if (!isRecord(payload)) return garbage('the hook sent no JSON object');
  const name = textAt(payload, 'hook_event_name');
  const vendorSession = textAt(payload, 'session_id');
  if (name === '') return garbage('the hook did not say which event it reports');
  if (vendorSession === '') return garbage(`${name} came without a session_id`);
  switch (name) {
    case 'PreToolUse':
    case 'PermissionRequest':
    case 'PostToolUse':
    case 'PostToolUseFailure':
      return parseToolHook(payload, name, vendorSession);
    case 'UserPromptSubmit':
      return { type: 'turn-started', vendorSession };
    case 'Stop':
      return { type: 'turn-ended', vendorSession, outcome: 'done' };
    case 'StopFailure':
      return { type: 'turn-ended', vendorSession, outcome: 'failed' };
    case 'SessionStart':
      return { type: 'session-began', vendorSession, source: textAt(payload, 'source') };
    case 'SessionEnd':
      return { type: 'session-ended', vendorSession, reason: textAt(payload, 'reason') };
    case 'SubagentStart':
    case 'SubagentStop':
      return {
        type: name === 'SubagentStart' ? 'subagent-began' : 'subagent-ended',
        vendorSession,
        subagent: textAt(payload, 'agent_id'),
        kind: textAt(payload, 'agent_type'),
      };
    case 'ConfigChange':
      return {
        type: 'settings-changed',
        vendorSession,
        source: textAt(payload, 'source'),
        path: textAt(payload, 'file_path'),
      };
    case 'Notification':
      return { type: 'notice', vendorSession, message: textAt(payload, 'message') };
    default:
      return garbage(`${name} is no event that fleet asked for`);
  }
}

export function answerClaudeHook(hook: HookEvent, verdict: HookVerdict): HookAnswer {
  const reason =
    verdict.type === 'deny' && verdict.message.trim() !== '' ? verdict.message : 'fleet: not allowed';
  switch (hook.type) {
    case 'tool-asked':
      return say({
        hookSpecificOutput: {
          hookEventName: 'PreToolUse',
          ...(verdict.type === 'allow'
            ? {
                permissionDecision: isForPane(hook.call.tool, verdict.input) ? 'ask' : 'allow',
                updatedInput: verdict.input,
              }
            : { permissionDecision: 'deny', permissionDecisionReason: reason }),
        },
      });
    case 'permission-asked':
      // No opinion: the dialog stays open, the person in front of it is the one who is asked.
      if (verdict.type === 'allow' && isForPane(hook.tool, verdict.input)) return say({});
      return say({
        hookSpecificOutput: {
          hookEventName: 'PermissionRequest',
          decision:
            verdict.type === 'allow'
              ? { behavior: 'allow', ...changed(hook.input, verdict.input) }
              : { behavior: 'deny', message: reason },
        },
      });
    case 'settings-changed':
      return verdict.type === 'allow' ? say({}) : say({ decision: 'block', reason });
    case 'garbage':
      return deny(verdict.type === 'deny' ? reason : `fleet: ${hook.reason}`);
    case 'tool-finished':
    case 'turn-started':
    case 'turn-ended':
    case 'session-began':
    case 'session-ended':
    case 'subagent-began':
    case 'subagent-ended':
    case 'notice':
      return say({});
    default:
      return hook satisfies never;
  }
}

type Input = Readonly<Record<string, unknown>>;

/** An `updatedInput` makes the agent look at its rules again, and one that says "ask" opens the dialog after all. */
const changed = (asked: Input, allowed: Input): { readonly updatedInput?: Input } =>
  canonicalJson(asked) === canonicalJson(allowed) ? {} : { updatedInput: allowed };

/**
 * A question to the person. Allowed with answers in its input (written by whoever decided), it is answered;
 * allowed without, it must be asked in the agent's own dialog: a plain yes would tell the model that nobody
 * answered.
 */
const isForPane = (tool: string, input: Input): boolean =>
  tool === QUESTION_TOOL && !isRecord(input['answers']);

const QUESTION_TOOL = 'AskUserQuestion';
/** What its dialog adds to the input before the tool runs. */
const QUESTION_FIELDS = ['answers', 'annotations'];

type ToolHookName = 'PreToolUse' | 'PermissionRequest' | 'PostToolUse' | 'PostToolUseFailure';

function parseToolHook(
  payload: Readonly<Record<string, unknown>>,
  name: ToolHookName,
  vendorSession: string,
): HookEvent {
  const tool = textAt(payload, 'tool_name');
  const input = payload['tool_input'];
  if (tool === '') return garbage(`${name} came without a tool_name`);
  if (!isRecord(input)) return garbage(`${name} of ${tool} came without a tool_input`);
  const subagent = textAt(payload, 'agent_id') || null;
  const cwd = textAt(payload, 'cwd');
  const mode = textAt(payload, 'permission_mode');
  if (name === 'PermissionRequest')
    return { type: 'permission-asked', tool, input, subagent, cwd, vendorSession, mode };
  const id = textAt(payload, 'tool_use_id');
  if (id === '') return garbage(`${name} of ${tool} came without a tool_use_id`);
  const call = { id, tool, input, subagent };
  const kind = subagent === null ? null : textAt(payload, 'agent_type') || null;
  if (name === 'PreToolUse') return { type: 'tool-asked', call, kind, cwd, vendorSession, mode };
  const outcome = name === 'PostToolUse' ? 'succeeded' : 'failed';
  const filledIn = tool === QUESTION_TOOL ? QUESTION_FIELDS : [];
  const result = resultHashOf(payload['tool_response'] ?? payload['error']);
  return { type: 'tool-finished', call, outcome, executedInput: input, filledIn, ...result, vendorSession };
}

const garbage = (reason: string): HookEvent => ({ type: 'garbage', reason });
