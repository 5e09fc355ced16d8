/**
 * The home that Gemini CLI is started with: the person's own, linked, with settings that bring the gate. Its
 * own questions are answered by a policy in the very same settings: where Gemini does not read them it has
 * neither our hooks nor our yes, and asks by itself.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Rule } from '../agent.ts';
import { decidingCommand, reportingCommand } from './gate-command.ts';
import { geminiPolicy } from './gemini-policy.ts';
import { isRecord } from './hook-json.ts';
import { parseSettings } from './json-text.ts';
import type { LaunchFile, ProgramQuestion } from './vendor.ts';

/**
 * Fourteen days: what a hook does not answer in time runs, so the gate must have given up before (a week);
 * more than twenty-four days do not fit into its timer and end at once.
 */
const DECIDING_TIMEOUT_MS = 1_209_600_000;
const REPORTING_TIMEOUT_MS = 30_000;

const REPORTING_EVENTS = [
  'AfterTool',
  'BeforeAgent',
  'AfterAgent',
  'SessionStart',
  'SessionEnd',
  'Notification',
];

/** Names that Gemini may be told to keep from what it starts; without them the gate says no to everything. */
const GATE_NAMES = [
  'FLEET_GATE_SOCKET',
  'FLEET_SESSION',
  'FLEET_TOKEN',
  'FLEET_SPOOL',
  'FLEET_NODE',
  'FLEET_GATE',
];

/** What a project may set for itself: how the model is talked to, and nothing that runs or opens anything. */
const HARMLESS_SECTIONS = ['$schema', 'context', 'model', 'modelConfigs', 'ui', 'output', 'privacy', 'ide'];

const MARK = '--- fleet ---';

/** Prints, each below a mark: the project's settings, its variables' file, the machine's settings, the person's, and what else is in their home. */
export const settingsQuestion = {
  command: [
    '/bin/sh',
    '-c',
    [
      'mark() { echo; echo "$0"; }',
      'home="${GEMINI_CLI_HOME:-$HOME}/.gemini"',
      'cat .gemini/settings.json 2>/dev/null',
      'mark; [ -e .gemini/.env ] && echo .gemini/.env',
      'mark; cat "${GEMINI_CLI_SYSTEM_SETTINGS_PATH:-/etc/gemini-cli/settings.json}" 2>/dev/null || cat "/Library/Application Support/GeminiCli/settings.json" 2>/dev/null',
      'mark; cat "$home/settings.json" 2>/dev/null',
      'mark; ls -A "$home" 2>/dev/null',
      'exit 0',
    ].join('\n'),
    MARK,
  ],
  question: { stdin: '', isWhole: () => false } satisfies ProgramQuestion,
};

export type GeminiHome =
  | { readonly type: 'home'; readonly files: readonly LaunchFile[] }
  | { readonly type: 'refused'; readonly reason: string };

/** The files below `folder`, which becomes GEMINI_CLI_HOME. */
export function geminiHome(
  answer: string,
  request: {
    readonly folder: string;
    readonly home: string;
    readonly token: string;
    readonly rules: readonly Rule[];
  },
): GeminiHome {
  const [project, environment, machine, person, names] = answer
    .split(`\n${MARK}\n`)
    .map((part) => part.trim());
  if (project === undefined || environment === undefined || machine === undefined)
    return refused('its settings could not be read');
  if (environment !== '')
    return refused(
      `the project brings ${environment}, whose variables would reach the gate; move what it needs into your own ~/.gemini/.env`,
    );
  const own = parseSettings(project);
  if (!own) return refused('.gemini/settings.json of the project cannot be read as JSON');
  const strange = Object.keys(own).filter((section) => !HARMLESS_SECTIONS.includes(section));
  if (strange.length > 0)
    return refused(
      `.gemini/settings.json of the project sets ${strange.join(', ')}, which may run programs past the gate; what you want of it belongs into your own ~/.gemini/settings.json`,
    );
  const hooksConfig = parseSettings(machine)?.['hooksConfig'] ?? {};
  if (!isRecord(hooksConfig) || hooksConfig['enabled'] === false)
    return refused('the administrator of this machine has switched hooks off');
  const settings = parseSettings(person ?? '');
  if (!settings) return refused('~/.gemini/settings.json cannot be read as JSON');
  const policy = `${request.folder}/${POLICY_FILE}`;
  return {
    type: 'home',
    files: [
      {
        name: '.gemini/settings.json',
        content: JSON.stringify(onTop(settings, ourSettings(request.token, policy)), null, 2),
      },
      { name: POLICY_FILE, content: geminiPolicy(request.rules) },
      ...(names ?? '')
        .split('\n')
        .filter((name) => name !== '' && name !== 'settings.json')
        .map((name) => ({ name: `.gemini/${name}`, linkTo: `${request.home}/.gemini/${name}` })),
    ],
  };
}

const POLICY_FILE = 'fleet.toml';

function ourSettings(token: string, policy: string) {
  // Hooks are switched off by name, and a name that nobody knows cannot be. It tells nothing of the token.
  const name = `fleet-${bytesToHex(sha256(utf8ToBytes(`hook ${token}`))).slice(0, 16)}`;
  const hook = (command: string, timeout: number) => [
    // One after the other, ours last: it sees what another hook made of the call, and nothing changes it after.
    { sequential: true, hooks: [{ type: 'command', name, command, timeout }] },
  ];
  return {
    hooksConfig: { enabled: true },
    policyPaths: [policy],
    // A project's .env could name code that runs in the gate's place.
    advanced: { ignoreLocalEnv: true },
    security: { environmentVariableRedaction: { allowed: GATE_NAMES } },
    hooks: Object.fromEntries([
      ['BeforeTool', hook(decidingCommand('gemini'), DECIDING_TIMEOUT_MS)],
      ...REPORTING_EVENTS.map((event) => [event, hook(reportingCommand('gemini'), REPORTING_TIMEOUT_MS)]),
    ]),
  };
}

/** Sections are joined, lists follow each other, and for anything else the upper one counts. */
function onTop(lower: unknown, upper: unknown): unknown {
  if (Array.isArray(lower) && Array.isArray(upper)) return [...(lower as unknown[]), ...(upper as unknown[])];
  if (!isRecord(lower) || !isRecord(upper)) return upper;
  return {
    ...lower,
    ...Object.fromEntries(
      Object.entries(upper).map(([key, value]) => [key, key in lower ? onTop(lower[key], value) : value]),
    ),
  };
}

const refused = (reason: string) => ({ type: 'refused', reason }) as const;
