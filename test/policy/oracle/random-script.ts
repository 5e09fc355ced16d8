/**
 * Random shell scripts: mostly harmless commands in every construct bash has, with something dangerous hidden
 * in some of them. What they hide is not known here; bash finds out by running them.
 */

import { choose, garbled, type Random } from './chance.ts';
import { disguised } from './disguise.ts';
import {
  BUILT_IN,
  DANGEROUS,
  DATA,
  FILES,
  HARMLESS,
  NAMES,
  NEW_FILES,
  OUTSIDE,
  type Operands,
  type ScriptPlaces,
} from './script-words.ts';
import { specialCommand } from './special-command.ts';

/** Deeper nesting finds nothing new and makes scripts too long to read when one fails. */
const DEPTH_MAX = 4;

export function randomScript(random: Random, places: ScriptPlaces): string {
  // Most scripts are nearly harmless: one that is all danger is never allowed and proves nothing.
  const mood = choose(random, [
    { danger: 0, disguise: 0, oddity: 3 },
    { danger: 0, disguise: 8, oddity: 8 },
    { danger: 0, disguise: 20, oddity: 20 },
    { danger: 4, disguise: 20, oddity: 25 },
    { danger: 15, disguise: 50, oddity: 35 },
  ]);
  const writer = new ScriptWriter(random, places, mood);
  const script = writer.script();
  // A character more or less is where two parsers part.
  return random(100) < 25 ? garbled(random, script) : script;
}

interface Mood {
  /** Per cent of commands that are dangerous, of words that are disguised, of places that hold something odd. */
  readonly danger: number;
  readonly disguise: number;
  readonly oddity: number;
}

class ScriptWriter {
  readonly #random: Random;
  readonly #places: ScriptPlaces;
  readonly #mood: Mood;
  /** Bytes that may still be written; past them only plain commands are. */
  #left = 600;

  constructor(random: Random, places: ScriptPlaces, mood: Mood) {
    this.#random = random;
    this.#places = places;
    this.#mood = mood;
  }

  script(): string {
    return this.#list(0, 1 + this.#random(3));
  }

