/** Programs that make, move and remove files; at the tier read_write, inside the worktree. Some are known only for what they touch. */
import { textsOf, type Argument } from '../argument.ts';
import type { Outcome, Parsed, Program, Touch } from './program.ts';

export const FILES: readonly Program[] = [
  { names: 'mkdir', tier: 'read_write', options: '-p -v -m: --parents --verbose --mode:', operands: 'write' },
  {
    names: 'touch',
    tier: 'read_write',
    options: '-a -c -m -h -d: -t: -r/ --no-create --date: --reference/ --no-dereference',
    operands: 'write',
  },
  {
    names: 'rmdir',
    tier: 'read_write',
    options: '-p -v --parents --verbose --ignore-fail-on-non-empty',
    operands: 'delete',
  },
  {
    names: 'rm',
    tier: 'read_write',
    options: '-r -R -f -i -I -v -d --recursive --force --verbose --dir --interactive?',
    operands: 'delete',
  },
  {
    names: 'cp',
    tier: 'read_write',
    options: `-a -r -R -p -f -n -i -v -u -P -H -d -T -t: -x --recursive --archive --preserve? --no-preserve: --force --no-clobber
      --interactive --verbose --update? --no-dereference --no-target-directory --target-directory:
      --one-file-system --reflink? --sparse:`,
    operands: (parsed) => carried(parsed, 'read'),
  },
  {
    names: 'mv',
    tier: 'read_write',
    options: `-f -n -i -v -u -T -t: --force --no-clobber --interactive --verbose --update? --no-target-directory
      --target-directory:`,
    operands: (parsed) => carried(parsed, 'delete'),
  },
  { names: 'tee', tier: 'read_write', options: '-a -i -p --append --ignore-interrupts', operands: 'write' },
  { names: 'truncate shred unlink', tier: null, operands: 'write' },
  {
    names: 'chmod chown chgrp setfacl xattr',
    tier: null,
    operands: ({ operands }) => touching(operands.slice(1), 'write'),
  },
  {
    names: 'ln link install rsync scp',
    tier: null,
    options: '-s -f -v -m: -r -a -T -n',
    operands: (parsed) => carried(parsed, 'read'),
  },
  { names: 'less more most bat batcat zless', tier: null, operands: 'read' },
  {
    names: 'vi vim nvim nano emacs ed ex pico code',
    tier: null,
    operands: ({ operands }) => ({
      touches: [...touching(operands, 'read').touches, ...touching(operands, 'edit').touches],
      problem: null,
    }),
  },
  { names: 'gzip gunzip bzip2 bunzip2 xz unxz zstd', tier: null, operands: 'edit' },
  { names: 'zcat bzcat xzcat zgrep source .', tier: null, operands: 'read' },
  // Whether it packs or unpacks, these are the names it is told.
  { names: 'tar zip 7z', tier: null, hasAnyOption: true, operands: 'read' },
  { names: 'patch', tier: null, operands: ({ operands }) => touching(operands.slice(0, 1), 'edit') },
  {
    names: 'dd',
    tier: null,
    operands: ({ operands }) => ({
      touches: operands.flatMap(({ text }): Touch[] => {
        const [, name, path] = /^(if|of)=(.*)$/s.exec(text) ?? [];
        return path === undefined
          ? []
          : [
              {
                kind: name === 'if' ? 'read' : 'write',
                argument: { kind: 'known', text: path, choices: null },
              },
            ];
      }),
      problem: null,
    }),
  },
];

function touching(operands: readonly Argument[], kind: Touch['kind']): Outcome {
  return { touches: operands.map((argument) => ({ kind, argument })), problem: null };
}

/** Sources go to a file or into a folder: which of the two shows only on the disk, so both names are looked at. */
function carried({ operands, options }: Parsed, source: 'read' | 'delete'): Outcome {
  const folder = options.find(({ name }) => name === '-t' || name === '--target-directory')?.value ?? null;
  const sources = folder ? operands : operands.slice(0, -1);
  const target = folder ?? operands.at(-1);
  const isDeep = options.some(({ name }) => /^(?:-[arR]|--recursive|--archive)$/.test(name));
  const touches: Touch[] = sources.flatMap((argument): Touch[] =>
    source === 'read'
      ? // A folder is copied with the links in it, which are looked up only under their old names.
        [{ kind: isDeep ? 'search' : 'read', argument }]
      : [
          { kind: 'read', argument },
          { kind: 'delete', argument },
        ],
  );
  if (!target || sources.length === 0) return { touches, problem: 'it lacks a target' };
  touches.push({ kind: 'write', argument: target });
  // `cp -r evil/. .` puts what lies in a folder beside what lies here, `.git` and all.
  const isMerge =
    isDeep &&
    (options.some(({ name }) => name === '-T') || sources.some(({ text }) => /(?:^|\/)\.$/.test(text)));
  if (isMerge && /^\.?\/?$/.test(target.text))
    return { touches, problem: 'it merges a folder into this one' };
  for (const argument of sources) touches.push(...landing(argument, target));
  return { touches, problem: null };
}

/** Where a source ends up if the target is a folder. */
function landing(source: Argument, target: Argument): readonly Touch[] {
  const into = (from: string, to: string): readonly string[] => {
    const name = from.replace(/\/+$/, '').split('/').at(-1) ?? '';
    return name === '' || name === '.' || name === '..' ? [] : [`${to.replace(/\/+$/, '')}/${name}`];
  };
  const froms = textsOf(source);
  const tos = textsOf(target);
  if (froms && tos) {
    const choices = froms.flatMap((from) => tos.flatMap((to) => into(from, to)));
    return choices.map((text) => ({ kind: 'write', argument: { kind: 'known', text, choices: null } }));
  }
  const kind = source.kind === 'known' ? target.kind : source.kind;
  return into(source.text, target.text).map((text) => ({
    kind: 'write',
    argument: { kind, text, choices: null },
  }));
}
