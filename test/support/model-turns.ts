/**
 * What the model on rails says next: a function of the conversation alone, so retries, resumed sessions and
 * sub-agents work by themselves. Lines of the latest prompt that begin with `>>` are its turns, one line each:
 *
 *     >> Bash {"command":"npm test"}     call this tool with this input
 *     >>& Read {"file_path":"/x"}        and this one, in the same turn
 *     >> say All done.
 *     >> Agent {"prompt":">> Bash {…}\n>> say done"}         a sub-agent is driven by its own prompt
 *     >> write {"session":{{session (\d+)}}}                 {{regex}}: what it finds in what tools gave back
 */

/** A conversation, whatever wire it came over. */
export type Said =
  | { readonly role: 'user' | 'assistant'; readonly text: string }
  | { readonly role: 'tool'; readonly toolUse: string; readonly isError: boolean; readonly text: string };

export interface Call {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Turn {
  readonly text: string;
  readonly calls: readonly Call[];
}

/** The turn after as many as the conversation already holds since the prompt that has directives. */
export function nextTurn(conversation: readonly Said[]): Turn {
  const at = conversation.findLastIndex(({ role, text }) => role === 'user' && isDirecting(text));
  if (at === -1) return { text: 'no directives', calls: [] };
  const results = conversation.filter(({ role }) => role === 'tool').map(({ text }) => text);
  // One prompt may arrive in several parts.
  const start = conversation.slice(0, at).findLastIndex(({ role }) => role !== 'user') + 1;
  const turns = conversation
    .slice(start, at + 1)
    .flatMap(({ text }) => turnsOf(filledIn(text, results.toReversed())));
  const done = conversation.slice(at + 1).filter(({ role }) => role === 'assistant').length;
  return turns[done] ?? { text: 'no more directives', calls: [] };
}

const isDirecting = (text: string): boolean => /^\s*>>/m.test(text);

function filledIn(text: string, results: readonly string[]): string {
  return text.replaceAll(/\{\{(.+?)\}\}/g, (whole, pattern: string) => {
    for (const result of results) {
      const found = new RegExp(pattern).exec(result);
      if (found) return found[1] ?? found[0];
    }
    return whole;
  });
}

function turnsOf(text: string): Turn[] {
  const turns: { text: string; calls: Call[] }[] = [];
  for (const line of text.split('\n')) {
    const [, also, word, rest] = /^\s*>>(&?)\s*(\S+)\s*(.*)$/.exec(line) ?? [];
    if (word === undefined || rest === undefined) continue;
    const turn =
      word === 'say'
        ? { text: rest, calls: [] }
        : { text: '', calls: [{ name: word, input: inputOf(rest) }] };
    const last = turns.at(-1);
    if (also && last) {
      last.calls.push(...turn.calls);
      last.text += turn.text;
    } else {
      turns.push(turn);
    }
  }
  return turns;
}

/** What is no JSON is left as it is: a directive that waits for what a tool is yet to say. */
function inputOf(text: string): Call['input'] {
  // Some CLIs put what they are given into quotes.
  for (const spelling of [text || '{}', text.replaceAll(String.raw`\"`, '"')])
    try {
      return JSON.parse(spelling) as Call['input'];
    } catch {
      // The other one, or none.
    }
  return { text };
}

let made = 0;
export const freshId = (prefix: string): string =>
  `${prefix}${process.pid}${String((made += 1)).padStart(6, '0')}`;
