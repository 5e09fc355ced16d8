import { BLANK, Row } from '../../wire/cells.ts';
import type { Style } from './style.ts';
import { fitText, textWidth, writeText } from './text-cells.ts';

/** The line around a pane, with what the pane is in its upper edge. */
export interface PaneFrame {
  /** On the left, for example `◐ backend-dev · fix/login`. */
  readonly title: string;
  /** On the right, for example the age; left out first when it is narrow. */
  readonly note?: string | undefined;
  /** In the lower edge on the right: where a scrolled-back view stands. */
  readonly position?: string | undefined;
  readonly lineStyle: Style;
  readonly titleStyle: Style;
}

/** Title and note need this many cells for corners, blanks and a stretch of line. */
const EDGE_CELLS = 4;
const LINE = 0x2500;

/** What the title may take beside the note. */
export const titleColumns = (columns: number, note: string): number =>
  columns - EDGE_CELLS - (note === '' ? 0 : textWidth(note) + 3);

/** The upper edge: `┌ ◐ backend-dev · fix/login ─────────── 12m ┐`. */
export function upperEdge(frame: PaneFrame, columns: number): Row {
  const row = new Row(columns);
  drawLine(row, frame.lineStyle, 0x250c, 0x2510);
  const note = frame.note ?? '';
  const noteWidth = textWidth(note);
  const hasNote = note !== '' && noteWidth + EDGE_CELLS * 2 + Math.min(8, textWidth(frame.title)) <= columns;
  const title = fitText(frame.title, titleColumns(columns, hasNote ? note : ''));
  if (title !== '') labelled(row, 1, title, frame.titleStyle);
  if (hasNote) labelled(row, columns - noteWidth - 3, note, frame.lineStyle);
  return row;
}

/** The lower edge: `└──────────────────── 120 of 2,000 ┘`. */
export function lowerEdge(frame: PaneFrame, columns: number): Row {
  const row = new Row(columns);
  drawLine(row, frame.lineStyle, 0x2514, 0x2518);
  const position = fitText(frame.position ?? '', columns - EDGE_CELLS);
  if (position !== '') labelled(row, columns - textWidth(position) - 3, position, frame.titleStyle);
  return row;
}

function drawLine(row: Row, style: Style, left: number, right: number): void {
  row.glyphs.fill(LINE);
  row.foregrounds.fill(style.foreground);
  row.backgrounds.fill(style.background);
  row.attributes.fill(style.attributes);
  row.glyphs[0] = left;
  row.glyphs[row.columns - 1] = right;
}

/** A blank, the text, a blank. */
function labelled(row: Row, x: number, text: string, style: Style): void {
  row.glyphs[x] = BLANK;
  const end = writeText(row, x + 1, text, style, row.columns - 1);
  if (end < row.columns) row.glyphs[end] = BLANK;
}

/** A vertical edge. */
export const SIDE = 0x2502;
