/**
 * The shape of a command: one file in this folder exports one as `command`. The table in commands.ts
 * names them all and loads a file only when its command is called, so that none pays for another.
 */
import type { Readable, Writable } from 'node:stream';
import type { Places } from '../wire/places.ts';

export interface CommandArgument {
  /** As in the usage line: `RUN`. */
  readonly name: string;
  readonly description: string;
  readonly isOptional?: boolean;
  /** Takes all that follow; only the last argument can. */
  readonly isVariadic?: boolean;
}

export interface CommandOption {
  /** As commander reads them: `-m, --message <text>`, `--json`. The long name in camel case is the key in `options`. */
  readonly flags: string;
  readonly description: string;
  /** May be given several times; the value in `options` is then a list. */
  readonly isRepeatable?: boolean;
}

/** Everything a command may touch of the process it runs in; a test passes its own. */
export interface Invocation {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How this program is started again as another of its processes. */
  readonly program: Program;
  readonly version: string;
  /** The control room is a process of its own kind; commands that end in it hand over here. Yields its exit code. */
  openControlRoom(options: {
    readonly places: Places;
    readonly attach?: string;
    readonly demo?: Demo;
  }): Promise<number>;
}

/** What the control room says and does differently while it shows the demo. */
export interface Demo {
  readonly project: string;
}

export interface Program {
  /** Absolute path of the running Node. */
  readonly node: string;
  /** Absolute path of the bundle cli.tsx became. */
  readonly script: string;
  /** Absolute path of fleet-gate's file. */
  readonly gateScript: string;
}

export interface Command {
  /** What is typed after `fleet`; two words for a command below another: `config check`. */
  readonly name: string;
  /** One line, no full stop, for the list of commands. */
  readonly summary: string;
  /** `fleet init [--force]` */
  readonly usage: string;
  /** Sentences below the usage line, where the summary does not say it all. */
  readonly details?: string;
  readonly arguments: readonly CommandArgument[];
  readonly options: readonly CommandOption[];
  /** Yields the exit code; a thrown error is told on stderr by the caller, which then exits with `failed`. */
  run(invocation: Invocation): Promise<number>;
}

/** Exit codes scripts may rely on. */
export const EXIT = {
  ok: 0,
  /** It was understood, and the answer is no: problems found, refused, not there. */
  failed: 1,
  /** It was not understood: unknown option, missing argument. */
  usage: 2,
} as const;
