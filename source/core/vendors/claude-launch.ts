/**
 * Starting Claude Code so that every tool call passes the gate, and refusing to start it where a flag or
 * an inherited variable would take the gate away.
 */
import { CANARY_DEAD, claudeCanary, isCanaryAlive } from './claude-canary.ts';
import { nestedNames, withLoopbackUnproxied } from './environment.ts';
import { gateEnvironment } from './gate-environment.ts';
import type { GateCommand, Launch, LaunchRequest } from './vendor.ts';

/**
 * Seconds a deciding hook may wait for a person: a week, longer than an approval ever stays open.
 * The gate gives up a little earlier by itself (source/gate/main.ts), so that its words arrive.
 */
const DECIDING_TIMEOUT_SECONDS = 604_800;
/** A hook that only reports waits for nobody; the agent must not hang on it. */
const REPORTING_TIMEOUT_SECONDS = 30;

/** Without an answer to these the agent must not go on. */
const DECIDING_EVENTS = ['PreToolUse', 'PermissionRequest', 'ConfigChange'];
const REPORTING_EVENTS = [
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
];

/** Flags a person may have put into `command`, and why the agent would then not be gated, or not be ours. */
const REFUSED_FLAGS: Readonly<Record<string, string>> = {
  '--bare': 'it skips hooks, and with them the gate',
  '--safe-mode': 'it switches hooks off, and with them the gate',
  '--dangerously-skip-permissions': 'it opens what no rule allows',
  '--allow-dangerously-skip-permissions': 'it lets the session open what no rule allows',
  '--settings': 'fleet passes its own; put yours into ~/.claude/settings.json',
  '--managed-settings': 'it can restrict hooks to managed ones',
  '--setting-sources':
    "fleet reads the user's settings only: a project's own hooks could rewrite approved input",
  '--permission-mode': 'fleet sets "manual"; what needs no question is for rules to say',
  '--permission-prompt-tool': 'questions go to the approval queue',
  '--bg': 'the session would leave its terminal',
  '--background': 'the session would leave its terminal',
  '--desktop': 'the session would leave its terminal',
  '--sdk-url': 'the session would be driven from elsewhere, past the gate',
  '--init-only': 'it runs hooks and leaves',
  '--cloud': 'the session would run on another machine, past the gate',
  '--teleport': 'the session would come from another machine, past the gate',
  '--environment': 'the session would run on another machine, past the gate',
  '--worktree': 'fleet gives each run a worktree of its own',
  '-w': 'fleet gives each run a worktree of its own',
  '--tmux': 'the session would leave its terminal',
  '--': 'the task is added by fleet',
};

/**
 * Of a thousand CLAUDE_* variables only these pass: who pays, which provider, how the screen behaves.
 * The others mark a session that would nest, or switch protections (CLAUDE_CODE_SIMPLE,
 * CLAUDE_CODE_SAFE_MODE, CLAUDE_CODE_PERSONAL_HOOKS_OFF and whatever next year brings).
 */
const KEPT_CLAUDE_NAME =
  /^CLAUDE_(?:CONFIG_DIR|CODE_(?:USE_(?:BEDROCK|VERTEX|FOUNDRY|MANTLE|ANTHROPIC_AWS|ANTHROPIC_GOOGLE_CLOUD)|SKIP_(?:BEDROCK|VERTEX|FOUNDRY|MANTLE|ANTHROPIC_AWS|ANTHROPIC_GOOGLE_CLOUD)_AUTH|OAUTH_TOKEN|API_KEY_HELPER_TTL_MS|CLIENT_(?:CERT|KEY|KEY_PASSPHRASE)|MAX_OUTPUT_TOKENS|SUBAGENT_MODEL|EFFORT_LEVEL|DISABLE_(?:NONESSENTIAL_TRAFFIC|TERMINAL_TITLE|MOUSE|ALTERNATE_SCREEN)|TMPDIR|SHELL))$/;

/** These are read by whatever Node starts, the gate included: a preloaded module could answer in its place. */
const NODE_NAMES = ['NODE_OPTIONS', 'NODE_PATH'];

export function launchClaude(request: LaunchRequest): Launch {
  const { agent, task, isInteractive, gate } = request;
  const [program = 'claude', ...args] = agent.command;
  const refusal = refusedFlag(args, agent.instructions !== '');
  if (refusal) return { type: 'refused', reason: `agent ${agent.name}: ${refusal}` };
  const env = { ...withLoopbackUnproxied(request.environment), ...gateEnvironment(request) };
  const start = {
    env,
    unsetEnv: [
      ...nestedNames(request.environment),
      ...Object.keys(request.environment).filter(
        (name) => (name.startsWith('CLAUDE') && !KEPT_CLAUDE_NAME.test(name)) || NODE_NAMES.includes(name),
      ),
    ].filter((name) => !(name in env)),
  };
  if (request.answer === undefined)
    return { type: 'ask-first', ...claudeCanary(program, request.folder), ...start };
  if (!isCanaryAlive(request.answer))
    return { type: 'refused', reason: `agent ${agent.name}: ${CANARY_DEAD}` };
  const isPrinting = args.includes('-p') || args.includes('--print');
  return {
    type: 'launch',
    command: [
      program,
      '--permission-mode=manual',
      '--setting-sources=user',
      `--settings=${claudeSettings(gate)}`,
      // Brings these two tools back, which name the path they search and so can be allowed without a question;
      // `grep` in a shell cannot. The gate is asked all the same, and its no holds.
      '--allowedTools=Glob,Grep',
      ...(agent.instructions === '' ? [] : [`--append-system-prompt=${agent.instructions}`]),
      ...(isInteractive || isPrinting ? [] : ['--print']),
      ...args,
      // After `--` a task is a task, whatever it begins with.
      ...(task === '' ? [] : ['--', task]),
    ],
    ...start,
  };
}

/** What goes to `--settings`: it wins over every settings file but the administrator's. */
function claudeSettings(gate: Pick<GateCommand, 'node' | 'script'>): string {
  const command = { type: 'command', command: gate.node, args: [gate.script, 'claude'] };
  const deciding = {
    ...command,
    timeout: DECIDING_TIMEOUT_SECONDS,
    // Since 2.1.295: a gate that is missing, killed or too late stops the call.
    onFailure: 'block',
    statusMessage: 'fleet: waiting for approval',
  };
  const reporting = { ...command, timeout: REPORTING_TIMEOUT_SECONDS };
  const hooks = Object.fromEntries([
    ...DECIDING_EVENTS.map((event) => [event, [{ hooks: [deciding] }]]),
    ...REPORTING_EVENTS.map((event) => [event, [{ hooks: [reporting] }]]),
  ]);
  // A teammate in a terminal of its own would be a session that nobody here launched.
  return JSON.stringify({ disableAllHooks: false, teammateMode: 'in-process', hooks });
}

function refusedFlag(args: readonly string[], hasInstructions: boolean): string | undefined {
  for (const arg of args) {
    const flag = arg.startsWith('-w') ? '-w' : arg.split('=', 1)[0]!;
    const reason = REFUSED_FLAGS[flag];
    if (reason) return `"${arg}" cannot stand in its command: ${reason}`;
    if (hasInstructions && /^--append-system-prompt(?:-file)?$/.test(flag))
      return `"${arg}" would hide the agent's instructions; write the text into its AGENT.md`;
  }
  return undefined;
}
