/** What is wrong with a configuration file, told so that a person can go there and mend it. */
import { visible } from '../visible-text.ts';

export interface Problem {
  /** As the person would type it: relative to the project. */
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** Where in the file's data: `agents[2].worktree`; empty for the file as a whole. */
  readonly path: string;
  readonly severity: 'error' | 'warning';
  /** What is wrong: `unknown key`, `is a number`. */
  readonly message: string;
  /** What would be right: `true, false or a path`; empty where the message says it all. */
  readonly expected: string;
  /** The valid word closest to the one that stands there. */
  readonly nearest?: string;
}

/** What could be read of a file. Never half of one: any error and the value is null. */
export interface Parsed<T> {
  readonly value: T | null;
  readonly problems: readonly Problem[];
}

/** A place in a file. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** In the order a person reads: file, then line. */
export function inReadingOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column);
}

/** One line: `fleet.yaml:12:5 agents[1].worktre: unknown key, did you mean "worktree"?` */
export function problemLine(problem: Problem): string {
  const { file, line, column, path, severity, message, expected, nearest } = problem;
  const where = `${file}:${line}:${column}${path === '' ? '' : ` ${path}`}`;
  const meant = nearest === undefined ? '' : `, did you mean "${nearest}"?`;
  const right = expected === '' || nearest !== undefined ? '' : `, expected ${expected}`;
  return printable(`${where}: ${severity === 'warning' ? 'warning: ' : ''}${message}${meant}${right}`);
}

/** Widest excerpt shown: fits 80 columns with the line number before it. */
const EXCERPT_MAX = 68;

/** The problem, the line it stands in and a caret below the place. */
export function formatProblem(problem: Problem, sourceText: string): string {
  const head = problemLine(problem);
  const line = sourceText.split(/\r\n|\n|\r/)[problem.line - 1];
  if (line === undefined || line.trim() === '') return head;

  const at = Math.min(problem.column - 1, line.length);
  // A long line is cut around the place, so that the caret stays on the screen.
  const from = Math.max(0, at - EXCERPT_MAX + 20);
  const excerpt = printable(line.slice(from, from + EXCERPT_MAX));
  const before = printable(line.slice(from, at));
  const margin = `${problem.line} | `.padStart(8);
  return `${head}\n${margin}${excerpt}\n${' '.repeat(margin.length)}${blankOf(before)}^`;
}

/** A file from elsewhere must not drive the terminal. A tab becomes one blank, so that the caret finds its place. */
function printable(text: string): string {
  return visible(text.replaceAll('\t', ' '));
}

/** Blanks as wide as the text: two for each character that terminals draw two cells wide. */
function blankOf(text: string): string {
  return text
    .replace(/\p{Mark}/gu, '')
    .replace(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/gu,
      '  ',
    )
    .replace(/[^ ]/gu, ' ');
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
