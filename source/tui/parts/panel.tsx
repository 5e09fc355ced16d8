import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { Rect } from '../panes/rect.ts';
import { cutSpans, span, spansWidth, type Role, type Span } from '../text.ts';
import { Spans } from './spans.tsx';

/** Something at its place on the screen. */
export function At(props: { readonly rect: Rect; readonly children: ReactNode }) {
  const { x, y, columns, rows } = props.rect;
  return (
    <Box
      position="absolute"
      marginLeft={x}
      marginTop={y}
      width={columns}
      height={rows}
      flexDirection="column"
      overflow="hidden"
    >
      {props.children}
    </Box>
  );
}

/** A frame with its title in the upper edge; the one that gets the keys is lit. */
export function Panel(props: {
  readonly rect: Rect;
  readonly title: readonly Span[];
  readonly isFocused: boolean;
  readonly children: ReactNode;
}) {
  const { columns, rows } = props.rect;
  const role: Role = props.isFocused ? 'accent' : 'border';
  const title = cutSpans(props.title, Math.max(0, columns - 6)).spans;
  const line = '─'.repeat(Math.max(0, columns - 5 - spansWidth(title)));
  const side = Array.from({ length: Math.max(0, rows - 2) }, (_, at) => at);
  return (
    <At rect={props.rect}>
      <Spans spans={[span('┌ ', role), ...title, span(` ${line}─┐`, role)]} />
      <Box height={Math.max(0, rows - 2)}>
        <Box flexDirection="column" width={1} flexShrink={0}>
          {side.map((at) => (
            <Spans key={at} spans={[span('│', role)]} />
          ))}
        </Box>
        <Box flexDirection="column" width={Math.max(0, columns - 2)} flexShrink={0} overflow="hidden">
          {props.children}
        </Box>
        <Box flexDirection="column" width={1} flexShrink={0}>
          {side.map((at) => (
            <Spans key={at} spans={[span('│', role)]} />
          ))}
        </Box>
      </Box>
      <Spans spans={[span(`└${'─'.repeat(Math.max(0, columns - 2))}┘`, role)]} />
    </At>
  );
}
