/**
 * Starting Codex so that every tool call passes the gate, and refusing to start it where a flag would take
 * the gate away. Codex gains flags every month, so only known ones pass.
 */
import { codexFlags, hooksQuestion, sandboxOf, toml, trustIn } from './codex-settings.ts';
import { nestedNames, withLoopbackUnproxied } from './environment.ts';
import { gateCommandEnvironment, HOOK_SHELL_ENVIRONMENT } from './gate-command.ts';
import { gateEnvironment } from './gate-environment.ts';
import { refusedWord, type KnownWords } from './known-words.ts';
import type { Launch, LaunchRequest } from './vendor.ts';

const SWITCHES = /^(?:--oss|--no-alt-screen|--strict-config)$/;
const EXEC_SWITCHES =
  /^(?:--oss|--no-alt-screen|--strict-config|--json|--skip-git-repo-check|--ephemeral|--ignore-user-config)$/;
const VALUES = /^(?:-m|--model|-p|--profile|-i|--image|--local-provider|-c|--config)$/;
const EXEC_VALUES =
  /^(?:-m|--model|-p|--profile|-i|--image|--local-provider|-c|--config|--color|--output-schema|-o|--output-last-message)$/;

/** Settings that change which model thinks and how the screen looks, and nothing about what is asked. */
const FREE_SETTING =
  /^(?:model|model_[a-z_]+|model_providers\..+|oss_provider|service_tier|personality|tui(?:\..+)?|mcp_servers\..+|hide_agent_reasoning|show_raw_agent_reasoning|project_doc_[a-z_]+|history\..+|analytics\..+|check_for_update_on_startup)$/;

/** Why, for the flags somebody is most likely to reach for. */
const REASONS: Readonly<Record<string, string>> = {
  '--dangerously-bypass-approvals-and-sandbox': 'it opens what no rule allows',
  '--yolo': 'it opens what no rule allows',
  '--dangerously-bypass-hook-trust': "it lets a project's own hooks rewrite approved input",
  '--approve-for-me': 'a model would answer in your place',
  '--sandbox': 'fleet sets it by the tier of the agent',
  '-s': 'fleet sets it by the tier of the agent',
  '--ask-for-approval': 'questions go to the approval queue',
  '-a': 'questions go to the approval queue',
  '--full-auto': 'questions go to the approval queue',
  '--search': 'a search of the provider passes no gate',
  '--remote': 'the session would run in another process, past the gate',
  '--add-dir': 'an agent writes in its worktree only',
  '--cd': 'fleet gives each run its folder',
  '-C': 'fleet gives each run its folder',
  '--worktree': 'fleet gives each run a worktree of its own',
  '--enable': 'fleet sets features; put harmless ones into ~/.codex/config.toml',
  '--disable': 'fleet sets features; put harmless ones into ~/.codex/config.toml',
  '--trust': 'trust in a folder is yours to give, in the pane',
  '--': 'the task is added by fleet',
};

/** Who pays, and where its files are. The others mark a session that would nest, or belong to its tests. */
const KEPT_CODEX_NAME =
  /^CODEX_(?:HOME|SQLITE_HOME|API_KEY|ACCESS_TOKEN|CA_CERTIFICATE|OSS_PORT|OSS_BASE_URL|TUI_DISABLE_KEYBOARD_ENHANCEMENT)$/;

/** Read by whatever Node starts, the gate included: a preloaded module could answer in its place. */
const NODE_NAMES = ['NODE_OPTIONS', 'NODE_PATH'];

export function launchCodex(request: LaunchRequest): Launch {
  const { agent, task, isInteractive, environment } = request;
  const [program = 'codex', ...given] = agent.command;
  const isNamed = given[0] === 'exec' || given[0] === 'e';
  const args = isNamed ? given.slice(1) : given;
  // Without a person it answers its task and leaves.
  const isExec = isNamed || !isInteractive;
  const refusal = refusedWord(args, wordsOf(isExec));
  if (refusal !== undefined) return { type: 'refused', reason: `agent ${agent.name}: ${refusal}` };
  const env = {
    ...withLoopbackUnproxied(environment),
    ...gateEnvironment(request),
    ...gateCommandEnvironment(request),
    ...HOOK_SHELL_ENVIRONMENT,
  };
  const start = {
    env,
    unsetEnv: [
      ...nestedNames(environment),
      ...Object.keys(environment).filter(
        (name) => (name.startsWith('CODEX_') && !KEPT_CODEX_NAME.test(name)) || NODE_NAMES.includes(name),
      ),
    ].filter((name) => !(name in env)),
  };
  if (request.answer === undefined)
    return {
      type: 'ask-first',
      command: [program, 'app-server', ...codexFlags()],
      question: hooksQuestion(),
      ...start,
    };
  const trust = trustIn(request.answer);
  if (trust.type === 'refused') return { type: 'refused', reason: `agent ${agent.name}: ${trust.reason}` };
  const instructions =
    agent.instructions === '' ? [] : [`developer_instructions=${toml(agent.instructions)}`];
  return {
    type: 'launch',
    command: [
      program,
      ...(isExec ? ['exec'] : []),
      ...args,
      ...codexFlags([trust.setting, ...instructions]),
      `--sandbox=${sandboxOf(agent)}`,
      // A server in the background would run the session without the gate's variables, and outlive it.
      ...(isExec ? [] : ['--ask-for-approval=on-request', '--no-daemon']),
      // After `--` a task is a task, whatever it begins with.
      ...(task === '' ? [] : ['--', task]),
    ],
    ...start,
  };
}

/** The words of a terminal session, and of one that answers and leaves. */
const wordsOf = (isExec: boolean): KnownWords => ({
  switches: isExec ? EXEC_SWITCHES : SWITCHES,
  values: isExec ? EXEC_VALUES : VALUES,
  reasons: REASONS,
  faultOf(flag, value) {
    if (flag !== '-c' && flag !== '--config') return undefined;
    if (FREE_SETTING.test(value.split('=', 1)[0]!.trim())) return undefined;
    return "fleet does not know the setting, and it might take the gate away; put it into ~/.codex/config.toml, below fleet's own";
  },
});
