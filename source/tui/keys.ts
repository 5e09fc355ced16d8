/**
 * The one table of keys. Help, key bar and palette are printed from it, so none of them can be stale, and a
 * person rebinds an action by its name in it.
 */

/** Where a key is pressed. The three regions of the room fall back on `room`, the pages over it on `page`. */
export const CONTEXTS = [
  'room',
  'list',
  'panes',
  'queue',
  'page',
  'heatmap',
  'insights',
  'quarantine',
  'typing',
  'scroll',
  'look',
  'edit',
  'reject',
  'always',
  'batch',
  'grants',
  'respond',
  'grant',
  'snooze',
  'reason',
  'start',
  'confirm',
  'help',
  'palette',
  'filter',
  'search',
  'alarms',
] as const;
export type Context = (typeof CONTEXTS)[number];

export interface KeyRow {
  readonly action: string;
  readonly contexts: readonly Context[];
  readonly keys: readonly string[];
  /** A word or two for the key bar. */
  readonly label: string;
  /** One sentence for the help. */
  readonly help: string;
  /** Offered in the palette: it makes sense without the region it is bound in. */
  readonly isInPalette?: true;
}

const row = (
  action: string,
  contexts: Context | readonly Context[],
  keys: string,
  label: string,
  help: string,
  isInPalette?: true,
): KeyRow => ({
  action,
  contexts: typeof contexts === 'string' ? [contexts] : contexts,
  keys: keys.split(' '),
  label,
  help,
  ...(isInPalette && { isInPalette }),
});

