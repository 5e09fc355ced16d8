import { describe, expect, it } from 'vitest';
import { helpLines } from '../../source/tui/help.ts';
import { glyphOfStatus } from '../../source/tui/screens/control-room/glyphs.ts';
import {
  conflicts,
  CONTEXTS,
  contextsAbove,
  keymapOf,
  KEYS,
  spelled,
  type KeyRow,
} from '../../source/tui/keys.ts';
import { inOverlay } from '../../source/tui/reduce-overlays.ts';
import { alwaysForm } from '../../source/tui/always-form.ts';
import { startForm } from '../../source/tui/start-form.ts';
import { inLook, inRoom, inScroll } from '../../source/tui/reduce-room.ts';
import { textField } from '../../source/tui/text-field.ts';
import { inPlace } from '../../source/tui/reduce.ts';
import type { Page } from '../../source/tui/page.ts';
import type { Overlay } from '../../source/tui/ui-state.ts';
import { AFleet, ARoom, PROJECT } from './a-fleet.ts';

const aRoom = (): ARoom =>
  new ARoom(new AFleet().project('docs').runs('docs').asks('docs', 'Bash', { command: 'ls' }, 'a1'));

const STATUSES = ['waiting', 'running', 'idle', 'starting', 'stopping', 'done', 'stopped', 'failed'] as const;

