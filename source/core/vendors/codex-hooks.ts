/**
 * The hook dialect of Codex: the shape of Claude Code's JSON, and other words for yes and no. Whatever is
 * neither exit code 0 nor exit code 2 with a sentence lets the call run.
 */
import { canonicalJson } from '../canonical-json.ts';
import { deny, isRecord, resultHashOf, say, textAt } from './hook-json.ts';
import type { HookAnswer, HookEvent, HookVerdict } from './vendor.ts';

/**
 * A command that wants out of Codex's own sandbox. The call itself has passed the gate by then; that it runs
 * without the wall below the gate is a question of its own.
 */
export const OUTSIDE_SANDBOX = 'BashOutsideSandbox';

export function parseCodexHook(payload: unknown, ask = ''): HookEvent {
  if (!isRecord(payload)) return garbage('the hook sent no JSON object');
  const name = textAt(payload, 'hook_event_name');
  const vendorSession = textAt(payload, 'session_id');
  if (name === '') return garbage('the hook did not say which event it reports');
  if (vendorSession === '') return garbage(`${name} came without a session_id`);
  const subagent = textAt(payload, 'agent_id');
  switch (name) {
    case 'PreToolUse':
    case 'PermissionRequest':
    case 'PostToolUse':
      return parseToolHook(payload, name, { vendorSession, ask });
    case 'UserPromptSubmit':
      // What an agent tells its sub-agent is no turn of the session.
      return subagent === ''
        ? { type: 'turn-started', vendorSession }
        : { type: 'notice', vendorSession, message: '' };
    case 'Stop':
    case 'Interrupt':
      return { type: 'turn-ended', vendorSession, outcome: 'done' };
    case 'SessionStart':
      return { type: 'session-began', vendorSession, source: textAt(payload, 'source') };
    case 'SessionEnd':
      return { type: 'session-ended', vendorSession, reason: textAt(payload, 'reason') };
    case 'SubagentStart':
    case 'SubagentStop':
      return {
        type: name === 'SubagentStart' ? 'subagent-began' : 'subagent-ended',
        vendorSession,
        subagent,
        kind: textAt(payload, 'agent_type'),
      };
    default:
      return garbage(`${name} is no event that fleet asked for`);
  }
}

export function answerCodexHook(hook: HookEvent, verdict: HookVerdict): HookAnswer {
  const no = deny(
    verdict.type === 'deny' && verdict.message.trim() !== '' ? verdict.message : 'fleet: not allowed',
  );
  switch (hook.type) {
    case 'tool-asked': {
      if (verdict.type !== 'allow') return no;
      const isEdited = canonicalJson(hook.call.input) !== canonicalJson(verdict.input);
      if (hook.call.tool === OUTSIDE_SANDBOX)
        return isEdited
          ? deny('fleet: a command outside the sandbox can be approved or rejected, not edited')
          : permitted;
      // No opinion is the only yes that Codex takes without a change.
      if (!isEdited) return say({});
      return say({
        hookSpecificOutput: {
          hookEventName: 'PreToolUse',
          permissionDecision: 'allow',
          updatedInput: verdict.input,
        },
      });
    }
    case 'permission-asked':
      return verdict.type === 'allow' ? permitted : no;
    case 'garbage':
      return deny(verdict.type === 'deny' ? verdict.message : `fleet: ${hook.reason}`);
    case 'tool-finished':
    case 'turn-started':
    case 'turn-ended':
    case 'session-began':
    case 'session-ended':
    case 'subagent-began':
    case 'subagent-ended':
    case 'settings-changed':
    case 'notice':
      return say({});
    default:
      return hook satisfies never;
  }
}

const permitted = say({
  hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'allow' } },
});

function parseToolHook(
  payload: Readonly<Record<string, unknown>>,
  name: 'PreToolUse' | 'PermissionRequest' | 'PostToolUse',
  { vendorSession, ask }: { readonly vendorSession: string; readonly ask: string },
): HookEvent {
  const tool = textAt(payload, 'tool_name');
  const input = payload['tool_input'];
  if (tool === '') return garbage(`${name} came without a tool_name`);
  if (!isRecord(input)) return garbage(`${name} of ${tool} came without a tool_input`);
  const subagent = textAt(payload, 'agent_id') || null;
  const kind = subagent === null ? null : textAt(payload, 'agent_type') || null;
  // Of a command it is the folder it will run in, not the session's.
  const cwd = textAt(payload, 'cwd');
  const mode = textAt(payload, 'permission_mode');
  if (name === 'PermissionRequest') {
    // A patch may be asked about a second time, and names its files both times.
    if (tool !== 'Bash') return { type: 'permission-asked', tool, input, subagent, cwd, vendorSession, mode };
    if (ask === '') return garbage(`${name} of ${tool} came without a name of its own`);
    const call = { id: `outside-${ask}`, tool: OUTSIDE_SANDBOX, input, subagent };
    return { type: 'tool-asked', call, kind, cwd, vendorSession, mode };
  }
  const id = textAt(payload, 'tool_use_id');
  if (id === '') return garbage(`${name} of ${tool} came without a tool_use_id`);
  const call = { id, tool, input, subagent };
  if (name === 'PreToolUse') return { type: 'tool-asked', call, kind, cwd, vendorSession, mode };
  const outcome = FAILED_PATCH.test(textAt(payload, 'tool_response')) ? 'failed' : 'succeeded';
  const result = resultHashOf(payload['tool_response']);
  return { type: 'tool-finished', call, outcome, executedInput: input, ...result, vendorSession };
}

/** What a patch prints when it could not be applied. Commands print what they print; that they ran is all it says. */
const FAILED_PATCH = /^Exit code: [1-9]/;

const garbage = (reason: string): HookEvent => ({ type: 'garbage', reason });
