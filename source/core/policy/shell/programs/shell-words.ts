/** What the shell does itself, and programs that only start another one. */
import type { Argument } from '../argument.ts';
import type { Outcome, Program } from './program.ts';

export const SHELL_WORDS: readonly Program[] = [
  { names: 'exit return break continue', tier: 'restricted', operands: 'text', isText: true },
  { names: 'jobs times', tier: 'restricted', options: '-l -n -p -r -s', operands: 'none' },
  {
    names: 'read',
    tier: 'restricted',
    options: '-r -s -d: -n: -N: -t: -u:',
    // Upper case names mean something to the shell or to programs, and brackets are evaluated.
    operands: ({ operands }) => ({
      touches: [],
      problem:
        operands.length > 0 &&
        operands.every(({ kind, text }) => kind === 'known' && /^[a-z_][a-z0-9_]*$/.test(text))
          ? null
          : 'it sets variables that others read',
    }),
  },
  { names: 'wait', tier: 'restricted', operands: 'none' },
  { names: 'type', tier: 'restricted', options: '-a -f -t -p -P', operands: 'text', isText: true },
  {
    names: 'set',
    tier: 'restricted',
    hasAnyOption: true,
    // These stop at errors or print more; others change how words are read.
    operands: ({ operands }) => ({
      touches: [],
      problem:
        operands.length > 0 &&
        operands.every(
          ({ kind, text }) =>
            kind === 'known' && /^(?:[-+][eux]*o?|pipefail|errexit|nounset|xtrace)$/.test(text),
        )
          ? null
          : 'it changes how the shell reads words',
    }),
  },
  {
    names: 'command',
    tier: 'restricted',
    hasAnyOption: true,
    operands: ({ operands: [first, ...rest] }) => ({
      touches: [],
      problem:
        first?.kind === 'known' && /^-[vV]$/.test(first.text) && rest.every(({ kind }) => kind !== 'many')
          ? null
          : 'it starts another program, which needs a rule',
    }),
  },
  {
    names: 'timeout',
    tier: 'restricted',
    options: '-f -k: -p -s: -v --foreground --kill-after: --preserve-status --signal: --verbose',
    operands: ({ operands: [duration, ...inner] }) => ({
      touches: [],
      problem:
        duration?.kind === 'known' && /^\d+(?:\.\d+)?[smhd]?$/.test(duration.text) && inner.length > 0
          ? null
          : 'it lacks a time or a command',
      inner,
    }),
    stopsAtOperand: true,
  },
  {
    names: 'xargs',
    tier: 'read_only',
    options: `-0 -d: -I: -L: -n: -P: -r -s: -t -x --null --delimiter: --max-args: --max-lines? --max-procs: --no-run-if-empty
      --verbose --exit`,
    operands: ({ operands, bindings }) => counting(operands, bindings.upstream),
    stopsAtOperand: true,
  },
];

/** What they print of a file, whichever it is, is its name, size or number of lines. */
const COUNTING = /^(?:wc|stat|ls|du|basename|dirname|realpath|echo|printf)$/;

/** They print names of files, and these leave such lines as they are. */
const LISTERS =
  /^(?:find|fd|fdfind|git ls-files|git diff .*--name-only|git grep -l|rg .*(?:--files|-l)|rg -l|grep -\w*l|ls)(?: |$)/;
const PASSERS = /^(?:head|tail|sort|uniq|grep|egrep|fgrep|rg)(?: |$)/;

function counting(inner: readonly Argument[], upstream: readonly string[]): Outcome {
  const [name] = inner;
  const [first = '', ...between] = upstream;
  // A line of another text may be an option.
  if (!LISTERS.test(first) || !between.every((each) => PASSERS.test(each)))
    return { touches: [], problem: 'what it makes of its input is not known' };
  const isCounting = name === undefined || (name.kind === 'known' && COUNTING.test(name.text));
  return {
    touches: [],
    problem: isCounting
      ? null
      : 'it gives names that are not known to a program that may read or change those files',
    ...(name && { inner }),
  };
}
