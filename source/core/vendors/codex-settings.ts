/**
 * What Codex is started with so that every tool call passes the gate. All of it goes on the command line:
 * settings there win over those of the person and of the project, and touch no file.
 */
import type { AgentDefinition } from '../agent.ts';
import { isContained } from '../containment/is-contained.ts';
import { decidingCommand, reportingCommand } from './gate-command.ts';
import { isRecord, textAt } from './hook-json.ts';
import type { ProgramQuestion } from './vendor.ts';

/**
 * Seconds a deciding hook may take: thirty days. What Codex's hooks do not answer in time runs, so the gate
 * must have given up long before (source/gate/main.ts: a week).
 */
const DECIDING_TIMEOUT_SECONDS = 2_592_000;
/** A hook that only reports waits for nobody; the agent must not hang on it. */
const REPORTING_TIMEOUT_SECONDS = 30;
/** Codex waits no longer for what it runs while it leaves. */
const LEAVING_TIMEOUT_SECONDS = 3;

/** Event, and what the trust in its hook is filed under. */
const DECIDING_EVENTS = { PreToolUse: 'pre_tool_use', PermissionRequest: 'permission_request' };
const REPORTING_EVENTS = {
  PostToolUse: 'post_tool_use',
  SessionStart: 'session_start',
  UserPromptSubmit: 'user_prompt_submit',
  SubagentStart: 'subagent_start',
  SubagentStop: 'subagent_stop',
  Stop: 'stop',
};
const LEAVING_EVENTS = { SessionEnd: 'session_end', Interrupt: 'interrupt' };

const hook = (event: string, command: string, seconds: number, more = ''): string =>
  `hooks.${event}=[{hooks=[{type="command",command=${toml(command)},timeout=${seconds}${more}}]}]`;

/** Trust in a hook is trust in these very words, so nothing in them changes from run to run. */
const HOOKS: readonly string[] = [
  ...Object.keys(DECIDING_EVENTS).map((event) =>
    hook(
      event,
      decidingCommand('codex'),
      DECIDING_TIMEOUT_SECONDS,
      ',statusMessage="fleet: waiting for approval"',
    ),
  ),
  ...Object.keys(REPORTING_EVENTS).map((event) =>
    hook(event, reportingCommand('codex'), REPORTING_TIMEOUT_SECONDS),
  ),
  ...Object.keys(LEAVING_EVENTS).map((event) =>
    hook(event, reportingCommand('codex'), LEAVING_TIMEOUT_SECONDS),
  ),
];

/** Switches beat settings wherever both name a feature. */
const FEATURES = [
  '--enable=hooks',
  // What is typed into a terminal that a command opened fires no hook.
  '--disable=unified_exec_tty',
  // Made by the provider on its own machines, past every hook.
  '--disable=image_generation',
];

const PINNED: readonly string[] = [
  // Searches on the provider's machines, past every hook.
  'web_search="disabled"',
  // Not a model in place of the person.
  'approvals_reviewer="user"',
];

/** The start of the command line, the same for asking about hooks and for running. */
export const codexFlags = (more: readonly string[] = []): string[] => [
  ...FEATURES,
  ...[...PINNED, ...HOOKS, ...more].flatMap((setting) => ['-c', setting]),
];

/**
 * Below the gate a wall of Codex's own: what no tier lets write is not written even if the gate were gone.
 * Inside our sandbox it cannot build one, and needs none.
 */
export function sandboxOf(agent: AgentDefinition): string {
  if (isContained(agent)) return 'danger-full-access';
  return agent.tier === 'restricted' || agent.tier === 'read_only' ? 'read-only' : 'workspace-write';
}

/** A JSON text is a TOML text, save for one character. */
export function toml(text: string): string {
  return JSON.stringify(text).replaceAll('\u007F', String.raw`\u007F`);
}

const LIST_ID = 2;

/** Asks which hooks there are here and by which hash each is known: one that is not trusted is skipped. */
export const hooksQuestion = (): ProgramQuestion => ({
  stdin: [
    { id: 1, method: 'initialize', params: { clientInfo: { name: 'fleet', version: '1' } } },
    { method: 'initialized' },
    { id: LIST_ID, method: 'hooks/list', params: {} },
  ]
    .map((message) => `${JSON.stringify(message)}\n`)
    .join(''),
  isWhole: (stdout) => listed(stdout) !== undefined,
});

/**
 * Trust in our hooks, and no other hook on the questions they decide: it could rewrite what was approved, and
 * the last to finish wins. A text says why Codex cannot be gated here.
 */
export function trustIn(
  stdout: string,
):
  | { readonly type: 'trust'; readonly setting: string }
  | { readonly type: 'refused'; readonly reason: string } {
  const hooks = listed(stdout);
  if (!hooks)
    return refused(
      `codex did not say which hooks it knows, but: ${JSON.stringify(stdout.slice(-300))}; see whether "codex app-server" starts`,
    );
  const states: string[] = [];
  const ours = new Set(
    Object.values({ ...DECIDING_EVENTS, ...REPORTING_EVENTS, ...LEAVING_EVENTS }).map(keyOf),
  );
  const decided = Object.values(DECIDING_EVENTS);
  for (const known of hooks) {
    const key = textAt(known, 'key');
    if (ours.delete(key)) {
      const hash = textAt(known, 'currentHash');
      if (!/^sha256:[0-9a-f]{64}$/.test(hash)) return refused(`codex knows the hook ${key} by no hash`);
      states.push(`${toml(key)}={enabled=true,trusted_hash=${toml(hash)}}`);
    } else if (known['isManaged'] !== true && decided.some((event) => key.includes(`:${event}:`))) {
      states.push(`${toml(key)}={enabled=false}`);
    }
  }
  const [missing] = ours;
  if (missing !== undefined)
    return refused(
      `codex leaves the hook ${missing} out, so its calls would not pass the gate; its administrator may allow managed hooks only (/etc/codex/requirements.toml)`,
    );
  return { type: 'trust', setting: `hooks.state={${states.join(',')}}` };
}

const keyOf = (event: string): string => `/<session-flags>/config.toml:${event}:0:0`;

const refused = (reason: string) => ({ type: 'refused', reason }) as const;

/** The hooks of the one folder asked about; undefined as long as the answer is not there. */
function listed(stdout: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  for (const line of stdout.split('\n')) {
    const message = parsed(line);
    if (!isRecord(message) || message['id'] !== LIST_ID) continue;
    const result = message['result'];
    const data = isRecord(result) && Array.isArray(result['data']) ? (result['data'] as unknown[]) : [];
    return data.flatMap((entry) =>
      isRecord(entry) && Array.isArray(entry['hooks']) ? (entry['hooks'] as unknown[]).filter(isRecord) : [],
    );
  }
  return undefined;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
