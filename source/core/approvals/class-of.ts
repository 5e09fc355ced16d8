/**
 * The class of a request: what it has in common with others of its kind. Requests of one class differ in
 * names, numbers and texts only, and may be decided on together.
 */
import type { Approval } from '../fleet.ts';
import { piecesOf } from './shell-words.ts';
import { actionOf, shownAs } from './subject.ts';

/** `Bash npm run «name» --workspace=«path»`: the tool, the form of its input, and the tier it asked at. */
export function classOf({ subject, tier }: Pick<Approval, 'subject' | 'tier'>): string {
  const { tool, input, subagent } = shownAs(subject);
  const action = actionOf(subject);
  const who = subagent === null ? '' : ' (sub-agent)';
  const at = tier ? ` at ${tier}` : '';
  if (subject.type === 'scope') return `scope ${subject.scope}`;
  if (subject.type === 'host') return `host ${subject.host}:${subject.port}`;
  if (action?.type === 'shell') return `${tool}${who} ${commandForm(action.command)}${at}`;
  const form = Object.keys(input)
    .sort()
    .map((name) => `${name}=${valueForm(input[name])}`);
  return `${tool}${who} ${form.join(' ')}${at}`.trim();
}

function commandForm(command: string): string {
  let isName = true;
  // Words directly behind a program say what it is to do; behind an option or a path they are its operands.
  let isVerb = true;
  let isStream = false;
  return piecesOf(command)
    .map(({ type, text }) => {
      if (type !== 'word') {
        isName = isVerb = type === 'end';
        isStream = text.endsWith('&');
        return text === '\n' ? ';' : text;
      }
      // `2>&1`: a stream, no number of the call's.
      if (isStream) isStream = false;
      else if (isName) isName = false;
      else {
        isVerb &&= VERB.test(text);
        if (!isVerb && !OPTION.test(text)) return wordForm(text);
      }
      return text;
    })
    .join(' ');
}

const VERB = /^[a-z][a-z-]{0,20}(?::[a-z-]+)*$/;
const OPTION = /^--?[a-z][\w-]*$/;

function wordForm(word: string): string {
  const option = /^(--?[a-z][\w-]*=)(.*)$/s.exec(word);
  if (option) return option[1]! + wordForm(option[2]!);
  if (/^-?\d+(?:\.\d+)*$/.test(word)) return '«number»';
  if (/^[\da-f]{7,64}$/i.test(word)) return '«id»';
  if (word.includes('/') || /\.\w{1,8}$/.test(word)) return '«path»';
  return '«text»';
}

function valueForm(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '«empty»' : wordForm(value);
  if (typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? '«list»' : typeof value === 'number' ? '«number»' : '«data»';
}
