/** Programs that print text of their arguments or of files, changed on the way. All in the lowest tier. */
import { testProblem } from './test-words.ts';
import type { Program } from './program.ts';

export const TEXT: readonly Program[] = [
  // Every dash word is printed or means how to print.
  {
    names: 'echo',
    tier: 'restricted',
    operands: 'text',
    isText: true,
    stopsAtOperand: true,
    hasAnyOption: true,
  },
  {
    names: 'printf',
    tier: 'restricted',
    isText: true,
    stopsAtOperand: true,
    operands: ({ operands: [format] }) => ({
      touches: [],
      // `-v` and `%n` set a variable, whose subscript bash evaluates.
      problem:
        format &&
        (format.kind !== 'known' || /^-v|%[^%A-Za-z]*[hlLjzt]*n/.test(format.text.replaceAll('%%', '')))
          ? 'its format may set a variable'
          : null,
    }),
  },
  { names: 'true false :', tier: 'restricted', operands: 'text', isText: true, hasAnyOption: true },
  { names: 'sleep', tier: 'restricted', operands: 'text' },
  {
    names: 'seq',
    tier: 'restricted',
    options: '-f: -s: -w --format: --separator: --equal-width',
    operands: 'text',
    isText: true,
    hasNumbers: true,
  },
  { names: 'expr factor', tier: 'restricted', operands: 'text', isText: true, hasAnyOption: true },
  {
    names: 'numfmt',
    tier: 'restricted',
    options:
      '--from: --to: --suffix: --padding: --field: --delimiter: -d: --header? --round: --format: --grouping --from-unit: --to-unit: --invalid:',
    operands: 'text',
    hasNumbers: true,
  },
  {
    names: 'sort',
    tier: 'restricted',
    options: `-b -c -C -d -f -g -h -i -k: -m -M -n -o> -r -R -s -S: -t: -u -V -z --key: --field-separator: --numeric-sort
      --reverse --unique --human-numeric-sort --version-sort --ignore-case --stable --check? --general-numeric-sort
      --dictionary-order --ignore-leading-blanks --ignore-nonprinting --month-sort --random-sort --zero-terminated
      --parallel: --buffer-size: --merge --sort: --output>`,
    operands: 'read',
  },
  {
    names: 'uniq',
    tier: 'restricted',
    options: `-c -d -D -f: -i -s: -u -w: -z --count --repeated --all-repeated? --skip-fields: --ignore-case --skip-chars:
      --unique --check-chars: --zero-terminated --group?`,
    operands: ({ operands: [first, ...rest] }) => ({
      touches: [
        ...(first ? [{ kind: 'read', argument: first } as const] : []),
        ...rest.map((argument) => ({ kind: 'write', argument }) as const),
      ],
      problem:
        rest.length > 0 || first?.kind === 'names'
          ? 'the second operand of uniq is a file that it writes'
          : null,
    }),
  },
  {
    names: 'cut',
    tier: 'restricted',
    options: `-b: -c: -d: -f: -n -s -z --bytes: --characters: --delimiter: --fields: --only-delimited --complement
      --output-delimiter: --zero-terminated`,
    operands: 'read',
    isPlain: true,
  },
  {
    names: 'tr',
    tier: 'restricted',
    options: '-c -C -d -s -t --complement --delete --squeeze-repeats --truncate-set1',
    operands: 'text',
  },
  {
    names: 'paste',
    tier: 'restricted',
    options: '-d: -s -z --delimiters: --serial --zero-terminated',
    operands: 'read',
    isPlain: true,
  },
  {
    names: 'join',
    tier: 'restricted',
    options: '-a: -e: -i -j: -o: -t: -v: -1: -2: -z --check-order --nocheck-order --header --ignore-case',
    operands: 'read',
    isPlain: true,
  },
  {
    names: 'fold',
    tier: 'restricted',
    options: '-b -c -s -w: --bytes --spaces --width:',
    operands: 'read',
    hasNumbers: true,
    isPlain: true,
  },
  {
    names: 'fmt',
    tier: 'restricted',
    options: '-c -s -t -u -w: -p: -g: --width: --split-only --uniform-spacing',
    operands: 'read',
    hasNumbers: true,
    isPlain: true,
  },
  {
    names: 'expand unexpand',
    tier: 'restricted',
    options: '-a -i -t: --all --initial --tabs: --first-only',
    operands: 'read',
    hasNumbers: true,
    isPlain: true,
  },
  {
    names: 'column',
    tier: 'restricted',
    options: `-c: -e -J -l: -n: -N: -o: -r -R: -s: -t -x -L --table --separator: --output-separator: --columns: --json
      --table-columns: --table-right: --keep-empty-lines --output-width:`,
    operands: 'read',
    isPlain: true,
  },
  {
    names: 'base64 base32',
    tier: 'restricted',
    options: '-d -D -i -w: --decode --ignore-garbage --wrap:',
    operands: 'read',
    isPlain: true,
  },
  {
    names: 'test [',
    tier: 'restricted',
    operands: (parsed) => testProblem(parsed),
    isText: true,
    hasAnyOption: true,
  },
];
