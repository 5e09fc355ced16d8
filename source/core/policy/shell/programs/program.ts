/**
 * What is known of a program: at which tier it may run, which of its options are harmless, and what its operands
 * are. Options are an allow-list: one that is not on it may execute or write, in this version or the next.
 */
import type { Tier } from '../../../agent.ts';
import type { AccessKind } from '../../access-kind.ts';
import { ANY, ONE } from '../../pattern.ts';
import { mayBeOption, type Argument, type Bindings } from '../argument.ts';

export interface Program {
  /** Separated by blanks. */
  readonly names: string;
  /** null: it always asks; known only for what it does to its operands. */
  readonly tier: Tier | null;
  /**
   * Separated by blanks: `-l` and `--all` stand alone, `-n:` and `--lines:` take a value, `--color?` may have one
   * attached, `-f<` names a file that is read, `-o>` one that is written, `-r/` one whose name only matters.
   */
  readonly options?: string;
  readonly operands: 'none' | 'text' | AccessKind | ((parsed: Parsed) => Outcome);
  /** None of its options executes or writes, so a file whose name looks like an option does no harm. */
  readonly isPlain?: boolean;
  /** Whatever its arguments are, it prints them or counts with them. */
  readonly isText?: boolean;
  /** `-20` is a number. */
  readonly hasNumbers?: boolean;
  /** What follows the first operand is not its own. */
  readonly stopsAtOperand?: boolean;
  /** `-name`: one dash before a word. */
  readonly hasSingleDashWords?: boolean;
  /** Words with a dash are operands: the program has no options, or reads them in a way of its own. */
  readonly hasAnyOption?: boolean;
}

export interface Touch {
  readonly kind: AccessKind;
  readonly argument: Argument;
  /** The folder a relative path starts in, when it is not the working directory. */
  readonly below?: string;
  readonly isNameOnly?: boolean;
  readonly reaches?: (name: string, isHidden: boolean, below: readonly string[]) => boolean;
}

export interface Outcome {
  readonly touches: readonly Touch[];
  /** Why it needs a rule, whatever the files are. */
  readonly problem: string | null;
  /** Another tier than the program's own. */
  readonly tier?: Tier;
  /** It runs another command, which is judged by itself. */
  readonly inner?: readonly Argument[];
}

export interface Option {
  /** As in the table: `-n`, `--lines`. */
  readonly name: string;
  readonly value: Argument | null;
}

export interface Parsed {
  readonly program: Program;
  readonly name: string;
  readonly options: readonly Option[];
  readonly operands: readonly Argument[];
  /** How many operands came after `--`, counted from the end. */
  readonly afterDashes: number;
  readonly bindings: Bindings;
}

type Takes = 'nothing' | 'text' | 'maybe' | 'read' | 'write' | 'list';

const MARKS: Readonly<Record<string, Takes>> = {
  ':': 'text',
  '?': 'maybe',
  '<': 'read',
  '>': 'write',
  '/': 'list',
};

const TABLES = new WeakMap<Program, ReadonlyMap<string, Takes>>();

function tableOf(program: Program): ReadonlyMap<string, Takes> {
  const known = TABLES.get(program);
  if (known) return known;
  const table = new Map<string, Takes>();
  for (const word of program.options?.split(/\s+/) ?? []) {
    const takes = MARKS[word.at(-1) ?? ''];
    if (takes) table.set(word.slice(0, -1), takes);
    else if (word !== '') table.set(word, 'nothing');
  }
  TABLES.set(program, table);
  return table;
}

/** Outcome of a call of a program: what it touches, and why it is not harmless if it is not. */
export function outcomeOf(program: Program, args: readonly Argument[], bindings: Bindings): Outcome {
  const parsing = new Parsing(program, args);
  const { operands } = program;
  const parsed: Parsed = {
    program,
    name: args[0]!.text,
    options: parsing.options,
    operands: parsing.operands,
    afterDashes: parsing.afterDashes,
    bindings,
  };
  const own = typeof operands === 'function' ? operands(parsed) : plainOutcome(operands, parsed);
  return {
    ...own,
    touches: [...parsing.touches, ...own.touches],
    problem: parsing.problem ?? own.problem,
  };
}

function plainOutcome(kind: AccessKind | 'none' | 'text', { operands }: Parsed): Outcome {
  if (kind === 'text') return { touches: [], problem: null };
  if (kind === 'none')
    return {
      touches: [],
      problem: operands.length > 0 ? 'it is not known what its operands do' : null,
    };
  return { touches: operands.map((argument) => ({ kind, argument })), problem: null };
}

