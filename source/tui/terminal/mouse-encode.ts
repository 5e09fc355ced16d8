import { ScreenMode } from '../../wire/screen-frame.ts';
import type { MouseEvent } from './input-event.ts';

/** What an application asked to hear of the mouse (ScreenMode.MouseMask). */
const Wants = { Press: 1, Clicks: 2, Drag: 3, Motion: 4 } as const;
const BUTTONS = { left: 0, middle: 1, right: 2, none: 3 } as const;
const WHEELS = { up: 64, down: 65, left: 66, right: 67 } as const;
const MOTION = 32;
/** The old encoding adds 32 to each value and has one byte for it. */
const OLD_COORDINATE_MAX = 223;

export const wantsMouse = (modes: number): boolean => (modes & ScreenMode.MouseMask) !== 0;

/**
 * The event as the application in a pane would get it from its terminal: `x` and `y` are cells of its screen.
 * Undefined when it did not ask for this kind of event, or the old encoding cannot say it.
 */
export function encodeMouse(event: MouseEvent, x: number, y: number, modes: number): Buffer | undefined {
  const wants = (modes & ScreenMode.MouseMask) >> ScreenMode.MouseShift;
  if (x < 0 || y < 0 || !isWanted(event, wants)) return undefined;
  const isSgr = (modes & ScreenMode.MouseSgr) !== 0;
  const button = event.action === 'wheel' ? WHEELS[event.wheel ?? 'up'] : BUTTONS[event.button];
  const motion = event.action === 'drag' || event.action === 'move' ? MOTION : 0;
  // X10 mode knows no modifiers.
  const modifiers =
    wants === Wants.Press ? 0 : (event.shift ? 4 : 0) | (event.alt ? 8 : 0) | (event.ctrl ? 16 : 0);
  if (isSgr) {
    const final = event.action === 'release' ? 'm' : 'M';
    return Buffer.from(`\u001B[<${button | motion | modifiers};${x + 1};${y + 1}${final}`);
  }
  if (x >= OLD_COORDINATE_MAX || y >= OLD_COORDINATE_MAX) return undefined;
  // The old encoding does not say which button was released.
  const code = (event.action === 'release' ? BUTTONS.none : button) | motion | modifiers;
  return Buffer.of(0x1b, 0x5b, 0x4d, code + 32, x + 33, y + 33);
}

function isWanted(event: MouseEvent, wants: number): boolean {
  switch (event.action) {
    case 'press':
      return wants >= Wants.Press;
    case 'wheel':
    case 'release':
      return wants >= Wants.Clicks;
    case 'drag':
      return wants >= Wants.Drag;
    case 'move':
      return wants >= Wants.Motion;
    default:
      return event.action satisfies never;
  }
}
