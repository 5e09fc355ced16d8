/**
 * Everything an engine knows, as plain data: what a snapshot saves. Restoring puts the very words back
 * rather than replaying escape sequences, so pen, saved cursors, tab stops, character sets and the
 * wrapped state of lines survive, and what comes after continues exactly as it would have.
 */
import {
  BackgroundFlag,
  Content,
  GROUND,
  type EngineBuffer,
  type EngineCharset,
  type EngineCore,
  type EngineLine,
  type EngineModes,
  type EnginePen,
} from './engine-internals.ts';

interface PenState {
  readonly fg: number;
  readonly bg: number;
  readonly extended: number;
}

interface LinesState {
  /** For each line its number of words in `words` (blank cells at its end left out) and its width. */
  readonly lengths: readonly number[];
  readonly widths: readonly number[];
  readonly wrapped: readonly boolean[];
  readonly words: Uint32Array;
  /** [line, column, text] of clusters and [line, column, bits] of underline styles. */
  readonly clusters: readonly (readonly [number, number, string])[];
  readonly underlines: readonly (readonly [number, number, number])[];
}

interface BufferState {
  readonly lines: LinesState;
  readonly numbers: readonly number[];
  readonly tabs: readonly number[];
  readonly savedPen: PenState;
  readonly savedCharset: string;
}

export interface CoreState {
  readonly columns: number;
  readonly rows: number;
  readonly normal: BufferState;
  readonly alternate: BufferState;
  readonly isAlternate: boolean;
  readonly charsets: readonly string[];
  readonly charset: string;
  readonly level: number;
  readonly isCursorHidden: boolean;
  readonly isCursorInitialized: boolean;
  readonly isInsertMode: boolean;
  readonly modes: EngineModes;
  readonly mouse: readonly [protocol: string, encoding: string];
  readonly cursorBlink: boolean;
  readonly convertEol: boolean;
  readonly pen: PenState;
  readonly title: string;
  readonly icon: string;
  readonly titles: readonly string[];
  readonly icons: readonly string[];
  readonly precedingJoinState: number;
}

/** Names of character sets by the table xterm.js uses for them; 'B' (none) is not in it. */
export type CharsetNames = ReadonlyMap<EngineCharset, string>;

const NO_CHARSET = 'B';

/** The engine must be at rest: what a half-read sequence has collected is not part of the state. */
export function dumpCore(
  core: EngineCore,
  size: { columns: number; rows: number },
  names: CharsetNames,
): CoreState {
  const { _inputHandler: input, coreService, _charsetService: charsets, optionsService } = core;
  const { buffers } = core._bufferService;
  const nameOf = (charset: EngineCharset): string => names.get(charset) ?? NO_CHARSET;
  return {
    columns: size.columns,
    rows: size.rows,
    normal: dumpBuffer(buffers.normal, nameOf),
    alternate: dumpBuffer(buffers.alt, nameOf),
    isAlternate: buffers.active === buffers.alt,
    charsets: [0, 1, 2, 3].map((level) => nameOf(charsets._charsets[level])),
    charset: nameOf(charsets.charset),
    level: charsets.glevel,
    isCursorHidden: coreService.isCursorHidden,
    isCursorInitialized: coreService.isCursorInitialized,
    isInsertMode: coreService.modes.insertMode,
    modes: { ...coreService.decPrivateModes },
    mouse: [core.coreMouseService.activeProtocol, core.coreMouseService.activeEncoding],
    cursorBlink: optionsService.options.cursorBlink,
    convertEol: optionsService.options.convertEol,
    pen: dumpPen(input._curAttrData),
    title: input._windowTitle,
    icon: input._iconName,
    titles: [...input._windowTitleStack],
    icons: [...input._iconNameStack],
    precedingJoinState: input._parser.precedingJoinState,
  };
}

/** Puts the state into a new engine of the same size. */
export function restoreCore(core: EngineCore, state: CoreState, names: CharsetNames): void {
  const byName = new Map([...names].map(([charset, name]) => [name, charset]));
  const charsetOf = (name: string): EngineCharset => byName.get(name);
  const { _inputHandler: input, coreService, _charsetService: charsets, optionsService } = core;
  const { buffers } = core._bufferService;
  if (state.isAlternate) buffers.activateAltBuffer();
  restoreBuffer(buffers.normal, state.normal, charsetOf, input._curAttrData);
  restoreBuffer(buffers.alt, state.alternate, charsetOf, input._curAttrData);
  charsets._charsets = state.charsets.map(charsetOf);
  charsets.glevel = state.level;
  charsets.charset = charsetOf(state.charset);
  coreService.isCursorHidden = state.isCursorHidden;
  coreService.isCursorInitialized = state.isCursorInitialized;
  coreService.modes = { insertMode: state.isInsertMode };
  coreService.decPrivateModes = { ...state.modes };
  [core.coreMouseService.activeProtocol, core.coreMouseService.activeEncoding] = state.mouse;
  optionsService.options.cursorBlink = state.cursorBlink;
  optionsService.options.convertEol = state.convertEol;
  restorePen(input._curAttrData, state.pen);
  input._windowTitle = state.title;
  input._iconName = state.icon;
  input._windowTitleStack = [...state.titles];
  input._iconNameStack = [...state.icons];
  input._parser.precedingJoinState = state.precedingJoinState;
  input._parser.currentState = GROUND;
}

