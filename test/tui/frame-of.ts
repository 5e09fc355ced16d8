import { afterEach } from 'vitest';
import { chromeModel } from '../../source/tui/chrome-model.ts';
import { ChromeRenderer } from '../../source/tui/chrome-renderer.tsx';
import type { ARoom } from './a-fleet.ts';

export const renderer = new ChromeRenderer();
afterEach(() => renderer.end());

/** The chrome as text, without colours; panes are laid over it by the compositor. */
export const frameOf = (room: ARoom): string[] =>
  renderer
    .draw(chromeModel(room.ui, room.context, 'none'))
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .split('\n')
    .map((line) => line.trimEnd());
