/** A text that is being edited, as lines with its caret. */
import type { Line } from './screens/control-room/request-lines.ts';
import { revealed, span, wrapSpans, type Span } from './text.ts';
import type { TextField } from './text-field.ts';

export interface FieldLines {
  readonly lines: readonly Line[];
  /** The line the caret stands in. */
  readonly caret: number;
}

/** With `isActive` the caret shows. Unseen characters are spelled out: what is typed is what will be sent. */
export function fieldLines(field: TextField, width: number, isActive = true): FieldLines {
  const lines: Line[] = [];
  let caret = 0;
  let from = 0;
  for (const text of field.text.split('\n')) {
    const at = field.caret - from;
    const hasCaret = isActive && at >= 0 && at <= text.length;
    const spans: Span[] = hasCaret ? withCaret(text, at) : revealed(text);
    const broken = wrapSpans(spans, Math.max(1, width));
    if (hasCaret)
      caret = lines.length + broken.findIndex((line) => line.some(({ role }) => role === 'caret'));
    lines.push(...broken);
    from += text.length + 1;
  }
  return { lines, caret };
}

function withCaret(text: string, at: number): Span[] {
  const under = String.fromCodePoint(...(text.codePointAt(at) === undefined ? [] : [text.codePointAt(at)!]));
  const shown =
    under === ''
      ? ' '
      : revealed(under)
          .map((part) => part.text)
          .join('');
  return [...revealed(text.slice(0, at)), span(shown, 'caret'), ...revealed(text.slice(at + under.length))];
}

/** One line of a field, moved so that the caret is on it. */
export function fieldLine(field: TextField, width: number, isActive = true): Line {
  const text = field.text.replaceAll('\n', ' ');
  const { lines, caret } = fieldLines({ ...field, text }, Math.max(1, width - 1), isActive);
  const at = isActive ? caret : 0;
  // More of it lies before: the line must not look like all there is.
  return at === 0 ? (lines[0] ?? []) : [span('…', 'dim'), ...(lines[at] ?? [])];
}
