/** The chrome without Ink: what there is to see while Ink still loads, and should its thread ever fail for good. */
import { Row, type Grid } from '../wire/cells.ts';
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
  paintPage(model, grid);
  if (model.overlay) {
    const { rect, title, lines, hint } = model.overlay;
    for (let y = rect.y; y < rect.y + rect.rows; y++) grid.lines[y]?.clear();
    put(rect.x + 2, rect.y, title);
    for (const [at, line] of lines.entries()) put(rect.x + 2, rect.y + (rect.rows > 1 ? 2 : 0) + at, line);
    if (rect.rows > 1) put(rect.x + 2, rect.y + rect.rows - 2, hint);
  }
  put(0, grid.rows - 1, model.bar);
}

/** The page's cells, around what lies over it. */
export function paintPage(model: ChromeModel, grid: Grid): void {
  const { page, overlay } = model;
  if (!page) return;
  const styles = new Map<Role, CellStyle>();
  const styled = (role: Role): CellStyle => {
    const style = styles.get(role) ?? cellStyle(model, role);
    styles.set(role, style);
    return style;
  };
  const line = new Row(grid.columns);
  for (let at = 0; at < page.rect.rows; at++) {
    const y = page.rect.y + at;
    const row = grid.lines[y];
    if (!row) continue;
    line.clear();
    writeSpans(line, page.rect.x, page.lines[at] ?? [], page.rect.x + page.rect.columns, styled);
    const isBelow = overlay !== null && y >= overlay.rect.y && y < overlay.rect.y + overlay.rect.rows;
    for (let x = 0; x < grid.columns; x++) {
      if (isBelow && x >= overlay.rect.x && x < overlay.rect.x + overlay.rect.columns) continue;
      row.set(x, line.glyphs[x]!, line.foregrounds[x]!, line.backgrounds[x]!, line.attributes[x]!);
    }
  }
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