export const KEYS = [
  row(
    'next-waiting',
    ['room', 'page'],
    'w',
    'next waiting',
    'Go to the next thing that waits for you.',
    true,
  ),
  row(
    'type',
    'room',
    't',
    'type to agent',
    'Send every key to the agent, until the prefix key is pressed.',
    true,
  ),
  row(
    'type-here',
    ['list', 'panes'],
    'enter',
    'type to agent',
    'Type to the agent under the cursor; opens its pane when it has none.',
  ),
  row('look', 'queue', 'enter', 'look closer', 'Show everything about the request.'),
  row(
    'approve',
    'queue',
    'a',
    'approve',
    'Let the call run exactly as shown. Only when all of its input is on screen.',
  ),
  row(
    'always',
    'queue',
    'A',
    'always …',
    'Make a rule of it: proposes the narrowest, shows what it would have matched, and writes it to a file.',
  ),
  row(
    'batch',
    'queue',
    'B',
    'batch',
    'Approve everything of the same kind that waits, after showing each of them.',
  ),
  row('edit', 'queue', 'e', 'edit', 'Change the input and let the changed call run.'),
  row('edit-outside', 'queue', 'E', '$EDITOR', 'Change the whole input in $EDITOR.'),
  row('reject', 'queue', 'r', 'reject', 'Refuse the call, with a message the agent gets to read.'),
  row(
    'respond',
    'queue',
    'p',
    'respond',
    'Answer the agent instead of running the call: it reads your words and goes on.',
  ),
  row('snooze', 'queue', 's', 'snooze', 'Put the request off for a while; it comes back by itself.'),
  row('wake', 'queue', 'S', 'wake', 'Bring back everything that was put off.', true),
  row('undo', 'room', 'u', 'undo', 'Take back your last yes, as long as the agent has not got it.', true),
  row('up', 'room', 'k up', 'up', 'Move up.'),
  row('down', 'room', 'j down', 'down', 'Move down.'),
  row('left', 'room', 'h left', 'left', 'Move left, from the panes into the list.'),
  row('right', 'room', 'l right', 'right', 'Move right, from the list into the panes.'),
  row('first', ['list', 'queue'], 'g home', 'first', 'Go to the first row.'),
  row('last', ['list', 'queue'], 'G end', 'last', 'Go to the last row.'),
  row('next-region', 'room', 'tab', 'next region', 'Move between list, panes and queue.'),
  row('previous-region', 'room', 'shift+tab', 'back', 'Move between list, panes and queue, backwards.'),
  row(
    'number',
    'room',
    '1 2 3 4 5 6 7 8 9',
    'pane',
    'Focus that pane. On a narrow screen: 1 list, 2 pane, 3 queue, 4 heatmap.',
  ),
  row('zoom', 'room', 'z', 'zoom', 'Give the focused pane the whole screen, and back.', true),
  row('layout', 'room', 'space', 'layout', 'Next layout: tiled, columns, stack, one.', true),
  row('swap', 'panes', 's', 'swap', 'Swap the pane with the next one.'),
  row('swap-back', 'panes', 'S', 'swap back', 'Swap the pane with the one before.'),
  row('wider', 'panes', '>', 'wider', 'Make the pane wider.'),
  row('narrower', 'panes', '<', 'narrower', 'Make the pane narrower.'),
  row('higher', 'panes', '+', 'higher', 'Make the pane higher, and those beside it.'),
  row('lower', 'panes', '-', 'lower', 'Make the pane lower, and those beside it.'),
  row('even', 'panes', '=', 'even', 'Make all panes alike again.'),
  row(
    'close-pane',
    ['list', 'panes'],
    'c',
    'close pane',
    'Close the pane; the agent keeps running and stays in the list.',
  ),
  row(
    'scroll',
    'room',
    'pageup [',
    'scroll back',
    'Scroll back in the focused pane, with search and copy.',
    true,
  ),
  row('start', 'room', 'n', 'new agent', 'Start an agent or a command.', true),
  row('init', 'room', 'i', 'write fleet.yaml', 'Write a fleet.yaml from what is found in the project.', true),
  row('stop', 'room', 'x', 'stop', 'Stop the agent under the cursor; asks first.', true),
  row(
    'restart',
    'room',
    'R',
    'restart',
    'Start the same task again, in the same worktree, stopping it first if it runs; asks first.',
    true,
  ),
  row('filter', ['room', 'heatmap', 'insights'], '/', 'filter', 'Show only agents that match.', true),
  row('palette', 'room', ': ctrl+p', 'palette', 'Find any action or agent by typing.'),
  row(
    'heatmap',
    ['room', 'page'],
    'H',
    'heatmap',
    'How risky every agent is: by signal, or over the last hours and days.',
    true,
  ),
  row(
    'insights',
    ['room', 'page'],
    'I',
    'insights',
    'What makes each agent risky, and what would bring it down.',
    true,
  ),
  row(
    'quarantine',
    ['room', 'heatmap', 'insights'],
    'Q',
    'quarantine',
    'Stop the agent under the cursor until a person releases it; of one that is in quarantine, show what it did.',
    true,
  ),
  row(
    'let-go',
    ['list', 'heatmap', 'insights'],
    'r',
    'let go',
    'Let an agent that a tripwire holds go on, with a reason; of one in quarantine, show what it did first.',
  ),
  row('grants', 'room', 'ctrl+g', 'grants', 'What was granted for a while, and taking it back.', true),
  row('alarms', ['room', 'page'], '!', 'alarms', 'What was not as it should be.', true),
  row('theme', ['room', 'page'], 'T', 'theme', 'Next theme: dark, light, contrast.', true),
  row('redraw', ['room', 'page'], 'ctrl+l', 'redraw', 'Paint the whole screen again.', true),
  row('help', ['room', 'page'], '?', 'keys', 'All keys; type to search.', true),
  row('quit', 'room', 'q', 'quit', 'Leave. Agents keep running.', true),
  row('leave-filter', 'room', 'escape', 'back', 'Clear the filter, leave zoom, go back to the list.'),

  row('row-up', 'page', 'k up', 'up', 'One row up.'),
  row('row-down', 'page', 'j down', 'down', 'One row down.'),
  row('rows-up', 'page', 'pageup ctrl+b', 'page up', 'One page up.'),
  row('rows-down', 'page', 'pagedown ctrl+f space', 'page down', 'One page down.'),
  row('row-first', 'page', 'g home', 'first', 'The first row.'),
  row('row-last', 'page', 'G end', 'last', 'The last row.'),
  row('page-back', 'page', 'escape q', 'back', 'Back to where you came from.'),
  row('cell-left', ['heatmap', 'insights'], 'h left', 'left', 'The signal, or the stretch of time, before.'),
  row(
    'cell-right',
    ['heatmap', 'insights'],
    'l right',
    'right',
    'The signal, or the stretch of time, after.',
  ),
  row('cell-events', ['heatmap', 'insights'], 'enter', 'events', 'The events behind the figure.'),
  row('view', 'heatmap', 'tab', 'time view', 'Signals now, then 6 hours, 24 hours, 7 days.'),
  row('view-back', 'heatmap', 'shift+tab', 'back', 'The view before.'),
  row('sort', 'heatmap', 's', 'sort', 'Sort by risk, by name, or by the signal under the cursor.'),
  row(
    'release',
    'quarantine',
    'r',
    'release',
    'Let the agent work again, with a reason; once all of this has been on screen.',
  ),
  row('reason-send', 'reason', 'enter', 'do it', 'Do it, with this reason on record.'),
  row('reason-cancel', 'reason', 'escape', 'cancel', 'Leave the agent as it is.'),

  row('prefix', 'typing', 'ctrl+]', 'leave', 'Leave TYPING. Pressed twice it goes to the agent.'),

  row('scroll-up', 'scroll', 'k up', 'up', 'One line up.'),
  row('scroll-down', 'scroll', 'j down', 'down', 'One line down.'),
  row('page-up', 'scroll', 'pageup ctrl+b', 'page up', 'One page up.'),
  row('page-down', 'scroll', 'pagedown ctrl+f', 'page down', 'One page down; leaves at the end.'),
  row('half-up', 'scroll', 'ctrl+u', 'half up', 'Half a page up.'),
  row('half-down', 'scroll', 'ctrl+d', 'half down', 'Half a page down.'),
  row('top', 'scroll', 'g home', 'top', 'The oldest line kept.'),
  row('bottom', 'scroll', 'G end', 'bottom', 'The newest line.'),
  row('search', 'scroll', '/', 'search', 'Search in everything kept of this session.'),
  row('next-hit', 'scroll', 'n', 'older hit', 'The next hit, going back in time.'),
  row('previous-hit', 'scroll', 'N', 'newer hit', 'The hit after, going forward in time.'),
  row('select', 'scroll', 'v V', 'select', 'Begin to select lines, or give it up.'),
  row('copy', 'scroll', 'y enter', 'copy', 'Send the selected lines to the clipboard of your terminal.'),
  row('leave-scroll', 'scroll', 'escape q', 'back to live', 'Back to the live screen.'),

  row('look-up', 'look', 'k up', 'up', 'One line up.'),
  row('look-down', 'look', 'j down', 'down', 'One line down.'),
  row('look-page-up', 'look', 'pageup ctrl+b', 'page up', 'One page up.'),
  row('look-page-down', 'look', 'pagedown ctrl+f space', 'page down', 'One page down.'),
  row('look-first', 'look', 'g home', 'top', 'The beginning.'),
  row('look-last', 'look', 'G end', 'end', 'The end.'),
  row(
    'look-approve',
    'look',
    'a',
    'approve',
    'Let the call run exactly as shown, once all of it has been on screen.',
  ),
  row(
    'look-always',
    'look',
    'A',
    'always …',
    'Make a rule of it: proposes the narrowest, shows what it would have matched, and writes it to a file.',
  ),
  row('look-edit', 'look', 'e', 'edit', 'Change the input and let the changed call run.'),
  row('look-edit-outside', 'look', 'E', '$EDITOR', 'Change the whole input in $EDITOR.'),
  row('look-reject', 'look', 'r', 'reject', 'Refuse the call, with a message the agent gets to read.'),
  row(
    'look-respond',
    'look',
    'p',
    'respond',
    'Answer the agent instead of running the call: it reads your words and goes on.',
  ),
  row('look-snooze', 'look', 's', 'snooze', 'Put the request off for a while; it comes back by itself.'),
  row('look-undo', 'look', 'u', 'undo', 'Take back your last yes, as long as the agent has not got it.'),
  row('look-next', 'look', 'w tab', 'next waiting', 'The next request.'),
  row('look-back', 'look', 'escape q', 'back', 'Back to the room.'),

  row('edit-approve', 'edit', 'ctrl+s', 'approve the edit', 'Let the call run with the input as edited.'),
  row('edit-cancel', 'edit', 'escape', 'cancel', 'Leave the request as it is.'),
  row('reject-send', 'reject', 'enter', 'reject', 'Refuse the call with this message.'),
  row('reject-cancel', 'reject', 'escape', 'cancel', 'Leave the request as it is.'),
  row('always-next', 'always', 'down', 'wider', 'The next rule proposed; typing changes the rule itself.'),
  row('always-previous', 'always', 'up', 'narrower', 'The rule proposed before.'),
  row('always-target', 'always', 'tab', 'for whom', 'The next place to write it to, or a grant instead.'),
  row('always-target-back', 'always', 'shift+tab', 'back', 'The place before.'),
  row(
    'always-go',
    'always',
    'enter',
    'write it, approve',
    'Write the rule and approve the request. One of your own is looked up in the history first.',
  ),
  row('always-cancel', 'always', 'escape', 'cancel', 'Write nothing.'),
  row('batch-go', 'batch', 'y', 'approve all', 'Approve all of these.'),
  row('batch-cancel', 'batch', 'escape n', 'no', 'Decide nothing; every other key decides nothing, too.'),
  row('grants-up', 'grants', 'k up', 'up', 'The grant above.'),
  row('grants-down', 'grants', 'j down', 'down', 'The grant below.'),
  row('grants-revoke', 'grants', 'x', 'revoke', 'Revoke it: what it covered asks again.'),
  row('grants-back', 'grants', 'escape q', 'back', 'Back to the room.'),
  row('respond-send', 'respond', 'enter', 'answer', 'Give the agent this answer; the call does not run.'),
  row('respond-cancel', 'respond', 'escape', 'cancel', 'Leave the request as it is.'),
  row('grant-send', 'grant', 'enter', 'grant', 'Grant it to this run, with this reason on record.'),
  row('grant-cancel', 'grant', 'escape', 'cancel', 'Leave the request as it is.'),
  row('snooze-send', 'snooze', 'enter', 'snooze', 'Put it off for this time.'),
  row('snooze-cancel', 'snooze', 'escape', 'cancel', 'Leave the request as it is.'),

  row('field-next', 'start', 'tab down', 'next field', 'The next field.'),
  row('field-previous', 'start', 'shift+tab up', 'field before', 'The field before.'),
  row('choice-next', 'start', 'right', 'next choice', 'The next choice, in a field of choices.'),
  row('choice-previous', 'start', 'left', 'choice before', 'The choice before, in a field of choices.'),
  row('start-go', 'start', 'enter', 'start', 'Start it.'),
  row('start-cancel', 'start', 'escape', 'cancel', 'Start nothing.'),

  row('confirm-yes', 'confirm', 'y', 'yes', 'Do it.'),
  row('confirm-no', 'confirm', 'escape n', 'no', 'Do nothing; every other key does nothing too.'),

  row('help-up', 'help', 'up', 'up', 'One line up.'),
  row('help-down', 'help', 'down', 'down', 'One line down.'),
  row('help-page-up', 'help', 'pageup', 'page up', 'One page up.'),
  row('help-page-down', 'help', 'pagedown', 'page down', 'One page down.'),
  row('help-back', 'help', 'escape', 'back', 'Back to the room.'),
  row('palette-up', 'palette', 'up', 'up', 'The row above.'),
  row('palette-down', 'palette', 'down', 'down', 'The row below.'),
  row('palette-go', 'palette', 'enter', 'do it', 'Do what the row says.'),
  row('palette-back', 'palette', 'escape', 'back', 'Back to the room.'),
  row('filter-keep', 'filter', 'enter', 'keep', 'Keep the filter and go on.'),
  row('filter-drop', 'filter', 'escape', 'clear', 'Show all agents again.'),
  row('search-go', 'search', 'enter', 'search', 'Go to the newest hit.'),
  row('search-drop', 'search', 'escape', 'cancel', 'Do not search.'),
  row('alarms-up', 'alarms', 'k up', 'up', 'One line up.'),
  row('alarms-down', 'alarms', 'j down', 'down', 'One line down.'),
  row('alarms-back', 'alarms', 'escape q', 'back', 'Back to the room.'),
] as const satisfies readonly KeyRow[];

