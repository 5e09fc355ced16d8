/** The help, printed from the table of keys, and what the marks on screen mean. */
import { CONTEXTS, keyName, type Context, type KeyRow } from './keys.ts';
import { clusters } from './panes/text-cells.ts';
import { widthOf } from './text.ts';
import type { Setting } from './ui-state.ts';

export interface HelpLine {
  /** `more` goes on with the words of the line above. */
  readonly type: 'heading' | 'key' | 'mark' | 'more';
  readonly keys: string;
  readonly words: string;
}

/** The longest row of keys with a blank on either side. */
export const KEYS_COLUMNS = 21;

const HEADINGS: Readonly<Record<Context, string>> = {
  room: 'Everywhere in CONTROL',
  list: 'In the list of agents',
  panes: 'In the panes',
  queue: 'In the queue of requests',
  page: 'On every page besides the room',
  heatmap: 'In the heatmap',
  insights: 'In the insights',
  quarantine: 'In the evidence of a quarantine',
  typing: 'In TYPING: every other key goes to the agent',
  scroll: 'While scrolling back',
  look: 'In the closer look at a request',
  edit: 'While editing a request',
  reject: 'While writing a rejection',
  always: 'While making a rule of a request',
  batch: 'While deciding on several at once',
  grants: 'In the standing grants',
  respond: 'While answering instead of running a call',
  grant: 'While granting a scope',
  snooze: 'While putting a request off',
  reason: 'While saying why',
  start: 'While starting an agent',
  confirm: 'When asked whether to do it',
  help: 'In this help',
  palette: 'In the palette',
  filter: 'While filtering',
  search: 'While searching',
  alarms: 'In the alarms',
};

const MARKS_HEADING = 'What the marks mean';
const MARKS: readonly (readonly [mark: string, words: string])[] = [
  ['●', 'It runs.'],
  ['◐', 'It waits for your answer.'],
  ['○', 'It is idle, or not running.'],
  ['~', 'It starts or stops.'],
  ['✓', 'It has done its work and ended.'],
  ['✗', 'It has failed.'],
  ['□', 'It was stopped.'],
  ['■', 'Its agent is in quarantine: it starts again when a person releases it.'],
  ['°', 'Contained only: its tool calls do not pass the gate, and whether it is idle is not known.'],
  ['!', 'Something is not as it should be.'],
];

/** Lines of at most `width` columns with every word of `filter`; all of them without one. */
export function helpLines(
  { keymap, isUtf8 }: Pick<Setting, 'keymap' | 'isUtf8'>,
  filter: string,
  width: number,
  /** Where somebody is: told first. */
  here: readonly Context[] = [],
): HelpLine[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const isFound = (...texts: readonly string[]): boolean => {
    const text = texts.join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const lines: HelpLine[] = keymap.problems.flatMap((problem) => broken('mark', '!', problem, width));
  const section = (heading: string, found: readonly HelpLine[]): void => {
    if (found.length > 0) lines.push({ type: 'heading', keys: '', words: heading }, ...found);
  };
  for (const context of [...here, ...CONTEXTS.filter((each) => !here.includes(each))])
    section(
      HEADINGS[context],
      keymap.rows
        .filter(({ contexts }) => contexts.includes(context))
        .filter((row) => isFound(...row.keys, row.label, row.help, row.action, HEADINGS[context]))
        .flatMap((row) => broken('key', keysOf(row, isUtf8), row.help, width)),
    );
  section(
    MARKS_HEADING,
    MARKS.filter((mark) => isFound(...mark, MARKS_HEADING)).flatMap((mark) => broken('mark', ...mark, width)),
  );
  return lines;
}

/** Nine digits in a row are told as the first and the last. */
function keysOf({ keys }: KeyRow, isUtf8: boolean): string {
  const names = keys.map((key) => keyName(key, isUtf8));
  return names.join('') === '123456789' ? '1 to 9' : names.join(' ');
}

/** The words beside their keys, broken between words. */
function broken(type: HelpLine['type'], keys: string, words: string, width: number): HelpLine[] {
  const parts = wrapWords(words, Math.max(1, width - KEYS_COLUMNS));
  return parts.map((part, at) =>
    at === 0 ? { type, keys, words: part } : { type: 'more', keys: '', words: part },
  );
}

/** Lines of at most `width` columns; only a word longer than that is broken itself. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && widthOf(line) + 1 + widthOf(word) <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else {
      if (line !== '') lines.push('');
      for (const cluster of clusters(word)) {
        if (widthOf(lines.at(-1)!) + cluster.width > width) lines.push('');
        lines[lines.length - 1] += cluster.text;
      }
    }
  }
  return lines;
}