function dumpBuffer(buffer: EngineBuffer, nameOf: (charset: EngineCharset) => string): BufferState {
  return {
    lines: dumpLines(buffer),
    numbers: [
      buffer.x,
      buffer.y,
      buffer.ybase,
      buffer.scrollTop,
      buffer.scrollBottom,
      buffer.savedX,
      buffer.savedY,
    ],
    tabs: Object.keys(buffer.tabs)
      .filter((column) => buffer.tabs[Number(column)])
      .map(Number),
    savedPen: dumpPen(buffer.savedCurAttrData),
    savedCharset: nameOf(buffer.savedCharset),
  };
}

function restoreBuffer(
  buffer: EngineBuffer,
  state: BufferState,
  charsetOf: (name: string) => EngineCharset,
  pen: EnginePen,
): void {
  restoreLines(buffer, state.lines, pen);
  const [x, y, ybase, scrollTop, scrollBottom, savedX, savedY] = state.numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  Object.assign(buffer, { x, y, ybase, ydisp: ybase, scrollTop, scrollBottom, savedX, savedY });
  buffer.tabs = Object.fromEntries(state.tabs.map((column) => [column, true]));
  restorePen(buffer.savedCurAttrData, state.savedPen);
  buffer.savedCharset = charsetOf(state.savedCharset);
}

function dumpLines(buffer: EngineBuffer): LinesState {
  const lines = Array.from({ length: buffer.lines.length }, (_, index) => buffer.lines.get(index)!);
  const lengths = lines.map((line) => usedWords(line));
  const words = new Uint32Array(lengths.reduce((total, length) => total + length, 0));
  const clusters: [number, number, string][] = [];
  const underlines: [number, number, number][] = [];
  let at = 0;
  lines.forEach((line, index) => {
    words.set(line._data.subarray(0, lengths[index]), at);
    at += lengths[index]!;
    for (const key of Object.keys(line._combined)) {
      const column = Number(key);
      // Cells written over leave their old cluster behind; it means nothing any more.
      if (line._data[column * 3]! & Content.IsCombined)
        clusters.push([index, column, line._combined[column]!]);
    }
    for (const key of Object.keys(line._extendedAttrs)) {
      const column = Number(key);
      const extended = line._extendedAttrs[column];
      if (extended && line._data[column * 3 + 2]! & BackgroundFlag.HasExtended)
        underlines.push([index, column, extended._ext]);
    }
  });
  return {
    lengths,
    widths: lines.map((line) => line.length),
    wrapped: lines.map((line) => line.isWrapped),
    words,
    clusters,
    underlines,
  };
}

function usedWords(line: EngineLine): number {
  const data = line._data;
  let end = line.length * 3;
  while (end > 0 && data[end - 3] === Content.Null && data[end - 2] === 0 && data[end - 1] === 0) end -= 3;
  return end;
}

function restoreLines(buffer: EngineBuffer, state: LinesState, pen: EnginePen): void {
  buffer.lines.length = 0;
  let at = 0;
  state.lengths.forEach((length, index) => {
    const line = buffer.getBlankLine(pen);
    const width = state.widths[index]!;
    if (line.length !== width) throw new RangeError(`a line of ${width} columns does not fit this engine`);
    line._data.set(state.words.subarray(at, at + length));
    line.isWrapped = state.wrapped[index]!;
    buffer.lines.push(line);
    at += length;
  });
  for (const [index, column, text] of state.clusters) buffer.lines.get(index)!._combined[column] = text;
  for (const [index, column, bits] of state.underlines) {
    const extended = pen.extended.clone();
    extended._ext = bits;
    extended._urlId = 0;
    buffer.lines.get(index)!._extendedAttrs[column] = extended;
  }
}

const dumpPen = (pen: EnginePen): PenState => ({ fg: pen.fg, bg: pen.bg, extended: pen.extended._ext });

function restorePen(pen: EnginePen, state: PenState): void {
  pen.fg = state.fg;
  pen.bg = state.bg;
  pen.extended = pen.extended.clone();
  pen.extended._ext = state.extended;
}
