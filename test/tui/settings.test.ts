import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, parseSettings, readSettings, rememberTheme } from '../../source/tui/settings.ts';
import { COLOUR_NAMES, isLight, nextTheme, THEMES } from '../../source/tui/theme.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-settings-'));
  folders.push(folder);
  return folder;
}

describe('settings', () => {
  it('UI6 unknown and wrong ones are named by their path, the right ones hold', () => {
    const { settings, problems } = parseSettings(
      { theme: 'pink', mouse: false, keys: { quit: ['Q'] }, colour: 1 },
      'f',
    );
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, mouse: false, keys: { quit: ['Q'] } });
    expect(problems).toEqual([
      'f: theme: expected one of auto, dark, light, contrast',
      'f: colour: there is no such setting; there are theme, keys, mouse, bell, notify, undo',
    ]);
  });

  it('HI9 notifications are off, or one of the two ways terminals know', () => {
    expect(DEFAULT_SETTINGS.notify).toBe('none');
    expect(parseSettings({ notify: 'osc777' }, 'f').settings.notify).toBe('osc777');
    expect(parseSettings({ notify: 'popup' }, 'f').problems).toEqual([
      'f: notify: expected one of none, osc9, osc777',
    ]);
  });

  it('UI6 a file that is no JSON leaves the defaults', () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'settings.json'), '{');
    expect(readSettings(folder).settings).toEqual(DEFAULT_SETTINGS);
    expect(readSettings(folder).problems[0]).toMatch(/is no JSON/);
    expect(readSettings(join(folder, 'none')).problems).toEqual([]);
  });

  it('UI5 the theme of last time is there again', async () => {
    const folder = aFolder();
    await rememberTheme(folder, 'light');
    expect(readSettings(folder).settings.theme).toBe('light');
  });
});

describe('themes', () => {
  it('UI5 each names every colour, as RGB and as one of the sixteen', () => {
    for (const { colours } of THEMES) {
      expect(Object.keys(colours).toSorted()).toEqual([...COLOUR_NAMES].toSorted());
      for (const [rgb, ansi] of Object.values(colours)) {
        expect(rgb).toMatch(/^#[0-9a-f]{6}$/);
        expect(ansi).toMatch(/^(default|(bright-)?(black|red|green|yellow|blue|magenta|cyan|white))$/);
      }
    }
  });

  it('UI5 text can be read on the background it is made for', () => {
    for (const { background, colours } of THEMES)
      for (const name of ['plain', 'dim', 'accent', 'running', 'waiting', 'danger', 'done', 'key'] as const) {
        const ground = background === 'dark' ? 0x1a1b26 : 0xffffff;
        expect(contrast(parseInt(colours[name][0].slice(1), 16), ground)).toBeGreaterThan(4.5);
        expect(
          contrast(parseInt(colours.chip[0].slice(1), 16), parseInt(colours.accent[0].slice(1), 16)),
        ).toBeGreaterThan(4.5);
      }
  });

  it('UI5 go round, and follow the terminal’s background', () => {
    expect([nextTheme('dark'), nextTheme('light'), nextTheme('contrast')].map(({ name }) => name)).toEqual([
      'light',
      'contrast',
      'dark',
    ]);
    expect([isLight(0xffffff), isLight(0xfdf6e3), isLight(0x1e1e2e), isLight(0)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

/** WCAG 2: (L1 + 0.05) / (L2 + 0.05) of the relative luminances. */
function contrast(one: number, other: number): number {
  const luminance = (rgb: number): number => {
    const [red, green, blue] = [rgb >> 16, (rgb >> 8) & 255, rgb & 255].map((part) => {
      const value = part / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [high, low] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (high! + 0.05) / (low! + 0.05);
}
