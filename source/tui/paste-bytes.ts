import { ScreenMode } from '../wire/screen-frame.ts';
import type { PasteEvent } from './terminal/input-event.ts';

const PASTE_BEGIN = Buffer.from('\u001B[200~');
const PASTE_END = Buffer.from('\u001B[201~');

/** A paste, or a part of one, as the application in a pane expects it: in brackets when it asked for them. */
export function pasteBytes({ bytes, isFirst, isLast }: PasteEvent, modes: number): Buffer {
  if ((modes & ScreenMode.BracketedPaste) === 0) return bytes;
  return Buffer.concat([...(isFirst ? [PASTE_BEGIN] : []), bytes, ...(isLast ? [PASTE_END] : [])]);
}
