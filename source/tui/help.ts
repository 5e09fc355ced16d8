/** The help, printed from the table of keys. */
import { CONTEXTS, keyName, type Context, type Keymap } from './keys.ts';

export interface HelpLine {
  /** A heading has no keys. */
  readonly keys: string;
  readonly words: string;
}

const HEADINGS: Readonly<Record<Context, string>> = {
  room: 'Everywhere in CONTROL',
  list: 'In the list of agents',
  panes: 'In the panes',
  queue: 'In the queue of requests',
  typing: 'In TYPING: every other key goes to the agent',
  scroll: 'While scrolling back',
  look: 'In the closer look at a request',
  edit: 'While editing a request',
  reject: 'While writing a rejection',
  start: 'While starting an agent',
  confirm: 'When asked whether to do it',
  help: 'In this help',
  palette: 'In the palette',
  filter: 'While filtering',
  search: 'While searching',
  alarms: 'In the alarms',
};

/** Lines with every word of `filter`; all of them without one. */
export function helpLines(keymap: Keymap, filter: string, isUtf8 = true): HelpLine[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const lines: HelpLine[] = [];
  for (const problem of keymap.problems) lines.push({ keys: '!', words: problem });
  for (const context of CONTEXTS) {
    const rows = keymap.rows
      .filter((row) => row.contexts.includes(context))
      .map((row) => ({
        keys: row.keys.map((key) => keyName(key, isUtf8)).join(' '),
        words: row.help,
        found: [...row.keys, row.label, row.help, row.action, HEADINGS[context]].join(' ').toLowerCase(),
      }))
      .filter(({ found }) => words.every((word) => found.includes(word)));
    if (rows.length === 0) continue;
    lines.push({ keys: '', words: HEADINGS[context] }, ...rows.map(({ keys, words }) => ({ keys, words })));
  }
  return lines;
}
