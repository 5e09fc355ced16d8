import { Text } from 'ink';
import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import { Table } from '../../source/tui/parts/table.tsx';

/** What the table hands to parts of a person's own. */
const textOf = (children: unknown): string => children as string;

const data = [
  { agent: 'docs', age: 4 },
  { agent: '日本語', age: 12 },
];

describe('the table', () => {
  it('UI4 reads like ink-table: data is all it needs', () => {
    expect(render(<Table data={data} />).lastFrame()).toBe(
      [
        '┌────────┬─────┐',
        '│ agent  │ age │',
        '├────────┼─────┤',
        '│ docs   │ 4   │',
        '│ 日本語 │ 12  │',
        '└────────┴─────┘',
      ].join('\n'),
    );
  });

  it('UI4 takes ink-table’s own header, cell and skeleton, columns and padding', () => {
    const frame = render(
      <Table
        data={data}
        columns={['age']}
        padding={0}
        header={({ children }) => <Text>{textOf(children).toUpperCase()}</Text>}
        cell={({ children }) => <Text>{textOf(children).replace('4', 'x')}</Text>}
        skeleton={({ children }) => <Text>{textOf(children).replaceAll('─', '=')}</Text>}
      />,
    ).lastFrame();
    expect(frame).toBe(['┌===┐', '│AGE│', '├===┤', '│x  │', '│12 │', '└===┘'].join('\n'));
  });

  it('UI4 shows a window over many rows, cut to their widths, the chosen one marked', () => {
    const many = Array.from({ length: 1_000 }, (_, at) => ({ name: `agent number ${at}`, age: at }));
    const frame = render(
      <Table
        data={many}
        columns={['name', 'age']}
        widths={{ name: 10, age: 4 }}
        align={{ age: 'right' }}
        padding={0}
        window={{ from: 997, rows: 2 }}
        selected={998}
        isPlain
      />,
    ).lastFrame();
    expect(frame).toBe(['agent num… 997', 'agent num… 998'].join('\n'));
  });
});
