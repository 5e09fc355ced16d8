/**
 * The grounds of a request: what of the world its meaning rests on. `bash run.sh` means what run.sh holds.
 * They are taken when it is shown and again before it runs; where they differ, it is another request.
 */
import type { Action } from '../policy/action.ts';
import { simpleCommands } from './shell-words.ts';

export interface Grounds {
  /** Real path of the working directory. */
  readonly cwd: string;
  /** Commit that is checked out, for calls that have to do with git; null for all others. */
  readonly head: string | null;
  readonly files: readonly FileGrounds[];
}

export interface FileGrounds {
  /** As the call names it. */
  readonly path: string;
  /** Real path. */
  readonly leadsTo: string;
  /** SHA-256 in hexadecimal, or size and time of change of a file too large to read; null: there is none. */
  readonly content: string | null;
}

/** What has to be looked up for an action. */
export interface WantedGrounds {
  readonly paths: readonly string[];
  readonly wantsHead: boolean;
}

/** More files than anybody names in one call by hand. */
const PATHS_MAX = 32;

/** Files that programs read their commands from. */
const SCRIPT = /\.(?:sh|bash|zsh|fish|py|rb|pl|php|lua|js|mjs|cjs|ts|mts|cts|sql|mk|ps1)$/i;
const PROGRAM_FILES: readonly (readonly [program: RegExp, file: string])[] = [
  [/\b(?:npm|pnpm|yarn|bun)\b/, 'package.json'],
  [/\bmake\b/, 'Makefile'],
  [/\bjust\b/, 'justfile'],
  [/\bdocker[- ]compose\b/, 'compose.yaml'],
];
/** Programs that run what is named behind them. */
const RUNNERS =
  /^(?:.*\/)?(?:(?:ba|z|da|k|fi)?sh|source|\.|node|deno|bun|python[\d.]*|ruby|perl|php|lua|pwsh|sudo|doas|env|exec|command|nohup|time|timeout|nice|xargs)$/;

export function wantedGrounds(action: Action): WantedGrounds {
  switch (action.type) {
    case 'write':
    case 'edit':
    case 'delete':
      return { paths: unique(action.paths), wantsHead: false };
    case 'shell':
      return {
        paths: unique(scriptsIn(action.command)),
        wantsHead: /\b(?:git|gh|glab)\b/.test(action.command),
      };
    default:
      return { paths: [], wantsHead: false };
  }
}

/** What is different now, as sentences; none when nothing is. */
export function changesSince(before: Grounds, now: Grounds): readonly string[] {
  const changes: string[] = [];
  if (before.cwd !== now.cwd) changes.push(`it would run in ${now.cwd} instead of ${before.cwd}`);
  if (before.head !== now.head)
    changes.push(`another commit is checked out: ${short(now.head)} instead of ${short(before.head)}`);
  for (const file of before.files) {
    const current = now.files.find(({ path }) => path === file.path);
    if (current?.leadsTo !== file.leadsTo)
      changes.push(`${file.path} leads to ${current?.leadsTo ?? 'nowhere'} instead of ${file.leadsTo}`);
    else if (current.content !== file.content)
      changes.push(
        file.content === null
          ? `${file.path} has come into being`
          : `${file.path} ${current.content === null ? 'is gone' : 'holds something else'}`,
      );
  }
  for (const { path } of now.files)
    if (!before.files.some((file) => file.path === path)) changes.push(`${path} has to be looked at, too`);
  return changes;
}

/** Words that name what is run or overwritten: by where they stand, or by how they end. */
function scriptsIn(command: string): string[] {
  const found: string[] = [];
  for (const { words, writesTo } of simpleCommands(command)) {
    found.push(...writesTo);
    let isBehindRunner = false;
    for (const [at, word] of words.entries()) {
      // What stands between a program and its file: options, times, variables.
      if (word === '' || /^-|^\d+[smhd]?$|^\w+=/.test(word) || word.includes('://')) continue;
      if (isBehindRunner || SCRIPT.test(word) || (at === 0 && word.includes('/'))) found.push(word);
      isBehindRunner = (at === 0 || isBehindRunner) && RUNNERS.test(word);
    }
  }
  const implied = PROGRAM_FILES.filter(([program]) => program.test(command)).map(([, file]) => file);
  return [...found, ...implied];
}

const unique = (paths: readonly string[]): string[] => [...new Set(paths)].slice(0, PATHS_MAX);

const short = (commit: string | null): string => commit?.slice(0, 12) ?? 'none';