describe('the table of keys', () => {
  it('UI6 has no key that means two things in one place, or eats text', () => {
    expect(conflicts(KEYS)).toEqual([]);
  });

  it('UI6 names each action once', () => {
    const names = KEYS.map(({ action }) => action);
    expect(new Set(names).size).toBe(names.length);
  });

  it('UI6 every action of the help does something', () => {
    const handled = (row: KeyRow): boolean => {
      const room = aRoom();
      const { ui, context } = room;
      return row.contexts.every((place) => {
        if (contextsAbove(place).includes('page')) {
          const open = { ...ui, page: pageFor(place) };
          return inPlace(open, context, row.action, row.keys[0]!) !== undefined;
        }
        if (contextsAbove(place).includes('room'))
          return inRoom(ui, context, row.action, row.keys[0]!) !== undefined;
        switch (place) {
          case 'typing':
            room.press('t', 'ctrl+]');
            return room.ui.left !== null;
          case 'scroll':
            room.screens.set('run-docs-1', { columns: 80, rows: 24, history: 100, modes: 0 });
            room.press('pageup');
            return inScroll(room.ui, context, row.action) !== undefined;
          case 'look':
            room.press('w', 'enter');
            return inLook(room.ui, context, row.action) !== undefined;
          case 'palette':
            return (
              room.press(':', row.keys[0]!).ui.overlay?.type ===
              (/go|back/.test(row.action) ? undefined : 'palette')
            );
          default: {
            const overlay = overlayFor(place);
            if (overlay.type === 'start' && row.action.startsWith('choice'))
              return inOverlay({ ...ui, overlay }, context, overlay, row.action) !== undefined;
            return inOverlay({ ...ui, overlay }, context, overlay, row.action) !== undefined;
          }
        }
      });
    };
    expect(KEYS.filter((row) => !handled(row)).map(({ action }) => action)).toEqual([]);
  });

  function pageFor(place: string): Page {
    const heatmap: Page & { type: 'heatmap' } = {
      type: 'heatmap',
      view: 'signals',
      sort: 'risk',
      agent: null,
      column: 0,
      moment: 0,
    };
    const about = { project: PROJECT, agent: 'docs', top: 0, back: heatmap };
    switch (place) {
      case 'page':
      case 'heatmap':
        return heatmap;
      case 'insights':
        return { type: 'insights', agent: null, column: 0 };
      case 'quarantine':
        return { type: 'quarantine', ...about, detail: null, seen: 0 };
      default:
        throw new Error(`no page for ${place}`);
    }
  }

  function overlayFor(place: string): Overlay {
    const field = textField('x');
    switch (place) {
      case 'edit':
        return { type: 'edit', approval: 'a1', member: 'command', field, problem: '', isFromLook: false };
      case 'always':
        return { type: 'always', approval: 'a1', form: alwaysForm({ proposals: [], targets: [] }) };
      case 'batch':
        return { type: 'batch', members: [] };
      case 'grants':
        return { type: 'grants', at: 0 };
      case 'reject':
      case 'respond':
      case 'grant':
      case 'snooze':
        return { type: place, approval: 'a1', field, isFromLook: false };
      case 'reason':
        return {
          type: 'reason',
          does: 'quarantine',
          project: PROJECT,
          agent: 'docs',
          quarantine: null,
          field,
        };
      case 'start':
        return { type: 'start', form: startForm(['docs'], null, false), problem: '' };
      case 'confirm':
        return { type: 'confirm', what: 'stop', run: 'run-docs' };
      case 'help':
        return { type: 'help', field, top: 0 };
      case 'filter':
      case 'search':
        return { type: place, field };
      case 'alarms':
        return { type: 'alarms', top: 0 };
      default:
        throw new Error(`no overlay for ${place}`);
    }
  }

  it('UI6 the help is printed from it: every row of every context is there', () => {
    const lines = helpLines({ keymap: keymapOf(), isUtf8: true }, '', 200);
    const headings = lines.filter(({ type }) => type === 'heading');
    expect(headings).toHaveLength(CONTEXTS.length + 1);
    for (const row of KEYS) expect(lines.some(({ words }) => words === row.help)).toBe(true);
    expect(lines.filter(({ type }) => type === 'key')).toHaveLength(
      KEYS.reduce((sum, { contexts }) => sum + contexts.length, 0),
    );
  });

  it('UI6 the help finds a key by what it does', () => {
    const found = helpLines({ keymap: keymapOf(), isUtf8: true }, 'swap next', 80);
    expect(found.map(({ keys, words }) => `${keys} ${words}`)).toEqual([
      ' In the panes',
      's Swap the pane with the next one.',
    ]);
  });

  it('UI5 the help says whole sentences at 80x24, in a narrow box on as many lines as they need', () => {
    for (const width of [56, 72]) {
      const lines = helpLines({ keymap: keymapOf(), isUtf8: true }, '', width);
      for (const { words } of lines) expect(words.length).toBeLessThanOrEqual(width);
      const text = lines.map(({ words }) => words).join(' ');
      for (const row of KEYS) expect(text).toContain(row.help);
    }
  });

  it('UI6 the help explains every mark of the list', () => {
    const marks = helpLines({ keymap: keymapOf(), isUtf8: true }, 'marks mean', 80).map(({ keys }) => keys);
    for (const status of STATUSES) expect(marks).toContain(glyphOfStatus(status).text);
  });

  it('UI6 a person rebinds an action, and the help and the key follow', () => {
    const keymap = keymapOf({ stop: ['Ctrl-X'], prefix: ['ctrl+a'] });
    expect(keymap.problems).toEqual([]);
    const found = helpLines({ keymap, isUtf8: true }, 'asks first', 80);
    expect(found.map(({ keys }) => keys)).toContain('ctrl-x');
    const room = new ARoom(new AFleet().runs('docs'), { setting: { keymap } });
    room.press('t', 'ctrl+]');
    expect(room.ui.typing).toBe('run-docs');
    expect(room.press('ctrl+a').ui.typing).toBeNull();
  });

  it('UI6 a binding that clashes is left out and named, an unknown action too', () => {
    const { problems, byContext } = keymapOf({ stop: ['q'], prefix: ['a'], fly: ['f'] });
    expect(problems).toEqual([
      'keys.stop: q already means stop in room, it cannot mean quit too; left as it was',
      'keys.prefix: a is text in typing, it cannot mean prefix; left as it was',
      'keys.fly: there is no such action; ? lists them all',
    ]);
    expect(byContext.room.get('q')?.action).toBe('quit');
    expect(byContext.room.get('x')?.action).toBe('stop');
  });

  it('UI6 keys are one key however they are spelled', () => {
    expect([
      spelled('Ctrl-P'),
      spelled('shift+ctrl+Left'),
      spelled('A'),
      spelled('-'),
      spelled('ctrl+-'),
    ]).toEqual(['ctrl+p', 'ctrl+shift+left', 'A', '-', 'ctrl+-']);
  });
});