/** Key → action, per context. */
export interface Keymap {
  readonly rows: readonly KeyRow[];
  readonly byContext: Readonly<Record<Context, ReadonlyMap<string, KeyRow>>>;
  /** What of the person's own bindings could not be taken, in words. */
  readonly problems: readonly string[];
}

/** Contexts whose keys also hold in `context`, nearest first. */
export function contextsAbove(context: Context): readonly Context[] {
  switch (context) {
    case 'list':
    case 'panes':
    case 'queue':
      return [context, 'room'];
    case 'heatmap':
    case 'insights':
    case 'quarantine':
      return [context, 'page'];
    default:
      return [context];
  }
}

/** In these contexts plain characters are text; an action may not take one away. */
const TEXT_CONTEXTS: ReadonlySet<Context> = new Set([
  'typing',
  'edit',
  'reject',
  'start',
  'help',
  'palette',
  'filter',
  'search',
  'reason',
]);

/** The table with a person's own bindings (`{"approve": ["A"]}`) laid over it; a binding that clashes is left out and named. */
export function keymapOf(overrides: Readonly<Record<string, readonly string[]>> = {}): Keymap {
  const problems: string[] = [];
  let rows: readonly KeyRow[] = KEYS;
  for (const [action, keys] of Object.entries(overrides)) {
    const known = rows.find((row) => row.action === action);
    if (!known) {
      problems.push(`keys.${action}: there is no such action; ? lists them all`);
      continue;
    }
    const changed = rows.map((row) => (row === known ? { ...row, keys: keys.map(spelled) } : row));
    const clashes = conflicts(changed);
    if (clashes.length > 0)
      problems.push(...clashes.map((clash) => `keys.${action}: ${clash}; left as it was`));
    else rows = changed;
  }
  const byContext = {} as Record<Context, Map<string, KeyRow>>;
  for (const context of CONTEXTS) byContext[context] = new Map();
  for (const row of rows)
    for (const context of row.contexts) for (const key of row.keys) byContext[context].set(key, row);
  return { rows, byContext, problems };
}

