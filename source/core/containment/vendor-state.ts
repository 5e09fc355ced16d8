/**
 * Where each agent CLI keeps its state, and what of the person's own it starts from. A run gets a copy: what an
 * agent writes there (a hook, an instruction, a plugin) must not be obeyed by the person's next session outside.
 */
import type { Vendor } from '../agent.ts';
import type { LoopbackServices } from './doors.ts';

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
  /** How it is taken over, where a copy would not do. */
  readonly as?: 'claude-settings' | 'codex-settings' | 'settings';
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
              as: 'claude-settings',
            },
          ],
        },
      ];
    }
    case 'codex': {
      const at = environment['CODEX_HOME'] ?? `${home}/.codex`;
      const seeds = [
        ...seedsIn(at, ['auth.json', 'AGENTS.md', 'prompts', 'skills']),
        { from: `${at}/config.toml`, to: 'config.toml', as: 'codex-settings' } as const,
      ];
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
  names.map((name) =>
    /\.jsonc?$/.test(name) && !/auth|creds|accounts/.test(name)
      ? { from: `${folder}/${name}`, to: name, as: 'settings' }
      : { from: `${folder}/${name}`, to: name },
  );

/** A file of settings as the run gets it. */
export function seededText(
  seed: Seed,
  text: string,
  place: { readonly project: string; readonly worktree: string; readonly services: LoopbackServices },
): string {
  const { project, worktree, services } = place;
  switch (seed.as) {
    case 'claude-settings':
      return pickedClaudeSettings(text, project, worktree);
    case 'codex-settings':
      return services.inText(withCodexTrust(text, project, worktree));
    case 'settings':
      return services.inText(text);
    case undefined:
      return text;
    default:
      return seed.as satisfies never;
  }
}

/** The trust a person gave the project holds for the run's worktree of it. */
function withCodexTrust(text: string, project: string, worktree: string): string {
  const heading = `[projects.${JSON.stringify(project)}]`;
  const at = text.indexOf(heading);
  const isTrusted = at >= 0 && /^\s*trust_level\s*=\s*"trusted"/m.test(text.slice(at).split(/\n\[/, 1)[0]!);
  const own = `[projects.${JSON.stringify(worktree)}]`;
  return isTrusted && !text.includes(own) ? `${text.trimEnd()}\n\n${own}\ntrust_level = "trusted"\n` : text;
}

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
function pickedClaudeSettings(text: string, project: string, worktree: string): string {
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
