/**
 * Settings of the person: theme, keys, mouse, bell, notifications, undo. Read directly, because they are needed before the first
 * frame and the library that writes them takes longer to load than that frame takes; written by that library.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { NOTICE_PROTOCOLS, type NoticeProtocol } from '../core/notice-sequence.ts';
import { THEMES } from './theme.ts';

export interface Settings {
  /** `auto` follows the terminal's background. */
  readonly theme: string;
  /** Keys of actions, by the action's name: `{"approve": ["A"]}`. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  readonly mouse: boolean;
  readonly bell: boolean;
  /** Besides the bell: how the terminal is asked to tell the desktop. */
  readonly notify: NoticeProtocol;
  /** Seconds in which a yes can be taken back before the agent gets it. */
  readonly undo: number;
}

export interface ReadSettings {
  readonly settings: Settings;
  /** What of the file could not be taken, in words. */
  readonly problems: readonly string[];
}

export const DEFAULT_SETTINGS: Settings = {
  theme: 'auto',
  keys: {},
  mouse: true,
  bell: true,
  notify: 'none',
  undo: 3,
};

/** Longer, and an agent waits for nothing; it can be rejected instead. */
const UNDO_SECONDS_MAX = 30;

const NAME = 'settings';

/** Folder of the settings file, `settings.json`. */
export const settingsFolder = (environment: Readonly<Record<string, string | undefined>>): string =>
  join(environment['XDG_CONFIG_HOME'] || join(environment['HOME'] || homedir(), '.config'), 'fleet-tui');

export function readSettings(folder: string): ReadSettings {
  const file = join(folder, `${NAME}.json`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { settings: DEFAULT_SETTINGS, problems: [] };
  }
  try {
    return parseSettings(JSON.parse(text), file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { settings: DEFAULT_SETTINGS, problems: [`${file} is no JSON (${why}); the defaults hold`] };
  }
}

/** What is wrong is left out and named; what is right holds. */
export function parseSettings(value: unknown, file: string): ReadSettings {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { settings: DEFAULT_SETTINGS, problems: [`${file}: expected an object; the defaults hold`] };
  const problems: string[] = [];
  const settings = { ...DEFAULT_SETTINGS };
  const themes = ['auto', ...THEMES.map(({ name }) => name)];
  for (const [name, member] of Object.entries(value)) {
    switch (name) {
      case 'theme':
        if (typeof member === 'string' && themes.includes(member)) settings.theme = member;
        else problems.push(`${file}: theme: expected one of ${themes.join(', ')}`);
        break;
      case 'mouse':
      case 'bell':
        if (typeof member === 'boolean') settings[name] = member;
        else problems.push(`${file}: ${name}: expected true or false`);
        break;
      case 'notify': {
        const protocol = NOTICE_PROTOCOLS.find((each) => each === member);
        if (protocol !== undefined) settings.notify = protocol;
        else problems.push(`${file}: notify: expected one of ${NOTICE_PROTOCOLS.join(', ')}`);
        break;
      }
      case 'undo':
        if (typeof member === 'number' && member >= 0 && member <= UNDO_SECONDS_MAX) settings.undo = member;
        else problems.push(`${file}: undo: expected seconds from 0 to ${UNDO_SECONDS_MAX}`);
        break;
      case 'keys':
        if (isKeys(member)) settings.keys = member;
        else problems.push(`${file}: keys: expected {"action": ["key", …]}`);
        break;
      default:
        problems.push(
          `${file}: ${name}: there is no such setting; there are theme, keys, mouse, bell, notify, undo`,
        );
    }
  }
  return { settings, problems };
}

function isKeys(value: unknown): value is Record<string, string[]> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((keys) => Array.isArray(keys) && keys.every((key) => typeof key === 'string'))
  );
}

/** Keeps the theme for the next time. */
export async function rememberTheme(folder: string, theme: string): Promise<void> {
  const { default: Conf } = await import('conf');
  new Conf({ cwd: folder, configName: NAME }).set('theme', theme);
}
