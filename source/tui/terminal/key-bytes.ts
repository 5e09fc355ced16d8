import { ScreenMode } from '../../wire/screen-frame.ts';
import type { KeyEvent } from './input-event.ts';

/** Keys an application in cursor-key mode (DECCKM) expects as SS3; ours is never in that mode. */
const CURSOR_KEYS = /^\u001B\[([A-DFH])$/u;

/** The bytes of a key as the application expects them. */
export function keyBytes(key: KeyEvent, modes: number): Buffer {
  if ((modes & ScreenMode.ApplicationCursor) === 0) return key.raw;
  const cursorKey = CURSOR_KEYS.exec(key.raw.toString('latin1'));
  return cursorKey === null ? key.raw : Buffer.from(`\u001BO${cursorKey[1]}`);
}
