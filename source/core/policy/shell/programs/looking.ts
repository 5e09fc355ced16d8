/** Programs that print what is there: names, contents, sums, the time. All of them are in the lowest tier. */
import { textsOf } from '../argument.ts';
import type { Outcome, Parsed, Program } from './program.ts';

const NOTHING: Outcome = { touches: [], problem: null };

export const LOOKING: readonly Program[] = [
  {
    names: 'ls dir vdir',
    tier: 'restricted',
    options: `-a -A -b -B -c -C -d -D -f -F -g -G -h -H -i -I: -k -l -L -m -n -N -o -p -q -Q -r -R -s -S -t -T: -u -U
      -v -w: -x -X -Z -1 -@ -O --all --almost-all --author --escape --block-size: --ignore-backups --color? --directory
      --dired --classify? --file-type --format: --full-time --group-directories-first --no-group --human-readable
      --si --dereference --dereference-command-line --hide: --hyperlink? --indicator-style: --inode --ignore:
      --kibibytes --numeric-uid-gid --literal --hide-control-chars --show-control-chars --quote-name
      --quoting-style: --reverse --recursive --size --sort: --time: --time-style: --tabsize: --width: --context --zero`,
    operands: ({ operands, options }) => {
      const isNameOnly = options.some(({ name }) => name === '-d' || name === '--directory');
      return { touches: operands.map((argument) => ({ kind: 'list', argument, isNameOnly })), problem: null };
    },
    isPlain: true,
  },
  { names: 'pwd', tier: 'restricted', options: '-L -P', operands: 'none' },
  {
    names: 'cat',
    tier: 'restricted',
    options: `-A -b -e -E -n -s -t -T -u -v --show-all --number-nonblank --show-ends --number --squeeze-blank --show-tabs
      --show-nonprinting`,
    operands: 'read',
    isPlain: true,
  },
  {
    names: 'tac',
    tier: 'restricted',
    options: '-b -r -s: --before --regex --separator:',
    operands: 'read',
    isPlain: true,
  },
  {
    names: 'head',
    tier: 'restricted',
    options: '-c: -n: -q -v -z --bytes: --lines: --quiet --silent --verbose --zero-terminated',
    operands: 'read',
    isPlain: true,
    hasNumbers: true,
  },
  {
    names: 'tail',
    tier: 'restricted',
    options: `-c: -f -F -n: -q -r -s: -v -z --bytes: --follow? --lines: --pid: --quiet --retry --silent --sleep-interval:
      --verbose --zero-terminated`,
    operands: 'read',
    isPlain: true,
    hasNumbers: true,
  },
  {
    names: 'wc',
    tier: 'restricted',
    options: '-c -l -L -m -w --bytes --chars --lines --max-line-length --words --total:',
    operands: 'read',
    isPlain: true,
  },
  {
    names: 'nl',
    tier: 'restricted',
    options:
      '-b: -d: -f: -h: -i: -l: -n: -p -s: -v: -w: --body-numbering: --number-format: --number-width: --number-separator:',
    operands: 'read',
    isPlain: true,
  },
  { names: 'rev', tier: 'restricted', operands: 'read', isPlain: true },
  {
    names: 'stat',
    tier: 'restricted',
    options: '-L -f -c: -t -x -s -r -n --dereference --file-system --format: --printf: --terse',
    operands: ({ operands }) => ({
      touches: operands.map((argument) => ({ kind: 'list', argument })),
      problem: null,
    }),
    isPlain: true,
  },
  {
    names: 'file',
    tier: 'restricted',
    options: `-b -i -I -k -L -h -N -n -r -s -v -0 -F: --brief --mime --mime-type --mime-encoding --keep-going
      --dereference --no-dereference --no-pad --raw --extension --separator:`,
    operands: 'read',
  },
  {
    names: 'du',
    tier: 'restricted',
    options: `-0 -a -B: -b -c -d: -D -h -H -k -l -L -m -P -s -S -t: -x --all --apparent-size --block-size: --bytes --total
      --max-depth: --human-readable --si --dereference --separate-dirs --summarize --threshold: --time --exclude:
      --one-file-system --inodes`,
    operands: 'list',
    isPlain: true,
  },
  {
    names: 'df',
    tier: 'restricted',
    options: `-a -B: -h -H -i -k -l -m -P -t: -T -x: --all --block-size: --human-readable --si --inodes --local --portability
      --type: --print-type --total --output?`,
    operands: 'list',
    isPlain: true,
  },
  {
    names: 'tree',
    tier: 'restricted',
    options: `-a -d -l -f -x -L: -P: -I: -N -q -p -u -g -s -h -D -F -v -t -c -U -r -C -n -A -S -i -J -X --matchdirs --noreport
      --gitignore --filelimit: --timefmt: --inodes --device --si --sort? --dirsfirst --prune --ignore-case --du
      --charset:`,
    operands: 'list',
  },
  {
    names: 'basename',
    tier: 'restricted',
    options: '-a -s: -z --multiple --suffix: --zero',
    operands: 'text',
    isText: true,
  },
  { names: 'dirname', tier: 'restricted', options: '-z --zero', operands: 'text', isText: true },
  {
    names: 'realpath',
    tier: 'restricted',
    options:
      '-e -m -L -P -q -s -z --canonicalize-existing --canonicalize-missing --strip --no-symlinks --quiet --zero --relative-to/ --relative-base/',
    operands: 'list',
    isPlain: true,
  },
  {
    names: 'readlink',
    tier: 'restricted',
    options:
      '-f -e -m -n -q -s -v -z --canonicalize --canonicalize-existing --canonicalize-missing --no-newline --zero',
    operands: 'list',
    isPlain: true,
  },
  {
    names: 'md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum',
    tier: 'restricted',
    options: '-b -t -z --binary --text --tag --zero -l: --length:',
    operands: 'read',
    isPlain: true,
  },
  {
    names: 'shasum',
    tier: 'restricted',
    options: '-a: -b -t --algorithm: --binary --text --tag',
    operands: 'read',
    isPlain: true,
  },
  { names: 'md5 sha256', tier: 'restricted', options: '-q -r', operands: 'read' },
  { names: 'cksum sum', tier: 'restricted', options: '-r -s -a: --algorithm: --untagged', operands: 'read' },
  {
    names: 'od',
    tier: 'restricted',
    options:
      '-A: -a -b -c -d -f -h -i -j: -l -N: -o -s -S: -t: -v -w? -x --address-radix: --skip-bytes: --read-bytes: --format: --width?',
    operands: 'read',
    isPlain: true,
  },
  { names: 'hexdump hd', tier: 'restricted', options: '-b -c -C -d -o -x -n: -s: -v', operands: 'read' },
  {
    names: 'xxd',
    tier: 'restricted',
    options: '-a -b -c: -e -E -g: -i -l: -n: -o: -p -ps -s: -u',
    hasSingleDashWords: true,
    operands: onlyFirst('read', 'the second operand of xxd is a file that it writes'),
    isPlain: true,
  },
  {
    names: 'strings',
    tier: 'restricted',
    options: '-a -f -n: -o -t: -e: -w --all --bytes: --radix: --encoding: --print-file-name',
    operands: 'read',
    hasNumbers: true,
    isPlain: true,
  },
  {
    names: 'cmp',
    tier: 'restricted',
    options: '-b -i: -l -n: -s --print-bytes --verbose --silent --quiet --bytes: --ignore-initial:',
    operands: 'read',
    isPlain: true,
  },
  {
    names: 'comm',
    tier: 'restricted',
    options: '-1 -2 -3 -i -z --check-order --nocheck-order --output-delimiter: --total --zero-terminated',
    operands: 'read',
    isPlain: true,
  },
  {
    names: 'diff',
    tier: 'restricted',
    options: `-a -b -B -c -C: -d -e -E -f -i -I: -l -n -N -p -q -r -s -t -T -u -U: -v -w -W: -x: -y -Z --brief --color?
      --context? --unified? --side-by-side --suppress-common-lines --left-column --width: --recursive --new-file
      --ignore-case --ignore-all-space --ignore-space-change --ignore-blank-lines --ignore-trailing-space
      --ignore-tab-expansion --ignore-matching-lines: --strip-trailing-cr --text --exclude: --no-dereference
      --report-identical-files --minimal --label: -L: --show-c-function --normal --expand-tabs --tabsize: --speed-large-files`,
    operands: ({ operands, options }) => ({
      touches: operands.map((argument) => ({
        // Two folders are read with what lies in them.
        kind: options.some(({ name }) => name === '-r' || name === '--recursive') ? 'search' : 'read',
        argument,
        isPlain: true,
      })),
      problem: null,
      tier: 'restricted',
    }),
    hasNumbers: true,
  },
  {
    names: 'look',
    tier: 'restricted',
    options: '-a -d -f -t: --alternative --alphanum --ignore-case --terminate:',
    operands: ({ operands }) => ({
      touches: operands.slice(1).map((argument) => ({ kind: 'read', argument })),
      problem: null,
    }),
  },
];

function onlyFirst(kind: 'read', otherwise: string): (parsed: Parsed) => Outcome {
  return ({ operands }) => {
    const [first, ...rest] = operands;
    if (!first) return NOTHING;
    return {
      touches: [{ kind, argument: first }, ...rest.map((argument) => ({ kind: 'write', argument }) as const)],
      problem:
        rest.length > 0 || first.kind === 'names' || (textsOf(first)?.length ?? 0) > 1 ? otherwise : null,
    };
  };
}
