/**
 * The parts of xterm.js that its public interface hides and that screens needs: a synchronous parser,
 * the lines themselves, and every piece of state a snapshot must hold. They are private, so they are
 * looked up in one place, and `internalsOf` refuses to start with a version where one is missing.
 */

/** One line: three words a cell (content, foreground, background), cluster texts and underlines aside. */
export interface EngineLine {
  _data: Uint32Array;
  _combined: Record<number, string>;
  _extendedAttrs: Record<number, EngineExtended | undefined>;
  length: number;
  isWrapped: boolean;
  resize(columns: number, fill: unknown): unknown;
  copyCellsFrom: (
    this: EngineLine,
    from: EngineLine,
    fromColumn: number,
    toColumn: number,
    count: number,
    isBackwards: boolean,
  ) => void;
  addCodepointToCell: (this: EngineLine, index: number, codePoint: number, width: number) => void;
}

export interface EngineExtended {
  _ext: number;
  _urlId: number;
  clone(): EngineExtended;
}

export interface EngineLines {
  length: number;
  readonly maxLength: number;
  get(index: number): EngineLine | undefined;
  push(line: EngineLine): void;
}

export interface EnginePen {
  fg: number;
  bg: number;
  extended: EngineExtended;
  clone(): EnginePen;
}

export type EngineCharset = Readonly<Record<string, string>> | undefined;

export interface EngineBuffer {
  lines: EngineLines;
  x: number;
  y: number;
  ybase: number;
  ydisp: number;
  scrollTop: number;
  scrollBottom: number;
  tabs: Record<number, boolean>;
  savedX: number;
  savedY: number;
  savedCurAttrData: EnginePen;
  savedCharset: EngineCharset;
  getBlankLine(pen: EnginePen): EngineLine;
  clear(): void;
}

export interface EngineParams {
  readonly params: Int32Array;
  readonly length: number;
}

export type CsiHandler = (params: EngineParams) => boolean;
type Handlers<T> = Record<string, T[]>;

export interface StringHandler {
  _data: string;
  put: (this: StringHandler, data: Uint32Array, start: number, end: number) => void;
}

interface Identifier {
  readonly prefix?: string;
  readonly intermediates?: string;
  readonly final: string;
}

export interface EngineParser {
  currentState: number;
  precedingJoinState: number;
  readonly _csiHandlers: Handlers<CsiHandler>;
  readonly _escHandlers: Handlers<() => boolean>;
  readonly _executeHandlers: Record<string, () => boolean>;
  readonly _oscParser: { readonly _handlers: Handlers<StringHandler> };
  readonly _dcsParser: { readonly _handlers: Handlers<StringHandler> };
  _printHandler: (data: Uint32Array, start: number, end: number) => void;
  setPrintHandler(handler: (data: Uint32Array, start: number, end: number) => void): void;
  registerCsiHandler(id: Identifier, handler: CsiHandler): unknown;
  reset(): void;
}

export interface EngineCore {
  readonly _inputHandler: {
    _curAttrData: EnginePen;
    _windowTitle: string;
    _iconName: string;
    _windowTitleStack: string[];
    _iconNameStack: string[];
    readonly _parser: EngineParser;
    parse(bytes: Uint8Array): unknown;
    registerDcsHandler(id: Identifier, handler: (data: string) => boolean): unknown;
    registerOscHandler(number: number, handler: (data: string) => boolean): unknown;
  };
  readonly _bufferService: {
    scroll(pen: EnginePen, isWrapped?: boolean): void;
    readonly buffers: {
      readonly active: EngineBuffer;
      readonly normal: EngineBuffer;
      readonly alt: EngineBuffer;
      activateAltBuffer(pen?: EnginePen): void;
    };
  };
  readonly _charsetService: { charset: EngineCharset; glevel: number; _charsets: EngineCharset[] };
  readonly coreService: {
    isCursorInitialized: boolean;
    isCursorHidden: boolean;
    modes: { insertMode: boolean };
    decPrivateModes: EngineModes;
    triggerDataEvent(data: string): void;
  };
  readonly coreMouseService: { activeProtocol: string; activeEncoding: string };
  readonly optionsService: { options: { cursorBlink: boolean; convertEol: boolean } };
}

export interface EngineModes {
  applicationCursorKeys: boolean;
  applicationKeypad: boolean;
  bracketedPasteMode: boolean;
  cursorBlink: boolean | undefined;
  cursorStyle: 'block' | 'underline' | 'bar' | undefined;
  origin: boolean;
  reverseWraparound: boolean;
  sendFocus: boolean;
  synchronizedOutput: boolean;
  wraparound: boolean;
}

/** Bits of a cell's words. */
export const Content = {
  CodePointMask: 0x1fffff,
  IsCombined: 0x200000,
  WidthShift: 22,
  /** Nothing was ever written here: no code point, one column. */
  Null: 1 << 22,
} as const;
export const ColourBits = { ModeMask: 0x3000000, Rgb: 0x3000000, Palette16: 0x1000000, RgbMask: 0xffffff };
export const ForegroundFlag = {
  Inverse: 0x4000000,
  Bold: 0x8000000,
  Underline: 0x10000000,
  Blink: 0x20000000,
  Invisible: 0x40000000,
  Strike: 0x80000000,
} as const;
export const BackgroundFlag = {
  Italic: 0x4000000,
  Dim: 0x8000000,
  HasExtended: 0x10000000,
  Overline: 0x40000000,
} as const;

/** The parser's state between two sequences. */
export const GROUND = 0;

export class EngineError extends Error {
  readonly code = 'ENGINE';
}

/** Throws EngineError, naming the missing part, when this build of xterm.js is not the one we know. */
export function internalsOf(terminal: object): EngineCore {
  const core = (terminal as { readonly _core?: unknown })._core;
  const required = [
    '_inputHandler.parse',
    '_inputHandler._curAttrData.extended._ext',
    '_inputHandler._parser.currentState',
    '_inputHandler._parser.precedingJoinState',
    '_inputHandler._parser._csiHandlers',
    '_inputHandler._parser._escHandlers',
    '_inputHandler._parser._executeHandlers',
    '_inputHandler._parser._oscParser._handlers',
    '_inputHandler._parser._dcsParser._handlers',
    '_inputHandler._parser._printHandler',
    '_bufferService.scroll',
    '_bufferService.buffers.active.lines',
    '_charsetService._charsets',
    'coreService.decPrivateModes.synchronizedOutput',
    'coreMouseService.activeProtocol',
    'optionsService.options.convertEol',
  ];
  for (const path of required) {
    let at: unknown = core;
    for (const name of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[name];
    if (at === undefined) {
      throw new EngineError(
        `this version of @xterm/headless has no ${path}; install the version package.json pins (npm ci)`,
      );
    }
  }
  return core as EngineCore;
}
