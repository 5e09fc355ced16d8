/**
 * Random scripts for sed, awk and jq: small languages of their own, in which one letter writes a file or runs
 * what it reads. The input they get is made of lines that show it.
 */
import { choose as pick, type Random } from './chance.ts';

/** The words behind the program's name, without the file it reads. */
export type FilterWords = (random: Random) => readonly string[];

export const sedWords: FilterWords = (random) => {
  const script = garbledSometimes(random, sedScript(random, 2));
  const options = pick(random, [[], [], ['-n'], ['-E'], ['-s'], ['-nE'], ['-z']]);
  const cut = random(script.length + 1);
  return pick(random, [
    [...options, script],
    [...options, script],
    [...options, '-e', script],
    [...options, '-e', script.slice(0, cut), '-e', script.slice(cut)],
    [...options, `--expression=${script}`],
  ]);
};

function sedScript(random: Random, depth: number): string {
  let script = '';
  for (let count = 1 + random(3); count > 0; count--) {
    script += sedAddress(random) + sedCommand(random, depth);
    if (count > 1) script += pick(random, [';', ';', '\n', ' ; ', '', '}', '#c\n', ';;', ' ']);
  }
  return script;
}

function sedAddress(random: Random): string {
  if (random(3) > 0) return '';
  const one = (): string =>
    pick(random, ['1', '$', '2', '/a/', '/a[/]b/', '\\,x,', '/a\\/e/', '0~2', '/t/I', '1!']);
  return random(3) > 0
    ? one()
    : `${one()},${pick(random, [one(), '+1', '~2'])}${pick(random, ['', '!', ' '])}`;
}

function sedCommand(random: Random, depth: number): string {
  const label = pick(random, ['a', '', 'x', 'a;p', 'a b', 'a}']);
  const substitute = (): string => {
    const mark = pick(random, ['/', '/', '|', ',', 'x', 'e', '#', ';']);
    const text = pick(random, ['a', '.*', '[/]', 'a\\nb', '\\/', '&', '', 'a;e', '[a\\]', '\\(t\\)', '}']);
    const other = pick(random, ['b', '&', '\\n', ';e', '\\1', 'touch pwned', '#', '\\\n']);
    const flags = pick(random, [
      '',
      '',
      'g',
      'p',
      '2',
      'I',
      'e',
      'w out',
      'gw out',
      'm',
      'M;e',
      ' e',
      '#e',
      'pe',
    ]);
    return `s${mark}${text}${mark}${other}${mark}${flags}`;
  };
  const simple = [
    'p',
    'd',
    'n',
    'N',
    'h',
    'H',
    'g',
    'G',
    'x',
    'D',
    'P',
    '=',
    'l',
    'l 5',
    'q',
    'Q',
    'q5',
    'z',
    'F',
  ];
  const dangerous = [
    'e',
    'e touch pwned',
    'w out',
    'W out',
    'r .env',
    'R .env',
    'wout',
    'r.env',
    'e\n',
    'v;e',
  ];
  return pick(random, [
    () => pick(random, simple),
    () => pick(random, simple),
    substitute,
    substitute,
    () => `:${label}`,
    () => `b${label}`,
    () => `t${label}`,
    () => `T ${label}`,
    () => `y/abc/xy${pick(random, ['z', '\\/', ';', 'z/;e'])}/`,
    () => `a${pick(random, ['text', '\\\ntext', ' text;e', '\\text', '\\\nx\\\ny', '\\'])}`,
    () => `i\\${pick(random, ['\n', '', ' '])}text`,
    () => `c${pick(random, [' x', '\\\nx\ne', '\\\nw out'])}`,
    () => (depth > 0 ? `{${sedScript(random, depth - 1)}${pick(random, ['}', ';}', '\n}'])}` : 'p'),
    () => (random(3) === 0 ? pick(random, dangerous) : 'p'),
    () => `#${pick(random, ['n\n', 'x\n', ';e\n', 'e'])}`,
  ])();
}

