/**
 * git, as far as it only reads. A repository's own configuration may run programs whatever the command is, so all
 * of this stands on the sandbox; what is left out here runs, writes or reaches the network by itself.
 */
import { ANY, ONE } from '../../pattern.ts';
import type { Argument } from '../argument.ts';
import type { Option, Parsed, Program, Touch } from './program.ts';

const DIFF = `-p -u -U: -s -a -b -w -W -R -z -M? -C? -l: -S: -G: --patch --no-patch --stat? --numstat --shortstat --summary
  --name-only --name-status --raw --minimal --patience --histogram --diff-algorithm: --color? --no-color --word-diff?
  --word-diff-regex: --color-words? --no-renames --find-renames? --find-copies? --find-copies-harder --text
  --ignore-space-change --ignore-all-space --ignore-blank-lines --ignore-space-at-eol --ignore-cr-at-eol
  --function-context --no-ext-diff --no-textconv --diff-filter: --pickaxe-regex --pickaxe-all --relative? --src-prefix:
  --dst-prefix: --no-prefix --check --full-index --binary --abbrev? --no-abbrev --exit-code --quiet --unified:
  --inter-hunk-context: --ignore-submodules? --submodule? --compact-summary --dirstat? --cumulative --color-moved?
  --indent-heuristic --merge-base --cached --staged --rename-empty --irreversible-delete --no-color-moved`;
const LOG = `${DIFF} -n: -i -E -F -P -L: -g -c -m -t -r --oneline --graph --all --decorate? --no-decorate --since: --after: --until:
  --before: --author: --committer: --grep: --all-match --invert-grep --regexp-ignore-case --extended-regexp
  --fixed-strings --perl-regexp --max-count: --skip: --merges --no-merges --first-parent --reverse --date: --format:
  --pretty? --abbrev-commit --no-abbrev-commit --branches? --tags? --remotes? --glob: --exclude: --follow --cherry-pick
  --cherry-mark --cherry --left-right --left-only --right-only --boundary --simplify-by-decoration --full-history
  --topo-order --date-order --author-date-order --parents --children --show-pulls --ancestry-path? --walk-reflogs
  --no-walk? --source --notes? --no-notes --cc --diff-merges: --use-mailmap --mailmap --no-mailmap --ignore-missing
  --relative-date --min-parents: --max-parents: --dense --sparse --remove-empty --decorate-refs: --decorate-refs-exclude:
  --root --no-commit-id --log-size --clear-decorations --combined-all-paths --remerge-diff --expand-tabs? --no-expand-tabs`;
const LISTED = `--contains: --no-contains: --merged? --no-merged? --points-at: --sort: --format: --column? --no-column --color?
  --no-color -i --ignore-case --omit-empty`;

/** What a subcommand does with its operands: `text` names commits and refs only. */
type Reads = 'text' | 'list' | 'read';

function reading(names: string, options: string, reads: Reads): Program {
  return {
    names,
    tier: 'read_only',
    options,
    hasNumbers: true,
    operands: (parsed) => ({
      touches: [...reached(parsed.operands, reads), ...rangeFiles(parsed)],
      problem: formatProblem(parsed),
    }),
  };
}

/** Only with so many operands, so that nothing is made or set. */
function counted(names: string, options: string, max: (parsed: Parsed) => number): Program {
  return {
    names,
    tier: 'read_only',
    options,
    hasNumbers: true,
    operands: (parsed) => ({
      touches: [],
      problem:
        parsed.operands.length > max(parsed)
          ? `git ${names} with these words changes something`
          : formatProblem(parsed),
    }),
  };
}

/** A subcommand of a subcommand: the first word has to be one of these. */
function nested(names: string, options: string, words: readonly string[]): Program {
  return {
    names,
    tier: 'read_only',
    options,
    hasNumbers: true,
    operands: (parsed) => {
      const [first] = parsed.operands;
      const isFit =
        first === undefined ? words.includes('') : first.kind === 'known' && words.includes(first.text);
      return {
        touches: [],
        problem: isFit ? formatProblem(parsed) : `git ${names} with these words may change something`,
      };
    },
  };
}

const isListing = ({ options }: Parsed) =>
  options.some(({ name }) =>
    /^(?:--list|-l|--contains|--no-contains|--merged|--no-merged|--points-at)$/.test(name),
  )
    ? Infinity
    : 0;

