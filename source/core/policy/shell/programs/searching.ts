/** Programs that search: names, contents, structures. From the tier read_only on. */
import { textsOf, type Argument } from '../argument.ts';
import { asksFor } from '../../file-glob.ts';
import { matchesStars } from '../../pattern.ts';
import { awkProblem } from './awk-script.ts';
import { findOutcome } from './find-words.ts';
import { sedProblem } from './sed-script.ts';
import type { Option, Outcome, Parsed, Program, Touch } from './program.ts';

const GREP_OPTIONS = `-a -A: -b -B: -c -C: -d: -D: -e: -E -f< -F -G -h -H -i -I -l -L -m: -n -o -P -q -r -R -s -T -U -v -w -x -y -z
  -Z --text --after-context: --before-context: --byte-offset --count --context: --color? --colour? --directories:
  --devices: --extended-regexp --file< --fixed-strings --basic-regexp --perl-regexp --regexp: --no-filename
  --with-filename --ignore-case --no-ignore-case --files-with-matches --files-without-match --max-count:
  --line-number --only-matching --quiet --silent --recursive --dereference-recursive --no-messages --initial-tab
  --invert-match --word-regexp --line-regexp --null-data --null --include: --exclude: --exclude-dir: --label:
  --line-buffered --binary-files: --binary`;

const RG_OPTIONS = `-. -0 -a -A: -b -B: -c -C: -d: -e: -E: -f< -F -g: -h -H -i -I -j: -l -m: -M: -n -N -o -p -P -q -r: -s -S -t: -T:
  -u -U -v -V -w -x --after-context: --auto-hybrid-regex --before-context: --binary --block-buffered --byte-offset
  --case-sensitive --color: --colors: --column --context: --context-separator: --count --count-matches --crlf
  --debug --dfa-size-limit: --encoding: --engine: --field-context-separator: --field-match-separator: --file<
  --files --files-with-matches --files-without-match --fixed-strings --glob: --glob-case-insensitive --heading
  --help --hidden --iglob: --ignore-case --ignore-vcs --include-zero --invert-match --json --line-buffered
  --line-number --line-regexp --max-columns: --max-columns-preview --max-count: --max-depth: --max-filesize:
  --multiline --multiline-dotall --no-config --no-filename --no-heading --no-ignore --no-ignore-dot
  --no-ignore-global --no-ignore-parent --no-ignore-vcs --no-line-number --no-messages --no-pcre2-unicode
  --no-require-git --null --null-data --one-file-system --only-matching --passthru --path-separator: --pcre2
  --pretty --quiet --regexp: --replace: --smart-case --sort: --sortr: --stats --text --threads: --trace --trim
  --type: --type-list --type-not: --type-add: --unrestricted --version --vimgrep --with-filename --word-regexp`;

export const SEARCHING: readonly Program[] = [
  {
    names: 'grep egrep fgrep',
    tier: 'read_only',
    options: GREP_OPTIONS,
    operands: grepOutcome,
    hasNumbers: true,
    isPlain: true,
  },
  { names: 'rg', tier: 'read_only', options: RG_OPTIONS, operands: rgOutcome },
  { names: 'find', tier: 'read_only', operands: findOutcome, hasAnyOption: true, isPlain: true },
  {
    names: 'fd fdfind',
    tier: 'read_only',
    options: `-0 -1 -a -c: -d: -e: -E: -F -g -H -i -I -p -q -s -S: -t: -u --absolute-path --and: --base-directory/ --case-sensitive
      --changed-before: --changed-within: --color: --exact-depth: --exclude: --extension: --fixed-strings --full-path
      --glob --hidden --ignore-case --max-depth: --max-results: --min-depth: --no-ignore --no-ignore-vcs --print0
      --prune --quiet --regex --search-path/ --show-errors --size: --type: --unrestricted --version --relative-path
      --strip-cwd-prefix?`,
    operands: ({ operands }) => ({
      touches: operands.slice(1).map((argument) => ({ kind: 'glob', argument })),
      problem: unquoted(operands[0]),
    }),
  },
  {
    names: 'jq',
    tier: 'read_only',
    options: `-a -c -C -e -h -j -M -n -r -R -s -S -V --arg --argjson --args --ascii-output --color-output --compact-output
      --exit-status --indent: --join-output --jsonargs --monochrome-output --null-input --raw-input --raw-output
      --raw-output0 --seq --slurp --sort-keys --stream --stream-errors --tab --unbuffered`,
    operands: jqOutcome,
  },
  {
    names: 'sed gsed',
    tier: 'read_only',
    options: `-e: -E -i? -l: -n -r -s -u -z --debug --expression: --in-place? --line-length: --null-data --posix --quiet
      --regexp-extended --sandbox --separate --silent --unbuffered`,
    operands: sedOutcome,
  },
  {
    names: 'awk gawk mawk nawk',
    tier: 'read_only',
    options: '-F: -v: --field-separator: --assign: --posix --traditional',
    operands: ({ operands: [script, ...files], options }) => {
      const code =
        script && script.kind === 'known' ? awkProblem(script.text) : 'the script of awk is not known';
      const assigned = options.find(({ name, value }) => name !== '-F' && value && value.kind !== 'known');
      return {
        touches: files.map((argument) => ({ kind: 'read', argument })),
        problem: code ?? (assigned ? 'a value for awk is not known' : null),
      };
    },
  },
];

