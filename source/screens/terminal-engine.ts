/** What screens asks of a terminal engine, whichever it is. */
import type { Row } from '../wire/cells.ts';
import type { TerminalColours } from './engine-replies.ts';
import type { CoreState } from './engine-state.ts';

/** Sizes beyond these come from a mistake or an attack; the largest real terminals have about 600x200. */
const COLUMNS_MAX = 1000;
const ROWS_MAX = 500;

/** xterm.js needs two columns, so that a wide character has somewhere to go. */
const COLUMNS_MIN = 2;

export interface EngineCursor {
  readonly x: number;
  readonly y: number;
  readonly isVisible: boolean;
  readonly shape: number;
}

export interface EngineOptions {
  readonly columns: number;
  readonly rows: number;
  /** Lines kept above the screen. */
  readonly scrollback: number;
  /** An answer to a question of the application, with its number since the session began (from 1). */
  readonly onReply?: ((text: string, number: number) => void) | undefined;
  readonly onBell?: (() => void) | undefined;
}

/** All there is to know of an engine at rest, plain data. */
export interface EngineState {
  readonly core: CoreState;
  readonly scrollback: number;
  readonly scrolledOff: number;
  readonly replies: number;
  readonly wantsColourNotices: boolean;
  readonly palette: readonly (readonly [number, number])[];
  readonly special: readonly (readonly [number, number])[];
}

export interface TerminalEngine {
  readonly columns: number;
  readonly rows: number;
  readonly title: string;
  /** Lines above the screen that this engine still holds. */
  readonly kept: number;
  /** Lines above the screen since it was last cleared, whether still held or not. */
  readonly history: number;
  readonly faults: number;
  /** Parses all of it before it returns. */
  write(bytes: Uint8Array): void;
  resize(columns: number, rows: number): void;
  /** Row `y` of the screen; -1 is the line above it, down to -kept. */
  readRow(y: number, row: Row): void;
  /** The row continues the one above it: the application wrote one long line. */
  isWrapped(y: number): boolean;
  /** Stays with a line while it scrolls, so that equal identities at other rows mean movement. */
  identityOf(y: number): object | undefined;
  cursor(): EngineCursor;
  modes(): number;
  /** Between two sequences and two characters: only then is the state complete. */
  isAtRest(): boolean;
  state(): EngineState;
  setColours(colours: TerminalColours): void;
  /** The next answer gets a number above this one. */
  countRepliesFrom(number: number): void;
  dispose(): void;
}

export const clampColumns = (columns: number): number =>
  Math.max(COLUMNS_MIN, Math.min(COLUMNS_MAX, Math.trunc(columns) || COLUMNS_MIN));
export const clampRows = (rows: number): number => Math.max(1, Math.min(ROWS_MAX, Math.trunc(rows) || 1));
