/**
 * Where each agent CLI keeps its state, and what of the person's own it starts from. A run gets a copy: what an
 * agent writes there (a hook, an instruction, a plugin) must not be obeyed by the person's next session outside.
 */
import type { Vendor } from '../agent.ts';

export interface VendorState {
  /** Name of the folder in the run's own one. */
  readonly name: string;
  /** Where the CLI looks for it. */
  readonly at: string;
  /** Set, so that the CLI keeps everything there. */
  readonly env: Readonly<Record<string, string>>;
  readonly seeds: readonly Seed[];
}

export interface Seed {
  readonly from: string;
  /** Name in the folder. */
  readonly to: string;
  /** A file with much of the person's other work in it: only this is taken over. */
  readonly pick?: 'claude-settings';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** None for programs nobody here knows: they find an empty home. */
export function vendorStates(vendor: Vendor, home: string, environment: Environment): readonly VendorState[] {
  switch (vendor) {
    case 'claude': {
      const own = environment['CLAUDE_CONFIG_DIR'];
      const at = own ?? `${home}/.claude`;
      const copied = ['settings.json', 'CLAUDE.md', '.credentials.json', 'agents', 'commands', 'skills'];
      return [
        {
          name: 'claude',
          at,
          env: { CLAUDE_CONFIG_DIR: at },
          seeds: [
            ...seedsIn(at, copied),
            {
              from: own === undefined ? `${home}/.claude.json` : `${own}/.claude.json`,
              to: '.claude.json',
              pick: 'claude-settings',
            },
          ],
        },
      ];
    }
    case 'codex': {
      const at = environment['CODEX_HOME'] ?? `${home}/.codex`;
      const seeds = seedsIn(at, ['config.toml', 'auth.json', 'AGENTS.md', 'prompts', 'skills']);
      return [{ name: 'codex', at, env: { CODEX_HOME: at }, seeds }];
    }
    case 'gemini': {
      const at = `${home}/.gemini`;
      const seeds = seedsIn(at, [
        'settings.json',
        'oauth_creds.json',
        'google_accounts.json',
        'GEMINI.md',
        'installation_id',
      ]);
      return [{ name: 'gemini', at, env: {}, seeds }];
    }
    case 'opencode': {
      const data = `${home}/.local/share/opencode`;
      const config = `${home}/.config/opencode`;
      return [
        { name: 'opencode-data', at: data, env: {}, seeds: seedsIn(data, ['auth.json']) },
        {
          name: 'opencode-config',
          at: config,
          env: {},
          seeds: seedsIn(config, ['opencode.json', 'opencode.jsonc', 'AGENTS.md']),
        },
      ];
    }
    case 'scripted':
    case 'command':
      return [];
    default:
      return vendor satisfies never;
  }
}

const seedsIn = (folder: string, names: readonly string[]): Seed[] =>
  names.map((name) => ({ from: `${folder}/${name}`, to: name }));

/** What is about the person and the CLI, and nothing about other projects or servers with keys of their own. */
const KEPT_OF_CLAUDE = [
  'hasCompletedOnboarding',
  'lastOnboardingVersion',
  'theme',
  'customApiKeyResponses',
  'oauthAccount',
  'userID',
  'installMethod',
  'autoUpdates',
];

/** The trust a person gave the project holds for the run's worktree of it; for no other folder. */
export function pickedClaudeSettings(text: string, project: string, worktree: string): string {
  const given = parse(text);
  const kept = Object.fromEntries(
    KEPT_OF_CLAUDE.filter((name) => name in given).map((name) => [name, given[name]]),
  );
  const projects = recordAt(given, 'projects');
  const own = recordAt(projects, project);
  const isTrusted = own['hasTrustDialogAccepted'] === true;
  const trust = { hasTrustDialogAccepted: isTrusted, hasCompletedProjectOnboarding: isTrusted };
  return JSON.stringify({ ...kept, projects: { [worktree]: trust } });
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    // A damaged file is no reason not to start; the CLI asks its questions again.
    return {};
  }
}

function recordAt(value: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const found = value[name];
  return isRecord(found) ? found : {};
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
