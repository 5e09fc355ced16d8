/** find has words instead of options; those that print are listed, the others run, delete or write. */
import { mayBeOption, type Argument } from '../argument.ts';
import type { Outcome, Parsed, Touch } from './program.ts';

const ALONE = new Set(
  `( ) ! , -not -a -and -o -or -true -false -daystart -depth -d -mount -xdev -noleaf -nouser -nogroup -empty -executable
  -readable -writable -print -print0 -ls -prune -quit -warn -nowarn -ignore_readdir_race -H -P -X -x -E`.split(
    /\s+/,
  ),
);
const WITH_VALUE = new Set(
  `-name -iname -path -ipath -wholename -iwholename -regex -iregex -lname -ilname -type -xtype -size -mtime -mmin -ctime -cmin
  -atime -amin -newermt -newerat -newerct -used -user -group -uid -gid -perm -links -inum -fstype -maxdepth -mindepth
  -regextype -printf -context`.split(/\s+/),
);
const WITH_FILE = new Set(['-newer', '-anewer', '-cnewer', '-samefile', '-neweram']);
const RUNS = new Set(['-exec', '-execdir', '-ok', '-okdir']);

export function findOutcome({ operands, bindings }: Parsed): Outcome {
  const touches: Touch[] = [];
  let problem: string | null = null;
  let at = 0;
  // Places come first: everything up to the first word that is an option or an operator.
  for (; at < operands.length && !isWord(operands[at]!); at++) {
    if (mayBeOption(operands[at]!)) problem ??= 'a place that is not known may be a word of its own';
    touches.push({ kind: 'glob', argument: operands[at]! });
  }
  for (; at < operands.length; at++) {
    const { kind, text } = operands[at]!;
    if (kind !== 'known') problem ??= 'a word of find that is not known may run or write something';
    else if (WITH_VALUE.has(text)) {
      const value = operands[++at];
      // One name is the value; a second one would be a word of find.
      if (value?.kind === 'names' && mayBeOption(value))
        problem ??= `the pattern behind ${text} lacks its quotes`;
    } else if (WITH_FILE.has(text))
      touches.push({ kind: 'list', argument: operands[++at] ?? operands[at - 1]! });
    else if (RUNS.has(text)) problem ??= `${text} runs a command`;
    else if (text.startsWith('-f') && !ALONE.has(text)) {
      problem ??= `${text} writes a file`;
      const target = operands[++at];
      if (target) touches.push({ kind: 'write', argument: target });
    } else if (text === '-delete') problem ??= 'it deletes what it finds';
    else if (!ALONE.has(text) && !/^-O\d$/.test(text))
      problem ??= text.startsWith('-')
        ? `${text} is not known to be harmless`
        : `${text} stands where find expects a word of its own`;
  }
  const places: readonly Touch[] = touches.some(({ kind }) => kind === 'glob')
    ? touches
    : [
        ...bindings.cwds.map((text) => ({
          kind: 'glob' as const,
          argument: { kind: 'known' as const, text, choices: null },
        })),
        ...touches,
      ];
  return { touches: places, problem };
}

function isWord({ kind, text }: Argument): boolean {
  return kind === 'known' && (/^[-!(),]/.test(text) || text === '');
}
