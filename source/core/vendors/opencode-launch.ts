/** Starting opencode with the plugin that asks the gate, and without what a project would bring into its process. */
import { nestedNames, withLoopbackUnproxied } from './environment.ts';
import { gateCommandEnvironment } from './gate-command.ts';
import { gateEnvironment } from './gate-environment.ts';
import { parseSettings } from './json-text.ts';
import { refusedWord, type KnownWords } from './known-words.ts';
import { OPENCODE_PLUGIN } from './opencode-plugin.ts';
import type { Launch, LaunchRequest } from './vendor.ts';

const WORDS: KnownWords = {
  switches: /^--print-logs$/,
  values: /^(?:-m|--model|--agent|--log-level)$/,
  reasons: {
    '--pure': 'it leaves plugins out, and with them the gate',
    '--auto': 'it answers for you',
    '--port': 'who reaches the port can run commands past the gate',
    '--hostname': 'who reaches the port can run commands past the gate',
    '--mdns': 'who reaches the port can run commands past the gate',
    '--prompt': 'the task is added by fleet',
    '--': 'the task is added by fleet',
  },
};

/** Where its own files are and what it fetches; the others switch plugins and questions off, or belong to a session around this one. */
const KEPT_OPENCODE_NAME =
  /^OPENCODE_(?:API_KEY|CONFIG|CONFIG_DIR|MODELS_(?:URL|PATH)|DISABLE_(?:AUTOUPDATE|MODELS_FETCH|LSP_DOWNLOAD|DEFAULT_PLUGINS|TERMINAL_TITLE|MOUSE))$/;

const PLUGIN_FILE = 'fleet-gate.mjs';

export function launchOpencode(request: LaunchRequest): Launch {
  const { agent, task, isInteractive, folder, environment } = request;
  const [program = 'opencode', ...given] = agent.command;
  const isRun = given[0] === 'run';
  const args = isRun ? given.slice(1) : given;
  const refused = (reason: string): Launch => ({ type: 'refused', reason: `agent ${agent.name}: ${reason}` });
  const refusal = refusedWord(args, WORDS);
  if (refusal !== undefined) return refused(refusal);
  const config = parseSettings(environment['OPENCODE_CONFIG_CONTENT'] ?? '');
  if (!config) return refused('OPENCODE_CONFIG_CONTENT cannot be read as JSON');
  const plugins = Array.isArray(config['plugin']) ? (config['plugin'] as unknown[]) : [];
  const env = {
    ...withLoopbackUnproxied(environment),
    ...gateEnvironment(request),
    ...gateCommandEnvironment(request),
    OPENCODE_DISABLE_PROJECT_CONFIG: '1',
    OPENCODE_CONFIG_CONTENT: JSON.stringify({
      ...config,
      plugin: [...plugins, `file://${encodeURI(folder)}/${PLUGIN_FILE}`],
      // The plugin turns this into a yes. Where it was not loaded, it stays.
      permission: { '*': 'ask' },
    }),
  };
  const spoken = agent.instructions === '' ? task : `${agent.instructions}\n\n${task}`;
  const isHeadless = isRun || !isInteractive;
  return {
    type: 'launch',
    command: [
      program,
      ...(isHeadless ? ['run'] : []),
      ...args,
      ...(task === '' ? [] : isHeadless ? ['--', spoken] : [`--prompt=${spoken}`]),
    ],
    env,
    unsetEnv: [
      ...nestedNames(environment),
      ...Object.keys(environment).filter(
        (name) => name.startsWith('OPENCODE') && !KEPT_OPENCODE_NAME.test(name),
      ),
      'NODE_OPTIONS',
      'NODE_PATH',
      'BUN_OPTIONS',
    ].filter((name) => name in environment && !(name in env)),
    files: [{ name: PLUGIN_FILE, content: OPENCODE_PLUGIN }],
  };
}
