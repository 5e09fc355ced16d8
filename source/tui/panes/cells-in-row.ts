/** Looks at stretches of a row: what can be painted with one sequence, and what a terminal makes of it. */
import { BLANK, glyphText, isCluster, WIDE_TAIL, type Row } from '../../wire/cells.ts';
import { INK_ON_BLANK } from './style.ts';
import { isUnsure, isWidthless } from './unsure.ts';

/** A half of a wide character without its other half, or a mark without a base, shows as a blank. */
export const shown = (glyph: number): number =>
  glyph === WIDE_TAIL || (!isCluster(glyph) && isWidthless(glyph)) ? BLANK : glyph;

/**
 * In the last column some terminals (tmux) put a combining mark on the character before: without autowrap their
 * cursor has not moved on. The composed character where there is one, else the base alone, is safe.
 */
export function withoutMarks(glyph: number): number {
  return isCluster(glyph) ? glyphText(glyph).normalize('NFC').codePointAt(0)! : glyph;
}

export const isWideAt = (line: Row, x: number): boolean =>
  line.glyphs[x + 1] === WIDE_TAIL && line.glyphs[x] !== WIDE_TAIL && line.glyphs[x]! > 0x7f;

/** Whether the terminal may have drawn the character that ends at `x` over the cell behind it. */
export function isUnsureAt(line: Row, x: number): boolean {
  const glyph = line.glyphs[x]!;
  if (glyph !== WIDE_TAIL) return isUnsure(glyph, line.glyphs[x + 1] === WIDE_TAIL);
  return x > 0 && isUnsure(line.glyphs[x - 1]!, true);
}

export function copyCells(from: Row, to: Row, x: number, count: number): void {
  for (let i = x; i < x + count; i++) {
    to.glyphs[i] = from.glyphs[i]!;
    to.foregrounds[i] = from.foregrounds[i]!;
    to.backgrounds[i] = from.backgrounds[i]!;
    to.attributes[i] = from.attributes[i]!;
  }
}

/** How many cells from `x` on look the same; blanks of one background do whatever their foreground is. */
export function equalCells(line: Row, x: number, isBlank: boolean): number {
  const { glyphs, foregrounds, backgrounds, attributes, columns } = line;
  const glyph = glyphs[x]!;
  const background = backgrounds[x]!;
  let end = x + 1;
  if (isBlank) {
    while (
      end < columns &&
      glyphs[end] === BLANK &&
      backgrounds[end] === background &&
      (attributes[end]! & INK_ON_BLANK) === 0
    )
      end++;
    return end - x;
  }
  const foreground = foregrounds[x]!;
  const attribute = attributes[x]!;
  while (
    end < columns &&
    glyphs[end] === glyph &&
    glyphs[end + 1] !== WIDE_TAIL &&
    foregrounds[end] === foreground &&
    backgrounds[end] === background &&
    attributes[end] === attribute
  )
    end++;
  return end - x;
}

/** Of the `count` cells from `x` on, how many there are up to the last one that differs from the terminal. */
export function changedCells(line: Row, front: Row, x: number, count: number): number {
  let last = x + count - 1;
  while (
    last > x &&
    line.glyphs[last] === front.glyphs[last] &&
    line.foregrounds[last] === front.foregrounds[last] &&
    line.backgrounds[last] === front.backgrounds[last] &&
    line.attributes[last] === front.attributes[last]
  )
    last--;
  return last - x + 1;
}
