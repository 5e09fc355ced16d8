/** What is known of a shell at one point of a script: where it works and what its loops run over. */
import type { ParsedScript, WordPart } from 'unbash';
import type { Case } from '../case.ts';
import type { JudgedPart } from '../verdict.ts';
import type { Argument, Bindings } from './argument.ts';

/** One script and everything nested in it; the parts gather here in the order of the text. */
export interface Session {
  readonly theCase: Case;
  readonly parts: JudgedPart[];
  /** A `cd` went somewhere unknown or outside: nothing behind it is allowed. */
  isLost: boolean;
  /** Scripts in scripts: `bash -c` in `eval` in … */
  depth: number;
  /** The text that positions of the parser count in. */
  source: string;
  /** What comes through the pipe, where that is known. */
  fed: string | null;
  /** First words of the commands in front of the pipe. */
  upstream: readonly string[];
  /** The walk, for those it calls: a script's text, a substitution in a subshell, the parts of a word. */
  readonly walk: {
    readonly text: (text: string, frame: Frame, session: Session) => void;
    readonly substitution: (script: ParsedScript | undefined, frame: Frame, session: Session) => void;
    readonly parts: (parts: readonly WordPart[], frame: Frame, session: Session) => void;
  };
}

export interface Frame {
  /** Possible working directories; one or more, none when nobody knows. */
  cwds: readonly string[];
  /** Where it would be if the last command failed. */
  cwdsOnFailure: readonly string[];
  /** Where `cd -` leads; null when that is not known. */
  previous: readonly string[] | null;
  readonly variables: Map<string, readonly Argument[] | null>;
  readonly functions: Set<string>;
}

/** So many folders nobody follows; each multiplies the looks at every path. */
const CWDS_MAX = 16;

export function startFrame(cwd: string): Frame {
  return {
    cwds: [cwd],
    cwdsOnFailure: [cwd],
    previous: null,
    variables: new Map(),
    functions: new Set(),
  };
}

/** A subshell: what it changes ends with it. */
export function inside(frame: Frame): Frame {
  return {
    cwds: frame.cwds,
    cwdsOnFailure: frame.cwds,
    previous: frame.previous,
    variables: new Map(frame.variables),
    functions: new Set(frame.functions),
  };
}

export function bindingsOf(frame: Frame, { theCase, upstream }: Session): Bindings {
  return { home: theCase.world.home, cwds: frame.cwds, variables: frame.variables, upstream };
}

export function union(first: readonly string[], second: readonly string[]): readonly string[] {
  if (first === second) return first;
  if (first.length === 0 || second.length === 0) return [];
  const both = [...new Set([...first, ...second])];
  return both.length > CWDS_MAX ? [] : both;
}

/** From now on the shell is in one of these, whatever happened before. */
export function settle(frame: Frame, cwds: readonly string[]): void {
  frame.cwds = cwds;
  frame.cwdsOnFailure = cwds;
}