/** Sentences about keys that would mean two things at once, or eat a character somebody types. */
export function conflicts(rows: readonly KeyRow[]): string[] {
  /** By the clash itself: one in the room is no other one in each of its regions. */
  const found = new Map<string, string>();
  const note = (clash: string, words: string): void => {
    if (!found.has(clash)) found.set(clash, words);
  };
  for (const context of CONTEXTS) {
    const taken = new Map<string, string>();
    for (const place of contextsAbove(context)) {
      for (const row of rows.filter(({ contexts }) => contexts.includes(place))) {
        for (const key of row.keys) {
          const other = taken.get(key);
          if (other !== undefined && other !== row.action)
            note(
              `${key} ${other} ${row.action}`,
              `${key} already means ${other} in ${context}, it cannot mean ${row.action} too`,
            );
          taken.set(key, row.action);
          if (TEXT_CONTEXTS.has(context) && (key.length === 1 || key === 'space'))
            note(`${key} ${row.action}`, `${key} is text in ${context}, it cannot mean ${row.action}`);
        }
      }
    }
  }
  return [...found.values()];
}

const MODIFIERS = ['ctrl', 'alt', 'shift'];

/** One spelling for a key however a person wrote it: `Ctrl-P` and `ctrl+p` are the same. */
export function spelled(key: string): string {
  if (key.length === 1) return key;
  const parts = key.split(/[+-](?=.)/);
  const name = parts.pop()!;
  const modifiers = parts.map((part) => part.toLowerCase());
  const base = modifiers.length > 0 || name.length > 1 ? name.toLowerCase() : name;
  return [...MODIFIERS.filter((modifier) => modifiers.includes(modifier)), base].join('+');
}

/** What a key does here: the nearest context decides. */
export function actionFor(keymap: Keymap, context: Context, key: string): KeyRow | undefined {
  for (const place of contextsAbove(context)) {
    const row = keymap.byContext[place].get(key);
    if (row) return row;
  }
  return undefined;
}

const SHOWN: Readonly<Record<string, string>> = {
  escape: 'esc',
  enter: '↵',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'PgUp',
  pagedown: 'PgDn',
};

/** A key as it is printed. */
export const keyName = (key: string, isUtf8 = true): string =>
  (isUtf8 || key === 'escape' ? SHOWN[key] : undefined) ?? key.replace(/^ctrl\+(?=.)/, 'ctrl-');

/** The first key of an action as it is printed; empty when it has none. */
export const keyOf = (keymap: Keymap, action: string, isUtf8 = true): string =>
  keyName(keymap.rows.find((row) => row.action === action)?.keys[0] ?? '', isUtf8);
