/**
 * The little the gate must know of hook dialects, so that it fails the right way when nobody answers:
 * which events only report, and how a no looks on stdout. Everything it does not know decides something.
 */
export interface Dialect {
  /** Key under which the payload names its event. */
  readonly eventKey: string;
  /** Events that tell what has happened. Refusing one of these would stop work that is in order. */
  readonly reporting: ReadonlySet<string>;
  /** Part of a report that may be left out when it is too long: what a tool printed. */
  readonly outputKey: string;
  /** What goes to stdout beside the sentence on stderr and exit code 2; undefined: nothing. */
  refusal(event: string, message: string): unknown;
}

export const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  [
    'claude',
    {
      eventKey: 'hook_event_name',
      reporting: new Set([
        'PostToolUse',
        'PostToolUseFailure',
        'SubagentStart',
        'SubagentStop',
        'UserPromptSubmit',
        'Stop',
        'StopFailure',
        'SessionStart',
        'SessionEnd',
        'Notification',
      ]),
      outputKey: 'tool_response',
      refusal: claudeRefusal,
    },
  ],
  [
    'codex',
    {
      eventKey: 'hook_event_name',
      reporting: new Set([
        'PostToolUse',
        'SubagentStart',
        'SubagentStop',
        'UserPromptSubmit',
        'Stop',
        'Interrupt',
        'SessionStart',
        'SessionEnd',
      ]),
      outputKey: 'tool_response',
      // Beside exit code 2 it reads the sentence alone.
      refusal: () => undefined,
    },
  ],
  [
    'gemini',
    {
      eventKey: 'hook_event_name',
      reporting: new Set([
        'AfterTool',
        'BeforeAgent',
        'AfterAgent',
        'SessionStart',
        'SessionEnd',
        'Notification',
      ]),
      outputKey: 'tool_response',
      refusal: (_event, message) => ({ decision: 'deny', reason: message }),
    },
  ],
  [
    'fleet',
    {
      eventKey: 'event',
      reporting: new Set([
        'tool-finished',
        'session-began',
        'session-ended',
        'turn-started',
        'turn-ended',
        'notice',
      ]),
      outputKey: 'output',
      refusal: (_event, message) => ({ verdict: 'deny', message }),
    },
  ],
]);

function claudeRefusal(event: string, message: string): unknown {
  if (event === 'PreToolUse')
    return {
      hookSpecificOutput: {
        hookEventName: event,
        permissionDecision: 'deny',
        permissionDecisionReason: message,
      },
    };
  if (event === 'PermissionRequest')
    return { hookSpecificOutput: { hookEventName: event, decision: { behavior: 'deny', message } } };
  return { decision: 'block', reason: message };
}