/** One pass over the words, as getopt makes it. */
class Parsing {
  readonly options: Option[] = [];
  readonly operands: Argument[] = [];
  readonly touches: Touch[] = [];
  problem: string | null = null;
  afterDashes = 0;
  readonly #table: ReadonlyMap<string, Takes>;
  readonly #program: Program;
  readonly #args: readonly Argument[];
  #at = 1;

  constructor(program: Program, args: readonly Argument[]) {
    this.#program = program;
    this.#table = tableOf(program);
    this.#args = args;
    for (; this.#at < args.length; this.#at++) {
      const argument = args[this.#at]!;
      if (program.hasAnyOption) {
        this.#operand(argument, false);
        continue;
      }
      if (argument.kind === 'known' && argument.text === '--') {
        for (const operand of args.slice(this.#at + 1)) this.#operand(operand, true);
        this.afterDashes = args.length - this.#at - 1;
        return;
      }
      if (isOption(argument)) this.#option(argument.text.replaceAll(ANY, '*').replaceAll(ONE, '?'));
      else {
        this.#operand(argument, false);
        if (program.stopsAtOperand) {
          this.operands.push(...args.slice(this.#at + 1));
          return;
        }
      }
    }
  }

  #operand(argument: Argument, isBehindDashes: boolean): void {
    const { isText, isPlain } = this.#program;
    if (argument.kind === 'many' && !isText)
      this.#fail('what an unquoted expansion becomes shows only when it runs');
    else if (!isBehindDashes && !isText && !(isPlain && isOfFiles(argument)) && mayBeOption(argument))
      this.#fail('a name that is not known may be an option');
    this.operands.push(argument);
  }

  #option(text: string): void {
    if (text.startsWith('--') || this.#program.hasSingleDashWords) this.#word(text);
    else this.#letters(text);
  }

  #word(text: string): void {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const takes = this.#table.get(name);
    if (!takes) {
      if (this.#isNumber(text)) return;
      this.#fail(`${name} is not among its options that are known to be harmless`);
      return;
    }
    const attached = equals < 0 ? null : plain(text.slice(equals + 1));
    if (takes === 'nothing' && attached) this.#fail(`${name} with a value is not known`);
    else if (takes === 'nothing' || takes === 'maybe') this.options.push({ name, value: attached });
    else this.#value(name, takes, attached ?? this.#next(name));
  }

  #letters(text: string): void {
    if (this.#isNumber(text)) return;
    for (let at = 1; at < text.length; at++) {
      const name = `-${text[at]}`;
      const takes = this.#table.get(name);
      if (!takes) {
        this.#fail(`${name} is not among its options that are known to be harmless`);
        return;
      }
      if (takes === 'nothing') {
        this.options.push({ name, value: null });
        continue;
      }
      const rest = text.slice(at + 1);
      if (takes === 'maybe') this.options.push({ name, value: rest === '' ? null : plain(rest) });
      else this.#value(name, takes, rest === '' ? this.#next(name) : plain(rest));
      return;
    }
  }

  #isNumber(text: string): boolean {
    return this.#program.hasNumbers === true && /^-\d+$/.test(text);
  }

  #next(name: string): Argument | null {
    const value = this.#args[++this.#at];
    if (!value) this.#fail(`${name} lacks its value`);
    return value ?? null;
  }

  #value(name: string, takes: Takes, value: Argument | null): void {
    if (!value) return;
    this.options.push({ name, value });
    // `-r --pre=sh`: whether that is a value or an option, programs disagree. Numbers may be negative.
    if (
      value === this.#args[this.#at] &&
      /^-[-a-zA-Z]./.test(value.text) &&
      !/^(?:-e|--regexp|--grep)$/.test(name)
    )
      this.#fail(`${value.text} stands where the value of ${name} is expected`);
    if (value.kind === 'many') this.#fail(`the value of ${name} shows only when it runs`);
    if (takes === 'read' || takes === 'write' || takes === 'list')
      this.touches.push({ kind: takes, argument: value });
  }

  /** The first problem is the one to tell; the words behind it are still looked at. */
  #fail(problem: string): void {
    this.problem ??= problem;
  }
}

/** Names of files, not just any text. */
function isOfFiles({ kind, choices }: Argument): boolean {
  return kind === 'names' || choices !== null;
}

/** `--include=*.ts` without quotes stays what it is, unless a file is called like that; then it is still this option. */
function isOption({ kind, text }: Argument): boolean {
  if (kind === 'known') return text.length > 1 && text.startsWith('-');
  return kind === 'names' && /^--[a-z-]+=/.test(text);
}

function plain(text: string): Argument {
  return { kind: 'known', text, choices: null };
}
