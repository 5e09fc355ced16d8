/** The chrome without Ink: what there is to see while Ink still loads, and should its thread ever fail for good. */
import type { Grid, Row } from '../wire/cells.ts';
import type { ChromeModel } from './chrome-model.ts';
import type { Rect } from './panes/rect.ts';
import type { Style as CellStyle } from './panes/style.ts';
import { writeText } from './panes/text-cells.ts';
import { Attribute } from '../wire/cells.ts';
import { spansWidth, type Role, type Span } from './text.ts';
import { cellColour, styleOf, themeNamed, THEMES } from './theme.ts';

export function paintPlainChrome(model: ChromeModel, grid: Grid): void {
  for (const line of grid.lines) line.clear();
  const styled = (role: Role): CellStyle => cellStyle(model, role);
  const put = (x: number, y: number, spans: readonly Span[], end = grid.columns): void =>
    writeSpans(grid.lines[y], x, spans, end, styled);
  if (model.tooSmall !== null) return put(0, 0, [{ text: model.tooSmall, role: 'plain' }]);
  put(0, 0, model.header.left);
  put(Math.max(0, grid.columns - spansWidth(model.header.right)), 0, model.header.right);
  if (model.list) {
    const { area, frame, isFramed, rows, empty } = model.list;
    if (isFramed) box(grid, frame, styled('border'));
    for (const [at, row] of rows.entries())
      put(
        area.x,
        area.y + at,
        [
          ...row.mark,
          ...pad(row.mark, 3),
          ...row.name,
          ...pad(row.name, model.list.widths.name + 1),
          ...row.doing,
        ],
        area.x + area.columns,
      );
    for (const [at, line] of empty.entries()) put(area.x + 1, area.y + at, line);
  }
  for (const { rect, spans } of model.titles) put(rect.x, rect.y, spans);
  if (model.queue) {
    const { frame, isFramed, title, detail, lines } = model.queue;
    if (isFramed) box(grid, frame, styled('border'));
    put(frame.x + 2, frame.y, title, frame.x + frame.columns - 2);
    for (const [at, line] of lines.entries()) put(detail.x, detail.y + at, line, detail.x + detail.columns);
  }
  if (model.overlay) {
    const { rect, title, lines, hint } = model.overlay;
    for (let y = rect.y; y < rect.y + rect.rows; y++) grid.lines[y]?.clear();
    put(rect.x + 2, rect.y, title);
    for (const [at, line] of lines.entries()) put(rect.x + 2, rect.y + (rect.rows > 1 ? 2 : 0) + at, line);
    if (rect.rows > 1) put(rect.x + 2, rect.y + rect.rows - 2, hint);
  }
  put(0, grid.rows - 1, model.bar);
}

const pad = (spans: readonly Span[], width: number): Span[] => [
  { text: ' '.repeat(Math.max(0, width - spansWidth(spans))), role: 'plain' },
];

function writeSpans(
  row: Row | undefined,
  x: number,
  spans: readonly Span[],
  end: number,
  styled: (role: Role) => CellStyle,
): void {
  let column = x;
  if (row) for (const { text, role } of spans) column = writeText(row, column, text, styled(role), end);
}

function box(grid: Grid, { x, y, columns, rows }: Rect, style: CellStyle): void {
  const line = '─'.repeat(Math.max(0, columns - 2));
  for (let at = 0; at < rows; at++) {
    const row = grid.lines[y + at];
    if (!row) continue;
    const [left, right] = at === 0 ? ['┌', '┐'] : at === rows - 1 ? ['└', '┘'] : ['│', '│'];
    writeText(row, x, left, style);
    if (at === 0 || at === rows - 1) writeText(row, x + 1, line, style);
    writeText(row, x + columns - 1, right, style);
  }
}

export function cellStyle(model: Pick<ChromeModel, 'theme' | 'depth'>, role: Role): CellStyle {
  const theme = themeNamed(model.theme) ?? THEMES[0]!;
  const style = styleOf(role, model.depth);
  return {
    foreground: cellColour(theme, style.colour, model.depth),
    background: cellColour(theme, style.background, model.depth),
    attributes:
      (style.isBold ? Attribute.Bold : 0) |
      (style.isDim ? Attribute.Dim : 0) |
      (style.isInverse ? Attribute.Inverse : 0),
  };
}
