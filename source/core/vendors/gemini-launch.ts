/** Starting Gemini CLI so that every tool call passes the gate, in a home that brings it. */
import { nestedNames, withLoopbackUnproxied } from './environment.ts';
import { gateCommandEnvironment, HOOK_SHELL_ENVIRONMENT } from './gate-command.ts';
import { gateEnvironment } from './gate-environment.ts';
import { geminiHome, settingsQuestion } from './gemini-settings.ts';
import { refusedWord, type KnownWords } from './known-words.ts';
import type { Launch, LaunchRequest } from './vendor.ts';

const WORDS: KnownWords = {
  switches: /^(?:-d|--debug|--screen-reader|-p|--prompt)$/,
  values: /^(?:-m|--model|-o|--output-format|-e|--extensions|--allowed-mcp-server-names)$/,
  reasons: {
    '-y': 'fleet sets the mode; the gate asks',
    '--yolo': 'fleet sets the mode; the gate asks',
    '--approval-mode': 'fleet sets the mode; the gate asks',
    '--policy': 'put what is never to happen into the rules of the agent',
    '--admin-policy': 'put what is never to happen into the rules of the agent',
    '-s': 'its sandbox would start without the gate',
    '--sandbox': 'its sandbox would start without the gate',
    '-w': 'fleet gives each run a worktree of its own',
    '--worktree': 'fleet gives each run a worktree of its own',
    '--include-directories': 'an agent works in its worktree only',
    '-i': 'the task is added by fleet',
    '--prompt-interactive': 'the task is added by fleet',
    '--': 'the task is added by fleet',
  },
};

/** Who pays and which model; the others move settings, switch modes or belong to a session around this one. */
const KEPT_GEMINI_NAME = /^GEMINI_(?:API_KEY|MODEL|CLI_HOME|CLI_SYSTEM_SETTINGS_PATH)$/;

/**
 * Set to nothing, so that no file of the project can set them: each names code that is loaded into every
 * shell or Node, the gate's among them.
 */
const EMPTIED = [
  'NODE_OPTIONS',
  'NODE_PATH',
  'BASH_ENV',
  'ENV',
  'LD_PRELOAD',
  'LD_AUDIT',
  'DYLD_INSERT_LIBRARIES',
];

export function launchGemini(request: LaunchRequest): Launch {
  const { agent, task, isInteractive, gate, folder, environment } = request;
  const [program = 'gemini', ...args] = agent.command;
  const refusal = refusedWord(args, WORDS);
  if (refusal !== undefined) return { type: 'refused', reason: `agent ${agent.name}: ${refusal}` };
  const env = {
    ...withLoopbackUnproxied(environment),
    ...gateEnvironment(request),
    ...gateCommandEnvironment(request),
    ...HOOK_SHELL_ENVIRONMENT,
    ...Object.fromEntries(EMPTIED.map((name) => [name, ''])),
    GEMINI_SANDBOX: 'false',
  };
  const unsetEnv = [
    ...nestedNames(environment),
    ...Object.keys(environment).filter((name) => name.startsWith('GEMINI_') && !KEPT_GEMINI_NAME.test(name)),
  ].filter((name) => !(name in env));
  if (request.answer === undefined) return { type: 'ask-first', program, ...settingsQuestion, env, unsetEnv };
  const home = environment['GEMINI_CLI_HOME'] || environment['HOME'] || '';
  const found = geminiHome(request.answer, { folder, home, token: gate.token, rules: agent.rules });
  if (found.type === 'refused') return { type: 'refused', reason: `agent ${agent.name}: ${found.reason}` };
  const isHeadless = !isInteractive || args.some((word) => PRINTING.test(word));
  const prompt = isHeadless ? '--prompt' : '--prompt-interactive';
  return {
    type: 'launch',
    command: [
      program,
      ...args.filter((word) => !PRINTING.test(word)),
      // With what its policy allows it asks nothing of its own; in the freest mode nothing else would hold it.
      '--approval-mode=default',
      // In a folder it does not trust it runs no hooks at all, and every worktree is a new folder.
      '--skip-trust',
      ...(task === '' ? [] : [`${prompt}=${spoken(agent.instructions, task)}`]),
    ],
    env: { ...env, GEMINI_CLI_HOME: folder },
    unsetEnv,
    files: found.files,
  };
}

/** Without a value: the task becomes it. */
const PRINTING = /^(?:-p|--prompt)$/;

/** It takes no instructions beside the project's own, so an agent's come before its task. */
const spoken = (instructions: string, task: string): string =>
  instructions === '' ? task : `${instructions}\n\n${task}`;
