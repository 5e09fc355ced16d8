/**
 * Random shell scripts: mostly harmless commands in every construct bash has, with something dangerous hidden
 * in some of them. What they hide is not known here; bash finds out by running them.
 */

export type Random = (below: number) => number;

export interface ScriptPlaces {
  /** The worktree, its owner's home and the two folders of stubs, absolute. */
  readonly root: string;
  readonly home: string;
  readonly stubs: string;
  readonly otherStubs: string;
}

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

/** What may follow a command without changing what it is. */
type Operands = 'files' | 'file' | 'new' | 'data' | 'pattern' | 'none';

const HARMLESS: readonly (readonly [command: string, operands: Operands])[] = [
  ['ls', 'files'],
  ['ls -la', 'files'],
  ['cat', 'files'],
  ['cat', 'files'],
  ['head -n 3', 'files'],
  ['tail -2', 'files'],
  ['wc -l', 'files'],
  ['sort', 'files'],
  ['uniq -c', 'file'],
  ['cut -d: -f1', 'files'],
  ['tr a b', 'none'],
  ['date', 'none'],
  ['stat', 'files'],
  ['diff a.txt', 'file'],
  ['basename', 'file'],
  ['grep -n foo', 'files'],
  ['rg foo', 'files'],
  ['find src -name', 'pattern'],
  ['sed -n 1,5p', 'files'],
  ['jq .', 'file'],
  ['git status', 'none'],
  ['git diff --', 'files'],
  ['git log -3', 'none'],
  ['mkdir -p', 'new'],
  ['touch', 'new'],
  ['cp a.txt', 'new'],
  ['tee', 'new'],
  ['npm test', 'none'],
  ['npm run build', 'none'],
];
const BUILT_IN: readonly (readonly [command: string, operands: Operands])[] = [
  ['echo', 'data'],
  ['echo', 'data'],
  ['printf %s', 'data'],
  ['pwd', 'none'],
  ['true', 'data'],
  [':', 'data'],
  ['test -f', 'file'],
  ['[ -n x ] && echo', 'data'],
];
const DANGEROUS = [
  'rm -rf x',
  'curl evil.example',
  'npm publish',
  'git push',
  'node -e 1',
  'sh x.sh',
  'python3 x.py',
  'sort -o evil',
  'find . -delete',
  'sed -i s/a/b/',
  'git -c core.pager=x log',
  'uniq a.txt evil',
  'rg --pre sh x',
  'tee evil',
  'grep .* a.txt',
  'rg .*',
  'jq .*',
  'jq -r .* a.txt',
  'find *',
  'sort *.md',
  'find . -name *.md',
  'cat .*',
  'wc -l *',
] as const;
const FILES = [
  'README.md',
  'a.txt',
  'b.txt',
  'src/a.ts',
  'src',
  '.',
  'src/*.ts',
  '*.md',
  'docs/*',
  './src/../a.txt',
  "'a b.txt'",
  '"a b.txt"',
] as const;
const OUTSIDE = [
  '.env',
  'config/.env',
  'server.pem',
  'link-env',
  'link-out/x',
  '../x',
  '~/x',
  '~/.ssh/id_rsa',
  '"$HOME"/x',
  '$HOME/.ssh/id_rsa',
  '.[e]nv',
  '.e*',
  '*',
  '{.env,a.txt}',
  '.git/hooks/x',
  '.claude/settings.json',
  'src/../../x',
] as const;
const NEW_FILES = ['out.txt', 'src/out.ts', 'docs/n.md', './out.txt', '"out 1.txt"'] as const;
const DATA = [
  'x',
  '-n',
  '1',
  "'$(rm -rf x)'",
  "'a; rm x'",
  '"a && rm x"',
  "$'a\\tb'",
  '\\$\\(rm\\)',
  'a#b',
  '"$f"',
  '"$x"',
  '"${x:-y}"',
  '$((1 + 2))',
  '"$?"',
  '""',
  "''",
  'a{1,2}b',
  '"a\\"b"',
  '"`echo x`"',
  'a=b',
  '--',
  '%s',
  '"${PIPESTATUS[0]}"',
  '${x#y}',
  '"${#x}"',
  '"${x:-"a}b"}"',
  "${x:-'}'}",
  '"${x#"}"}"',
  '"${x:-\\}}"',
  '"${x%%"\'"*}"',
  "$'it\\'s'",
] as const;
const NAMES = ['x', 'y', 'f', 'FOO', 'CI', 'LC_ALL', 'LD_PRELOAD', 'PAGER', 'GIT_PAGER', 'BASH_ENV'] as const;

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

  /** The same word for bash, another for who only looks at the text; or one that only a run reveals. */
  #disguised(word: string): string {
    const first = word.slice(0, 1);
    const rest = word.slice(1);
    return this.#pick([
      () => `${first}''${rest}`,
      () => `"${word}"`,
      () => `'${word}'`,
      () => `\\${word}`,
      () => `${first}"${rest}"`,
      () => `$'\\x${first.charCodeAt(0).toString(16)}'${rest}`,
      () => `$'\\${first.charCodeAt(0).toString(8)}${rest}'`,
      () => `${first}\\\n${rest}`,
      () => `\${x:-${word}}`,
      () => `$(echo ${word})`,
      () => `{${word},}`,
      () => `"$(printf %s ${word})"`,
      () => `${first}\${z}${rest}`,
      () => `${first}$@${rest}`,
      () => `$"${word}"`,
      () => `${this.#places.stubs}/${word}`,
      () => `${this.#places.otherStubs}/${word}`,
      () => `./${word}`,
    ]);
  }

  /** Built-ins and wrappers that run, prepare or hide another command. */
  #special(depth: number): string {
    const inner = (): string => this.#inner(depth);
    const { otherStubs } = this.#places;
    return this.#pick([
      () => `eval ${quoted(this.#random, inner())}`,
      () => `eval ${inner().replaceAll('\n', ' ')}`,
      () => `trap ${quoted(this.#random, inner())} EXIT`,
      () => `trap -- ${quoted(this.#random, inner())} DEBUG`,
      () => `bash -c ${quoted(this.#random, inner())}`,
      () => `source <(${inner()})`,
      () => `. ./x.sh`,
      () => `alias ls=${quoted(this.#random, inner())}; ls`,
      () => `shopt -s expand_aliases\nalias ls=${quoted(this.#random, inner())}\nls`,
      () => `exec ${this.#one(HARMLESS)[0]}`,
      () => `command ${inner()}`,
      () => `builtin echo ${this.#dataWord(depth)}`,
      () => `command -v ls`,
      () => `env ${inner()}`,
      () => `nohup ${inner()}`,
      () => `timeout 5 ${inner()}`,
      () => `xargs ${inner()}`,
      () => `find . -exec ${this.#one(DANGEROUS)} {} \\;`,
      () => `hash -p ${otherStubs}/ls ls; ls`,
      () => `PATH=${otherStubs} ls`,
      () => `export PATH=${otherStubs}; ls`,
      () => `set -- ${this.#one(DANGEROUS)}; "$@"`,
      () => `x='$(${this.#one(DANGEROUS)})'; echo \${x@P}`,
      () => `x='a[$(${this.#one(DANGEROUS)})]'; echo $((x))`,
      () => `printf -v 'x[$(${this.#one(DANGEROUS)})]' y`,
      () => `test -v 'x[$(${this.#one(DANGEROUS)})]'`,
      () => `[[ -v x[$(${inner()})] ]]`,
      () => `[[ ${this.#dataWord(depth)} -eq 1 ]]`,
      () => `unset 'x[$(${this.#one(DANGEROUS)})]'`,
      () => `declare -x LD_PRELOAD=./x.so; ls`,
      () => `declare 'x[$(${this.#one(DANGEROUS)})]=1'`,
      () => `read -r x < ${this.#one(OUTSIDE)}; echo "$x"`,
      () => `mapfile -t x < ${this.#one(OUTSIDE)}; echo "\${x[@]}"`,
      () => `x=(${this.#dataWord(depth)} ${this.#dataWord(depth)}); echo "\${x[0]}"`,
      () => `${this.#assignment(depth)}; echo $x`,
      () => `x=${this.#one(DANGEROUS).split(' ')[0]}; $x y`,
      () =>
        `cd ${this.#one(['src', '..', '-', '~', '"$x"', 'src/..', './docs', 'link-out', ''])}; ${inner()}`,
      () => `cd src && ${inner()}`,
      () => `pushd ..; ls`,
      () => `> ${this.#one(NEW_FILES)}`,
      () => `let 'x=a[$(${this.#one(DANGEROUS)})]'`,
      () => `enable -n echo; echo x`,
      () => `umask 0; ls`,
      () => `for PATH in ${otherStubs}; do ls; done`,
      () => `printf -v PATH %s ${otherStubs}; ls`,
      () => `read -r PATH <<< ${otherStubs}; ls`,
      () => `: \${PATH:=${otherStubs}}; ls`,
      () => `f() { local PATH=${otherStubs}; ls; }; f`,
      () => `for HOME in ..; do cat ~/x "$HOME/x"; done`,
      () => `for PWD in ..; do cat "$PWD/x"; done`,
      () => `for CDPATH in ../..; do cd repo; cd home; cat x; done`,
      () => `for IFS in m; do x=rmx; cat $x; done`,
      () => `for f in rm ls; do "$f" x; done`,
      () => `for f in rm; do $f x; done`,
      () => `f() { "$@"; }; f ${this.#one(DANGEROUS)}`,
      () => `f() { $1 x; }; f ${this.#one(DANGEROUS).split(' ')[0]}`,
      () => `x=(${this.#one(DANGEROUS)}); "\${x[@]}"`,
      () => `declare -n y=x; y=rm; $x x`,
      () => `cd none; cat ../a.txt`,
      () => `cd none && ls; cat ../x > ../y`,
      () => `false && cd src; cat ../x`,
      () => `cd src | cat ../x; cat ../x`,
      () => `cd src & cat ../x`,
      () => `(cd src); cat ../x`,
      () => `if cd src; then cd ..; fi; cd ..; cat x`,
      () => `for f in 1 2; do cd ..; done; echo x > out.txt`,
      () => `while cd ..; do cat x; break; done`,
      () => `f() { cd ..; }; f; echo x > out.txt`,
      () => `f() { cat x; }; cd src; cd ..; f; cd ..; f`,
      () => `cd link-out; cat x; cd ..; cat x; ls ../..`,
      () => `cd -P link-out && echo x > y`,
      () => `cd src/../../repo/src && cat ../../x`,
      () => `trap ${quoted(this.#random, inner())} ERR; false`,
      () => `while read -r x; do echo "$x"; done < ${this.#one(OUTSIDE)}`,
      () => `exec 3< ${this.#one(OUTSIDE)}; cat <&3`,
      () => `x=a y[$(${inner()})]=1`,
      () => `x=($(${inner()}))`,
      () => `cat <<A <<'B'\n$(${inner()})\nA\n$(${inner()})\nB\n`,
      () => `cat <<E | ${inner()}\nbody\nE\n`,
      () => `shopt -s extglob; ls !(x)`,
      () => `shopt -s dotglob; cat *`,
      () => `set -- ..; cd "$1"; cat x`,
      () => `set -f; ls *`,
      () => `echo x >&$x`,
      () => `getopts a PATH; ls`,
      () => `[[ x =~ (a|$(${inner()})) ]]`,
    ]);
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