  #chance(percent: number): boolean {
    return this.#random(100) < percent;
  }
  #odd(): boolean {
    return this.#chance(this.#mood.oddity);
  }
  #one<T>(from: readonly T[]): T {
    return choose(this.#random, from);
  }
  /** Blanks between words, where nothing more is meant. */
  #blank(): string {
    return this.#odd() ? this.#one([' ', '  ', '\t', ' \\\n', '\\\n ', ' \t ']) : ' ';
  }

  /** Commands one after another. What ends in a newline (a heredoc) needs no other end. */
  #list(depth: number, length: number): string {
    let text = '';
    for (let index = 0; index < length; index++) {
      text += this.#pipeline(depth);
      if (index < length - 1 && !text.endsWith('\n'))
        text += this.#one(['; ', ' && ', ' || ', '\n', '\n\n', ';', '&&', ' & ', ' # note "\n', " # it's\n"]);
    }
    return text;
  }

  #pipeline(depth: number): string {
    let text = this.#chance(4) ? this.#one(['! ', '! ', 'time ', 'time -p ', 'coproc ']) : '';
    text += this.#command(depth);
    while (this.#chance(22) && !text.endsWith('\n')) {
      text += this.#one([' | ', '|', ' |& ', ' |\n']) + this.#command(depth);
    }
    return text;
  }

  #command(depth: number): string {
    const isDeep = depth >= DEPTH_MAX || this.#left < 0;
    const text = isDeep || this.#chance(62) ? this.#simple(depth) : this.#compound(depth + 1);
    this.#left -= text.length;
    return text;
  }

  #simple(depth: number): string {
    if (this.#odd() && this.#chance(30)) return this.#special(depth);
    const words: string[] = [];
    if (this.#odd() && this.#chance(25)) words.push(this.#assignment(depth));
    if (this.#chance(3)) words.push(this.#redirection(depth));
    const isDangerous = this.#chance(this.#mood.danger);
    const [command, operands] = isDangerous
      ? ([this.#one(DANGEROUS), 'files'] as const)
      : this.#one(this.#chance(30) ? BUILT_IN : HARMLESS);
    const [name = '', ...given] = command.split(' ');
    words.push(this.#chance(this.#mood.disguise) ? this.#disguised(name) : name);
    for (const word of given)
      words.push(this.#chance(this.#mood.disguise / 2) ? this.#disguised(word) : word);
    words.push(...this.#operands(operands, depth));
    if (this.#chance(18)) words.push(this.#redirection(depth));
    if (this.#odd() && this.#chance(12)) return words.join(' ') + this.#heredoc(depth);
    return words.join(this.#blank());
  }

  #operands(kind: Operands, depth: number): string[] {
    // What does not belong there belongs into some scripts all the same.
    if (this.#odd() && this.#chance(30)) return [this.#dataWord(depth)];
    switch (kind) {
      case 'none':
        return [];
      case 'file':
        return [this.#fileWord(depth)];
      case 'new':
        return [this.#odd() ? this.#fileWord(depth) : this.#one(NEW_FILES)];
      case 'pattern':
        return [this.#one(["'*.ts'", '"a b"', 'a.ts', '\\*.md'])];
      case 'files':
        return Array.from({ length: this.#random(3) }, () => this.#fileWord(depth));
      case 'data':
        return Array.from({ length: this.#random(4) }, () => this.#dataWord(depth));
      default:
        return kind satisfies never;
    }
  }

  #fileWord(depth: number): string {
    if (this.#odd()) return this.#chance(35) ? this.#one(OUTSIDE) : this.#dataWord(depth);
    return this.#one(FILES);
  }

  #dataWord(depth: number): string {
    if (!this.#odd()) return this.#one(DATA);
    const inner = (): string => this.#inner(depth);
    return this.#pick([
      () => `$(${inner()})`,
      () => `"$(${inner()})"`,
      () => `\`${inner().replaceAll(/[`\\]/g, String.raw`\$&`)}\``,
      () => `"\`${inner().replaceAll(/["`\\$]/g, String.raw`\$&`)}\`"`,
      () => `<(${inner()})`,
      () => `"\${x:-$(${inner()})}"`,
      () => `\${x:-${this.#one(OUTSIDE)}}`,
      () => `"\${x:-'$(${inner()})'}"`,
      () => `\${x:=${this.#one(DATA)}}`,
      () => `"\${x[$(${inner()})]}"`,
      () => `$(( $(${inner()}) + 1 ))`,
      () => `$( (${inner()}) )`,
      () => `$((${inner()}); echo x)`,
      () => `$(cat <<E\n)\nE\n)`,
      () => `$(# )\n${inner()})`,
      () => '${x@P}',
      () => '${!x}',
      () => '$x',
      () => '"$@"',
      () => `'${inner().replaceAll("'", '')}'`,
      () => `"${inner().replaceAll(/["$`\\]/g, '')}"`,
      () => `$'${inner().replaceAll(/['\\]/g, '')}'`,
      () => `"$(<${this.#one([...FILES.slice(0, 4), '.env', 'link-env'])})"`,
      () => `$(<${this.#one(OUTSIDE)})`,
      () => this.#one(OUTSIDE),
    ]);
  }

  /** A short script to stand inside a word. */
  #inner(depth: number): string {
    if (depth >= DEPTH_MAX || this.#left < 0)
      return this.#chance(this.#mood.danger + 10) ? this.#one(DANGEROUS) : 'echo x';
    return this.#list(depth + 2, 1);
  }

  #redirection(depth: number): string {
    if (!this.#odd())
      return this.#one([
        '> /dev/null',
        '2>&1',
        '2>/dev/null',
        '>&2',
        '< README.md',
        '</dev/null',
        '&>/dev/null',
      ]);
    const target = this.#chance(50)
      ? this.#one(NEW_FILES)
      : this.#chance(60)
        ? this.#one(OUTSIDE.filter((each) => !each.includes('{')))
        : this.#dataWord(depth);
    return `${this.#one(['>', '>>', '2>', '&>', '>|', '<', '<', '<<<', '<>', '3>', '&>>', '>&', '{fd}>'])} ${target}`;
  }

  #heredoc(depth: number): string {
    const mark = this.#one(['EOF', 'E', 'END-1']);
    const body = this.#one([
      'plain text',
      'it\'s "text"',
      `$(${this.#inner(depth)})`,
      '$x ${x:-y}',
      `\`${this.#inner(depth).replaceAll(/[`\\]/g, String.raw`\$&`)}\``,
      `\\$(${this.#inner(depth)})`,
      'rm -rf x',
    ]);
    const [opening, ending] = this.#one([
      [`<<${mark}`, mark],
      [`<<'${mark}'`, mark],
      [`<<"${mark}"`, mark],
      [`<<\\${mark}`, mark],
      [`<<-${mark}`, `\t${mark}`],
      [`<< ${mark}`, mark],
    ]);
    return ` ${opening}\n${body}\n${ending}\n`;
  }

  #assignment(depth: number): string {
    const name = this.#one(NAMES);
    const value = this.#pick([
      () => '1',
      () => 'C',
      () => './x.so',
      () => `"$(${this.#inner(depth)})"`,
      () => this.#one(DATA),
      () => '',
    ]);
    return `${name}${this.#one(['=', '=', '=', '+='])}${value}`;
  }

  #disguised(word: string): string {
    return disguised(this.#random, word, this.#places);
  }

  #special(depth: number): string {
    return specialCommand({
      random: this.#random,
      places: this.#places,
      inner: () => this.#inner(depth),
      data: () => this.#dataWord(depth),
      assignment: () => this.#assignment(depth),
    });
  }

  #compound(depth: number): string {
    const list = (): string => this.#list(depth, 1 + this.#random(2));
    const ended = (text: string): string => (/[\n&]\s*$/.test(text) ? text : `${text};`);
    const body = (): string => ended(list());
    const name = this.#one(['f', 'g', 'h', 'ls', 'echo']);
    const after = this.#chance(10) ? ` ${this.#redirection(depth)}` : '';
    return this.#pick([
      () => `(${list()})${after}`,
      () => `( ${list()} )${after}`,
      () => `{ ${body()} }${after}`,
      () => `{\n${list()}\n}${after}`,
      () => `if ${body()} then ${body()} fi${after}`,
      () => `if ${body()} then ${body()} elif ${body()} then ${body()} else ${body()} fi`,
      () => `while ${body()} false; do ${body()} done${after}`,
      () => `until ${body()} true; do ${body()} done`,
      () => `while true; do ${body()} break; done`,
      () => `for f in ${this.#fileWord(depth)} ${this.#fileWord(depth)}; do ${body()} done${after}`,
      () => `for f in src/*.ts; do cat "$f"; done`,
      () => `for f; do ${body()} done`,
      () => `for ((i = 0; i < 2; i++)); do ${body()} done`,
      () => `case ${this.#dataWord(depth)} in x) ${list()};; *) ${list()};; esac`,
      () => `case x in (y) ${list()};& *) ${list()};;& z) ${list()}; esac`,
      () => `select f in 1; do ${body()} break; done <<< 1`,
      () => `${name}() { ${body()} }; ${name}`,
      () => `function ${name} { ${body()} }\n${name} x`,
      () => `${name}() ( ${list()} ); ${name}`,
      () => `[[ -f ${this.#fileWord(depth)} && ${this.#dataWord(depth)} == x* ]]${after}`,
      () => `[[ ${this.#dataWord(depth)} =~ ^a ]] || ${list()}`,
      () => `((1 + $(${this.#inner(depth)} >/dev/null; echo 1)))`,
      () => `((x[$(${this.#inner(depth)})]))`,
      () => `echo $[1 + 1] ${this.#dataWord(depth)}`,
      () => `echo ${this.#dataWord(depth)} > >(${this.#inner(depth)})`,
      () => `coproc c { ${body()} }`,
    ]);
  }

  #pick(from: readonly (() => string)[]): string {
    return this.#one(from)();
  }
}