function value(options: readonly Option[], ...names: readonly string[]): readonly Argument[] {
  return options.flatMap((option) => (names.includes(option.name) && option.value ? [option.value] : []));
}

function has(options: readonly Option[], ...names: readonly string[]): boolean {
  return options.some(({ name }) => names.includes(name));
}

/** `grep .* file`: files whose names match stand where the pattern was meant to. */
function unquoted(first: Argument | undefined): string | null {
  return first?.kind === 'names' ? 'a pattern without quotes becomes the names of files' : null;
}

function grepOutcome({ operands, options, bindings }: Parsed): Outcome {
  const hasPattern = has(options, '-e', '--regexp', '-f', '--file');
  const files = hasPattern ? operands : operands.slice(1);
  const problem = hasPattern ? null : unquoted(operands[0]);
  const isDeep =
    has(options, '-r', '-R', '--recursive', '--dereference-recursive') ||
    value(options, '-d', '--directories').some(({ text }) => text === 'recurse');
  if (!isDeep) return { touches: files.map((argument) => ({ kind: 'read', argument })), problem };
  if (has(options, '-R', '--dereference-recursive'))
    return {
      touches: searches(files, null),
      problem: 'it follows links, which may lead out of the worktree',
    };
  const included = value(options, '--include').map(({ text }) => text);
  const excluded = value(options, '--exclude', '--exclude-dir').map(({ text }) => text);
  const reaches = (name: string) =>
    (included.length === 0 || included.some((glob) => globMatches(glob, name))) &&
    !excluded.some((glob) => globMatches(glob, name));
  return { touches: searches(files.length > 0 ? files : here(bindings.cwds), reaches), problem };
}

function rgOutcome({ operands, options, bindings }: Parsed): Outcome {
  if (has(options, '--files', '--type-list'))
    return { touches: operands.map((argument) => ({ kind: 'glob', argument })), problem: null };
  const hasPattern = has(options, '-e', '--regexp', '-f', '--file');
  const files = hasPattern ? operands : operands.slice(1);
  const isThorough =
    has(options, '-.', '--hidden') ||
    options.filter(({ name }) => name === '-u' || name === '--unrestricted').length > 1;
  // Hidden files are what it skips by itself; the rest of a project it is allowed to search.
  // A type of one's own, `name:glob`, brings hidden files back, too.
  const globs = value(options, '-g', '--glob', '--iglob', '--type-add');
  // One that is put together at run time may ask for anything.
  const asked = globs.map(({ kind, text }) => (kind === 'known' ? text.replace(/^\w+:/, '') : '*'));
  const reaches = (_: string, isHidden: boolean, below: readonly string[]) =>
    (isHidden && isThorough) || asksFor(asked, below);
  return {
    touches: searches(files.length > 0 ? files : here(bindings.cwds), reaches),
    problem: hasPattern ? null : unquoted(operands[0]),
  };
}

/** A file named by hand is read whatever it is called; of a folder only what is reached. */
function searches(files: readonly Argument[], reaches: Touch['reaches'] | null): readonly Touch[] {
  return files.map((argument) => ({ kind: 'search', argument, ...(reaches && { reaches }) }));
}

function here(cwds: readonly string[]): readonly Argument[] {
  return cwds.map((text) => ({ kind: 'known', text, choices: null }));
}

/** What a simple pattern of names matches; one with brackets may match anything. */
function globMatches(glob: string, name: string): boolean {
  return matchesStars(glob.replaceAll('?', '*').replaceAll(/\[[^\]]*\]/g, '*'), name);
}

function jqOutcome({ operands, options }: Parsed): Outcome {
  // `--arg name value`: two words, taken from what follows.
  const taken = 2 * options.filter(({ name }) => name === '--arg' || name === '--argjson').length;
  const [program, ...files] = operands.slice(taken);
  const problem =
    program?.kind === 'one' ||
    program?.kind === 'names' ||
    operands.some(({ text }) => /\b(?:import|include|env)\b|\$ENV/.test(text))
      ? 'the filter may read more than its input'
      : null;
  const isList = has(options, '--args', '--jsonargs');
  return { touches: isList ? [] : files.map((argument) => ({ kind: 'read', argument })), problem };
}

function sedOutcome({ operands, options }: Parsed): Outcome {
  const given = value(options, '-e', '--expression');
  const scripts = given.length > 0 ? given : operands.slice(0, 1);
  const files = given.length > 0 ? operands : operands.slice(1);
  const isInPlace = has(options, '-i', '--in-place');
  let problem: string | null = null;
  for (const script of scripts) {
    const texts = textsOf(script);
    if (!texts) problem ??= 'the script of sed is not known';
    else for (const text of texts) problem ??= sedProblem(text);
  }
  return {
    touches: files.map((argument) => ({ kind: isInPlace ? 'edit' : 'read', argument })),
    problem,
    ...(isInPlace && { tier: 'read_write' }),
  };
}