/** By name; what is missing writes, runs or reaches out. */
export const GIT_COMMANDS: ReadonlyMap<string, Program> = new Map(
  [
    reading(
      'status',
      `-s -b -u? -z -v --short --branch --porcelain? --long --untracked-files? --ignored? --verbose --show-stash --ahead-behind
      --no-ahead-behind --renames --no-renames --find-renames? --column? --no-column --ignore-submodules?`,
      'list',
    ),
    reading('diff', DIFF, 'read'),
    reading(
      'diff-tree diff-index diff-files',
      `${DIFF} -r -t --root --no-commit-id -m -c --cc -v --pretty? --always`,
      'read',
    ),
    reading('range-diff', `${DIFF} --creation-factor: --no-dual-color --left-only --right-only`, 'text'),
    reading('log whatchanged', LOG, 'read'),
    reading('show', LOG, 'read'),
    reading(
      'rev-list',
      `${LOG} --count --objects --no-object-names --not --use-bitmap-index --header --timestamp`,
      'list',
    ),
    reading('shortlog', `${LOG} -s -n -e --summary --numbered --email --group: -w?`, 'list'),
    reading(
      'blame annotate',
      `-L: -l -t -s -e -f -n -w -M? -C? -p -b -c --porcelain --line-porcelain --incremental --date: --since: --abbrev: --reverse
      --first-parent --root --show-stats --score-debug --show-name --show-number --show-email --ignore-rev:
      --ignore-revs-file< --color-lines --color-by-age`,
      'read',
    ),
    {
      names: 'grep',
      tier: 'read_only',
      options: `-n -i -l -c -v -w -E -F -P -G -e: -f< -h -H -I -a -o -q -z -W -p -A: -B: -C: -L -m: --name-only
        --files-with-matches --files-without-match --line-number --count --ignore-case --word-regexp --extended-regexp
        --fixed-strings --perl-regexp --basic-regexp --heading --break --color? --no-color --cached --max-depth:
        --max-count: --column --only-matching --show-function --function-context --all-match --and --or --not
        --invert-match --threads: --untracked --full-name --text --null --quiet --recursive -r
        --after-context: --before-context: --context:`,
      hasNumbers: true,
      operands: ({ operands, options }) => {
        const hasPattern = options.some(({ name }) => name === '-e' || name === '-f');
        return { touches: reached(hasPattern ? operands : operands.slice(1), 'read'), problem: null };
      },
    } satisfies Program,
    reading(
      'ls-files',
      `-c -d -m -o -i -s -u -k -t -v -f -z -x: -X< --cached --deleted --modified --others --ignored --stage --unmerged --killed
      --exclude: --exclude-from< --exclude-standard --error-unmatch --full-name --abbrev? --eol --directory
      --no-empty-directory --deduplicate --recurse-submodules --format:`,
      'list',
    ),
    reading(
      'ls-tree',
      '-r -t -d -l -z --name-only --name-status --full-name --full-tree --object-only --long --abbrev? --format:',
      'list',
    ),
    reading('cat-file', '-t -s -p -e', 'read'),
    reading(
      'rev-parse',
      `-q --abbrev-ref? --short? --verify --quiet --symbolic --symbolic-full-name --show-toplevel --git-dir --git-common-dir
      --absolute-git-dir --is-inside-work-tree --is-inside-git-dir --is-bare-repository --is-shallow-repository
      --show-prefix --show-cdup --git-path: --show-superproject-working-tree --show-object-format? --path-format: --all
      --branches? --tags? --remotes? --glob: --exclude: --revs-only --no-revs --flags --no-flags --not --since: --until:
      --default: --disambiguate: --local-env-vars`,
      'text',
    ),
    reading('merge-base', '-a --all --octopus --is-ancestor --fork-point --independent', 'text'),
    reading(
      'describe',
      `--tags --all --long --always --dirty? --broken? --abbrev: --match: --exclude: --contains --first-parent --exact-match
      --candidates: --debug`,
      'text',
    ),
    reading('name-rev', '--name-only --tags --refs: --exclude: --all --always --no-undefined', 'text'),
    reading(
      'show-ref',
      '-d -s -q --heads --branches --tags --head --dereference --hash? --verify --quiet --abbrev? --exists',
      'text',
    ),
    reading('for-each-ref', `${LISTED} --count: --exclude:`, 'text'),
    reading('cherry', '-v --abbrev?', 'text'),
    reading(
      'show-branch',
      '-a -r --all --remotes --current --topo-order --date-order --list --merge-base --sha1-name --no-name',
      'text',
    ),
    reading('count-objects', '-v -H --verbose --human-readable', 'text'),
    reading('check-ignore', '-v -q -n -z --verbose --quiet --non-matching --no-index', 'list'),
    reading('check-attr', '-a -z --all --cached', 'list'),
    reading('version', '--build-options', 'text'),
    counted(
      'branch',
      `${LISTED} -a -r -v -l -q --all --remotes --list --verbose --show-current --abbrev: --no-abbrev`,
      isListing,
    ),
    counted('tag', `${LISTED} -l -n? --list`, isListing),
    counted('symbolic-ref', '-q --quiet --short --no-recurse', () => 1),
    {
      names: 'remote',
      tier: 'read_only',
      options: '-v --verbose --all --push',
      operands: ({ operands: [first, ...rest] }) => ({
        touches: [],
        problem:
          first === undefined || (first.text === 'get-url' && rest.length === 1)
            ? null
            : 'git remote with these words changes something or reaches the network',
      }),
    } satisfies Program,
    {
      names: 'config',
      tier: 'read_only',
      options: `-l -z --get --get-all --get-regexp --get-urlmatch --list --name-only --show-origin --show-scope --global --local
        --system --worktree --type: --bool --int --path --bool-or-int --null --includes --no-includes --all --regexp`,
      operands: ({ operands, options }) => {
        const [first, ...rest] = operands;
        const isGetting = options.some(
          ({ name }) => name.startsWith('--get') || name === '-l' || name === '--list',
        );
        const isFit =
          isGetting ||
          (first?.kind === 'known' &&
            (first.text === 'get' ||
              first.text === 'list' ||
              (rest.length === 0 && first.text.includes('.'))));
        return { touches: [], problem: isFit ? null : 'git config with these words changes something' };
      },
    } satisfies Program,
    nested('worktree', '-v -z --verbose --porcelain', ['list']),
    nested('stash', `${LOG} --include-untracked --only-untracked`, ['list', 'show']),
    nested('reflog', LOG, ['', 'show', 'exists']),
    nested('notes', '--ref:', ['', 'list', 'show']),
    nested('submodule', '--cached --recursive --quiet -q', ['', 'status', 'summary']),
    nested('bisect', '', ['log']),
  ].flatMap((program) => program.names.split(' ').map((name) => [name, program] as const)),
);

