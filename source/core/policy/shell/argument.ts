/**
 * One word of a command as bash would hand it to the program, as far as that can be said without running
 * anything: quotes gone, braces expanded, `~`, `$HOME` and `$PWD` filled in.
 */
import { parse, type DoubleQuotedChild, type Word, type WordPart } from 'unbash';
import { ANY, ONE, UNKNOWN } from '../pattern.ts';
import { expandBraces } from './braces.ts';

export interface Argument {
  /**
   * `known`: exactly this text. `names`: whatever files match a pattern. `one`: one word with unknown pieces.
   * `many`: any number of words, unquoted and unknown.
   */
  readonly kind: 'known' | 'names' | 'one' | 'many';
  /** Unknown pieces are UNKNOWN; in a pattern of names `*` is ANY, `?` and brackets are ONE. */
  readonly text: string;
  /** Of a word with a loop's variable in it: every text it can have. */
  readonly choices: readonly string[] | null;
}

/** What is known of the shell at a word: its variables and where it works. */
export interface Bindings {
  readonly home: string;
  /** Possible working directories; more than one after a `cd` that may have failed. Empty: unknown. */
  readonly cwds: readonly string[];
  /** Variables of loops: the words they run over; null: unknown. */
  readonly variables: ReadonlyMap<string, readonly Argument[] | null>;
  /** First words of the commands in front of the pipe: `git ls-files`, `head -20`. */
  readonly upstream: readonly string[];
}

/** A loop over more words than this is treated as unknown; each costs a look at every path. */
const CHOICES_MAX = 512;

export function argumentsOf(word: Word, bindings: Bindings): readonly Argument[] {
  if (!word.parts) return [plainArgument(word, bindings)];
  if (!word.parts.some(({ type }) => type === 'BraceExpansion')) return [composed(word.parts, bindings)];
  const raws = expandBraces(word.text);
  if (!raws) return [unknownWords()];
  return raws.flatMap((raw) => {
    // An empty text is a word that vanishes, as `{,a}` makes one.
    if (raw === '') return [];
    const again = reparsed(raw);
    if (!again) return [unknownWords()];
    if (!again.parts) return [plainArgument(again, bindings)];
    // Braces that are left are not ones that bash expands.
    return [composed(again.parts, bindings)];
  });
}

function known(text: string): Argument {
  return { kind: 'known', text, choices: null };
}

function unknownWords(): Argument {
  return { kind: 'many', text: UNKNOWN, choices: null };
}

/** Every text a word can have; null when nobody knows. */
export function textsOf(argument: Argument): readonly string[] | null {
  if (argument.kind === 'known') return [argument.text];
  return argument.choices;
}

/** A word that a program could take for an option although it is not written as one. */
export function mayBeOption({ kind, text, choices }: Argument): boolean {
  if (kind === 'known') return false;
  if (choices) return choices.some((choice) => choice.startsWith('-') || startsOpen(choice));
  return startsOpen(text);
}

function startsOpen(text: string): boolean {
  const first = text[0];
  return first === UNKNOWN || first === ANY || first === ONE || first === '-';
}

function plainArgument(word: Word, bindings: Bindings): Argument {
  if (word.text[0] !== '~') return known(word.value);
  const text = withHome(word.value, word.text, bindings);
  return text === null ? oneUnknown() : known(text);
}

function oneUnknown(): Argument {
  return { kind: 'one', text: UNKNOWN, choices: null };
}