export const awkWords: FilterWords = (random) => {
  const script = garbledSometimes(random, awkScript(random));
  const options = pick(random, [[], [], ['-F:'], ['-F', ','], ['-v', 'x=1'], ['-v', 'x=a\\nb'], ['--']]);
  return [...options, script];
};

function awkScript(random: Random): string {
  let script = '';
  for (let count = 1 + random(2); count > 0; count--) {
    script += pick(random, [
      '',
      '',
      '/a/',
      'NR>1',
      '$1 > 5',
      'NR==1,NR==2',
      'BEGIN',
      'END',
      '!/x/',
      '$1 ~ /a\\/b/',
    ]);
    script += random(6) === 0 ? '\n' : `{${awkStatements(random)}}`;
    script += pick(random, ['', ' ', '\n', ';']);
  }
  return script;
}

function awkStatements(random: Random): string {
  let text = '';
  for (let count = 1 + random(2); count > 0; count--) {
    text += pick(random, [
      () => `print ${awkValue(random)}`,
      () => 'print',
      () => `printf "%s\\n", ${awkValue(random)}`,
      () => `x = ${awkValue(random)}`,
      () => `if (${awkValue(random)} > 5) print`,
      () => `print (${awkValue(random)} > 1)`,
      () => `for (i in a) print a[i]`,
      () => `sub(/${pick(random, ['a', '[/]', 'a\\/b', '"'])}/, ${awkValue(random)})`,
      () => 'next',
      () => `n = split($0, a, "${pick(random, [' ', '"', '/'])}")`.replace('"""', '"\\""'),
      () =>
        random(3) === 0
          ? pick(random, [
              'print > "out"',
              'print >> "out"',
              'print | "sh"',
              'system($0)',
              '$0 | getline y',
              'while ((getline y < ".env") > 0) print y',
              'print $1 > $2',
              'printf "x" > "out"',
              '"touch pwned" | getline',
              'close("x")',
              'ARGV[1] = ".env"',
              'f = "system"; @f("touch pwned")',
            ])
          : 'print NR',
    ])();
    if (count > 1) text += pick(random, ['; ', ';', '\n', ' # note\n']);
  }
  return text;
}

function awkValue(random: Random): string {
  return pick(random, [
    '$1',
    '$NF',
    'NR',
    '"a"',
    '"a > b"',
    '"a \\" | b"',
    'toupper($0)',
    'length($1)',
    '/x/',
    '$1 $2',
    'x+1',
    '1>2?"a":"b"',
  ]);
}

export const jqWords: FilterWords = (random) => {
  const filter = pick(random, [
    '.',
    '.a',
    '.[0]',
    '.a | keys',
    'map(.x)',
    'env.HOME',
    '$ENV',
    'input',
    'inputs',
    'input_filename',
    'import "m" as m; .',
    'include "m"; .',
    'import "./.env" as $x; $x',
    '"\\(.a)"',
    '@sh',
    '.a // "env"',
    'debug',
    'halt_error',
    '$__loc__',
    'def f: .; f',
    'getpath(["a"])',
  ]);
  return [
    ...pick(random, [
      [],
      ['-r'],
      ['-n'],
      ['-c'],
      ['-s'],
      ['-R'],
      ['--arg', 'x', 'y'],
      ['--slurpfile', 'x', '.env'],
      ['--rawfile', 'x', '.env'],
      ['-f', '.env'],
      ['-L', '.'],
      ['-nr'],
      ['--args'],
      ['-e'],
    ]),
    garbledSometimes(random, filter),
  ];
};

/** A character more or less, where a reader of such scripts may lose its way. */
function garbledSometimes(random: Random, script: string): string {
  if (random(4) > 0) return script;
  const at = random(script.length + 1);
  const added = pick(random, [
    ';',
    '\n',
    '}',
    '{',
    '/',
    '\\',
    'e',
    'w',
    '#',
    '"',
    '|',
    '>',
    ' ',
    "'",
    '\\\n',
    '[',
    ']',
    '$',
    '!',
  ]);
  return pick(random, [
    script.slice(0, at) + added + script.slice(at),
    script.slice(0, at) + script.slice(at + 1),
    script.slice(0, at) + script.slice(at, at + 1) + script.slice(at),
  ]);
}