/** Every program a script may name, so that each has its stub. */
export const PROGRAMS: readonly string[] = [
  ...new Set([
    ...[...HARMLESS, ...BUILT_IN].map(([command]) => command.split(' ')[0]!),
    ...DANGEROUS.map((command) => command.split(' ')[0]!),
    'env',
    'nohup',
    'timeout',
    'xargs',
    'bash',
  ]),
].filter((name) => /^[a-z]\w*$/.test(name));

function choose<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)]!;
}

/** The text as one word that bash takes apart again, quoted in one of its ways. */
function quoted(random: Random, text: string): string {
  const single = `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return choose(random, [
    single,
    single,
    `"${text.replaceAll(/["$`\\]/g, String.raw`\$&`)}"`,
    `$'${text
      .replaceAll('\\', '\\\\')
      .replaceAll("'", String.raw`\'`)
      .replaceAll('\n', String.raw`\n`)}'`,
  ]);
}

/** One to three characters taken out, put in, doubled or swapped. */
function garbled(random: Random, script: string): string {
  let text = script;
  for (let count = 1 + random(3); count > 0; count--) {
    const at = random(text.length + 1);
    const added = choose(random, [
      ...Array.from('\'"`$(){};&|<>\n\\#!*? \t=[]~-.'),
      '$(',
      '$((',
      '${',
      '<<',
      '<(',
      "$'",
      ')',
      'EOF\n',
    ]);
    text = choose(random, [
      () => text.slice(0, at) + added + text.slice(at),
      () => text.slice(0, at) + text.slice(at + 1),
      () => text.slice(0, at) + text.slice(at, at + 1) + text.slice(at),
      () => text.slice(0, at) + text.slice(at + 1, at + 2) + text.slice(at, at + 1) + text.slice(at + 2),
    ])();
  }
  return text;
}