/** `~` and `~/…`; null for other people's homes and directories gone by. */
function withHome(value: string, raw: string, { home }: Bindings): string | null {
  const prefix = /^~[^/]*/.exec(raw)![0];
  if (/["'\\$`]/.test(prefix)) return value;
  return prefix === '~' ? `${home}${value.slice(1)}` : null;
}

interface Draft {
  kind: Argument['kind'];
  texts: string[];
  /** Whether every unknown piece was one of few known ones. */
  isClosed: boolean;
}

function composed(parts: readonly WordPart[], bindings: Bindings): Argument {
  const draft: Draft = { kind: 'known', texts: [''], isClosed: true };
  for (const [index, part] of parts.entries()) {
    if (index === 0 && part.type === 'Literal' && part.text.startsWith('~')) {
      // Only as far as the slash the prefix is a name; quotes right behind it make it none.
      const text =
        part.text.includes('/') || parts.length === 1 ? withHome(part.value, part.text, bindings) : null;
      if (text === null) addUnknown(draft, 'one');
      else add(draft, text);
    } else addPart(draft, part, bindings);
  }
  const [text = ''] = draft.texts;
  if (draft.kind === 'known' && draft.texts.length === 1) return known(text);
  const kind = draft.kind === 'known' ? 'one' : draft.kind;
  const choices = draft.isClosed && draft.texts.length <= CHOICES_MAX ? draft.texts : null;
  if (kind === 'names') return { kind, text, choices: draft.texts.length > 1 ? choices : null };
  return { kind, text: draft.texts.length === 1 ? text : UNKNOWN, choices: kind === 'one' ? choices : null };
}

function addPart(draft: Draft, part: WordPart, bindings: Bindings): void {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      add(draft, part.value);
      return;
    case 'DoubleQuoted':
    case 'LocaleString':
      for (const child of part.parts) addQuoted(draft, child, bindings);
      return;
    case 'Glob':
      add(draft, part.kind === 'star' ? ANY : ONE);
      if (draft.kind === 'known') draft.kind = 'names';
      return;
    case 'SimpleExpansion':
    case 'ParameterExpansion':
      addVariable(draft, part, false, bindings);
      return;
    case 'ProcessSubstitution':
      // A file of its own that holds what the command prints, or feeds it.
      add(draft, '/dev/fd/63');
      return;
    case 'BraceExpansion':
      add(draft, part.text);
      return;
    case 'ArithmeticExpansion':
      // One number.
      addUnknown(draft, 'one');
      return;
    case 'CommandExpansion':
    case 'ExtendedGlob':
      addUnknown(draft, 'many');
      return;
    default:
      part satisfies never;
  }
}

function addQuoted(draft: Draft, part: DoubleQuotedChild, bindings: Bindings): void {
  switch (part.type) {
    case 'Literal':
      add(draft, part.value);
      return;
    case 'SimpleExpansion':
    case 'ParameterExpansion':
      addVariable(draft, part, true, bindings);
      return;
    case 'CommandExpansion':
    case 'ArithmeticExpansion':
      addUnknown(draft, 'one');
      return;
    default:
      part satisfies never;
  }
}

type Expansion = Extract<WordPart, { type: 'SimpleExpansion' | 'ParameterExpansion' }>;

function addVariable(draft: Draft, part: Expansion, isQuoted: boolean, bindings: Bindings): void {
  const name = part.type === 'SimpleExpansion' ? part.text.slice(1) : plainName(part);
  const texts = name === null ? null : valuesOf(name, isQuoted, bindings);
  if (!texts) {
    // `"$@"` is as many words as there are, quotes or not; a count or a status is one number.
    const isList = name === '@' || /^\$\{[^}]*[@*]/.test(part.text);
    addUnknown(draft, (isQuoted && !isList) || name === '#' || name === '?' ? 'one' : 'many');
    return;
  }
  const [only = ''] = texts;
  if (texts.length === 1) {
    add(draft, only);
    if (holdsPattern(only)) draft.kind = draft.kind === 'known' ? 'names' : draft.kind;
    return;
  }
  draft.texts =
    draft.texts.length * texts.length > CHOICES_MAX
      ? [UNKNOWN]
      : draft.texts.flatMap((before) => texts.map((value) => `${before}${value}`));
  if (draft.texts[0] === UNKNOWN) draft.isClosed = false;
  if (draft.kind !== 'many') draft.kind = 'one';
}

function plainName(part: Extract<WordPart, { type: 'ParameterExpansion' }>): string | null {
  return part.prefix === undefined && part.index === undefined && part.operation === undefined
    ? part.parameter
    : null;
}

/** Texts a variable can have; null when that is not known, or it would fall into words. */
function valuesOf(name: string, isQuoted: boolean, bindings: Bindings): readonly string[] | null {
  const { home, cwds, variables } = bindings;
  let texts: readonly string[] | null = null;
  if (variables.has(name)) {
    const words = variables.get(name);
    // What files are called nobody knows, so unquoted they may fall into words.
    if (!words || words.length === 0 || words.length > CHOICES_MAX) return null;
    if (words.some(({ kind }) => kind !== 'known' && kind !== 'names')) return null;
    texts = words.map(({ text }) => text);
  } else if (name === 'HOME') texts = [home];
  else if (name === 'PWD' && cwds.length > 0) texts = cwds;
  if (!texts) return null;
  return isQuoted || texts.every((text) => /^[\w./:@%+,=-]+$/.test(text)) ? texts : null;
}

function holdsPattern(text: string): boolean {
  return text.includes(ANY) || text.includes(ONE);
}

function add(draft: Draft, text: string): void {
  for (const [index, before] of draft.texts.entries()) draft.texts[index] = before + text;
}

function addUnknown(draft: Draft, kind: 'one' | 'many'): void {
  add(draft, UNKNOWN);
  draft.isClosed = false;
  draft.kind = kind === 'many' || draft.kind === 'many' ? 'many' : 'one';
}

function reparsed(raw: string): Word | null {
  const [statement] = parse(`: ${raw}`).commands;
  const command = statement?.command;
  if (command?.type !== 'Command') return null;
  const [word] = command.suffix;
  return word?.type === 'Word' ? word : null;
}
