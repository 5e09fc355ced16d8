import { Text } from 'ink';
import { createContext, useContext } from 'react';
import type { ColourDepth } from '../panes/colours.ts';
import type { Role, Span } from '../text.ts';
import { inkColour, styleOf, THEMES, type Theme } from '../theme.ts';

export interface Look {
  readonly theme: Theme;
  readonly depth: ColourDepth;
}

/** Theme and colours of everything below. */
export const LookContext = createContext<Look>({ theme: THEMES[0]!, depth: 'truecolor' });

/** One line of styled text; on a chosen row with the background of the selection. */
export function Spans(props: { readonly spans: readonly Span[]; readonly isSelected?: boolean }) {
  return (
    <Text wrap="truncate">
      {props.spans.map((span, at) => (
        // The spans of a line have no names; their places are what they are.
        // oxlint-disable-next-line react/no-array-index-key
        <Styled key={at} role={span.role} text={span.text} isSelected={props.isSelected ?? false} />
      ))}
    </Text>
  );
}

function Styled(props: { readonly role: Role; readonly text: string; readonly isSelected: boolean }) {
  const { theme, depth } = useContext(LookContext);
  const style = styleOf(props.role, depth);
  const background = style.background ?? (props.isSelected ? 'selection' : null);
  const isBare = depth === 'none';
  return (
    <Text
      color={inkColour(theme, style.colour, depth)}
      backgroundColor={inkColour(theme, background, depth)}
      bold={style.isBold || (props.isSelected && isBare)}
      dimColor={style.isDim && !props.isSelected}
      inverse={style.isInverse !== (props.isSelected && isBare)}
    >
      {props.text}
    </Text>
  );
}
