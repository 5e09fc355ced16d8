/**
 * The hook dialect of Gemini CLI. Its hooks name no call: what ran is known again by what was allowed
 * (core/ran-call.ts), and each question by the gate's own name for it.
 */
import { isRecord, resultHashOf, say, textAt } from './hook-json.ts';
import type { HookAnswer, HookEvent, HookVerdict } from './vendor.ts';

export function parseGeminiHook(payload: unknown, ask = ''): HookEvent {
  if (!isRecord(payload)) return garbage('the hook sent no JSON object');
  const name = textAt(payload, 'hook_event_name');
  const vendorSession = textAt(payload, 'session_id');
  if (name === '') return garbage('the hook did not say which event it reports');
  if (vendorSession === '') return garbage(`${name} came without a session_id`);
  switch (name) {
    case 'BeforeTool':
    case 'AfterTool':
      return parseToolHook(payload, name, { vendorSession, ask });
    case 'BeforeAgent':
      return { type: 'turn-started', vendorSession };
    case 'AfterAgent':
      return { type: 'turn-ended', vendorSession, outcome: 'done' };
    case 'SessionStart':
      return { type: 'session-began', vendorSession, source: textAt(payload, 'source') };
    case 'SessionEnd':
      return { type: 'session-ended', vendorSession, reason: textAt(payload, 'reason') };
    case 'Notification':
      return { type: 'notice', vendorSession, message: textAt(payload, 'message') };
    default:
      return garbage(`${name} is no event that fleet asked for`);
  }
}

export function answerGeminiHook(hook: HookEvent, verdict: HookVerdict): HookAnswer {
  switch (hook.type) {
    case 'tool-asked':
      return verdict.type === 'allow'
        ? say({
            decision: 'allow',
            // Always the whole of it: whatever another hook made of the call, this is what runs.
            hookSpecificOutput: { hookEventName: 'BeforeTool', tool_input: verdict.input },
          })
        : no(verdict, 'fleet: not allowed');
    case 'garbage':
      return no(verdict, `fleet: ${hook.reason}`);
    case 'permission-asked':
      return no(verdict, 'fleet: not allowed');
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

function no(verdict: HookVerdict, otherwise: string): HookAnswer {
  const reason = verdict.type === 'deny' && verdict.message.trim() !== '' ? verdict.message : otherwise;
  // Were anything printed before it, exit code 2 would still make a no of the text; 0 would make it a yes.
  return { ...say({ decision: 'deny', reason }), stderr: reason, exitCode: 2 };
}

function parseToolHook(
  payload: Readonly<Record<string, unknown>>,
  name: 'BeforeTool' | 'AfterTool',
  { vendorSession, ask }: { readonly vendorSession: string; readonly ask: string },
): HookEvent {
  const given = textAt(payload, 'tool_name');
  const input = payload['tool_input'];
  if (given === '') return garbage(`${name} came without a tool_name`);
  if (!isRecord(input)) return garbage(`${name} of ${given} came without a tool_input`);
  const tool = mcpName(payload['mcp_context']) ?? given;
  const response = payload['tool_response'];
  if (name === 'AfterTool')
    return {
      type: 'tool-finished',
      call: { id: '', tool, input, subagent: null },
      outcome: isRecord(response) && isRecord(response['error']) ? 'failed' : 'succeeded',
      executedInput: input,
      ...resultHashOf(response),
      vendorSession,
    };
  if (ask === '') return garbage(`${name} of ${given} came without a name of its own`);
  const cwd = textAt(payload, 'cwd');
  return {
    type: 'tool-asked',
    call: { id: ask, tool, input, subagent: null },
    cwd: tool === 'run_shell_command' ? folderOf(cwd, textAt(input, 'dir_path')) : cwd,
    vendorSession,
    mode: '',
  };
}

/** Where a command runs; the hook names the session's folder whatever the call says. */
function folderOf(cwd: string, folder: string): string {
  if (folder === '') return cwd;
  return folder.startsWith('/') ? folder : `${cwd}/${folder}`;
}

function mcpName(context: unknown): string | undefined {
  if (!isRecord(context)) return undefined;
  const server = textAt(context, 'server_name');
  const tool = textAt(context, 'tool_name');
  return server === '' || tool === '' ? undefined : `mcp__${server}__${tool}`;
}

const garbage = (reason: string): HookEvent => ({ type: 'garbage', reason });
