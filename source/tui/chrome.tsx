/** Everything but the panes' cells, drawn by Ink from its model: no state, no effects. */
import { Box, Text } from 'ink';
import type { ChromeModel, TitleLine } from './chrome-model.ts';
import { At, Panel } from './parts/panel.tsx';
import { LookContext, Spans } from './parts/spans.tsx';
import { Table } from './parts/table.tsx';
import type { ListView } from './screens/control-room/agent-rows.ts';
import type { OverlayView } from './screens/control-room/overlay-rows.ts';
import type { QueueView } from './screens/control-room/queue-rows.ts';
import type { Line } from './screens/control-room/request-lines.ts';
import type { Rect } from './panes/rect.ts';
import { span, spansWidth, type Span } from './text.ts';
import { themeNamed, THEMES } from './theme.ts';

export function Chrome({ model }: { readonly model: ChromeModel }) {
  const { columns, rows } = model.size;
  const look = { theme: themeNamed(model.theme) ?? THEMES[0]!, depth: model.depth };
  if (model.tooSmall !== null)
    return (
      <Box width={columns} height={rows} overflow="hidden">
        <Text wrap="wrap">{model.tooSmall}</Text>
      </Box>
    );
  return (
    <LookContext.Provider value={look}>
      <Box width={columns} height={rows} overflow="hidden">
        <At rect={{ x: 0, y: 0, columns, rows: 1 }}>
          <Spans spans={spread(model.header.left, model.header.right, columns)} />
        </At>
        {model.list && <AgentList list={model.list} />}
        {model.titles.map((title) => (
          <Title key={title.rect.y} title={title} />
        ))}
        {model.stage && (
          <At rect={middle(model.stage)}>
            <Lines lines={model.stage.lines} />
          </At>
        )}
        {model.queue && <Queue queue={model.queue} />}
        <At rect={{ x: 0, y: rows - 1, columns, rows: 1 }}>
          <Spans spans={model.bar} />
        </At>
        {model.overlay && <OverlayBox overlay={model.overlay} />}
      </Box>
    </LookContext.Provider>
  );
}

/** Left and right with blanks between, exactly as wide as the screen. */
function spread(left: Line, right: Line, columns: number): Span[] {
  const blanks = Math.max(0, columns - spansWidth(left) - spansWidth(right));
  return [...left, span(' '.repeat(blanks)), ...right];
}

function middle(stage: NonNullable<ChromeModel['stage']>) {
  const { rect, lines } = stage;
  const width = Math.max(...lines.map((line) => spansWidth(line)));
  return {
    x: rect.x + Math.max(0, Math.floor((rect.columns - width) / 2)),
    y: rect.y + Math.max(0, Math.floor((rect.rows - lines.length) / 2)),
    columns: Math.min(width, rect.columns),
    rows: Math.min(lines.length, rect.rows),
  };
}

function Lines({ lines }: { readonly lines: readonly Line[] }) {
  return lines.map((line, at) => (
    // Lines of a text have no names; their places are what they are.
    // oxlint-disable-next-line react/no-array-index-key
    <Spans key={at} spans={line.length === 0 ? [span(' ')] : line} />
  ));
}

function Title({ title }: { readonly title: TitleLine }) {
  return (
    <At rect={title.rect}>
      <Spans spans={title.spans} />
    </At>
  );
}

const LIST_COLUMNS = ['mark', 'name', 'doing', 'age', 'risk'] as const;

function AgentList({ list }: { readonly list: ListView }) {
  const rows = (
    <Table
      data={list.rows.map((row) => ({ ...row, mark: row.mark, name: row.name }))}
      columns={LIST_COLUMNS}
      widths={{ ...list.widths, name: list.widths.name + 1, doing: list.widths.doing + 1 }}
      align={{ age: 'right', risk: 'right' }}
      padding={0}
      selected={list.selected}
      isPlain
    />
  );
  const content =
    list.empty.length > 0 ? <Lines lines={list.empty.map((line) => [span(' '), ...line])} /> : rows;
  if (!list.isFramed) return <At rect={list.area}>{content}</At>;
  return (
    <Panel
      rect={list.frame}
      title={[span(list.title, list.isFocused ? 'accent' : 'dim')]}
      isFocused={list.isFocused}
    >
      {content}
    </Panel>
  );
}

const QUEUE_COLUMNS = ['agent', 'tool', 'summary', 'age'] as const;

function Queue({ queue }: { readonly queue: QueueView }) {
  const { agent, tool, summary, age } = queue.widths;
  const parts = (
    <>
      {queue.items.rows > 0 && (
        <At rect={queue.items}>
          <Table
            data={queue.rows}
            columns={QUEUE_COLUMNS}
            widths={{ agent: agent + 1, tool: tool + 1, summary: summary + 1, age }}
            align={{ age: 'right' }}
            padding={0}
            selected={queue.selected}
            isPlain
          />
        </At>
      )}
      <At rect={queue.detail}>
        <Lines lines={queue.lines} />
      </At>
    </>
  );
  if (queue.isFramed)
    return (
      <>
        <Panel rect={queue.frame} title={queue.title} isFocused={queue.isFocused}>
          {null}
        </Panel>
        <Divider rect={queue.divider} />
        {parts}
      </>
    );
  const { columns } = queue.frame;
  const mark = queue.isFocused ? 'accent' : 'border';
  const line = '─'.repeat(Math.max(0, columns - spansWidth(queue.title) - 3));
  return (
    <>
      <At rect={{ ...queue.frame, rows: 1 }}>
        <Spans spans={[span('─ ', mark), ...queue.title, span(` ${line}`, mark)]} />
      </At>
      {parts}
    </>
  );
}

/** A line between two parts that stand side by side. */
function Divider({ rect }: { readonly rect: Rect | null }) {
  if (!rect) return null;
  const line = Array.from({ length: rect.rows }, (_, at) => at);
  return (
    <At rect={rect}>
      {line.map((at) => (
        <Spans key={at} spans={[span('│', 'border')]} />
      ))}
    </At>
  );
}

/** Every cell of it is written, so that nothing of the room shows through. */
function OverlayBox({ overlay }: { readonly overlay: OverlayView }) {
  const { rect } = overlay;
  if (!overlay.isFramed)
    return (
      <At rect={rect}>
        <Spans spans={filled(overlay.lines[0] ?? [], rect.columns)} />
      </At>
    );
  const inside = rect.columns - 2;
  const room = rect.rows - 2;
  const lines: Line[] = [[], ...overlay.lines];
  while (lines.length < room - 1) lines.push([]);
  lines.push(overlay.hint);
  return (
    <Panel rect={rect} title={overlay.title} isFocused>
      {lines.slice(0, room).map((line, at) => (
        // oxlint-disable-next-line react/no-array-index-key
        <Spans
          key={at}
          spans={filled([span(' '), ...line], inside)}
          isSelected={at === overlay.selected + 1 && overlay.selected >= 0}
        />
      ))}
    </Panel>
  );
}

const filled = (line: Line, columns: number): Span[] => [
  ...line,
  span(' '.repeat(Math.max(0, columns - spansWidth(line)))),
];
