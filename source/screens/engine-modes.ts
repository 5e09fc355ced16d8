/** Where the cursor is and what the application has switched on, from the engine's own fields. */
import { CursorShape, ScreenMode } from '../wire/screen-frame.ts';
import type { EngineCore } from './engine-internals.ts';
import type { EngineCursor } from './terminal-engine.ts';

const MOUSE: Readonly<Record<string, number>> = { NONE: 0, X10: 1, VT200: 2, DRAG: 3, ANY: 4 };
const SHAPES = { block: CursorShape.Block, underline: CursorShape.Underline, bar: CursorShape.Bar } as const;

export function cursorOf(core: EngineCore, columns: number): EngineCursor {
  const { x, y } = core._bufferService.buffers.active;
  const { isCursorHidden, decPrivateModes } = core.coreService;
  const isBlinking = decPrivateModes.cursorBlink ?? core.optionsService.options.cursorBlink;
  return {
    // Behind the last column the cursor waits to wrap and is shown on it.
    x: Math.min(x, columns - 1),
    y,
    isVisible: !isCursorHidden,
    shape: SHAPES[decPrivateModes.cursorStyle ?? 'block'] | (isBlinking ? CursorShape.Blinking : 0),
  };
}

/** Bits of ScreenMode. */
export function modesOf(core: EngineCore): number {
  const { decPrivateModes: modes } = core.coreService;
  const { activeProtocol, activeEncoding } = core.coreMouseService;
  const { active, alt } = core._bufferService.buffers;
  return (
    (active === alt ? ScreenMode.Alternate : 0) |
    (modes.bracketedPasteMode ? ScreenMode.BracketedPaste : 0) |
    (modes.applicationCursorKeys ? ScreenMode.ApplicationCursor : 0) |
    (modes.applicationKeypad ? ScreenMode.ApplicationKeypad : 0) |
    (modes.sendFocus ? ScreenMode.FocusEvents : 0) |
    (modes.synchronizedOutput ? ScreenMode.Synchronized : 0) |
    ((MOUSE[activeProtocol] ?? 0) << ScreenMode.MouseShift) |
    (activeEncoding === 'DEFAULT' ? 0 : ScreenMode.MouseSgr)
  );
}
