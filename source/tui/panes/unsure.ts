import { isCluster } from '../../wire/cells.ts';

/**
 * Whether terminals disagree how many columns a glyph takes: clusters (ZWJ, VS16, flags, skin tones), and
 * wide characters outside the scripts that have been wide for decades, because emoji are added every year.
 * What is painted after one of these must not rely on where the terminal's cursor went.
 */
export function isUnsure(glyph: number, isWide: boolean): boolean {
  if (isCluster(glyph)) return true;
  return isWide ? !isEastAsianWide(glyph) : isAmbiguous(glyph);
}

const isEastAsianWide = (code: number): boolean =>
  (code >= 0x1100 && code <= 0x115f) ||
  (code >= 0x2e80 && code <= 0xa4cf) ||
  (code >= 0xa960 && code <= 0xa97c) ||
  (code >= 0xac00 && code <= 0xd7a3) ||
  (code >= 0xf900 && code <= 0xfaff) ||
  (code >= 0xfe30 && code <= 0xfe6f) ||
  (code >= 0xff01 && code <= 0xff60) ||
  (code >= 0xffe0 && code <= 0xffe6) ||
  (code >= 0x20000 && code <= 0x3fffd);

/** Narrow by the tables, but drawn as pictures of two columns by some terminals. */
const isAmbiguous = (code: number): boolean => code >= 0x1f000 && code < 0x1fb00;

/** A code point that moves no cursor; alone in a cell it can only be shown as a blank. */
export const isWidthless = (code: number): boolean =>
  code >= 0x300 &&
  (code <= 0x36f ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    (code >= 0xfe20 && code <= 0xfe2f) ||
    code === 0xfeff ||
    (code >= 0xe0000 && code <= 0xe01ef));