function known(text: string): Argument {
  return { kind: 'known', text, choices: null };
}

/** git matches stars itself, also over dots and slashes: `'*env'` is any name that ends so. */
function spec(text: string): Argument {
  const dotted = text.replace(/(^|\/)\*/, '$1.*');
  const bare = text.replace(/(^|\/)\*/, '$1');
  const choices = [text, dotted, bare].map((each) =>
    each.replaceAll('*', ANY).replaceAll(/\?|\[[^\]]*\]/g, ONE),
  );
  return { kind: 'one', text: choices[0]!, choices };
}

/** Commits, `commit:path` and pathspecs; what is no file leads nowhere and is inside. */
function reached(operands: readonly Argument[], reads: Reads): readonly Touch[] {
  if (reads === 'text') return [];
  return operands.flatMap((argument): Touch[] => {
    const { kind, text } = argument;
    if (kind === 'known' && /[*?[]/.test(text))
      return [{ kind: reads, argument: spec(text.replace(/^:(?:\([^)]*\)|\/)?/, '')) }];
    if (kind !== 'known' || !text.includes(':')) return [{ kind: reads, argument }];
    // Magic: `:!x` and `:(exclude)x` leave out, `:/x` starts at the top.
    if (/^:[!^]|^:\([^)]*exclude/.test(text)) return [];
    const path = text.startsWith(':')
      ? text.replace(/^:(?:\([^)]*\)|\/|[0-3]:)?/, '')
      : text.slice(text.indexOf(':') + 1);
    return path === '' ? [] : [{ kind: reads, argument: known(path) }];
  });
}

/** `-L 10,20:file` and `-L :function:file`. */
function rangeFiles({ options, name }: Parsed): readonly Touch[] {
  if (name === 'blame' || name === 'annotate') return [];
  return options.flatMap((option): Touch[] => {
    if (option.name !== '-L' || !option.value) return [];
    const { text } = option.value;
    return [{ kind: 'read', argument: { ...option.value, text: text.slice(text.lastIndexOf(':') + 1) } }];
  });
}

/** Signatures in a format make git run the configured gpg. */
function formatProblem({ options }: Parsed): string | null {
  const isSigned = ({ name, value }: Option) =>
    (name === '--format' || name === '--pretty') &&
    value !== null &&
    (value.kind !== 'known' || /%G|%\(signature/.test(value.text));
  return options.some(isSigned) ? 'the format checks signatures, which runs a configured program' : null;
}
