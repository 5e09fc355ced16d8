/**
 * A table with the properties of ink-table (data, columns, padding, header, cell, skeleton), which cannot be
 * imported with Ink 8; and with what a control room needs besides: right widths for wide characters, cut
 * cells, a window over many rows, a chosen row.
 */
import { Box, Text } from 'ink';
import type { ComponentType, ReactNode } from 'react';
import { cutSpans, span, spansWidth, type Span } from '../text.ts';
import { Spans } from './spans.tsx';

export type Scalar = string | number | boolean | null | undefined;
/** A cell's value: plain, or a line with styles of its own. */
export type Value = Scalar | readonly Span[];
export type RowData<Columns extends string> = Readonly<Partial<Record<Columns, Value>>>;

interface PartProps {
  readonly children?: ReactNode;
}

export interface CellProps extends PartProps {
  readonly column: number;
}

export interface TableProps<Columns extends string> {
  readonly data: readonly RowData<Columns>[];
  readonly columns?: readonly Columns[];
  /** Blanks on both sides of a cell, 1 when not given. */
  readonly padding?: number;
  readonly header?: ComponentType<PartProps>;
  readonly cell?: ComponentType<CellProps>;
  readonly skeleton?: ComponentType<PartProps>;
  /** Columns of the screen for each column; what its widest value needs when not given. */
  readonly widths?: Readonly<Partial<Record<Columns, number>>>;
  readonly align?: Readonly<Partial<Record<Columns, 'left' | 'right'>>>;
  /** Rows alone, without header and lines. */
  readonly isPlain?: boolean;
  /** Only these rows; all when not given. */
  readonly window?: { readonly from: number; readonly rows: number };
  /** Index of the chosen row. */
  readonly selected?: number;
}

const Header = ({ children }: PartProps) => <Text bold>{children}</Text>;
const Plain = ({ children }: PartProps) => <Text>{children}</Text>;

export function Table<Columns extends string>(props: TableProps<Columns>) {
  const { data, padding = 1, align = {}, selected = -1, isPlain = false } = props;
  const columns = props.columns ?? namesIn(data);
  const widths = columns.map((column) => props.widths?.[column] ?? widest(data, column, isPlain));
  const from = props.window?.from ?? 0;
  const shown = data.slice(from, props.window ? from + props.window.rows : undefined);
  const Skeleton = props.skeleton ?? Plain;
  const HeaderCell = props.header ?? Header;
  const line = (left: string, middle: string, right: string): ReactNode => (
    <Skeleton>{left + widths.map((width) => '─'.repeat(width + 2 * padding)).join(middle) + right}</Skeleton>
  );
  const rows = shown.map((row, at) => {
    const cells = columns.map((column, index) =>
      padded(
        spansOf(row[column]),
        widths[index]!,
        padding,
        (align as Record<string, 'left' | 'right'>)[column],
      ),
    );
    return isPlain ? (
      // Rows have no names of their own; what stands where is all there is.
      // oxlint-disable-next-line react/no-array-index-key
      <Spans key={at} spans={cells.flat()} isSelected={from + at === selected} />
    ) : (
      // oxlint-disable-next-line react/no-array-index-key
      <RuledRow
        key={at}
        cells={cells}
        isSelected={from + at === selected}
        cell={props.cell}
        skeleton={Skeleton}
      />
    );
  });
  if (isPlain) return <Box flexDirection="column">{rows}</Box>;
  return (
    <Box flexDirection="column">
      {line('┌', '┬', '┐')}
      <Box>
        {columns.map((column, index) => (
          <Box key={column}>
            <Skeleton>│</Skeleton>
            <HeaderCell>
              {padded([span(column)], widths[index]!, padding)
                .map(({ text }) => text)
                .join('')}
            </HeaderCell>
          </Box>
        ))}
        <Skeleton>│</Skeleton>
      </Box>
      {line('├', '┼', '┤')}
      {rows}
      {line('└', '┴', '┘')}
    </Box>
  );
}

function RuledRow(props: {
  readonly cells: readonly (readonly Span[])[];
  readonly isSelected: boolean;
  readonly cell: ComponentType<CellProps> | undefined;
  readonly skeleton: ComponentType<PartProps>;
}) {
  const { cells, isSelected, cell: Cell, skeleton: Skeleton } = props;
  return (
    <Box>
      {cells.map((spans, column) => (
        // oxlint-disable-next-line react/no-array-index-key
        <Box key={column}>
          <Skeleton>│</Skeleton>
          {Cell ? (
            <Cell column={column}>{spans.map(({ text }) => text).join('')}</Cell>
          ) : (
            <Spans spans={spans} isSelected={isSelected} />
          )}
        </Box>
      ))}
      <Skeleton>│</Skeleton>
    </Box>
  );
}

function namesIn<Columns extends string>(data: readonly RowData<Columns>[]): readonly Columns[] {
  return [...new Set(data.flatMap((row) => Object.keys(row) as Columns[]))];
}

function widest<Columns extends string>(
  data: readonly RowData<Columns>[],
  column: Columns,
  isPlain: boolean,
): number {
  const header = isPlain ? 0 : spansWidth([span(column)]);
  return data.reduce((width, row) => Math.max(width, spansWidth(spansOf(row[column]))), header);
}

const spansOf = (value: Value): readonly Span[] =>
  typeof value === 'object' && value !== null
    ? value
    : value === null || value === undefined
      ? []
      : [span(String(value))];

function padded(
  spans: readonly Span[],
  width: number,
  padding: number,
  align: 'left' | 'right' = 'left',
): Span[] {
  const cut = cutSpans(spans, width).spans;
  const blanks = span(' '.repeat(Math.max(0, width - spansWidth(cut))));
  const side = span(' '.repeat(padding));
  const filled = align === 'right' ? [blanks, ...cut] : [...cut, blanks];
  return [side, ...filled, side].filter(({ text }) => text !== '');
}
